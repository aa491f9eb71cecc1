"""dlib's face detector and descriptor: the embedded default that needs no download."""

from __future__ import annotations

import importlib.util
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.device import Device, DeviceUnavailableError
from vision.faces import DLIB, DLIB_SPACE, FacesUnavailableError
from vision.photo import Photo
from vision.quality import measure, yaw_of
from vision.region import Region, RegionKind, unit

logger = logging.getLogger(__name__)

# Photos are fitted into this side and then doubled once by the detector, which finds faces from 80 pixels on:
# so a face of 40 pixels is found in a photo of up to this side.
DETECTOR_SIZE = 1280
# The base of the nose stands this many eye distances before the eyes; with it yaw grows as InsightFace's.
NOSE_DEPTH = 0.35
# tanh of the detector's margin. Of 640 portraits and press photos all but one have a face above 0.25, that
# one just below; a false face in a space suit has 0.12.
DETECTOR_CONFIDENCE = 0.2
SURE_CONFIDENCE = 0.25
_PREDICTOR = "shape_predictor_5_face_landmarks.dat"
_DESCRIPTOR = "dlib_face_recognition_resnet_model_v1.dat"


@dataclass(frozen=True, slots=True)
class _Networks:
    detector: Any
    predictor: Any
    descriptor: Any


@dataclass(frozen=True, slots=True)
class _Found:
    rectangle: Any  # dlib.rectangle in pixels of the photo, may reach beyond it
    confidence: float


class DlibFaces:
    """HOG detector, 5-point predictor and ResNet descriptor of dlib, 128 dimensions.

    The descriptor of a face is averaged with its mirror image's: at the threshold where no stranger was
    named, that recognised 87 instead of 84 % of press photos from one reference. Descriptors share a large
    mean; that of 540 portraits is subtracted before they are brought to unit length: a cosine then separates.
    """

    name = DLIB
    space = DLIB_SPACE
    dimension = 128
    sure_confidence = SURE_CONFIDENCE

    def __init__(self, device: Device = Device.AUTO, detector_size: int | None = None) -> None:
        self._folder = model_folder()
        self._detector_size = detector_size or DETECTOR_SIZE
        self._lock = threading.Lock()
        if importlib.util.find_spec("dlib") is None:
            raise FacesUnavailableError(
                "dlib is not installed: pip install dlib-bin, or take a pack by --faces"
            )
        import dlib

        self._dlib = dlib
        if device is Device.CUDA and not (dlib.DLIB_USE_CUDA and dlib.cuda.get_num_devices()):
            raise DeviceUnavailableError(
                "dlib", "this dlib is built without CUDA; take an InsightFace pack by --faces"
            )
        self.device = "cuda" if device is Device.CUDA else "cpu (this dlib has no CUDA)"

    @cached_property
    def _networks(self) -> _Networks:
        logger.info("Loading dlib's face detector, 5-point predictor and face descriptor")
        return _Networks(
            self._dlib.get_frontal_face_detector(),
            self._dlib.shape_predictor(str(self._folder / _PREDICTOR)),
            self._dlib.face_recognition_model_v1(str(self._folder / _DESCRIPTOR)),
        )

    @cached_property
    def _mean(self) -> NDArray[np.float32]:
        text = (Path(__file__).parent / "dlib_mean.json").read_text(encoding="utf-8")
        return np.asarray(json.loads(text)["mean"], dtype=np.float32)

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The faces of each photo, largest first."""
        # Detector and networks keep the state of their last run. dlib holds the interpreter's lock meanwhile,
        # so threads of its own would gain nothing.
        with self._lock:
            return [self._regions(photo, self._networks) for photo in photos]

    def _regions(self, photo: Photo, networks: _Networks) -> list[Region]:
        pixels = np.ascontiguousarray(photo.pixels)  # dlib takes no other
        regions = []
        for found in self._detect(photo, networks.detector):
            rectangle = found.rectangle
            box = Box(
                rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1
            ).clipped(photo.size)
            if box is None:
                continue
            shape = networks.predictor(pixels, rectangle)
            chip = self._dlib.get_face_chip(pixels, shape)
            mirrored = np.ascontiguousarray(chip[:, ::-1])
            vectors = np.asarray(
                networks.descriptor.compute_face_descriptor([chip, mirrored]), dtype=np.float32
            )
            vector = vectors.mean(axis=0)
            landmarks = np.array([[point.x, point.y] for point in shape.parts()], dtype=np.float32)
            eyes = np.stack([landmarks[2:4].mean(axis=0), landmarks[0:2].mean(axis=0)])
            yaw = yaw_of(eyes, landmarks[4], nose_depth=NOSE_DEPTH)
            regions.append(
                Region(
                    box=box,
                    kind=RegionKind.FACE,
                    confidence=found.confidence,
                    embedding=unit(vector - self._mean),
                    space=self.space,
                    quality=measure(photo, box, yaw=yaw),
                    landmarks=landmarks,
                )
            )
        return sorted(regions, key=lambda region: -region.box.area)

    def _detect(self, photo: Photo, detector: Any) -> list[_Found]:
        scale = min(1.0, self._detector_size / max(photo.size))
        pixels = photo.pixels
        if scale < 1.0:
            width, height = (max(1, round(side * scale)) for side in photo.size)
            pixels = np.asarray(
                cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8
            )
        rectangles, margins, _ = detector.run(np.ascontiguousarray(pixels), 1, 0.0)
        return [
            _Found(
                self._dlib.rectangle(
                    *(round(side / scale) for side in (r.left(), r.top(), r.right(), r.bottom()))
                ),
                confidence,
            )
            # The margin of a support vector machine is unbounded; tanh keeps its order in [0, 1).
            for r, confidence in zip(rectangles, np.tanh(margins).tolist(), strict=True)
            if confidence >= DETECTOR_CONFIDENCE
        ]


def model_folder() -> Path:
    """Where the package `face_recognition_models` keeps its files; the package itself is not imported."""
    found = importlib.util.find_spec("face_recognition_models")
    if found is None or found.origin is None:
        raise FacesUnavailableError("dlib's weights are missing: pip install face_recognition_models")
    folder = Path(found.origin).parent / "models"
    for file in (_PREDICTOR, _DESCRIPTOR):
        if not (folder / file).is_file():
            raise FacesUnavailableError(f"{file} is missing from {folder}: reinstall face_recognition_models")
    return folder
