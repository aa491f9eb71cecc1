"""Things on the command line: a small random encoder stands for a real one, for the same photo is itself."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.settings import read_settings
from gallery.entity import SpaceKind
from gallery.gallery import Gallery
from tests.app.conftest import Run
from tests.vision.tiny_things import save_clip, save_owl
from vision.embedder import identity_of


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("things") / "tiny")


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, Path]:
    """Two things of their own grain, and both side by side."""
    pieces = []
    for number, name in enumerate(("rabbit", "bear")):
        small = np.random.default_rng(number).integers(0, 255, (6, 6, 3), dtype=np.uint8)
        piece = Image.fromarray(small).resize((120, 120), Image.Resampling.NEAREST)
        piece.save(tmp_path / f"{name}.png")
        pieces.append(piece)
    scene = Image.new("RGB", (300, 120))
    scene.paste(pieces[0], (0, 0))
    scene.paste(pieces[1], (180, 0))
    scene.save(tmp_path / "scene.png")
    return {path.stem: path for path in tmp_path.glob("*.png")}


def shelf(photos: dict[str, Path], folder: Path) -> Path:
    for name in ("rabbit", "bear"):
        (folder / name).mkdir(parents=True)
        (folder / name / "1.png").write_bytes(photos[name].read_bytes())
    rows = (
        "label,name,kind,noun,biography",
        "rabbit,Hoppel,thing,rabbit,Bought in 1986.",
        "bear,Bo,thing,bear,Ben's.",
    )
    (folder / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_things_are_enrolled_named_asked_about_searched_reembedded_and_forgotten(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = str(shelf(photos, tmp_path / "shelf"))
    refused = run("ingest", source)
    assert "no_model" in refused.err and refused.code == 0
    done = run("ingest", source, "--things", str(encoder), "--search")
    assert "Things: tiny (asked for), whole photos, for want of a detector" in done.err
    monkeypatch.setenv("PLACARD_THING_THRESHOLD", "0.95")  # random weights find all things rather alike
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0.001")
    said = run("who", str(photos["rabbit"]))
    assert said.out.startswith("Hoppel  ") and "(the gallery was made with it)" in said.err
    both = run("who", str(photos["scene"]), "--json", "--box", "0,0,120,120", "--box", "180,0,300,120")
    regions = json.loads(both.out)["regions"]
    assert [(one["name"], one["kind"], one["box"][0]) for one in regions] == [
        ("Hoppel", "object", 0),
        ("Bo", "object", 180),
    ]
    assert "[1] Hoppel" in run("ask", str(photos["rabbit"]), "When was Hoppel bought?").out
    found = json.loads(run("gallery", "search", "a rabbit", "--json").out)
    assert sorted(entity["name"] for one in found for entity in one["entities"]) == ["Bo", "Hoppel"]
    monkeypatch.setenv("PLACARD_THING_CROPS", "1")
    again = run("gallery", "reembed")
    assert again.code == 0 and again.out.rstrip().endswith("-p0x1.")
    assert run("who", str(photos["bear"])).out.startswith("Bo  ")
    report = run("doctor")
    assert "things    tiny (the gallery was made with it)" in report.out and report.code == 0, report.out
    assert run("gallery", "forget", "Hoppel", "--yes").code == 0
    assert "Hoppel" not in run("who", str(photos["rabbit"])).out
    assert len(json.loads(run("gallery", "search", "a rabbit", "--json").out)) == 1


def test_where_things_are_looked_for_nobody_and_nothing_is_said_to_be_found(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = ("--things", encoder, "--thing-detector", save_owl(tmp_path / "owl"))
    monkeypatch.setenv("PLACARD_THING_CONFIDENCE", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    for command in ("who", "chat"):
        assert run(command, photos["scene"], *looking).out == "Nobody and nothing known was found.\n"
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        assert run(command, photos["scene"]).out == "No face was found.\n"


def test_references_given_on_the_spot_are_known_and_leave_no_trace(
    run: Run, photos: dict[str, Path], encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_THING_THRESHOLD", "0.95")
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0.001")
    references = [
        f"{photos['rabbit']}|figurine|Hoppel|Ann bought it | in 1986.",
        f"{photos['bear']}|bear|Bo|Ben's.",
    ]
    given = [word for text in references for word in ("--reference", text)]
    things = ("--things", str(encoder), "--box", "0,0,120,120", "--box", "180,0,300,120")
    result = run("ask", str(photos["scene"]), "When was Hoppel bought?", *given, *things)
    assert result.code == 0, result.err
    assert "1986" in result.out and "[1] Hoppel, box 0,0,120,120" in result.out
    home = read_settings().home
    assert not list(home.rglob("*.db*")) if home.exists() else True
    assert "no dog was found" not in result.err


def spaces() -> list[tuple[str, bool]]:
    with Gallery.open(read_settings().gallery_url) as gallery:
        return [(space.name, space.current) for space in gallery.spaces()]


def test_a_change_of_models_that_fails_writes_nothing(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path
) -> None:
    run("ingest", shelf(photos, tmp_path / "shelf"), "--things", encoder)
    before = spaces()
    assert run("gallery", "reembed", "--things", "/nothere").code == 1
    broken = shutil.copytree(encoder, tmp_path / "broken")
    (broken / "open_clip_model.safetensors").write_bytes(b"nothing")
    failed = run("gallery", "reembed", "--things", broken)
    assert failed.code == 1 and "Traceback" not in failed.err
    assert spaces() == before
    assert run("gallery", "reembed", "--things", encoder).code == 0
    with Gallery.open(read_settings().gallery_url) as gallery:
        assert gallery.current_space(SpaceKind.FACE) is None  # nobody is in it, and no model was asked for


def test_a_gallery_keeps_its_views_and_a_setting_that_differs_is_named(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = shelf(photos, tmp_path / "shelf")
    run("ingest", source, "--things", encoder)
    monkeypatch.setenv("PLACARD_THING_PADDING", "0.1")
    for command in (("who", photos["rabbit"]), ("ingest", source), ("ingest", source, "--things", encoder)):
        refused = run(*command)
        assert refused.code == 1
        assert "PLACARD_THING_PADDING is 0.1, but the gallery's things were cropped with 0.0" in refused.err
    assert run("gallery", "reembed").code == 0
    assert run("who", photos["rabbit"]).code == 0


def test_references_on_the_spot_are_embedded_as_the_gallery_is(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_THING_THRESHOLD", "0.95")
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0.001")
    run("ingest", shelf(photos, tmp_path / "shelf"), "--things", encoder)
    said = run("who", photos["rabbit"], "--reference", f"{photos['rabbit']}|figurine|Hase|Ann's.")
    assert said.code == 0 and said.out.startswith("Hase  "), said.err
    assert "Things: tiny (the gallery was made with it)" in said.err
    assert [space for space, current in spaces() if current] == [f"{identity_of(encoder)}-p0x2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--reference", "x.png|mug|Mug"), "--reference 'x.png|mug|Mug': expected file|noun|name|text"),
        (("--reference", "gone.png|mug|Mug|Old."), "The reference gone.png cannot be used"),
        (("--box", "1,2,3"), "--box '1,2,3': a box is four whole numbers of pixels"),
        (("--box", "1,2,3,4"), "the gallery holds no things"),
        (("--things", "nowhere"), "No model of things 'nowhere': expected a folder, or a name in"),
    ],
)
def test_what_is_wrong_is_one_line(
    run: Run, photos: dict[str, Path], options: tuple[str, ...], said: str
) -> None:
    result = run("who", str(photos["scene"]), *options)
    assert result.code == 1 and said in result.err and "Traceback" not in result.err


def test_another_encoder_than_the_gallerys_is_told_as_what_reads_the_photo(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path
) -> None:
    run("ingest", shelf(photos, tmp_path / "shelf"), "--things", encoder)
    other = save_clip(tmp_path / "other", seed=1)
    said = run("who", photos["rabbit"], "--things", other)
    assert said.code == 1 and "but this photo would be read with openclip-" in said.err
    assert "photos cannot be added with" in run("ingest", tmp_path / "shelf", "--things", other).err
    neither = run("who", photos["rabbit"], "--things", photos["rabbit"].parent)
    assert "is not the folder of such a model: it has no config.json" in neither.err


def test_search_takes_the_encoder_of_the_gallerys_things(
    run: Run, photos: dict[str, Path], encoder: Path, tmp_path: Path
) -> None:
    run("ingest", shelf(photos, tmp_path / "shelf"), "--things", encoder)
    said = run("gallery", "search", "a rabbit")
    assert said.code == 1 and "No photo is prepared for search: 'placard ingest --search' does" in said.err
    assert run("ingest", tmp_path / "shelf", "--search").code == 0
    assert "Bo" in run("gallery", "search", "a rabbit").out


def test_search_without_a_clip_model_says_what_to_do(run: Run) -> None:
    result = run("gallery", "search", "a red tie")
    assert result.code == 1 and "Search by content needs a CLIP model, and none is on disk" in result.err
