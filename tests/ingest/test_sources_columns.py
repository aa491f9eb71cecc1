"""Which column of a table holds what."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources.columns import parse_columns
from ingest.sources.opening import open_source
from ingest.sources.row import SourceError
from ingest.sources.source import SourceOptions
from tests.ingest.test_sources_tables import only, photos, table, usable


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


def test_unnamed_columns_and_others_are_left_alone(tmp_path: Path) -> None:
    path = table(photos(tmp_path, "1.jpg"), "crew.csv", ",photo,,name,age\n0,1.jpg,,Ada,36\n")
    assert usable(only(path)).entity.name == "Ada"


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
