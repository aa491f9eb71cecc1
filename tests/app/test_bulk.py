"""`placard ingest` and `placard gallery reembed` as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.settings import read_settings
from gallery.gallery import Gallery
from tests.app.conftest import Run


@pytest.fixture
def people(tmp_path: Path, press: dict[str, list[Path]]) -> Path:
    """Three people with two press photos each, one biography, and a file that is no photo."""
    for name in ("Tony_Blair", "Colin_Powell", "Vladimir_Putin"):
        (tmp_path / "people" / name).mkdir(parents=True)
        for path in press[name]:
            shutil.copy(path, tmp_path / "people" / name)
    (tmp_path / "people/Tony_Blair/biography.txt").write_text("Born in Edinburgh.", encoding="utf-8")
    (tmp_path / "people/Tony_Blair/broken.jpg").write_bytes(b"no photo")
    return tmp_path / "people"


def rows(report: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def test_a_folder_of_people_is_enrolled_and_known_at_once(
    run: Run, people: Path, tmp_path: Path, mini_pack: Path, press: dict[str, list[Path]]
) -> None:
    report = tmp_path / "report.jsonl"
    result = run("ingest", people, "--faces", mini_pack, "--report", report)
    assert result.code == 0
    assert "added" in result.out
    written = rows(report)
    assert [row["photo"] for row in written] == sorted(row["photo"] for row in written)
    assert [row["status"] for row in written].count("added") == 6
    (skipped,) = [row for row in written if row["status"] == "skipped"]
    assert (skipped["photo"], skipped["reason"]) == ("Tony_Blair/broken.jpg", "unreadable")
    # The gallery remembers where its model is: no option is needed to ask.
    answer = run("who", press["Tony_Blair"][0], "--json").json
    assert "Tony Blair" in [region["name"] for region in answer["regions"]]
    assert "Edinburgh" in run("ask", press["Tony_Blair"][0], "Where was Tony Blair born?").out


def test_the_same_source_twice_adds_nothing(run: Run, people: Path, tmp_path: Path, mini_pack: Path) -> None:
    run("ingest", people, "--faces", mini_pack)
    revision = Gallery.open(read_settings().gallery_url).revision()
    report = tmp_path / "again.jsonl"
    assert run("ingest", people, "--report", report).code == 0
    assert {row["status"] for row in rows(report)} == {"unchanged", "skipped"}
    assert Gallery.open(read_settings().gallery_url).revision() == revision


def test_a_dry_run_says_the_same_and_writes_nothing(
    run: Run, people: Path, tmp_path: Path, mini_pack: Path
) -> None:
    dry, real = tmp_path / "dry.jsonl", tmp_path / "real.jsonl"
    result = run("ingest", people, "--faces", mini_pack, "--dry-run", "--report", dry)
    assert "dry run" in result.out
    assert Gallery.open(read_settings().gallery_url).counts().entities == 0
    run("ingest", people, "--faces", mini_pack, "--report", real)
    assert rows(dry) == rows(real)


def test_stop_ends_at_the_first_refusal_with_exit_code_1(
    run: Run, people: Path, tmp_path: Path, mini_pack: Path
) -> None:
    report = tmp_path / "report.jsonl"
    result = run("ingest", people, "--faces", mini_pack, "--on-error", "stop", "--report", report)
    assert result.code == 1
    assert [row["status"] for row in rows(report)] == ["added"] * 4 + ["skipped"]


def test_a_table_with_columns_of_its_own_is_read(
    run: Run, congress: list[dict[str, Any]], tmp_path: Path, mini_pack: Path
) -> None:
    table = tmp_path / "members.jsonl"
    root = Path(congress[0]["portrait"]).parent
    lines = [json.dumps({**row, "portrait": Path(row["portrait"]).name}) + "\n" for row in congress[:2]]
    table.write_text("".join(lines), encoding="utf-8")
    columns = "photo=portrait,name=name,biography=bio,external_id=bioguide_id"
    result = run("ingest", table, "--columns", columns, "--root", root, "--faces", mini_pack)
    assert result.code == 0
    listed = run("gallery", "list", "--json").json
    assert [row["external_id"] for row in listed] == [row["bioguide_id"] for row in congress[:2]]
    assert [row["references"] for row in listed] == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("missing",), 1, "missing"),
        (("people", "--columns", "photo"), 1, "photo"),
        (("people", "--on-error", "explode"), 2, "skip or stop"),
        (("people", "--jobs", "0"), 2, "--jobs"),
        (("people", "--report", "no/such/folder/r.jsonl"), 1, "report cannot be written"),
    ],
)
def test_a_mistake_is_one_line(
    run: Run, people: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, says: str
) -> None:
    monkeypatch.chdir(people.parent)
    result = run("ingest", *arguments)
    assert (result.code, says in result.err) == (code, True), result.err
    assert "Traceback" not in result.err


def test_reembed_moves_a_gallery_to_another_model(
    run: Run, people: Path, mini_pack: Path, press: dict[str, list[Path]]
) -> None:
    run("ingest", people, "--faces", mini_pack)
    refused = run("ingest", people, "--faces", "dlib")
    assert refused.code == 1
    assert "reembed" in refused.err
    assert run("gallery", "reembed", "--faces", "dlib").code == 0
    answer = run("who", press["Colin_Powell"][0], "--json")
    assert "Faces: dlib (the gallery was made with it)" in answer.err
    assert "Colin Powell" in [region["name"] for region in answer.json["regions"]]
    assert run("doctor").code == 0


def test_postgresql_is_the_same_by_url(
    run: Run, people: Path, mini_pack: Path, gallery_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLACARD_DATABASE_URL", gallery_url)
    assert run("ingest", people, "--faces", mini_pack).code == 0
    assert len(run("gallery", "list", "--json").json) == 3
    assert run("doctor").code == 0
    assert not (tmp_path / "home/gallery.db").exists()
