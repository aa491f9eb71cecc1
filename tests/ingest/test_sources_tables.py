"""Photos that a table lists: ImageFolder, and CSV and JSON lines with any columns."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from gallery.entity import EntityKind
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


def test_a_row_with_a_noun_that_is_no_persons_must_say_its_kind(tmp_path: Path) -> None:
    root = photos(tmp_path / "crew", "1.jpg", "2.jpg")
    table(root, "metadata.csv", "file_name,name,noun,kind\n1.jpg,Ada,senator,\n2.jpg,Mug,mug,\n")
    ada, mug = open_source(root).rows()
    assert usable(ada).entity.kind is EntityKind.PERSON
    assert isinstance(mug, Unusable) and "'mug' may be a person or a thing" in mug.detail


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


def test_metadata_given_itself_still_answers_for_every_photo_of_its_folder(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg", "2.jpg"), "metadata.csv", "file_name,name\n1.jpg,Ada\n")
    assert problems(path) == {"2.jpg": SourceProblem.NOT_LISTED}


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
    ["1,2,3,", "3,2,1,4", "a,2,3,4", "nan,2,3,4", "inf,2,3,4", "1e9,2,2e9,4", "0.1,0.2,0.9,0.8", "5,5,5.2,9"],
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
