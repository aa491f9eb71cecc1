"""`placard gallery`: looking after who is known."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from app.settings import read_settings
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from tests.app.conftest import Run
from tests.fakes import reference


@pytest.fixture
def two_named_alike(tmp_path: Path) -> Gallery:
    """Anna twice and Ben once, one reference each."""
    gallery = Gallery.open(read_settings().gallery_url)
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        for number, (name, source) in enumerate([("Anna", "one"), ("Anna", "two"), ("Ben", "one")]):
            entity = writer.add(NewEntity(name=name, source=source, biography=f"Biography {number}."))
            writer.add_reference(entity, reference((1, number, 0), f"{number:064x}"), (100, 100))
    return gallery


@pytest.mark.usefixtures("two_named_alike")
def test_list_has_the_stable_json_form(run: Run) -> None:
    first = run("gallery", "list", "--json").json[0]
    assert first == {
        "id": 1,
        "kind": "person",
        "noun": "person",
        "name": "Anna",
        "external_id": None,
        "references": 1,
    }


def test_a_line_says_what_an_entry_is(run: Run, two_named_alike: Gallery) -> None:
    with two_named_alike.write() as writer:
        writer.add(NewEntity(name="Ben", kind=EntityKind.THING, noun="mug", source="two"))
    lines = [line.split() for line in run("gallery", "list").out.splitlines()]
    assert lines[-2:] == [
        ["3", "Ben", "person", "1", "references", "one"],
        ["4", "Ben", "mug", "0", "references", "two"],
    ]


@pytest.mark.usefixtures("two_named_alike")
def test_a_name_that_two_people_share_asks_for_an_id(run: Run) -> None:
    result = run("gallery", "show", "anna")
    assert result.code == 1
    assert "Anna (1), Anna (2)" in result.err
    assert "Biography 1." in run("gallery", "show", 2).out


@pytest.mark.usefixtures("two_named_alike")
def test_rename_shows_everywhere(run: Run) -> None:
    assert run("gallery", "rename", "Ben", "Benjamin").code == 0
    assert run("gallery", "show", "3").out.startswith("3  Benjamin")


@pytest.mark.usefixtures("two_named_alike")
def test_a_merge_counts_once_and_is_taken_back_exactly(run: Run) -> None:
    before = run("gallery", "list", "--json").json
    assert run("gallery", "merge", 2, 1).code == 0
    merged = run("gallery", "list", "--json").json
    assert [(row["id"], row["references"]) for row in merged] == [(1, 2), (3, 1)]
    assert "stands also for 2" in run("gallery", "show", 1).out
    assert run("gallery", "unmerge", 2).code == 0
    assert run("gallery", "list", "--json").json == before


@pytest.mark.usefixtures("two_named_alike")
@pytest.mark.parametrize(
    "arguments",
    [("show", 99), ("show", "Zoe"), ("rename", 99, "x"), ("merge", 1, 1), ("unmerge", 1), ("rename", 1, " ")],
)
def test_what_cannot_be_done_is_one_line(run: Run, arguments: tuple[object, ...]) -> None:
    result = run("gallery", *arguments)
    assert result.code == 1
    assert result.err.startswith("Error: ")
    assert len(result.err.splitlines()) == 1


def test_a_merge_of_two_nouns_is_asked_about_and_one_of_two_kinds_refused(
    run: Run, two_named_alike: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = (("Mug", EntityKind.THING, "mug"), ("Bella", EntityKind.THING, "dog"), ("Lid", EntityKind.THING))
    with two_named_alike.write() as writer:
        mug, bella, lid = (writer.add(NewEntity(*known)) for known in kinds)
    refused = run("gallery", "merge", "Ben", mug, "--yes")
    assert (refused.code, refused.err) == (1, "Error: A person cannot be merged into a thing.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    asked = run("gallery", "merge", mug, bella)
    assert (
        asked.code == 1
        and "Mug (mug) and Bella (dog) are called differently; after this they are one dog." in asked.out
    )
    assert "Nothing was merged: no confirmation came; --yes goes on without one." in asked.err
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert run("gallery", "merge", mug, bella).err == "Error: Nothing was merged.\n"
    assert two_named_alike.merged(bella) == []
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{mug}\n"))
    assert run("gallery", "merge", mug, bella).code == 0
    run("gallery", "unmerge", mug)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("gallery", "merge", mug, bella, "--yes").code == 0
    assert run("gallery", "merge", lid, bella).code == 0  # nobody said what it is called


def test_forget_asks_before_it_deletes(
    run: Run, two_named_alike: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert run("gallery", "forget", "Ben").code == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "--yes" in run("gallery", "forget", "Ben").err
    assert two_named_alike.counts().entities == 3
    monkeypatch.setattr("sys.stdin", io.StringIO("3\n"))
    assert run("gallery", "forget", "Ben").code == 0
    assert two_named_alike.find("Ben") == []


@pytest.mark.usefixtures("collins")
def test_forgotten_people_are_not_named_and_leave_no_byte_in_the_home(run: Run, nasa: Path) -> None:
    home = read_settings().home
    assert any(b"Eileen" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    result = run("gallery", "forget", "Eileen Collins", "--yes")
    assert "Rows left: 0" in result.out
    assert not any(b"Eileen" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert run("who", nasa, "--json").json["regions"][0]["decision"] == "unknown"


@pytest.mark.usefixtures("collins")
def test_an_export_is_a_gallery_again(
    run: Run, nasa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("gallery", "export", tmp_path / "out").code == 0
    assert run("gallery", "export", tmp_path / "out").code == 1  # never over something that is there
    monkeypatch.setenv("PLACARD_HOME", str(tmp_path / "other"))
    assert run("ingest", tmp_path / "out").code == 0
    assert run("who", nasa, "--json").json["regions"][0]["name"] == "Eileen Collins"
    assert "Elmira" in run("ask", nasa, "Where was she born?").out


@pytest.mark.usefixtures("collins")
def test_a_face_that_is_rejected_is_not_named_again_until_that_is_taken_back(run: Run, nasa: Path) -> None:
    (found,) = run("who", nasa, "--json").json["regions"]
    assert found["name"] == "Eileen Collins"
    box = ",".join(map(str, found["box"]))
    said = run("gallery", "reject", "Eileen Collins", nasa, "--box", box)
    assert said.code == 0
    assert "Eileen Collins is not recognised there again" in said.out
    assert "It is enrolled already, as reference 1" in said.out
    (after,) = run("who", nasa, "--json").json["regions"]
    assert (after["decision"], after["candidates"]) == ("unknown", [])
    shown = run("gallery", "show", 1).out
    assert f"rejection 1: not photo {hashlib.sha256(nasa.read_bytes()).hexdigest()[:12]}, box" in shown
    assert run("gallery", "unreject", 1).code == 0
    assert run("who", nasa, "--json").json["regions"] == [found]
    again = run("gallery", "unreject", 1)
    assert (again.code, again.out) == (1, "")
    assert "There is no rejection 1" in again.err


@pytest.mark.usefixtures("two_named_alike")
@pytest.mark.parametrize(
    ("box", "says"),
    [
        ("1,2,3", "--box '1,2,3': a box is four whole numbers of pixels with commas between them."),
        ("a,b,c,d", "--box 'a,b,c,d': a box is four whole numbers of pixels with commas between them."),
        ("9,9,9,9", "--box '9,9,9,9': A box must have right > left and bottom > top"),
        ("9000,0,9010,10", "Expected a --box in the photo of 512 x 512, but got '9000,0,9010,10'."),
    ],
)
def test_a_box_that_is_none_of_the_photo_is_one_clear_line(run: Run, nasa: Path, box: str, says: str) -> None:
    result = run("gallery", "reject", "Ben", nasa, "--box", box)
    assert result.code == 1
    assert f"Error: {says}" in result.err
    assert "rejection" not in run("gallery", "show", "Ben").out
