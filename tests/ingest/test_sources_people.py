"""people.csv: what it says about the labels of a folder."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from gallery.entity import EntityKind
from ingest.sources.opening import open_source
from ingest.sources.row import SourceError, SourceProblem, Unusable
from tests.ingest.test_sources_opening import labelled, problems, rows_of, written


def test_two_labels_that_read_the_same_stay_two_people(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"a_b/1.jpg": "", "a b/1.jpg": ""}))
    assert len({row.entity.identity for row in labelled(rows).values()}) == 2


def test_people_csv_describes_folders_by_label(tmp_path: Path) -> None:
    table = "label,name,biography,noun,kind,external_id\nmug1,Blue mug,Chipped.,mug,thing,m-1\n"
    rows = rows_of(written(tmp_path, {"mug1/1.jpg": "", "people.csv": table}))
    entity = labelled(rows)["mug1/1.jpg"].entity
    assert (entity.name, entity.label) == ("Blue mug", "mug1")
    assert (entity.noun, entity.kind) == ("mug", EntityKind.THING)
    assert (entity.biography, entity.external_id) == ("Chipped.", "m-1")


@pytest.mark.parametrize("name", ["Ada Lovelace", "Ada_Lovelace"])
def test_people_csv_finds_folders_by_name(tmp_path: Path, name: str) -> None:
    written(tmp_path, {"Ada_Lovelace/1.jpg": "", "People.csv": f"name,biography\n{name},Counts.\n"})
    rows = rows_of(tmp_path)
    row = labelled(rows)["Ada_Lovelace/1.jpg"]
    assert (row.entity.biography, row.biography_given) == ("Counts.", True)


def test_a_row_of_people_csv_without_its_folder_is_a_problem(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": "", "people.csv": "label,biography\nanna,A.\nben,B.\n,C.\n"})
    rows = rows_of(tmp_path)
    assert problems(rows) == {
        "people.csv:3": SourceProblem.MISSING_FILE,
        "people.csv:4": SourceProblem.NO_LABEL,
    }
    assert labelled(rows)["anna/1.jpg"].entity.biography == "A."


def test_a_name_that_fits_two_folders_is_not_guessed(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"a b_c/1.jpg": "", "a_b c/1.jpg": "", "people.csv": "name\na b c\n"}))
    assert problems(rows) == {"people.csv:2": SourceProblem.BAD_ROW}


def test_a_label_chooses_between_folders_that_read_the_same(tmp_path: Path) -> None:
    written(tmp_path, {"a b_c/1.jpg": "", "a_b c/1.jpg": "", "people.csv": "label,biography\na_b c,A.\n"})
    rows = labelled(rows_of(tmp_path))
    assert [row.biography_given for row in rows.values()] == [False, True]


def test_two_different_texts_for_one_person_enrol_nothing_of_it(tmp_path: Path) -> None:
    rows = rows_of(
        written(
            tmp_path,
            {
                "anna/1.jpg": "",
                "anna/2.jpg": "",
                "anna/biography.txt": "A pilot.",
                "ben/1.jpg": "",
                "people.csv": "label,biography\nanna,A cook.\n",
            },
        )
    )
    assert problems(rows) == dict.fromkeys(["anna/1.jpg", "anna/2.jpg"], SourceProblem.TWO_BIOGRAPHIES)
    assert set(labelled(rows)) == {"ben/1.jpg"}
    detail = next(row.detail for row in rows if isinstance(row, Unusable))
    assert "anna/biography.txt and people.csv:2 differ" in detail


def test_the_same_text_twice_is_one_biography(tmp_path: Path) -> None:
    rows = rows_of(
        written(
            tmp_path,
            {
                "zoe/1.jpg": "",
                "zoe/biography.txt": unicodedata.normalize("NFD", "Zoë.\n"),
                "people.csv": "label,biography\nzoe,Zoë.\n",
            },
        )
    )
    assert labelled(rows)["zoe/1.jpg"].biography_given


def test_two_rows_of_people_csv_with_different_texts_enrol_nothing(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": "", "people.csv": "label,biography\nanna,A.\nanna,B.\n"})
    rows = rows_of(tmp_path)
    assert problems(rows) == {"anna/1.jpg": SourceProblem.TWO_BIOGRAPHIES}


def test_two_rows_of_people_csv_that_agree_are_taken_together(tmp_path: Path) -> None:
    table = "label,noun,biography\nanna,woman,\nanna,,A.\n"
    rows = rows_of(written(tmp_path, {"anna/1.jpg": "", "people.csv": table}))
    entity = labelled(rows)["anna/1.jpg"].entity
    assert (entity.noun, entity.biography) == ("woman", "A.")


def test_a_noun_says_who_is_a_person_and_what_may_be_either_is_refused(tmp_path: Path) -> None:
    table = "label,noun,kind\nanna,old woman,\nben,,\ncup,mug,\nhead,bust,person\nbella,dog,thing\n"
    photos = {f"{name}/1.jpg": "" for name in ("anna", "ben", "cup", "head", "bella")}
    rows = rows_of(written(tmp_path, {**photos, "people.csv": table}))
    kinds = {where.split("/")[0]: row.entity.kind.value for where, row in labelled(rows).items()}
    assert kinds == {"anna": "person", "ben": "person", "head": "person", "bella": "thing"}
    assert problems(rows) == {"cup/1.jpg": SourceProblem.BAD_ROW}
    [refused] = [row for row in rows if isinstance(row, Unusable)]
    assert refused.detail.startswith("expected a kind, for 'mug' may be a person or a thing")


@pytest.mark.parametrize("table", ["label,noun\nanna,woman\nanna,girl\n", "label,kind\nanna,robot\n"])
def test_a_wrong_row_of_people_csv_enrols_nothing_of_its_label(tmp_path: Path, table: str) -> None:
    rows = rows_of(written(tmp_path, {"anna/1.jpg": "", "people.csv": table}))
    assert problems(rows) == {"anna/1.jpg": SourceProblem.BAD_ROW}


def test_two_labels_with_one_external_id_and_two_texts_enrol_nothing(tmp_path: Path) -> None:
    table = "label,external_id,biography\na,7,A.\nb,7,B.\nc,7,\n"
    rows = rows_of(written(tmp_path, {"a/1.jpg": "", "b/1.jpg": "", "c/1.jpg": "", "people.csv": table}))
    assert set(problems(rows).values()) == {SourceProblem.TWO_BIOGRAPHIES}
    assert len(problems(rows)) == 3


def test_a_broken_row_of_people_csv_is_a_problem_with_its_line(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"anna/1.jpg": "", "people.csv": "label,biography\nanna,A, B\n"}))
    assert problems(rows) == {"people.csv:2": SourceProblem.BAD_ROW}


def test_people_csv_without_label_and_name_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"label or name in people\.csv, but it has who, text"):
        open_source(written(tmp_path, {"anna/1.jpg": "", "people.csv": "who,text\nanna,A.\n"}))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_decomposed_folder_is_found_by_any_spelling(tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    folder, label = unicodedata.normalize("NFD", "Zoë"), unicodedata.normalize(form, "Zoë")
    written(tmp_path, {f"{folder}/1.jpg": "", "people.csv": f"label,biography\n{label},A.\n"})
    row = labelled(rows_of(tmp_path))[f"{folder}/1.jpg"]
    assert (row.entity.label, row.entity.biography) == (unicodedata.normalize("NFC", "Zoë"), "A.")
    assert row.read() == b""


def test_a_large_biography_is_read_whole(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": "", "people.csv": f"label,biography\nanna,{'x' * 1_000_000}\n"})
    rows = rows_of(tmp_path)
    assert len(labelled(rows)["anna/1.jpg"].entity.biography) == 1_000_000
