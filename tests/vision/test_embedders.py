"""Image encoders: a small real one, and small random ones of the real classes."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ASSETS, need
from tests.vision.tiny_things import save_clip, save_dinov2
from vision.box import Box
from vision.crops import Views, square, whole
from vision.embedder import (
    TextEmbedder,
    ThingsUnavailableError,
    identity_of,
    is_embedder,
    load_embedder,
)
from vision.photo import Photo, crop_of, place_in_crop
from vision.things import ThingModel, embed_photos, with_bodies


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip") / "tiny")


@pytest.fixture(scope="module")
def dinov2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_dinov2(tmp_path_factory.mktemp("dino") / "tiny")


def noise(size: tuple[int, int], seed: int = 0) -> Photo:
    return Photo.from_pixels(
        np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    )


@pytest.mark.parametrize("kind", ["clip", "dinov2"])
def test_crops_in_a_batch_are_embedded_as_one_by_one(kind: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    embedder = load_embedder(folder)
    crops = [square(photo, whole(photo)) for photo in (noise((40, 60), n) for n in range(35))]
    together = embedder.embed(crops)
    assert together.shape == (35, embedder.dimension) and together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([embedder.embed([crop]) for crop in crops])
    assert np.allclose(together, alone, atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-3  # they differ
    assert embedder.embed([]).shape == (0, embedder.dimension)
    assert embedder.identity == identity_of(folder) == load_embedder(folder).identity


@pytest.mark.parametrize("kind", ["clip", "dinov2"])
def test_a_thing_is_embedded_through_its_crops_and_their_mirror_images(
    kind: str, request: pytest.FixtureRequest
) -> None:
    embedder = load_embedder(request.getfixturevalue(kind))
    photo, box = noise((60, 40)), Box(5, 5, 35, 30)
    for views in (Views(), Views(0.1, 4)):
        assert embedder.embed(views.crop(photo, box)).shape == (views.crops, embedder.dimension)


def test_texts_and_photos_are_in_one_space_of_clip_and_dinov2_reads_no_text(clip: Path, dinov2: Path) -> None:
    embedder = load_embedder(clip)
    assert isinstance(embedder, TextEmbedder) and not isinstance(load_embedder(dinov2), TextEmbedder)
    texts = embedder.embed_texts(["a man with a red tie", "", "x" * 5000])
    assert texts.shape == (3, 16) == (3, embed_photos(embedder, [noise((50, 20))]).shape[1])
    assert np.allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)


def test_loading_open_clip_sets_up_no_logging_for_the_process(clip: Path) -> None:
    before = list(logging.getLogger().handlers)
    load_embedder(clip).embed([np.zeros((9, 9, 3), dtype=np.uint8)])
    assert logging.getLogger().handlers == before


def test_folders_that_are_no_whole_encoder_are_refused(clip: Path, dinov2: Path, tmp_path: Path) -> None:
    assert is_embedder(clip) and is_embedder(dinov2) and not is_embedder(tmp_path)
    with pytest.raises(ThingsUnavailableError, match=r"it has no config\.json"):
        load_embedder(tmp_path)
    bare = tmp_path / "bare"
    shutil.copytree(clip, bare)
    (bare / "open_clip_model.safetensors").rename(bare / "open_clip_pytorch_model.bin")
    with pytest.raises(ThingsUnavailableError, match=r"must hold its weights as open_clip_model.safetensors"):
        load_embedder(bare)
    cut = tmp_path / "cut"
    shutil.copytree(dinov2, cut)
    (cut / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ThingsUnavailableError, match="Cannot load the model in cut"):
        load_embedder(cut).embed([np.zeros((9, 9, 3), dtype=np.uint8)])
    text = (clip / "open_clip_config.json").read_text(encoding="utf-8")
    remote = tmp_path / "remote"
    shutil.copytree(clip, remote)
    towered = text.replace('"context_length"', '"hf_model_name": "roberta-base", "context_length"')
    (remote / "open_clip_config.json").write_text(towered, encoding="utf-8")
    with pytest.raises(ThingsUnavailableError, match="would be downloaded"):
        load_embedder(remote)


def test_a_crop_is_square_holds_the_box_and_is_grey_beside_it() -> None:
    photo = noise((100, 60))
    crop = square(photo, Box(10, 20, 50, 30))  # 40 x 10, so 15 of grey above and below
    assert crop.shape == (40, 40, 3)
    assert (crop[15:25] == photo.pixels[20:30, 10:50]).all() and (crop[:15] == 128).all()
    wide = square(photo, Box(0, 0, 20, 20), padding=0.5)  # ten pixels of it lie outside the photo
    assert wide.shape == (40, 40, 3) and (wide[:10] == 128).all()
    assert (wide[10:, 10:] == photo.pixels[:30, :30]).all()
    assert square(photo, Box(99, 59, 200, 200)).shape == (1, 1, 3)
    with pytest.raises(ValueError, match="lies outside"):
        square(photo, Box(100, 0, 110, 10))


@pytest.mark.parametrize("views", [Views(), Views(0.25, 1), Views(0.1, 4)])
def test_the_name_of_a_space_says_how_boxes_are_cropped(views: Views) -> None:
    assert Views.of(f"openclip-x-{views.tag}") == views
    assert len(views.crop(noise((50, 50)), Box(10, 10, 30, 20))) == views.crops
    assert Views.of("dlib-resnet-v1-mirrored-centred") is None


@pytest.mark.parametrize("box", [Box(0, 0, 900, 700), Box(300, 200, 700, 260), Box(850, 650, 900, 700)])
def test_a_thing_is_found_again_in_its_kept_crop(box: Box) -> None:
    pixels = np.zeros((700, 900, 3), dtype=np.uint8)
    pixels[box.top : box.bottom, box.left : box.right] = 255
    photo = Photo.from_pixels(pixels)
    kept = Photo.open(crop_of(photo, box))
    place = place_in_crop(box, photo.size, kept.size)
    rows, columns = np.nonzero(kept.pixels.mean(axis=2) > 127)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert np.abs(np.subtract(place.as_list(), seen)).max() <= 1


def test_each_face_has_one_body_the_smallest_around_it_in_its_upper_part() -> None:
    from tests.fakes import region

    faces = [region((1, 0, 0), Box(40, 20, 60, 45)), region((1, 0, 0), Box(140, 20, 160, 45))]
    ann, ben, both = Box(20, 10, 80, 200), Box(120, 10, 180, 200), Box(10, 5, 190, 210)
    assert [face.body for face in with_bodies(faces, [both, ben, ann])] == [ann, ben]
    assert [face.body for face in with_bodies(faces, [both])] == [both, None]  # nobody's twice
    # A head above a body in front of it is not that body's: its face would be at the feet.
    assert [face.body for face in with_bodies(faces[:1], [Box(30, -150, 70, 46)])] == [None]
    assert with_bodies([], [ann]) == []
    assert [face.embedding.tolist() for face in with_bodies(faces, [])] == [[1, 0, 0]] * 2


def test_a_real_encoder_knows_things_again() -> None:
    """Three photos of each of six things: the nearest other photo shows the same thing."""
    encoder = need(ASSETS / "models/open_clip-mobilenetv2")
    folders = sorted(path for path in need(ASSETS / "data/objects").iterdir() if path.is_dir())[:12:2]
    paths = [path for folder in folders for path in sorted(folder.glob("*.jpg"))[:3]]
    model = ThingModel(load_embedder(encoder))
    assert (model.space[:24], model.dimension) == ("openclip-mobilenetv2_100", 1280)
    found = [model.drawn(photo, [whole(photo)])[0] for photo in map(Photo.open, paths)]
    embeddings = np.stack([region.embedding for region in found])
    alike = embeddings @ embeddings.T
    np.fill_diagonal(alike, -1)
    assert [paths[row.argmax()].parent for row in alike] == [path.parent for path in paths]
