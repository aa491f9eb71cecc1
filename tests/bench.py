"""Speed against baselines in the same run: `make bench`. Machines differ, so the ratios are what counts."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from retrieval.index import ReferenceIndex
from retrieval.recogniser import Recogniser
from tests.conftest import ASSETS
from tests.fakes import ColourFaces, reference, region
from vision import faces
from vision.dlib_faces import model_folder
from vision.photo import Photo
from vision.region import unit

PORTRAITS = 100
QUERIES = 200
CROPS = 32
DIMENSION = 512


def main() -> None:
    """Print every figure as a line of a table."""
    # The bare loop of InsightFace uses a deprecated call of scikit-image for each face.
    warnings.filterwarnings("ignore", message=".*estimate.*", category=FutureWarning)
    print("| what | measured | baseline | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        groups = (_command_line(), _ingest(place), _things(), _recognise(place, 540))
        for lines in (*groups, _recognise(place, 100_000)):
            for line in lines:
                print(line, flush=True)


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _command_line() -> Iterator[str]:
    """`placard --help` beside the import of its library; medians of 15 alternating runs."""
    placard = [str(Path(sys.executable).parent / "placard"), "--help"]
    typer = [sys.executable, "-c", "import typer"]
    runs = [(_timed(partial(_run, placard)), _timed(partial(_run, typer))) for _ in range(15)]
    ours, theirs = (statistics.median(run[side] for run in runs) for side in (0, 1))
    yield f"| `placard --help` against `import typer` | {ours:.3f} s | {theirs:.3f} s | {ours / theirs:.2f} |"


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _ingest(place: Path) -> Iterator[str]:
    """Files to committed rows, beside a bare loop of the same networks on photos that are decoded already."""
    portraits = sorted((ASSETS / "data/congress/portraits").glob("*.jpg"))[:PORTRAITS]
    if not portraits:
        yield "| ingest | not measured: PLACARD_ASSETS has no portraits | | |"
        return
    decoded = [Photo.open(path) for path in portraits]
    rows = [Labelled(p.name, NewEntity(name=p.stem), None, False, p.read_bytes) for p in portraits]
    pack = ASSETS / "models/insightface/models/mini"
    for title, spec, bare in (
        ("mini", str(pack), _bare_insightface(pack)),
        ("dlib", faces.DLIB, _bare_dlib()),
    ):
        model = faces.load(spec, ())
        model.regions(decoded[:1])
        bare(decoded[0].pixels)
        runs = []
        for run in range(3):
            gallery = Gallery.open(f"sqlite:///{place / f'{title}-{run}.db'}")
            ours = _timed(partial(_drain, ingest(gallery, model, rows)))
            gallery.close()
            runs.append((ours, _timed(partial(_each, bare, decoded))))
        ours, theirs = sorted(runs, key=lambda run: run[0] / run[1])[len(runs) // 2]
        yield (
            f"| ingest of {PORTRAITS} portraits with {title}, against the bare loop of its networks "
            f"| {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} |"
        )


def _things() -> Iterator[str]:
    """Crops of things embedded in a batch beside one by one, and what comes before the embedding."""
    encoder = ASSETS / "models/open_clip-mobilenetv2"
    photos = sorted((ASSETS / "data/objects").glob("*/*.jpg"))[:CROPS]
    if not photos or not encoder.is_dir():
        yield "| embedding of things | not measured: PLACARD_ASSETS has no things | | |"
        return
    from vision.crops import Views, whole
    from vision.embedder import load_embedder
    from vision.things import ThingModel

    embedder: Any = load_embedder(encoder)
    model = ThingModel(embedder, views=Views(crops=1))
    decoded = [Photo.open(path) for path in photos]
    crops = [model.views.crop(photo, whole(photo))[0] for photo in decoded]
    embedder.embed(crops)
    together, alone = (
        min(_timed(way) for _ in range(3))
        for way in (partial(embedder.embed, crops), partial(_each_crop, embedder, crops))
    )
    boxes = min(_timed(lambda: [model.drawn(photo, [whole(photo)]) for photo in decoded]) for _ in range(3))
    yield (
        f"| {len(crops)} crops of things embedded in batches, against one by one "
        f"| {together:.2f} s | {alone:.2f} s | {together / alone:.2f} |"
    )
    yield (
        f"| {len(crops)} boxes of things to regions one by one (crop, quality, embedding), against embedding "
        f"alone | {boxes:.2f} s | {alone:.2f} s | {boxes / alone:.2f} |"
    )


def _each_crop(embedder: Any, crops: list[NDArray[np.uint8]]) -> None:
    for crop in crops:
        embedder.embed([crop])


def _drain(outcomes: Iterable[object]) -> None:
    for _ in outcomes:
        pass


def _each(look: Callable[[NDArray[np.uint8]], object], photos: list[Photo]) -> None:
    for photo in photos:
        look(photo.pixels)


def _bare_insightface(pack: Path) -> Callable[[NDArray[np.uint8]], object]:
    from insightface.app import FaceAnalysis

    app = FaceAnalysis(
        name=str(pack), allowed_modules=["detection", "recognition"], providers=["CPUExecutionProvider"]
    )
    app.prepare(ctx_id=-1)
    return lambda pixels: app.get(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))


def _bare_dlib() -> Callable[[NDArray[np.uint8]], object]:
    import dlib

    folder = model_folder()
    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(str(folder / "dlib_face_recognition_resnet_model_v1.dat"))

    def look(pixels: NDArray[np.uint8]) -> list[Any]:
        chips = [dlib.get_face_chip(pixels, predictor(pixels, box)) for box in detector(pixels, 1)]
        # Two runs a face, since Placard averages a face with its mirror image.
        return [
            network.compute_face_descriptor([chip, np.ascontiguousarray(chip[:, ::-1])]) for chip in chips
        ]

    return look


def _recognise(place: Path, size: int) -> Iterator[str]:
    """`Recogniser.match` without the FAISS search: revision check, assignment, names from the database."""
    gallery = _filled(place / f"{size}.db", size)
    model = ColourFaces()
    model.dimension = DIMENSION
    before = _memory()
    recogniser = Recogniser(gallery, model)
    recogniser.index.catch_up()
    grown = _memory() - before
    chance = np.random.default_rng(1)
    queries = [[region(chance.normal(size=DIMENSION)) for _ in range(2)] for _ in range(QUERIES)]
    outside, searching = [], []
    for regions in queries:
        embeddings = np.stack([r.embedding for r in regions])
        search = _timed(partial(_search, recogniser.index, embeddings))
        whole = _timed(partial(recogniser.match, regions, photo="a photo"))
        searching.append(1000 * search)
        outside.append(1000 * max(0.0, whole - search))
    p50, p95 = np.percentile(outside, [50, 95])
    typical = float(np.percentile(searching, 50))
    yield (
        f"| recognise 2 faces among {size:,} outside models and search, p50 / p95 | {p50:.2f} / {p95:.2f} ms "
        f"| search alone {typical:.2f} ms | {p50 / typical:.2f} |"
    )
    if size >= 100_000:
        bare = size * DIMENSION * 2 / 2**20
        yield (
            f"| memory of the index of {size:,} references, {DIMENSION} dimensions | {grown:.0f} MiB "
            f"| bare float16 vectors {bare:.0f} MiB | {grown / bare:.2f} |"
        )
    gallery.close()


def _search(index: ReferenceIndex, embeddings: NDArray[np.float32]) -> None:
    index._snapshot.vectors.search(embeddings, 8)


def _filled(path: Path, size: int) -> Gallery:
    """A gallery of random references, one for each entity."""
    gallery = Gallery.open(f"sqlite:///{path}")
    chance = np.random.default_rng(0)
    for start in range(0, size, 5000):
        vectors = unit(chance.normal(size=(min(5000, size - start), DIMENSION)))
        with gallery.write() as writer:
            if start == 0:
                writer.add_space("colour", DIMENSION, "colour")
            for number, vector in enumerate(vectors, start):
                entity = writer.add(NewEntity(name=f"Person {number}", biography="Known."))
                writer.add_reference(entity, reference(vector, f"{number:064x}"), (100, 100))
    return gallery


def _memory() -> float:
    """Resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
