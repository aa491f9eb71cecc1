"""InsightFace packs: an SCRFD detector and an ArcFace embedder in ONNX files."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.device import Device, DeviceUnavailableError
from vision.faces import FacesUnavailableError, digest_of
from vision.photo import Photo
from vision.quality import measure, yaw_of
from vision.region import Region, RegionKind, unit

logger = logging.getLogger(__name__)

# The detector's own floor; the gate for enrolment asks for more.
DETECTOR_CONFIDENCE = 0.5
SURE_CONFIDENCE = 0.6
# The tip of the nose stands about half an eye distance before the eyes.
NOSE_DEPTH = 0.5
# The detector scales the longer side to 128 pixels first: of a narrower strip nothing would be left.
_LONGEST = 32
_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"


def recognition_file(pack: Path) -> Path:
    """The ONNX file of the embedder: square input from 112 pixels on and a single flat output."""
    candidates = []
    for path in sorted(pack.glob("*.onnx")):
        graph = _graph(path)
        sides = [dimension.dim_value for dimension in graph.input[0].type.tensor_type.shape.dim][2:4]
        if len(graph.output) == 1 and len(sides) == 2 and sides[0] == sides[1] >= 112 and sides[0] % 16 == 0:
            if sides[0] == 192:  # landmark models
                continue
            candidates.append(path)
    if len(candidates) != 1:
        raise FacesUnavailableError(
            f"{pack} is not an InsightFace pack: expected one recognition model among its .onnx files, "
            f"found {len(candidates)}."
        )
    return candidates[0]


def _graph(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except DecodeError as error:
        raise FacesUnavailableError(_damaged(path, str(error))) from error
    if not graph.input:  # an empty file is a valid message
        raise FacesUnavailableError(_damaged(path, "it has no network in it"))
    return graph


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged: {why.strip()[:100]}. Fetch the pack again."


def pack_space(pack: Path) -> str:
    """The space of a pack: the embedder's file name and the beginning of its SHA-256."""
    path = recognition_file(pack)
    return f"insightface-{path.stem}-{digest_of(path)[:12]}"


class InsightFaces:
    """Any InsightFace pack from a folder; nothing is downloaded."""

    sure_confidence = SURE_CONFIDENCE

    def __init__(self, pack: Path, device: Device = Device.AUTO, detector_size: int | None = None) -> None:
        self.name = str(pack)
        self.space = pack_space(pack)
        self._pack = pack
        self._detector_size = detector_size
        self._providers, self.device = _providers(device)
        self._strict = device is Device.CUDA
        self._lock = threading.Lock()
        if self._strict:
            _ = self._models  # a GPU that cannot be used shows when the session is made

    @property
    def dimension(self) -> int:
        """The length of an embedding, as the network declares it."""
        return int(self._models[1].output_shape[-1])

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        from onnxruntime.capi import onnxruntime_pybind11_state as failures

        logger.info("Loading the InsightFace pack %s on %s", self._pack.name, self.device)
        try:
            app = self._analysis()
        except AssertionError as error:  # how InsightFace says it
            raise FacesUnavailableError(
                f"{self._pack} is not an InsightFace pack: no detector among its .onnx files."
            ) from error
        except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf) as error:
            raise FacesUnavailableError(_damaged(self._pack, str(error).splitlines()[0])) from error
        recogniser = app.models["recognition"]
        if self._strict:
            for model in (app.det_model, recogniser):
                if model.session.get_providers()[0] != _CUDA:
                    raise DeviceUnavailableError(
                        "onnxruntime", "it could not start its CUDA provider (driver, CUDA or cuDNN missing)"
                    )
        return app.det_model, recogniser

    def _analysis(self) -> Any:
        from insightface.app import FaceAnalysis

        side = self._detector_size
        with contextlib.redirect_stdout(io.StringIO()):
            app = FaceAnalysis(
                name=str(self._pack), allowed_modules=["detection", "recognition"], providers=self._providers
            )
            app.prepare(
                ctx_id=0 if _CUDA in self._providers else -1,
                det_thresh=DETECTOR_CONFIDENCE,
                det_size=None if side is None else (side, side),
            )
        return app

    @property
    def _models(self) -> tuple[Any, Any]:
        with self._lock:
            return self._loaded

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The faces of each photo, largest first; all faces of the batch are embedded together."""
        detector, recogniser = self._models
        found = [self._detect(detector, photo) for photo in photos]
        chips = [
            self._chip(photo, landmarks, recogniser.input_size[0])
            for photo, faces in zip(photos, found, strict=True)
            for _, _, landmarks in faces
        ]
        embeddings = iter(self._embed(recogniser, chips))
        return [
            sorted(
                (
                    Region(
                        box=box,
                        kind=RegionKind.FACE,
                        confidence=confidence,
                        embedding=next(embeddings),
                        space=self.space,
                        quality=measure(
                            photo, box, yaw=yaw_of(landmarks[:2], landmarks[2], nose_depth=NOSE_DEPTH)
                        ),
                        landmarks=landmarks,
                    )
                    for box, confidence, landmarks in faces
                ),
                key=lambda region: -region.box.area,
            )
            for photo, faces in zip(photos, found, strict=True)
        ]

    @staticmethod
    def _detect(detector: Any, photo: Photo) -> list[tuple[Box, float, NDArray[np.float32]]]:
        """Box inside the photo, confidence and landmarks (5, 2): eyes, nose, corners of the mouth."""
        width, height = photo.size
        bgr = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2BGR)
        below, beside = max(0, width // _LONGEST - height), max(0, height // _LONGEST - width)
        if below or beside:
            bgr = cv2.copyMakeBorder(bgr, 0, below, 0, beside, cv2.BORDER_CONSTANT)
        rows, landmarks = detector.detect(bgr, max_num=0, metric="default")
        faces = []
        for row, points in zip(rows, landmarks, strict=True):
            left, top, right, bottom = (round(float(value)) for value in row[:4])
            if right <= left or bottom <= top:
                continue
            box = Box(left, top, right, bottom).clipped(photo.size)
            # Landmarks in one point cannot be aligned: not a face.
            if box is not None and np.ptp(points, axis=0).max() >= 1:
                faces.append((box, float(min(row[4], 1.0)), np.asarray(points, dtype=np.float32)))
        return faces

    @staticmethod
    def _chip(photo: Photo, landmarks: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
        from insightface.utils.face_align import arcface_dst
        from skimage.transform import SimilarityTransform

        # The template is for 112 pixels, centred in 128 for the networks of that width.
        # InsightFace's own function does this with a call that scikit-image has deprecated.
        base = 112 if side % 112 == 0 else 128
        template = (arcface_dst + np.array([(base - 112) / 2, 0])) * (side / base)
        transform = SimilarityTransform.from_estimate(landmarks, template)
        warped = cv2.warpAffine(photo.pixels, transform.params[:2], (side, side), borderValue=0.0)
        return np.asarray(cv2.cvtColor(warped, cv2.COLOR_RGB2BGR), dtype=np.uint8)

    @staticmethod
    def _embed(recogniser: Any, chips: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Unit embeddings of aligned faces, in as few runs as the network's batch dimension allows."""
        declared = recogniser.input_shape[0]
        step = declared if isinstance(declared, int) and declared > 0 else 64
        embeddings: list[NDArray[np.float32]] = []
        for start in range(0, len(chips), step):
            part = chips[start : start + step]
            padded = part + [part[-1]] * (step - len(part)) if isinstance(declared, int) else part
            output = recogniser.get_feat(padded)[: len(part)]
            embeddings.extend(unit(row) for row in output)
        return embeddings


def _providers(device: Device) -> tuple[list[str], str]:
    """onnxruntime's providers for `device`, and the choice with its reason."""
    # Unless it is told before its import, onnxruntime writes an id of the device into the user's home and
    # sends usage to its maker.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    available = onnxruntime.get_available_providers()
    if device is Device.CPU:
        return [_CPU], "cpu (asked for)"
    if _CUDA in available:
        return [_CUDA, _CPU], "cuda (onnxruntime offers it)"
    if device is Device.CUDA:
        raise DeviceUnavailableError(
            "onnxruntime",
            "it has no CUDA provider here (pip uninstall -y onnxruntime && pip install onnxruntime-gpu)",
        )
    return [_CPU], "cpu (onnxruntime has no CUDA provider)"
