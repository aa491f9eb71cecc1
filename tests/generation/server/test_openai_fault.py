"""What a server may do wrong, what is tried again, and what the user reads."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from generation.conversation import Conversation
from generation.generator import Finish, GenerationError
from generation.request import Request
from generation.server.chat import Conduct
from generation.server.fault import Fault
from generation.server.openai import connect
from generation.server.openai_fault import asked_wait_s
from tests.generation.contexts import ada, blank, bob, photo
from tests.generation.server.scripted import (
    Handler,
    Reply,
    Scripted,
    chunk,
    cut,
    dropped,
    fails,
    hangs,
    html,
    listing,
    raw,
    says,
    serving,
)

KEY = "sk-very-secret"
UNFINISHED = "The server stopped before it said that the answer is complete."
CONTEXT = photo(ada, bob)
REQUEST = Request(blank(CONTEXT), CONTEXT, "Who is it?")


def failure(reply: Reply, *, model: str = "tiny", timeout_s: float = 60.0, retries: int = 0) -> str:
    """What the user reads when the replies are given, without the server's address."""
    with serving(reply, models=("tiny", "small")) as server:
        generator = connect(server.url, model, key=KEY, timeout_s=timeout_s, retries=retries)
        with pytest.raises(GenerationError) as error:
            generator.stream(REQUEST).finished()
        text = str(error.value)
        assert KEY not in repr(error.value) + repr(generator)
        assert "\n" not in text
        return text.replace(f"{server.url}/v1", "URL")


def written(server: Scripted) -> str:
    """What a server without a key answers."""
    return connect(server.url).stream(REQUEST).finished().text


def test_failures_before_the_first_piece_are_retried() -> None:
    failed = fails(500, Retry_After="0.01"), fails(503, Retry_After="0.01"), fails(429, Retry_After="0.01")
    with serving(*failed, says("At last.")) as server:
        assert connect(server.url).stream(REQUEST).finished().text == "At last."
    assert len(server.bodies) == 4
    assert all(body == server.bodies[0] for body in server.bodies)


OVERLOADED = raw('data: {"error": {"message": "overloaded", "code": 503}}\n\n')


@pytest.mark.parametrize(
    "reply", [dropped, cut(), OVERLOADED], ids=["without a response", "after the head", "with an event"]
)
def test_an_answer_that_breaks_before_its_first_piece_is_tried_again(reply: Reply) -> None:
    with serving(reply, says("At last.")) as server:
        assert connect(server.url).stream(REQUEST).finished().text == "At last."


def test_a_server_that_keeps_failing_is_asked_as_often_as_agreed() -> None:
    with serving(fails(500, "out of memory", Retry_After="0.01")) as server:
        with pytest.raises(GenerationError, match=r"failed \(500: out of memory\)"):
            connect(server.url, retries=2).stream(REQUEST).finished()
        assert len(server.bodies) == 3


def test_a_wait_before_the_next_try_can_be_cancelled() -> None:
    def busy(handler: Handler) -> None:
        stream.cancel()
        fails(429, Retry_After="50")(handler)

    with serving(busy) as server:
        stream = connect(server.url).stream(REQUEST)
        assert stream.finished().finish is Finish.CANCELLED


def test_waits_double_up_to_a_limit_and_the_server_may_ask_for_another() -> None:
    waits = [Conduct().wait_s(attempt, Fault("busy", passing=True)) for attempt in range(6)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert Conduct().wait_s(0, Fault("busy", passing=True, wait_s=20.0)) == 20.0


def test_the_wait_that_a_server_asks_for_may_be_seconds_or_a_date() -> None:
    wait_s = asked_wait_s(format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True))
    assert wait_s is not None and 0 < wait_s <= 40
    assert asked_wait_s("7") == 7.0
    assert asked_wait_s("-1") == asked_wait_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert asked_wait_s("soon") is asked_wait_s("") is asked_wait_s("nan") is None


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for() -> None:
    line = failure(fails(429, "later", Retry_After="900"), retries=3)
    assert line.endswith("URL is busy (429: later) and asks to wait 900 seconds.")


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (
            fails(401, f"bad key {KEY}"),
            "URL refused the key (401: bad key [key]); set the key of this server.",
        ),
        (fails(400, "no vision"), "URL refused the question (400: no vision)."),
        (fails(400, "x" * 1000), f"URL refused the question (400: {'x' * 200}…)."),
        (fails(400, "two\nlines\x1b[31m"), "URL refused the question (400: two lines [31m)."),
        (
            fails(404, "Not Found"),
            "URL does not know the model, or has no chat at this URL (404: Not Found).",
        ),
        (dropped, "URL dropped the connection."),
        (html, "URL sent something that is no chat answer (ValueError); does it speak OpenAI's protocol?"),
        (raw(""), "URL sent something that is no chat answer (ValueError); does it speak OpenAI's protocol?"),
        (
            raw("data: {not json\n\n"),
            "URL sent something that is no chat answer (JSONDecodeError); does it speak OpenAI's protocol?",
        ),
        (
            raw("data: 5\n\n"),
            "URL sent something that is no chat answer (AttributeError); does it speak OpenAI's protocol?",
        ),
        (raw('data: {"error": {"message": "out of memory"}}\n\n'), "URL failed: out of memory."),
        (
            raw('data: {"choices": []}\n\n'),
            UNFINISHED,
        ),
        (
            says("Ada is", finish=None),
            "The answer broke off after 6 characters: " + UNFINISHED,
        ),
        (
            says("Ada", finish="abort"),
            "The answer broke off after 3 characters: URL did not finish the answer (abort).",
        ),
        (cut("Ada ", "is"), "The answer broke off after 6 characters: URL dropped the connection."),
        (
            raw(
                f"data: {json.dumps(chunk('Ada'))}\n\n",
                'data: {"error": {"message": "gone", "code": 500}}\n\n',
            ),
            "The answer broke off after 3 characters: URL failed: gone.",
        ),
    ],
)
def test_a_fault_is_one_line_for_the_user(reply: Reply, line: str) -> None:
    assert failure(reply).removeprefix("The server at ").replace(": The server at URL", ": URL") == line


def test_what_was_seen_of_an_answer_is_not_asked_for_again() -> None:
    with serving(cut("Ada "), says("Bob")) as server:
        with pytest.raises(GenerationError, match="broke off after 4 characters"):
            connect(server.url).stream(REQUEST).finished()
        assert len(server.bodies) == 1


def test_a_server_that_is_silent_is_given_up() -> None:
    assert failure(hangs(), timeout_s=1).endswith("sent nothing for 1 seconds; is it overloaded?")
    assert failure(hangs("Ada"), timeout_s=1).startswith("The answer broke off after 3 characters: The")


def test_a_request_that_is_sent_back_in_an_error_is_not_quoted() -> None:
    def invalid(handler: Handler) -> None:
        detail = [{"msg": "Field required", "loc": ["body"], "input": "data:image/png;base64,PHOTO"}]
        body = json.dumps({"detail": detail}).encode()
        handler.answer(422, "application/json", body)

    assert failure(invalid).endswith("refused the question (422: Field required).")


def test_a_model_that_the_server_does_not_have_is_named_with_those_it_has() -> None:
    line = failure(fails(404, "The model `huge` does not exist."), model="huge")
    assert line == "The server at URL does not know the model 'huge'; it has 'tiny', 'small'."


def test_a_server_that_goes_down_later_is_named_too() -> None:
    with serving(says("")) as server:
        generator = connect(server.url)
    with pytest.raises(GenerationError, match="does not answer; is it running"):
        generator.stream(REQUEST).finished()


def test_a_question_is_not_sent_on_to_another_server() -> None:
    with serving(says("Stolen.")) as other:
        moved = fails(307, Location=f"{other.url}/v1/chat/completions")
        with serving(moved) as server, pytest.raises(GenerationError, match="sends questions on to http"):
            written(server)
        assert other.bodies == []
        listed_elsewhere = fails(302, Location=f"{other.url}/v1/models")
        with serving(says("Yes."), models=listed_elsewhere) as server, pytest.raises(GenerationError):
            connect(server.url)


def test_no_proxy_stands_between_this_machine_and_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(says("Yes.")) as server:
        assert written(server) == "Yes."


@pytest.mark.parametrize("before", [[], ["Ada "]])
def test_an_answer_of_a_silent_server_is_cancelled_at_once_and_keeps_what_was_written(
    before: list[str],
) -> None:
    with serving(hangs(*before)) as server:
        conversation = Conversation(REQUEST.photo, REQUEST.context, connect(server.url))
        timer = threading.Timer(0.5, conversation.cancel)
        timer.start()
        assert list(conversation.stream("Who is it?")) == before  # without it, the test's time runs out
        timer.join()
    answer = conversation.exchanges[-1].answer
    assert (answer.text, answer.finish) == ("".join(before).strip(), Finish.CANCELLED)


def test_a_server_that_is_just_starting_is_asked_for_its_models_again() -> None:
    tries = [fails(503, Retry_After="0"), dropped, listing(["tiny"])]
    with serving(says("Yes."), models=lambda handler: tries.pop(0)(handler)) as server:
        assert written(server) == "Yes."
    assert tries == []


@pytest.mark.parametrize("key", ["  ", "a b", "sk-1\n", "sk-\u00e9"])
def test_a_key_that_cannot_be_sent_is_blamed_itself(key: str) -> None:
    with pytest.raises(GenerationError, match="holds characters that no key has") as error:
        connect("http://127.0.0.1:9", key=key)
    assert key not in str(error.value)
