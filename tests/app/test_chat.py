"""`placard chat`: several questions about one photo."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from app.asking import Desk, answer_one
from app.generators import GeneratorChoice
from app.settings import GeneratorKind
from generation.conversation import Conversation
from generation.generator import Finish, GenerationError
from tests.app.conftest import Run
from tests.fakes import Echo
from tests.generation.contexts import ada, blank, photo


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Puts lines where the command reads questions."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def desk(echo: Echo) -> Desk:
    """A conversation with an echo about a photo of Ada."""
    context = photo(ada)
    choice = GeneratorChoice(GeneratorKind.READER, "", "asked for")
    return Desk([], [], Conversation(blank(context), context, echo), choice)


@pytest.mark.usefixtures("collins")
def test_every_line_is_a_question_and_empty_ones_are_passed_over(
    run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "Where was she born?", "", "  ", "When did she command a Space Shuttle?")
    result = run("chat", nasa)
    assert result.code == 0
    who, *answers = result.out.strip().splitlines()
    assert who.startswith("Eileen Collins ")
    assert "Elmira, New York" in answers[0]
    assert answers[1].startswith("[1] Eileen Collins, box ")
    assert "July 1999" in answers[2]
    assert result.err.count("Generator: reader (no server is set, and no language model is on disk)") == 1
    assert result.err.count("The reader is extractive") == 1


@pytest.mark.usefixtures("collins")
def test_json_gives_one_line_for_each_answer(run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "Where was she born?", "Who is this?")
    lines = run("chat", nasa, "--json").out.splitlines()
    assert ["Elmira" in json.loads(line)["answer"] for line in lines] == [True, False]


def test_nothing_to_ask_is_no_error(run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch)
    assert run("chat", nasa).code == 0


def test_control_c_ends_the_answer_and_keeps_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    opened = desk(Echo("Ada ", "paints", fails=KeyboardInterrupt()))
    assert not answer_one(opened, "What does she do?", as_json=False)
    assert opened.conversation.exchanges[0].answer.finish is Finish.CANCELLED
    assert opened.conversation.exchanges[0].answer.text == "Ada paints"
    out, err = capsys.readouterr()
    assert out.startswith("Ada paints")
    assert "(stopped)" in err


@pytest.mark.usefixtures("collins")
def test_a_question_that_nobody_can_see_is_an_error_and_the_talk_goes_on(
    run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "\u200b\u2060", "Where was she born?")
    result = run("chat", nasa)
    assert result.code == 1
    assert "Error: Expected a question, but it is empty" in result.err
    assert "Elmira, New York" in result.out


@pytest.mark.usefixtures("collins")
def test_json_names_the_question_also_where_there_is_no_answer(
    run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "Where was she born?", "\u2060")
    first, second = map(json.loads, run("chat", nasa, "--json").out.splitlines())
    assert first["question"] == "Where was she born?"
    assert second["question"] == "\u2060"
    assert second["error"].startswith("Expected a question")


@pytest.mark.usefixtures("collins")
def test_a_closed_input_is_one_line(run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    result = run("chat", nasa)
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("Error: There is no input to read questions from")


@pytest.mark.usefixtures("collins")
def test_bytes_that_are_no_text_end_nothing(run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO(b"caf\xe9?\nWhere was she born?\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw, encoding="utf-8"))
    result = run("chat", nasa)
    assert result.code == 0
    assert "Elmira, New York" in result.out


def test_an_answer_that_breaks_off_ends_its_line_before_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    broken = GenerationError("The server is gone.")
    with pytest.raises(GenerationError):
        answer_one(desk(Echo("Ada pai", fails=broken)), "What?", as_json=False)
    assert capsys.readouterr().out == "Ada pai\n"
    with pytest.raises(GenerationError):
        answer_one(desk(Echo(fails=broken)), "What?", as_json=False)
    assert capsys.readouterr().out == ""


def test_an_answer_without_a_word_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer_one(desk(Echo()), "What?", as_json=False)
    assert capsys.readouterr().out == "\nCheck: The model wrote nothing.\n"


@pytest.mark.usefixtures("collins")
def test_ask_that_is_stopped_says_so_to_the_shell(
    run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = Echo("Ada ", fails=KeyboardInterrupt())
    monkeypatch.setattr("app.asking.open_generator", lambda *_: stopped)
    result = run("ask", nasa, "What?")
    assert result.code == 130
    assert result.out.startswith("Ada ")


def test_what_a_model_writes_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    answer_one(desk(Echo("\x1b[2J", "two\nlines", "\r\u202e")), "What?", as_json=False)
    out = capsys.readouterr().out
    assert out.startswith(" [2Jtwo\nlines  \n")
    assert not {"\x1b", "\r", "\u202e"} & set(out)
