"""Calls: kept at once, made once, retried a bounded number of times, and stopped where the model is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from generation.generator import GenerationError
from generation.server.chat import Conduct
from generation.server.fault import Fault
from tests.training.building.chat import ScriptedChat
from tests.training.building.making import QUICK, Build, files
from training.building.calls import Asker, Calls, Model, RefusedError, Reply, Used
from training.building.report import costs
from vision.errors import UserError


class BusyError(Exception):
    """A rate limit."""


def explain(error: Exception) -> Fault:
    return Fault(f"The model failed: {error}.", passing=isinstance(error, BusyError), wait_s=0.0)


CONDUCT = Conduct(explain, retries=2, backoff_s=0)


Misdeed = Callable[[str, str], str | Exception | None]
MakeAsker = Callable[..., Asker]


@pytest.fixture
def asker() -> Iterator[MakeAsker]:
    """Makes what asks a scripted model, with the replies that are kept in a folder."""
    with ExitStack() as stack:

        def make(folder: Path, misdeed: Misdeed, name: str = "scripted", settings: str = "greedy") -> Asker:
            calls = Calls(folder / "calls.db")
            stack.callback(calls.close)
            return Asker(Model(ScriptedChat(misdeed=misdeed), name, settings, CONDUCT), calls)

        yield make


def failing(*errors: Exception | None) -> Callable[[str, str], str | Exception | None]:
    """Raise the errors in their order, then answer."""
    left = list(errors)
    return lambda step, prompt: (left.pop(0) if left else None) or "fine"


PROMPT = "List up to six topics"


def test_a_reply_is_kept_by_step_prompt_model_and_settings(tmp_path: Path, asker: MakeAsker) -> None:
    assert asker(tmp_path, failing()).ask("a", PROMPT) == Reply("fine", "end", 5, 1)
    again = asker(tmp_path, failing())
    assert again.ask("a", PROMPT) == Reply("fine", "end", 5, 1)
    assert (again.fresh, len(again.used)) == (0, 1)
    again.ask("b", PROMPT)
    again.ask("a", f"{PROMPT}.")
    assert again.fresh == 2
    for name, settings in (("other", "greedy"), ("scripted", "warm")):
        other = asker(tmp_path, failing(), name, settings)
        other.ask("a", PROMPT)
        assert other.fresh == 1


@pytest.mark.parametrize("error", [BusyError("429"), TimeoutError("60 s"), ConnectionError("reset")])
def test_a_passing_fault_is_retried_so_many_times_and_then_stops_the_build(
    tmp_path: Path, asker: MakeAsker, error: Exception
) -> None:
    patient = asker(tmp_path, failing(error, error))
    assert patient.ask("a", PROMPT).text == "fine"
    assert (patient.retries, patient.fresh) == (2, 1)
    stopped = asker(tmp_path / "other", failing(error, error, error))
    with pytest.raises(GenerationError, match="What was answered is kept; run the same command again"):
        stopped.ask("a", PROMPT)
    assert stopped.ask("a", PROMPT).text == "fine"


def test_a_call_that_the_model_does_not_take_is_refused_and_not_kept(
    tmp_path: Path, asker: MakeAsker
) -> None:
    one = asker(tmp_path, failing(ValueError("too long")))
    with pytest.raises(RefusedError, match="too long"):
        one.ask("a", PROMPT)
    assert one.ask("a", PROMPT).text == "fine"


def test_calls_refused_in_a_row_stop_the_build(tmp_path: Path, asker: MakeAsker) -> None:
    one = asker(tmp_path, lambda step, prompt: ValueError("no credit"))
    for number in range(4):
        with pytest.raises(RefusedError):
            one.ask("a", f"{PROMPT} {number}")
    with pytest.raises(GenerationError, match=r"5 calls in a row were refused: The model failed: no credit"):
        one.ask("a", PROMPT)


def test_an_answer_between_refused_calls_says_that_the_model_is_there(
    tmp_path: Path, asker: MakeAsker
) -> None:
    one = asker(tmp_path, lambda step, prompt: None if "good" in prompt else ValueError("too long"))
    for number in range(12):
        with pytest.raises(RefusedError):
            one.ask("a", f"{PROMPT} {number}")
        if number % 4 == 3:
            one.ask("a", f"{PROMPT}, good {number}")


def test_a_model_that_is_silent_is_left_at_once_when_the_build_is_stopped(
    tmp_path: Path, asker: MakeAsker
) -> None:
    asked, released = threading.Event(), threading.Event()

    def hangs(step: str, prompt: str) -> str:
        asked.set()
        released.wait(60)
        return "late"

    one = asker(tmp_path, hangs)
    failures: list[Exception] = []

    def work() -> None:
        try:
            one.ask("a", PROMPT)
        except GenerationError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    asked.wait(60)
    one.stop()
    thread.join(30)
    released.set()
    assert [str(error) for error in failures] == ["The build was stopped."]


def test_two_who_ask_the_same_at_once_share_one_call_and_no_more_run_than_are_allowed(
    tmp_path: Path, asker: MakeAsker
) -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def counts(step: str, prompt: str) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        if step == "context" and not together.broken:
            with suppress(threading.BrokenBarrierError):
                together.wait(1)  # three at a time come to this place, or it is given up
        with lock:
            running -= 1

    build = Build(tmp_path, ScriptedChat(misdeed=counts), jobs=3)
    build.run()
    assert most == 3
    assert len(build.chat.asked) == len(set(build.chat.asked))
    barrier = threading.Barrier(2)
    same = asker(tmp_path / "same", lambda step, prompt: "fine")
    threads = [threading.Thread(target=lambda: (barrier.wait(), same.ask("a", PROMPT))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same.fresh == 1


def test_a_model_that_misbehaves_now_and_then_loses_only_what_it_spoilt(tmp_path: Path) -> None:
    bad: Iterator[str | Exception] = iter(
        [
            "not json",
            '```json\n{"facts": {}}\n```',
            "I cannot help with that.",
            "",
            BusyError("429"),
            TimeoutError(),
            ValueError("400"),
        ]
    )
    lock, number = threading.Lock(), 0

    def misdeed(step: str, prompt: str) -> str | Exception | None:
        nonlocal number
        with lock:
            number += 1
            return next(bad, None) if number % 9 == 0 else None

    build = Build(tmp_path, ScriptedChat(misdeed=misdeed), conduct=CONDUCT, jobs=1)
    expected = files(build.run())
    assert sum(build.steps.rejects.values()) >= 4
    assert build.asker.retries == 2
    assert len(expected) > 6
    again = Build(tmp_path, conduct=CONDUCT)
    again.run("again")
    assert len(again.chat.asked) <= 3  # the one that was refused, and what follows from it


def test_a_server_that_goes_away_stops_the_build_and_the_next_run_goes_on(tmp_path: Path) -> None:
    whole = Build(tmp_path / "whole")
    expected = files(whole.run())
    left = iter(range(30))
    gone = ScriptedChat(
        misdeed=lambda step, prompt: None if next(left, None) is not None else ConnectionError()
    )
    first = Build(tmp_path / "gone", gone, conduct=QUICK)
    with pytest.raises(GenerationError, match="run the same command again"):
        first.run()
    assert not (tmp_path / "gone" / "out").exists()
    second = Build(tmp_path / "gone")
    assert files(second.run()) == expected
    assert first.asker.fresh + second.asker.fresh == whole.asker.fresh


def test_an_interrupt_waits_for_no_call_that_hangs(tmp_path: Path) -> None:
    hanging, released, finished = threading.Event(), threading.Event(), threading.Event()

    def hangs(step: str, prompt: str) -> None:
        if "one woman" in prompt:  # asked for after the dogs
            hanging.set()
            released.wait(20)
            finished.set()

    class Interrupted(Build):
        def _report(self, what: str, done: int, total: int) -> None:
            hanging.wait(20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Interrupted(tmp_path, ScriptedChat(misdeed=hangs), photos=1, jobs=2).run()
    assert not finished.is_set()
    released.set()


def test_costs_are_told_by_step_with_the_calls_of_which_a_server_said_nothing(
    tmp_path: Path, asker: MakeAsker
) -> None:
    one = asker(tmp_path, failing())
    one.used = {"k1": Used("a", 1000, 7), "k2": Used("b", 5, 1), "k3": Used("a", None, None)}
    assert list(costs(one)) == [
        ("step", "calls", "tokens in", "tokens out"),
        ("a", "2", "1,000 (1 calls did not say)", "7 (1 calls did not say)"),
        ("b", "1", "5", "1"),
        ("all steps", "3", "1,005 (1 calls did not say)", "8 (1 calls did not say)"),
    ]


def test_replies_that_cannot_be_kept_are_an_error_before_any_call(tmp_path: Path) -> None:
    (tmp_path / "calls.db").write_bytes(b"no database, but a text of some length" * 30)
    with pytest.raises(UserError, match=r"Replies cannot be kept in .*calls\.db"):
        Calls(tmp_path / "calls.db")
