"""CSV and JSON lines: delimiters, quotes, broken rows and large cells."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest.sources.opening import open_source
from ingest.sources.row import SourceError, SourceProblem, Unusable
from tests.ingest.test_sources_tables import only, photos, problems, table, usable


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header(tmp_path: Path, mark: str) -> None:
    lines = [["photo", "name", "biography"], ["1.jpg", "Ada", '"a, b; c\td"']]
    text = "".join(mark.join(line) + "\r\n" for line in lines)
    row = usable(only(table(photos(tmp_path, "1.jpg"), "crew.csv", "\ufeff" + text)))
    assert row.entity.biography == "a, b; c\td"


def test_rows_with_too_many_or_few_cells_are_bad_with_their_line(tmp_path: Path) -> None:
    text = 'photo,name,biography\n1.jpg,Ada,"two\nlines"\n1.jpg,Ada\n\n1.jpg,Ada,a,b\n,,\n'
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", text)
    assert problems(path) == {"crew.csv:4": SourceProblem.BAD_ROW, "crew.csv:6": SourceProblem.BAD_ROW}
    assert open_source(path).total == 3


def test_a_quote_that_is_never_closed_is_a_bad_row_and_swallows_nothing_silently(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", 'photo,name\n1.jpg,Ada\n1.jpg,"Ben\n1.jpg,Cy\n')
    assert problems(path) == {"crew.csv:3": SourceProblem.BAD_ROW}


def test_text_after_a_closed_quote_is_a_bad_row_and_the_next_is_read(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", 'photo,name\n1.jpg,"Ada" L.\n1.jpg,Cy\n')
    bad, good = open_source(path).rows()
    assert isinstance(bad, Unusable)
    assert (bad.where, usable(good).entity.name) == ("crew.csv:2", "Cy")


@pytest.mark.parametrize("cells", [",Ada,", "1.jpg,Ada,robot", "1.jpg,A\0da,"])
def test_a_row_that_cannot_be_understood_is_bad(tmp_path: Path, cells: str) -> None:
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", f"photo,name,kind\n{cells}\n")
    assert set(problems(path).values()) == {SourceProblem.BAD_ROW}


@pytest.mark.parametrize(
    "line",
    [
        '{"file_name": "1.jpg"',
        "[1, 2]",
        "7",
        "[" * 100_000,
        "{}",
        '{"file_name": {}, "name": "Ada"}',
        '{"file_name": "1.jpg", "name": true}',
        '{"file_name": "1.jpg", "name": "\\ud800"}',
    ],
)
def test_a_single_broken_json_line_is_a_bad_row(tmp_path: Path, line: str) -> None:
    photos(tmp_path, "1.jpg")
    good = '{"file_name": "1.jpg", "name": "Ada"}'
    for text in (line, f"{good}\n{line}\n{good}"):
        rows = list(open_source(table(tmp_path, "crew.jsonl", text)).rows())
        bad = [row for row in rows if isinstance(row, Unusable)]
        assert [row.reason for row in bad] == [SourceProblem.BAD_ROW]
        assert len(rows) == text.count("\n") + 1


def test_a_json_line_that_is_not_utf8_is_a_bad_row_with_its_number(tmp_path: Path) -> None:
    path = photos(tmp_path, "1.jpg") / "crew.jsonl"
    path.write_bytes(b'{"photo": "1.jpg", "name": "Ada"}\n{"photo": "1.jpg", "name": "Zo\xeb"}\n')
    assert problems(path) == {"crew.jsonl:2": SourceProblem.BAD_ROW}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("crew.csv", b"", "Expected a header"),
        ("crew.csv", b"\n\n", "Expected a header"),
        ("crew.csv", b'"photo,name\n', "Expected a header"),
        ("crew.csv", b"photo,name\n", "has no rows"),
        ("crew.jsonl", b"\n", "has no rows"),
        ("crew.csv", b"photo,name,name\n1.jpg,Ada,Ada\n", "more than one column name"),
        ("crew.csv", "photo,name\n1.jpg,Zoë\n".encode("utf-16"), "Expected UTF-8 in crew.csv"),
        ("crew.csv", b"photo,name\n1.jpg,Zo\xeb\n", "byte 19 is none"),
    ],
)
def test_a_table_that_cannot_be_read_at_all_is_an_error(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=message):
        open_source(tmp_path / name)


def test_a_biography_of_a_megabyte_is_read_and_the_limit_of_csv_restored(tmp_path: Path) -> None:
    before = csv.field_size_limit(100_000)
    text = f"photo,name,biography\n1.jpg,Ada,{'x' * 1_000_000}\n"
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", text)
    assert len(usable(only(path)).entity.biography) == 1_000_000
    assert csv.field_size_limit(before) == 100_000
