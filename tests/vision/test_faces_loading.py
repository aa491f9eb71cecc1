"""Finding and loading face models, and what is said where that fails."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.conftest import ASSETS, need
from vision import faces
from vision.device import Device, DeviceUnavailableError
from vision.errors import UserError
from vision.faces import DLIB, FacesUnavailableError, find_pack, packs_on_disk, space_of
from vision.photo import Photo

ROOT = Path(__file__).parents[2]
RECOGNITION, DETECTION = "w_mbf.onnx", "det_500m.onnx"


def pack_of(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(b"onnx")
    return folder


def write_recogniser(path: Path, *, batch: int | str, dimension: int) -> None:
    """A network with random weights: (batch, 3, 112, 112) to (batch, dimension)."""
    weights = np.random.default_rng(7).normal(size=(3 * 14 * 14, dimension)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("AveragePool", ["data"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["embedding"]),
        ],
        "recogniser",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [batch, 3, 112, 112])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, dimension])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(path))


@pytest.fixture
def copied_pack(mini_pack: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copied"
    folder.mkdir()
    for name in (RECOGNITION, DETECTION):
        shutil.copy(mini_pack / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def group_photo() -> Photo:
    return Photo.open(Path(str(files("insightface") / "data/images/t1.jpg")))


def test_a_pack_is_found_by_folder_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    pack_of(second / "buffalo", "a.onnx")
    given = pack_of(tmp_path / "here", "a.onnx")
    assert find_pack(str(given), [first, second]) == given.resolve()
    assert find_pack("buffalo", [first, second]) == (second / "buffalo").resolve()
    pack_of(first / "buffalo", "b.onnx")
    assert find_pack("buffalo", [first, second]) == (first / "buffalo").resolve()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_pack("~/here", []) == given.resolve()
    assert find_pack("buffalo", [Path("~/second")]) == (second / "buffalo").resolve()


@pytest.mark.parametrize("spec", ["buffalo", "absent", "file.onnx"])
def test_a_pack_that_is_not_found_names_where_it_was_looked_for(tmp_path: Path, spec: str) -> None:
    (tmp_path / "first" / "buffalo").mkdir(parents=True)  # empty, as after a download that broke off
    roots = [tmp_path / "first", tmp_path / "second"]
    with pytest.raises(FacesUnavailableError, match="models list") as caught:
        find_pack(spec, roots)
    message = str(caught.value)
    assert f"'{spec}'" in message
    assert all(str(root / spec) in message for root in roots)
    assert len(message.splitlines()) == 1


def test_without_roots_the_folder_itself_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    with pytest.raises(FacesUnavailableError, match=re.escape(f"none is in {absent}.")):
        find_pack(str(absent), [])


def test_an_empty_folder_that_was_given_is_not_replaced_by_a_pack_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_of(tmp_path / "root" / "mine", "a.onnx")
    (tmp_path / "work" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    with pytest.raises(FacesUnavailableError, match="none is in mine"):
        find_pack("mine", [tmp_path / "root"])


def test_packs_on_disk_are_folders_with_networks(tmp_path: Path) -> None:
    assert packs_on_disk([]) == []
    assert packs_on_disk([tmp_path / "absent"]) == []
    pack_of(tmp_path / "one" / "zebra", "a.onnx")
    pack_of(tmp_path / "two" / "ant", "a.onnx")
    pack_of(tmp_path / "two" / "empty", "readme.txt")
    (tmp_path / "two" / "file.onnx").write_bytes(b"not a folder")
    found = packs_on_disk([tmp_path / "one", tmp_path / "two"])
    assert [folder.name for folder in found] == ["ant", "zebra"]


def spoil(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


@pytest.mark.parametrize("name", [RECOGNITION, DETECTION])
@pytest.mark.parametrize(
    "change",
    [lambda data: b"", lambda data: b"<html>404</html>" * 9, lambda data: data[: len(data) // 2]],
    ids=["empty", "a page", "half"],
)
def test_a_damaged_network_is_named_in_one_line(
    copied_pack: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    spoil(copied_pack, name, change)
    with pytest.raises(FacesUnavailableError, match=f"{name} is damaged") as caught:
        faces.load(str(copied_pack), ())
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(FacesUnavailableError, match="is damaged"):
        space_of(str(copied_pack), ())


def test_a_network_that_is_read_but_does_not_run_is_an_error_of_the_pack(copied_pack: Path) -> None:
    model = onnx.load(str(copied_pack / RECOGNITION))
    model.graph.node[0].op_type = "NoSuchOperator"
    onnx.save(model, str(copied_pack / RECOGNITION))
    loaded = faces.load(str(copied_pack), ())
    with pytest.raises(FacesUnavailableError, match="damaged") as caught:
        loaded.regions([Photo.from_pixels(np.zeros((8, 8, 3), dtype=np.uint8))])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("missing", "told"), [(RECOGNITION, "expected one recognition model"), (DETECTION, "no detector")]
)
def test_a_pack_without_one_of_its_networks_is_no_pack(copied_pack: Path, missing: str, told: str) -> None:
    (copied_pack / missing).unlink()
    with pytest.raises(FacesUnavailableError, match=told):
        faces.load(str(copied_pack), ()).regions([Photo.from_pixels(np.zeros((8, 8, 3), dtype=np.uint8))])


def test_a_pack_with_two_recognition_networks_is_ambiguous(copied_pack: Path) -> None:
    shutil.copy(copied_pack / RECOGNITION, copied_pack / "another.onnx")
    with pytest.raises(FacesUnavailableError, match="found 2"):
        faces.load(str(copied_pack), ())


def test_the_space_of_a_pack_follows_the_bytes_of_its_network(copied_pack: Path, mini_pack: Path) -> None:
    before = space_of(str(copied_pack), ())
    assert before == space_of(str(mini_pack), ()) == faces.load(str(copied_pack), ()).space
    write_recogniser(copied_pack / RECOGNITION, batch=1, dimension=16)
    assert space_of(str(copied_pack), ()) != before
    assert space_of(DLIB, ()) == faces.DLIB_SPACE


@pytest.mark.parametrize(
    ("batch", "dimension", "runs"), [("N", 16, 1), (1, 16, 6), (4, 512, 2), (1, 512, 6), ("N", 512, 1)]
)
def test_all_faces_are_embedded_in_as_few_runs_as_the_network_allows(
    copied_pack: Path,
    group_photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
    batch: int | str,
    dimension: int,
    runs: int,
) -> None:
    write_recogniser(copied_pack / RECOGNITION, batch=batch, dimension=dimension)
    model = faces.load(str(copied_pack), ())
    seen: list[int] = []
    run = onnxruntime.InferenceSession.run

    def counted(self: Any, names: Any, feed: dict[str, Any], *rest: Any) -> Any:
        seen.extend(value.shape[0] for value in feed.values() if value.shape[2:] == (112, 112))
        return run(self, names, feed, *rest)

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", counted)
    empty = Photo.from_pixels(np.zeros((50, 50, 3), dtype=np.uint8))
    found = model.regions([empty, group_photo])
    assert [len(regions) for regions in found] == [0, 6]
    assert len(seen) == runs
    assert model.dimension == dimension
    assert all(region.embedding.shape == (dimension,) for region in found[1])
    assert len({region.embedding.tobytes() for region in found[1]}) == 6


def test_networks_of_any_batch_give_the_same_embeddings(copied_pack: Path, group_photo: Photo) -> None:
    found = []
    for batch in (1, 4, "N"):
        write_recogniser(copied_pack / RECOGNITION, batch=batch, dimension=16)
        found.append(
            np.stack([r.embedding for r in faces.load(str(copied_pack), ()).regions([group_photo])[0]])
        )
    np.testing.assert_allclose(found[1], found[0], atol=1e-5)
    np.testing.assert_allclose(found[2], found[0], atol=1e-5)


@pytest.mark.parametrize("spec", [DLIB, "mini"])
def test_models_load_once_when_two_threads_come_first(spec: str, caplog: pytest.LogCaptureFixture) -> None:
    roots = [ASSETS / "models/insightface/models"]
    if spec != DLIB:
        need(roots[0] / spec)
    model = faces.load(spec, roots)
    photo = Photo.from_pixels(np.zeros((100, 100, 3), dtype=np.uint8))
    barrier = threading.Barrier(2)
    results: list[object] = []

    def use() -> None:
        barrier.wait()
        results.append(model.regions([photo]))

    with caplog.at_level(logging.INFO, logger="vision"):
        assert not caplog.records  # nothing is loaded before the first photo
        threads = [threading.Thread(target=use) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [[[]], [[]]]
    assert len([record for record in caplog.records if "Loading" in record.message]) == 1


def test_a_detector_of_dlib_is_made_once_a_thread_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import dlib

    made: list[object] = []
    make = dlib.get_frontal_face_detector

    def counted() -> object:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(dlib, "get_frontal_face_detector", counted)
    model = faces.load(DLIB, ())
    photo = Photo.from_pixels(np.zeros((100, 100, 3), dtype=np.uint8))
    for _ in range(3):
        assert model.regions([photo] * 3) == [[], [], []]
    assert 1 <= len(made) <= 2


def has_gpu() -> bool:
    import dlib

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers() or bool(dlib.DLIB_USE_CUDA)


@pytest.mark.skipif(has_gpu(), reason="a GPU is present, so asking for it is no error")
@pytest.mark.parametrize(
    ("spec", "missing"), [(DLIB, "this dlib is built without CUDA"), ("mini", "no CUDA provider")]
)
def test_a_gpu_that_is_asked_for_and_missing_is_an_error_at_start(
    spec: str, missing: str, request: pytest.FixtureRequest
) -> None:
    given = spec if spec == DLIB else str(request.getfixturevalue("mini_pack"))
    with pytest.raises(DeviceUnavailableError, match=missing) as caught:
        faces.load(given, (), Device.CUDA)
    assert isinstance(caught.value, UserError)
    assert "--device cpu" in str(caught.value)
    for device in (Device.AUTO, Device.CPU):
        assert faces.load(given, (), device).device.startswith("cpu")


def test_a_smaller_detector_size_is_used(mini_pack: Path, group_photo: Photo) -> None:
    fine = faces.load(str(mini_pack), (), detector_size=640).regions([group_photo])[0]
    coarse = faces.load(str(mini_pack), (), detector_size=64).regions([group_photo])[0]
    assert (len(fine), len(coarse) < 6) == (6, True)


@pytest.mark.parametrize("module", ["vision.faces", "vision.photo", "vision.models", "gallery.gallery"])
def test_values_do_not_import_the_heavy_libraries(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "heavy = {'torch', 'insightface', 'dlib', 'onnxruntime', 'onnx', 'skimage', 'faiss'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
