"""Runs that are killed, that run beside each other, and that run beside queries."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.opening import open_source
from retrieval.recogniser import Recogniser
from retrieval.rules import MatchRules
from tests.fakes import ColourFaces, region
from tests.ingesting import start
from tests.labelled import crowd_colours, write_crowd
from vision.region import Region

PEOPLE, PHOTOS = 32, 8
TOTAL = PEOPLE * PHOTOS
# A pipe of 64 KiB holds 32 such lines: two batches.
_WIDTH = 2000


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small photos."""
    return write_crowd(tmp_path_factory.mktemp("crowd"), PEOPLE, PHOTOS)


def kill_after(process: subprocess.Popen[str], outcomes: int, delay_s: float) -> int:
    """Kill a process some time after it has printed some outcomes; how many it printed in all."""
    assert process.stdout is not None
    assert process.stderr is not None
    printed = [process.stdout.readline() for _ in range(outcomes)]
    assert all(printed), process.stderr.read()
    time.sleep(delay_s)
    process.kill()
    rest, _ = process.communicate(timeout=60)
    return len(printed) + rest.count("\n")


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that must end well; what it printed."""
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return printed


def assert_complete(gallery: Gallery) -> None:
    """Every person and photo of the crowd is there exactly once."""
    assert gallery.integrity() == []
    assert [entity.name for entity in gallery.iterate()] == [f"Person {n:02}" for n in range(PEOPLE)]
    counts = gallery.counts()
    assert (counts.references, counts.photos) == (TOTAL, TOTAL)
    assert set(gallery.reference_counts().values()) == {PHOTOS}
    space = gallery.current_space()
    assert space is not None
    assert space.references == TOTAL  # an embedding for each


def test_a_run_that_is_killed_again_and_again_loses_and_doubles_nothing(
    gallery_url: str, open_gallery: Callable[[str], Gallery], crowd: Path
) -> None:
    numbers = random.Random(gallery_url.partition(":")[0])
    kills = 1 if gallery_url.startswith("postgresql") else 3
    kept = 0
    for _ in range(kills):
        process = start(gallery_url, crowd, width=_WIDTH)
        # What is enrolled already is reported first, so this falls into a part that is new.
        printed = kill_after(process, kept + numbers.randint(1, 20), numbers.uniform(0, 0.02))
        gallery = Gallery.open(gallery_url)
        assert gallery.integrity() == []
        counts = gallery.counts()
        gallery.close()
        # Whatever was reported is there; an unreported batch may be.
        assert printed <= counts.references
        assert kept <= counts.references < TOTAL
        assert counts.references % 16 == 0
        kept = counts.references
    printed_last = finish(start(gallery_url, crowd)).splitlines()
    assert printed_last == ["unchanged"] * kept + ["added"] * (TOTAL - kept)
    assert_complete(open_gallery(gallery_url))


def test_two_processes_that_ingest_the_same_source_at_once_enrol_it_once(
    gallery_url: str, open_gallery: Callable[[str], Gallery], crowd: Path
) -> None:
    processes = [start(gallery_url, crowd) for _ in range(2)]
    printed = [finish(process).splitlines() for process in processes]
    assert [len(lines) for lines in printed] == [TOTAL, TOTAL]
    assert printed[0].count("added") + printed[1].count("added") == TOTAL
    assert {*printed[0], *printed[1]} <= {"added", "unchanged"}
    assert_complete(open_gallery(gallery_url))


def test_queries_beside_a_run_never_fail_and_see_everything_in_the_end(gallery: Gallery, crowd: Path) -> None:
    recogniser = Recogniser(
        gallery, ColourFaces(), rules=MatchRules(threshold=0.9, margin=0.0, band=0.1, one_each=False)
    )
    regions = [region(colour) for colour in crowd_colours(PEOPLE)]
    process = start(_url(gallery), crowd)
    seen: list[int] = []
    deadline = time.monotonic() + 120
    while process.poll() is None:
        assert time.monotonic() < deadline
        seen.append(_named(recogniser, regions))
        time.sleep(0.05)
    finish(process)
    assert seen == sorted(seen)  # whoever was there stays there
    assert _named(recogniser, regions) == PEOPLE
    assert recogniser.index.size == TOTAL


def _url(gallery: Gallery) -> str:
    return gallery.location.replace("postgresql+psycopg://", "postgresql://")


def _named(recogniser: Recogniser, regions: Sequence[Region]) -> int:
    return sum(
        match.entity is not None and match.entity.name == f"Person {number:02}"
        for number, match in enumerate(recogniser.match(regions, photo="asked"))
    )


def test_queries_in_one_process_see_each_batch_as_soon_as_it_is_reported(lite: Gallery, crowd: Path) -> None:
    rules = MatchRules(threshold=0.99, margin=0.0, band=0.0)
    recogniser = Recogniser(lite, ColourFaces(), rules=rules)
    colours = crowd_colours(PEOPLE)
    with open_source(crowd) as source:
        for number, outcome in enumerate(ingest(lite, ColourFaces(), source.rows())):
            if number % 40 == 0:
                [match] = recogniser.match([region(colours[number // PHOTOS])], photo="asked")
                assert match.entity is not None
                assert match.entity.id == outcome.entity_id
