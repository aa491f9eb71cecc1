"""`--region`: what is said about a box of a photo, beside who is recognised."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.settings import read_settings
from gallery.gallery import Gallery
from tests.app.conftest import Run
from tests.generation.server.scripted import says, serving

SHUTTLE = "0,0,120,300|space shuttle|Endeavour|It is a model that my uncle built in 1992."
FLAG = "10,310,90,500|flag||A flag that hung in our kitchen."


@pytest.mark.usefixtures("collins")
def test_what_is_given_is_told_beside_who_is_recognised_and_named_as_given(run: Run, nasa: Path) -> None:
    result = run("ask", nasa, "When was Endeavour built?", "--region", SHUTTLE, "--region", FLAG, "--json")
    form = result.json
    assert form["answer"] == "Endeavour: It is a model that my uncle built in 1992 [2]."
    cited = {"k": 2, "entity_id": None, "name": "Endeavour", "box": [0, 0, 120, 300], "given": True}
    assert form["citations"] == [{**cited, "body": None}]
    assert [region["decision"] for region in form["regions"]] == ["given", "given", "accepted"]
    flag, shuttle, _ = form["regions"]
    assert (flag["name"], flag["noun"], flag["text"]) == (None, "flag", "A flag that hung in our kitchen.")
    assert (shuttle["kind"], shuttle["entity_id"], shuttle["candidates"]) == ("given", None, [])
    with Gallery.open(read_settings().gallery_url) as gallery:
        assert gallery.counts().entities == 1


@pytest.mark.usefixtures("collins")
def test_chat_shows_what_is_given_and_answers_about_both(
    run: Run, nasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Where was she born?\nWho built the flag?\n"))
    flag, collins, *answers = run("chat", nasa, "--region", FLAG).out.splitlines()
    assert flag.split() == ["flag", "given", "box", "10,310,90,500"]
    assert collins.startswith("Eileen Collins ")
    assert answers[1].startswith("[2] Eileen Collins, box ")
    assert answers[2] == "What was given does not say this about the flag."


@pytest.mark.usefixtures("collins")
def test_what_is_said_about_a_face_counts_instead_of_who_was_recognised(run: Run, nasa: Path) -> None:
    twin = "120,20,330,500|woman|Eve|Eve is her twin sister."
    form = run("ask", nasa, "Who is this?", "--region", twin, "--json").json
    assert form["answer"] == "Eve is her twin sister [1]."
    assert [region["name"] for region in form["regions"]] == ["Eve"]


@pytest.mark.usefixtures("collins")
def test_save_draws_given_boxes_in_a_colour_of_their_own(run: Run, nasa: Path, tmp_path: Path) -> None:
    target = tmp_path / "named.png"
    assert run("ask", nasa, "Who?", "--region", "20,250,120,400|flag||Ours", "--save", target).code == 0
    red, green, blue = np.asarray(Image.open(target).convert("RGB")).astype(int)[390, 20]
    assert blue > max(red, green) + 60


@pytest.mark.usefixtures("collins")
def test_a_local_model_and_a_server_are_sent_what_is_given(
    run: Run, nasa: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_MAX_NEW_TOKENS", "2")
    monkeypatch.setenv("PLACARD_PICTURE_MAX_TOKENS", "64")
    monkeypatch.setenv("PLACARD_PICTURE_MIN_TOKENS", "16")
    question = ("ask", nasa, "Who?", "--json", "--region", SHUTTLE)
    local = run(*question, "--generator", "local", "--model", tiny_model, "--device", "cpu").json
    with serving(says("Endeavour [1].")) as server:
        served = run(*question, "--server", server.url).json
    line = (
        "[1]: The information of the space shuttle located at <|box_start|>(0,0),(234,586)<|box_end|> "
        "in the image: Endeavour. It is a model that my uncle built in 1992."
    )
    assert [form["sent"].splitlines()[0] for form in (local, served)] == [line, line]
    assert served["citations"][0]["given"]


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("10,10,20|dog|Barks", "a box is four whole numbers of pixels"),
        ("10,10,20,x|dog|Barks", "a box is four whole numbers of pixels"),
        ("10%,10,20,30|dog|Barks", "a box is four whole numbers of pixels"),
        ("30,10,20,30|dog|Barks", "right > left"),
        ("10,10,20,30|dog|", "Expected a text about the dog, but it is empty"),
        ("10,10,20,30||Barks", "Expected what is in the box"),
        ("10,10,20,30|dog", "3 or 4 parts"),
        ("10,10,20,30|dog|Bella|Barks | bites", "a text cannot hold a |"),
        ("", "3 or 4 parts"),
        ("10,10,20,6000|dog|Barks", "inside the photo of 60 x 60 pixels, but got 10,10,20,6000"),
        ("\x1b[2J|" + "x" * 5000, "3 or 4 parts"),
    ],
)
@pytest.mark.parametrize("command", [("chat",), ("ask", "Who?")])
def test_a_bad_region_is_one_plain_line_before_anything_is_loaded(
    run: Run, tmp_path: Path, command: tuple[str, ...], region: str, says: str
) -> None:
    Image.new("RGB", (60, 60), "grey").save(tmp_path / "wall.png")
    result = run(command[0], tmp_path / "wall.png", *command[1:], "--region", region)
    assert (result.code, result.out) == (1, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert len(result.err) < 350
    assert "\x1b" not in result.err


def test_a_stranger_stays_unknown_beside_what_is_given(run: Run, nasa: Path) -> None:
    form = json.loads(run("ask", nasa, "How many people?", "--region", FLAG, "--json").out)
    assert form["answer"] == "1 person: 1 unknown."
