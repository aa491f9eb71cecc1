"""What a report says, in its three forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.provenance import Provenance, digest_of
from evaluation.report import Picture, Report, Section, Table, Text
from vision.errors import UserError

HOSTILE = "<script>x</script> | [a](b) `c`"


def made(*parts: Text | Table | Picture) -> Report:
    origin = Provenance.now(
        ["placard", "eval", "x y"], seed=3, data=digest_of([]), settings={"threshold": "0.5"}
    )
    return Report("A report", origin, {"rate": 0.5}, (Section("Rates", parts),))


def test_json_holds_the_figures_and_how_to_repeat_them() -> None:
    form = json.loads(made().json())
    assert form["figures"] == {"rate": 0.5}
    origin = form["provenance"]
    assert (origin["command"], origin["seed"], origin["settings"]) == (
        "placard eval 'x y'",
        3,
        {"threshold": "0.5"},
    )
    assert {"placard", "python", "numpy"} <= set(origin["versions"])


def test_a_figure_that_is_no_number_is_an_error_and_not_broken_json() -> None:
    report = made()
    broken = Report(report.title, report.provenance, {"rate": float("nan")}, ())
    with pytest.raises(ValueError, match="Out of range"):
        broken.json()


def test_text_from_people_is_shown_and_neither_markup_nor_markdown() -> None:
    report = made(Text(HOSTILE), Table((HOSTILE,), ((HOSTILE,),)), Picture("p", "<svg/>", HOSTILE))
    assert "<script>" not in report.html()
    assert report.html().count("&lt;script&gt;") == 4
    assert "\\<script\\>x\\</script\\> \\| \\[a\\](b) \\`c\\`" in report.markdown()
    assert "<script>" not in report.markdown().replace("\\<", "")


def test_a_report_is_written_with_its_pictures_beside_it(tmp_path: Path) -> None:
    page = made(Picture("det", "<svg>1</svg>", "DET")).write(tmp_path / "new")
    assert {path.name for path in page.parent.iterdir()} == {
        "report.json",
        "report.md",
        "report.html",
        "det.svg",
    }
    assert "<svg>1</svg>" in page.read_text()
    assert "![DET](det.svg)" in (page.parent / "report.md").read_text()


def test_a_folder_that_cannot_be_made_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        made().write(tmp_path / "file" / "folder")


def test_a_table_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table(("a", "b"), (("1",),))
