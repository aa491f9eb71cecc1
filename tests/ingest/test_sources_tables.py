"""Photos that a table lists: ImageFolder, and CSV and JSON lines with any columns."""

from __future__ import annotations

import csv
import json
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from gallery.entity import EntityKind
from ingest.sources.columns import parse_columns
from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row, SourceError, SourceProblem, Unusable
from ingest.sources.source import SourceOptions
from vision.box import Box


def photos(root: Path, *paths: str) -> Path:
    """A folder with these photos, each holding its own path."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path, encoding="utf-8")
    return root


def table(root: Path, name: str, text: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(text.encode())
    return root / name


def only(path: Path, options: SourceOptions | None = None) -> Row:
    [row] = open_source(path, options).rows()
    return row


def usable(row: Row) -> Labelled:
    assert isinstance(row, Labelled), row
    return row


def problems(path: Path) -> dict[str, SourceProblem]:
    return {row.where: row.reason for row in open_source(path).rows() if isinstance(row, Unusable)}


@pytest.mark.parametrize("given", ["", "metadata.csv"])
def test_an_image_folder_is_read_from_the_folder_or_its_metadata(tmp_path: Path, given: str) -> None:
    root = photos(tmp_path / "crew", "a/1.jpg", "2.jpg")
    header = "file_name,name,biography,noun,kind,external_id,source,left,top,right,bottom\n"
    table(
        root,
        "metadata.csv",
        header + "a/1.jpg,Ada,Counts.,woman,Person,7,wiki,1,2.4,30,40.6\n2.jpg,Mug,,mug,thing,,,,,,\n",
    )
    source = open_source(root / given)
    ada, mug = (usable(row) for row in source.rows())
    assert (source.name, source.total) == ("crew", 2)
    assert (ada.where, ada.read(), ada.box) == ("a/1.jpg", b"a/1.jpg", Box(1, 2, 30, 41))
    assert (ada.entity.name, ada.entity.biography, ada.entity.noun) == ("Ada", "Counts.", "woman")
    assert (ada.entity.kind, ada.entity.external_id, ada.entity.source) == (EntityKind.PERSON, "7", "wiki")
    assert (mug.entity.kind, mug.entity.external_id, mug.entity.source) == (EntityKind.THING, None, "crew")
    assert (mug.box, mug.biography_given, mug.entity.label) == (None, False, "Mug")


def test_metadata_in_json_lines_takes_numbers_and_nulls(tmp_path: Path) -> None:
    line = {
        "file_name": "1.jpg",
        "name": "Ada",
        "external_id": 42,
        "biography": None,
        "left": 1,
        "top": 2,
        "right": "3",
        "bottom": 4.0,
        "tags": ["x"],
    }
    table(photos(tmp_path, "1.jpg"), "metadata.jsonl", "\ufeff" + json.dumps(line) + "\n\n")
    row = usable(only(tmp_path))
    assert (row.entity.external_id, row.box, row.biography_given) == ("42", Box(1, 2, 3, 4), False)


def test_two_metadata_files_are_an_error(tmp_path: Path) -> None:
    table(tmp_path, "metadata.csv", "file_name,name\n")
    table(tmp_path, "metadata.jsonl", "{}\n")
    with pytest.raises(SourceError, match=r"both metadata\.csv and metadata\.jsonl; keep one"):
        open_source(tmp_path)


def test_metadata_in_a_subfolder_is_an_error_that_says_where_it_belongs(tmp_path: Path) -> None:
    photos(tmp_path, "train/1.jpg")
    table(tmp_path / "train", "metadata.csv", "file_name,name\n1.jpg,Ada\n")
    with pytest.raises(SourceError, match=r"at the root of .*, but it is at train/metadata\.csv"):
        open_source(tmp_path)


def test_what_lies_beside_a_metadata_file_and_is_not_read_is_a_row(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg", "2.jpg", "deep/biography.txt", "deep/metadata.csv", "people.csv", ".hidden.jpg")
    table(tmp_path, "metadata.csv", "file_name,name\n./1.jpg,Ada\n")
    assert problems(tmp_path) == {
        "2.jpg": SourceProblem.NOT_LISTED,
        "deep/biography.txt": SourceProblem.MISPLACED,
        "deep/metadata.csv": SourceProblem.MISPLACED,
        "people.csv": SourceProblem.MISPLACED,
    }


def test_a_photo_with_a_bad_row_is_listed_all_the_same(tmp_path: Path) -> None:
    table(photos(tmp_path, "1.jpg"), "metadata.csv", "file_name,name\n1.jpg,\n")
    assert problems(tmp_path) == {"1.jpg": SourceProblem.NO_LABEL}


def test_photos_beside_any_other_table_are_not_its_business(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg", "holiday.jpg"), "crew.csv", "photo,name\n1.jpg,Ada\n")
    assert usable(only(path)).where == "1.jpg"
    assert problems(tmp_path) == {"holiday.jpg": SourceProblem.NOT_LISTED}


def test_rows_of_one_person_share_the_biography_that_one_of_them_gives(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg", "2.jpg")
    table(tmp_path, "metadata.csv", "file_name,name,biography\n1.jpg,Ada,\n2.jpg,Ada,Counts.\n")
    rows = [usable(row) for row in open_source(tmp_path).rows()]
    assert [(row.entity.biography, row.biography_given) for row in rows] == [("Counts.", True)] * 2


def test_different_biographies_of_one_person_enrol_none_of_its_rows(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg", "2.jpg", "3.jpg", "4.jpg")
    table(
        tmp_path,
        "metadata.csv",
        "file_name,name,biography,external_id\n"
        "1.jpg,Ada,A.,7\n2.jpg,Ada L.,B.,7\n3.jpg,Ada,,7\n4.jpg,Ada,C.,8\n",
    )
    assert problems(tmp_path) == dict.fromkeys(["1.jpg", "2.jpg", "3.jpg"], SourceProblem.TWO_BIOGRAPHIES)


def test_a_biography_counts_where_its_photo_is_missing(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg")
    table(tmp_path, "metadata.csv", "file_name,name,biography\n1.jpg,Ada,A.\ngone.jpg,Ada,B.\n")
    assert problems(tmp_path) == {
        "1.jpg": SourceProblem.TWO_BIOGRAPHIES,
        "gone.jpg": SourceProblem.MISSING_FILE,
    }


def test_people_of_one_name_in_two_sources_are_two(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg", "2.jpg")
    table(tmp_path, "metadata.csv", "file_name,name,biography,source\n1.jpg,Ada,A.,x\n2.jpg,Ada,B.,y\n")
    assert problems(tmp_path) == {}


@pytest.mark.parametrize(
    "box",
    ["1,2,3,", "3,2,1,4", "a,2,3,4", "nan,2,3,4", "inf,2,3,4", "1e9,2,2e9,4", "0.1,0.2,0.5,0.6", "5,5,5.2,9"],
)
def test_four_cells_that_are_no_box_in_pixels_are_a_bad_box(tmp_path: Path, box: str) -> None:
    text = f"file_name,name,left,top,right,bottom\n1.jpg,Ada,{box}\n"
    table(photos(tmp_path, "1.jpg"), "metadata.csv", text)
    assert problems(tmp_path) == {"1.jpg": SourceProblem.BAD_BOX}


@pytest.mark.parametrize(
    "path",
    [
        "../out.jpg",
        "a/../../out.jpg",
        "/out.jpg",
        "C:\\out.jpg",
        "..\\out.jpg",
        "\\\\server\\out.jpg",
        "https://example.org/out.jpg",
        "link.jpg",
        "folder/out.jpg",
    ],
)
def test_a_path_that_leads_out_of_the_source_is_refused(tmp_path: Path, path: str) -> None:
    photos(tmp_path, "out.jpg")
    root = photos(tmp_path / "set", "1.jpg", "a/1.jpg")
    (root / "link.jpg").symlink_to(tmp_path / "out.jpg")
    (root / "folder").symlink_to(tmp_path)
    row = only(table(root, "crew.csv", f"photo,name\n{path},Ada\n"))
    assert isinstance(row, Unusable)
    assert (row.where, row.reason) == (path, SourceProblem.OUTSIDE_SOURCE)


@pytest.mark.parametrize("path", ["gone.jpg", "a", "x" * 5000 + ".jpg", "1.jpg/2.jpg"])
def test_a_photo_that_is_not_there_is_missing(tmp_path: Path, path: str) -> None:
    row = only(table(photos(tmp_path, "1.jpg", "a/1.jpg"), "crew.csv", f"photo,name\n{path},Ada\n"))
    assert isinstance(row, Unusable)
    assert (row.where, row.reason) == (path[:200], SourceProblem.MISSING_FILE)


@pytest.mark.parametrize("path", ["./a/1.jpg", "a//1.jpg", "b/../a/1.jpg", "a\\1.jpg"])
def test_a_path_is_found_however_it_is_written(tmp_path: Path, path: str) -> None:
    row = usable(only(table(photos(tmp_path, "a/1.jpg"), "crew.csv", f"photo,name\n{path},Ada\n")))
    assert (row.where, row.read()) == ("a/1.jpg", b"a/1.jpg")


@pytest.mark.parametrize(("on_disk", "in_table"), [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("name", ["metadata.csv", "crew.csv"])
def test_composed_and_decomposed_paths_are_the_same(
    tmp_path: Path, on_disk: Literal["NFC", "NFD"], in_table: Literal["NFC", "NFD"], name: str
) -> None:
    held = unicodedata.normalize(on_disk, "Zoë/ö.jpg")
    asked = unicodedata.normalize(in_table, "Zoë/ö.jpg")
    row = usable(only(table(photos(tmp_path, held), name, f"file_name,name\n{asked},Zoë\n")))
    assert (row.where, row.read()) == (held, held.encode())


def test_names_are_composed_so_that_one_person_is_one(tmp_path: Path) -> None:
    names = [unicodedata.normalize("NFC", "Zoë"), unicodedata.normalize("NFD", "Zoë")]
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", f"photo,name\n1.jpg,{names[0]}\n1.jpg,{names[1]}\n")
    assert len({usable(row).entity.identity for row in open_source(path).rows()}) == 1


def test_the_root_of_the_photos_can_be_another_folder(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "1.jpg")
    path = table(tmp_path / "lists", "crew.csv", "photo,name\n1.jpg,Ada\n")
    source = open_source(path, SourceOptions(root=root))
    assert (source.name, [usable(row).read() for row in source.rows()]) == ("crew", [b"1.jpg"])
    with pytest.raises(SourceError, match="correct the root"):
        open_source(path, SourceOptions(root=tmp_path / "gone"))


def test_columns_are_chosen_by_a_mapping_and_by_nothing_else(tmp_path: Path) -> None:
    path = table(
        photos(tmp_path, "1.jpg"),
        "crew.csv",
        "portrait,name,bio,bioguide_id,kind\n1.jpg,Ada,Counts.,L000001,senator\n",
    )
    columns = parse_columns("photo=portrait,name=name,biography=bio,external_id=bioguide_id")
    entity = usable(only(path, SourceOptions(columns=columns))).entity
    assert (entity.name, entity.biography, entity.external_id) == ("Ada", "Counts.", "L000001")
    assert usable(only(tmp_path, SourceOptions(columns=columns))).entity.name == "Ada"


def test_a_label_names_who_has_no_name(tmp_path: Path) -> None:
    entity = usable(only(table(photos(tmp_path, "1.jpg"), "crew.csv", "photo,label\n1.jpg,Ada_L\n"))).entity
    assert (entity.name, entity.label) == ("Ada L", "Ada_L")


def test_a_mapped_column_that_is_not_there_is_an_error_with_those_that_are(tmp_path: Path) -> None:
    path = table(tmp_path, "crew.csv", "portrait,who\n1.jpg,Ada\n")
    with pytest.raises(SourceError, match=r"crew\.csv has no column face; it has portrait, who"):
        open_source(path, SourceOptions(columns={"photo": "face", "name": "who"}))


def test_a_mapping_without_name_is_an_error(tmp_path: Path) -> None:
    path = table(tmp_path, "crew.csv", "portrait,name\n1.jpg,Ada\n")
    with pytest.raises(SourceError, match="columns for photo and name, but got photo"):
        open_source(path, SourceOptions(columns={"photo": "portrait"}))


def test_a_table_whose_columns_say_nothing_is_an_error_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"in crew\.csv, but it has portrait, who; say which is which"):
        open_source(table(tmp_path, "crew.csv", "portrait,who\n1.jpg,Ada\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected photo=COLUMN"),
        ("photo", "but got 'photo'"),
        ("photo=", "but got 'photo='"),
        ("photo=a,,name=b", "but got ''"),
        ("photo=a,photo=b", "photo twice, a and b"),
        ("photo=a,age=b", "Expected a column for photo, name, .* but got age"),
    ],
)
def test_columns_that_cannot_be_understood_are_an_error(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse_columns(text)


def test_an_unknown_target_in_the_options_is_an_error(tmp_path: Path) -> None:
    path = table(tmp_path, "crew.csv", "photo,name\n1.jpg,Ada\n")
    with pytest.raises(SourceError, match="but got age"):
        open_source(path, SourceOptions(columns={"age": "name"}))


def test_columns_may_hold_spaces_and_equals_signs() -> None:
    assert parse_columns(" photo = the photo ,name=a=b") == {"photo": "the photo", "name": "a=b"}


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


def test_unnamed_columns_and_others_are_left_alone(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", ",photo,,name,age\n0,1.jpg,,Ada,36\n")
    assert usable(only(path)).entity.name == "Ada"


def test_a_biography_of_a_megabyte_is_read_and_the_limit_of_csv_restored(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    text = f"photo,name,biography\n1.jpg,Ada,{'x' * 1_000_000}\n"
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", text)
    assert len(usable(only(path)).entity.biography) == 1_000_000
    assert csv.field_size_limit() == before


def test_two_tables_of_photos_in_a_folder_are_an_error(tmp_path: Path) -> None:
    photos(tmp_path, "1.jpg")
    table(tmp_path, "a.csv", "photo,name\n1.jpg,Ada\n")
    table(tmp_path, "b.csv", "photo,name\n1.jpg,Ada\n")
    with pytest.raises(SourceError, match=r"one table of photos in .*, but got a\.csv, b\.csv"):
        open_source(tmp_path)


def test_a_table_that_names_no_photos_leaves_the_folders_their_labels(tmp_path: Path) -> None:
    photos(tmp_path, "ada/1.jpg")
    table(tmp_path, "ages.csv", "name,age\nada,36\n")
    assert usable(only(tmp_path)).entity.label == "ada"
