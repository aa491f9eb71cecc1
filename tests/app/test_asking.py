"""`placard who` and `placard ask` on real photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.demo import insightface_data
from tests.app.conftest import Result, Run

ASK_KEYS = [
    "question",
    *("answer", "citations", "findings", "finish", "generator", "reason", "note", "sent", "regions"),
]
REGION_KEYS = ["box", "kind", "confidence", "decision", "entity_id", "name", "similarity", "candidates"]
REGION_KEYS += ["noun", "body"]


@pytest.mark.usefixtures("collins")
def test_who_names_a_known_person_in_the_stable_json_form(run: Run, nasa: Path) -> None:
    result = run("who", nasa, "--json")
    assert result.code == 0
    form = result.json
    assert list(form) == ["photo", "size", "regions"]
    assert form["size"] == [512, 512]
    assert len(form["photo"]) == 64
    (region,) = form["regions"]
    assert list(region) == REGION_KEYS
    assert (region["decision"], region["entity_id"], region["name"]) == ("accepted", 1, "Eileen Collins")
    assert region["candidates"] == [{"entity_id": 1, "name": "Eileen Collins", "similarity": 1.0}]
    left, top, right, bottom = region["box"]
    assert left < 220 < right
    assert top < 120 < bottom


@pytest.mark.usefixtures("collins")
def test_who_leaves_strangers_unnamed(run: Run) -> None:
    regions = run("who", insightface_data() / "t1.jpg", "--json").json["regions"]
    assert len(regions) == 6
    assert {region["decision"] for region in regions} == {"unknown"}
    assert all(region["entity_id"] is None and region["name"] is None for region in regions)


@pytest.mark.usefixtures("collins")
def test_who_prints_the_model_and_its_reason_once(run: Run, nasa: Path) -> None:
    result = run("who", nasa)
    assert result.err.count("Faces: dlib (the gallery was made with it)") == 1
    assert result.out.startswith("Eileen Collins ")


@pytest.mark.usefixtures("collins")
def test_ask_answers_from_the_biography_in_the_stable_json_form(run: Run, nasa: Path) -> None:
    form = run("ask", nasa, "Where was she born?", "--json").json
    assert list(form) == ASK_KEYS
    assert "Elmira, New York" in form["answer"]
    assert "[1]" in form["answer"]
    (citation,) = form["citations"]
    assert list(citation) == ["k", "entity_id", "name", "box", "given", "body"]
    assert (citation["k"], citation["name"]) == (1, "Eileen Collins")
    assert citation["box"] == form["regions"][0]["box"]
    assert (form["generator"], form["finish"], form["sent"], form["findings"]) == ("reader", "end", "", [])
    assert form["reason"] == "no server is set, and no language model is on disk"


@pytest.mark.usefixtures("collins")
def test_ask_says_that_the_reader_is_extractive(run: Run, nasa: Path) -> None:
    assert "extractive" in run("ask", nasa, "Where was she born?").err


def test_an_empty_gallery_recognises_nobody_and_says_why(run: Run, nasa: Path) -> None:
    result = run("who", nasa)
    assert result.code == 0
    assert result.out.startswith("unknown ")
    assert "gallery is empty" in result.err


def test_a_photo_without_a_face_gives_no_region(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "grey").save(tmp_path / "wall.png")
    assert run("who", tmp_path / "wall.png", "--json").json["regions"] == []
    assert "No face" in run("who", tmp_path / "wall.png").out


@pytest.mark.usefixtures("collins")
def test_save_draws_a_box_where_the_face_is(run: Run, nasa: Path, tmp_path: Path) -> None:
    target = tmp_path / "named.png"
    form = run("who", nasa, "--json", "--save", target).json
    before, after = (np.asarray(Image.open(path).convert("RGB")).astype(int) for path in (nasa, target))
    left, top, right, bottom = form["regions"][0]["box"]
    assert before.shape == after.shape
    edge = after[(top + bottom) // 2, left]
    assert edge[1] > edge[0] + 60  # green: accepted
    inside = np.s_[top + 10 : bottom - 10, left + 10 : right - 10]
    assert (before[inside] == after[inside]).all()


def test_save_never_overwrites_the_photo_itself(run: Run, nasa: Path, tmp_path: Path) -> None:
    photo = tmp_path / "own.png"
    photo.write_bytes(nasa.read_bytes())
    result = run("who", photo, "--save", photo)
    assert result.code == 1
    assert photo.read_bytes() == nasa.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("who", "missing.jpg"), 1, "no such file"),
        (("who", "empty.jpg"), 1, "empty"),
        (("who", "text.jpg"), 1, "expected one of JPEG"),
        (("who", "."), 1, "directory"),
        (("who",), 2, "PHOTO"),
        (("who", "wall.png", "--device", "tpu"), 2, "auto, cpu or cuda"),
        (("who", "wall.png", "--faces", "nobody"), 1, "No face model 'nobody'"),
        (("who", "wall.png", "--save", "out.txt"), 1, ".jpg"),
        (("who", "wall.png", "--save", "no/such/folder/out.jpg"), 1, "there is no folder no/such/folder"),
        (("ask", "wall.png", "Who?", "--save", "wall.png", "--model", "/none"), 1, "is the photo itself"),
        (("ask", "wall.png", "  "), 1, "Expected a question, but it is empty"),
        (("ask", "wall.png", "\u200b\u2060\u00ad"), 1, "Expected a question, but it is empty"),
        (("who", "wall.png", "--bogus"), 2, "--bogus"),
    ],
)
def test_a_users_mistake_is_one_clear_line(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (60, 60), "grey").save(tmp_path / "wall.png")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("not a photo")
    result = run(*arguments)
    assert result.code == code
    assert says in result.err
    assert "Traceback" not in result.err
    assert len([line for line in result.err.splitlines() if "rror" in line]) == 1


@pytest.mark.usefixtures("collins")
def test_a_gallery_of_another_model_is_an_error_that_names_it(run: Run, nasa: Path, mini_pack: Path) -> None:
    result: Result = run("who", nasa, "--faces", mini_pack)
    assert result.code == 1
    assert "made with dlib-resnet" in result.err


def test_cuda_that_cannot_be_used_is_an_error_and_not_a_slow_run(
    run: Run, nasa: Path, mini_pack: Path
) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("a GPU is here, so asking for it is no error")
    for spec in ("dlib", mini_pack):
        result = run("who", nasa, "--device", "cuda", "--faces", spec)
        assert result.code == 1
        assert "--device cuda cannot be used" in result.err
