"""Detectors of things, run through the real classes of transformers with small random weights."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from tests.vision.tiny_things import save_d_fine, save_dino, save_owl, save_rt_detr
from vision.box import Box
from vision.closed_set import ClosedSetDetector
from vision.detector import (
    PERSON,
    Found,
    ThingDetector,
    distinct,
    is_detector,
    load_detector,
    noun_key,
    pixel_box,
)
from vision.device import Device, DeviceUnavailableError
from vision.embedder import ThingsUnavailableError
from vision.photo import Photo
from vision.zero_shot import NOUNS, DinoDetector, OwlDetector, noun_spans

SAVERS: dict[str, Callable[[Path], Path]] = {
    "owlv2": save_owl,
    "grounding-dino": save_dino,
    "mm-grounding-dino": lambda folder: save_dino(folder, mm=True),
    "rt_detr": save_rt_detr,
    "d_fine": save_d_fine,
}
# (width, height): square, wide, tall, larger and smaller than the networks' 64 pixels, and very long.
SIZES = [(64, 64), (200, 100), (90, 240), (40, 30), (600, 60)]
TARGET = (0.25, 0.5, 0.4, 0.7)  # of the photo: left, top, right, bottom


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("detectors")
    return {name: save(root / name) for name, save in SAVERS.items()}


def noise(size: tuple[int, int], seed: int = 0) -> Photo:
    return Photo.from_pixels(
        np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    )


def marked(size: tuple[int, int]) -> tuple[Photo, Box]:
    """A black photo with a white rectangle at TARGET, and where that is in pixels."""
    width, height = size
    box = Box(*(round(part * side) for part, side in zip(TARGET, (width, height) * 2, strict=True)))
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[box.top : box.bottom, box.left : box.right] = 255
    return Photo.from_pixels(pixels), box


def where_it_is(pixels: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """The white rectangle in what the network is given: centre, width and height as a network says them.

    Networks that mask the padding of a batch count from 0 to 1 over what is not padded.
    """
    white = pixels.mean(dim=0)
    white = white > (white.min() + white.max()) / 2
    rows, columns = white.any(dim=1).nonzero(), white.any(dim=0).nonzero()
    height, width = white.shape
    if mask is not None:
        height, width = int(mask.any(dim=1).sum()), int(mask.any(dim=0).sum())
    left, right = columns.min() / width, (columns.max() + 1) / width
    top, bottom = rows.min() / height, (rows.max() + 1) / height
    return torch.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top])


class Oracle:
    """Stands for a network that sees the rectangle: one sure box where it is, and one of no account."""

    def __init__(self, network: Any, logits: Callable[[Any], torch.Tensor]) -> None:
        self.config = network.config
        self._logits = logits
        self.seen: list[Any] = []

    def __call__(self, **inputs: Any) -> Any:
        self.seen.append(inputs)
        masks = inputs.get("pixel_mask", [None] * len(inputs["pixel_values"]))
        boxes = [where_it_is(*pair) for pair in zip(inputs["pixel_values"], masks, strict=True)]
        nothing = torch.tensor([0.5, 0.5, 0.1, 0.1])
        stacked = torch.stack([torch.stack([nothing, box]) for box in boxes])
        return SimpleNamespace(pred_boxes=stacked, logits=self._logits(inputs))


def sure_of(place: int, columns: int, photos: int, *, low: float = -9.0) -> torch.Tensor:
    """Logits (photos, 2, columns) of two boxes: only the second is anything, and that in one column."""
    logits = torch.full((photos, 2, columns), low)
    logits[:, 1, place] = 3.0
    return logits


def with_oracle(detector: Any, logits: Callable[[Any], torch.Tensor]) -> Oracle:
    network, processor = detector._model.parts
    oracle = Oracle(network, logits)
    detector._model.__dict__["_parts"] = (oracle, processor)
    return oracle


@pytest.mark.parametrize("name", SAVERS)
def test_a_rectangle_comes_back_where_it_is_in_every_form_of_photo(
    folders: dict[str, Path], name: str
) -> None:
    """Through the real processor: what it resizes and pads is undone, alone and in a batch of all sizes."""
    detector: Any = load_detector(folders[name])
    if isinstance(detector, OwlDetector):
        with_oracle(detector, lambda inputs: sure_of(1, 2, len(inputs["pixel_values"])))
    elif isinstance(detector, DinoDetector):
        place = 3  # [CLS] mug . dog . [SEP]
        with_oracle(detector, lambda inputs: sure_of(place, 256, len(inputs["pixel_values"]), low=-np.inf))
    else:
        with_oracle(detector, lambda inputs: sure_of(2, 3, len(inputs["pixel_values"])))
    photos, boxes = zip(*map(marked, SIZES), strict=True)
    nouns = ["mug", "dog"]
    alone = [detector.find([photo], nouns)[0] for photo in photos]
    together = detector.find(photos, nouns)
    for size, box, *results in zip(SIZES, boxes, alone, together, strict=True):
        for found in results:
            assert len(found) == 1, size
            assert (found[0].noun, round(found[0].confidence, 2)) == ("dog", 0.95)
            # A pixel of the network is up to so many of the photo.
            slack = 1 + max(size) / 64
            assert np.abs(np.subtract(found[0].box.as_list(), box.as_list())).max() <= slack, (size, found)


@pytest.mark.parametrize("name", SAVERS)
def test_the_real_network_gives_boxes_inside_and_asked_nouns_only(
    folders: dict[str, Path], name: str
) -> None:
    detector = load_detector(folders[name], Device.CPU, confidence=0.0)
    # So small a Grounding DINO has nothing left of the very long photo.
    photos = [noise(size, seed) for seed, size in enumerate(SIZES[:4])]
    nouns = ["dog", "Coffee mug", PERSON]
    found = detector.find(photos, nouns)
    assert len(found) == len(photos) and any(found)
    for photo, things in zip(photos, found, strict=True):
        assert [one.confidence for one in things] == sorted((t.confidence for t in things), reverse=True)
        for one in things:
            assert one.box.clipped(photo.size) == one.box
            assert one.noun in [*nouns, ""] and 0 <= one.confidence <= 1
    assert found == detector.find(photos, nouns)  # nothing is left to chance
    assert detector.device == "cpu (asked for)" and detector.name == str(folders[name])


@pytest.mark.parametrize("name", SAVERS)
def test_nothing_to_look_at_and_nothing_to_look_for_are_empty(folders: dict[str, Path], name: str) -> None:
    detector = load_detector(folders[name], confidence=1.0)
    assert detector.find([], ["dog"]) == []
    assert detector.find([noise((120, 90))], ["dog"]) == [[]]
    if name not in ("rt_detr", "d_fine"):
        assert detector.find([noise((120, 90))], []) == [[]]
        assert detector.find([noise((120, 90))], ["  ", "."]) == [[]]


def test_many_nouns_are_asked_in_several_prompts(folders: dict[str, Path]) -> None:
    detector: Any = load_detector(folders["grounding-dino"])
    oracle = with_oracle(detector, lambda inputs: sure_of(1, 256, len(inputs["pixel_values"]), low=-np.inf))
    nouns = [f"filler{number}" for number in range(NOUNS)] + ["dog"]
    [found] = detector.find([marked((80, 60))[0]], nouns)
    assert len(oracle.seen) == 2
    assert [one.noun for one in found] == ["filler0"]  # the same box, called twice: the first of equals


def test_a_noun_of_several_words_is_as_sure_as_its_best_word(folders: dict[str, Path]) -> None:
    detector: Any = load_detector(folders["grounding-dino"])
    tokenizer = detector._model.parts[1].tokenizer
    ids = tokenizer("coffee mug. dog. zebra.")["input_ids"]
    assert noun_spans(ids, tokenizer) == [[1, 2], [4], [6]]  # an unknown word is a token too
    with_oracle(detector, lambda inputs: sure_of(2, 256, 1, low=-np.inf))
    [[found]] = detector.find([marked((80, 60))[0]], ["coffee mug", "dog"])
    assert found.noun == "coffee mug"


def test_full_stops_and_capitals_in_nouns_do_not_split_the_prompt(folders: dict[str, Path]) -> None:
    detector: Any = load_detector(folders["grounding-dino"])
    with_oracle(detector, lambda inputs: sure_of(4, 256, 1, low=-np.inf))
    [[found]] = detector.find([marked((80, 60))[0]], ["Coffee. Mug.", "DOG"])
    assert found.noun == "DOG"
    assert noun_key("Coffee. Mug.") == "coffee mug"


def test_a_closed_set_calls_things_as_asked_or_not_at_all_and_people_only_when_asked(
    folders: dict[str, Path],
) -> None:
    def called(label: int, nouns: Sequence[str]) -> list[str]:
        detector: Any = ClosedSetDetector(folders["rt_detr"])
        with_oracle(detector, lambda inputs: sure_of(label, 3, 1))
        return [one.noun for one in detector.find([marked((80, 60))[0]], nouns)[0]]

    assert called(1, ["Cup", "dog"]) == ["Cup"]
    assert called(1, ["mug"]) == [""]
    assert called(0, ["mug"]) == []
    assert called(0, ["mug", PERSON]) == [PERSON]


def test_boxes_that_are_none_are_dropped_and_thin_ones_have_a_pixel() -> None:
    assert pixel_box([float("nan"), 0, 1, 1], (10, 10)) is None
    assert pixel_box([11, 0, 15, 5], (10, 10)) is None
    assert pixel_box([3.4, 3.4, 3.4, 8], (10, 10)) == Box(3, 3, 4, 8)
    assert pixel_box([-100, -100, 100, 100], (10, 10)) == Box(0, 0, 10, 10)


def test_one_thing_called_twice_is_one_and_a_person_hides_nothing() -> None:
    mug = Found(Box(0, 0, 100, 100), "mug", 0.5)
    cup = Found(Box(5, 0, 105, 100), "cup", 0.6)
    person = Found(Box(0, 0, 100, 104), PERSON, 0.9)
    other = Found(Box(60, 0, 160, 100), "mug", 0.4)
    assert distinct([mug, cup, person, other]) == [person, cup, other]
    assert distinct([]) == []


def test_folders_that_are_no_whole_detector_are_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    assert all(is_detector(folder) for folder in folders.values()) and not is_detector(tmp_path)
    with pytest.raises(ThingsUnavailableError, match=r"it has no config.json"):
        load_detector(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(ThingsUnavailableError, match=r"is bert; expected a detector: d_fine, grounding-dino"):
        load_detector(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(folders["owlv2"], broken)
    (broken / "model.safetensors").rename(broken / "pytorch_model.bin")
    detector: ThingDetector = load_detector(broken)
    with pytest.raises(ThingsUnavailableError, match="Cannot load the model in broken"):
        detector.find([noise((20, 20))], ["dog"])


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_gpu_that_is_not_there_is_an_error_at_once(folders: dict[str, Path]) -> None:
    with pytest.raises(DeviceUnavailableError, match="the detector: torch finds no CUDA GPU"):
        load_detector(folders["owlv2"], Device.CUDA)
