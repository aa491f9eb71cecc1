"""What was seen is kept: a run that was killed goes on, and nothing is taken from another model."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from evaluation.identification.seen import SeenPhotos
from tests.evaluation.painted import SPACE, crowd
from vision.errors import UserError


def test_a_run_that_was_killed_looks_only_at_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    source = crowd()
    whole, memory = source.look(path=path)
    memory.close(delete=False)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[:31]) + b"\n" + lines[31][:40])  # killed while it wrote
    source.looked_at = 0
    again, memory = source.look(path=path)
    assert source.looked_at == 64 - 30
    for one, other in zip(whole, again, strict=True):
        assert one.seen.photo == other.seen.photo and one.seen.size == other.seen.size
        [region], [same] = one.seen.regions, other.seen.regions
        assert np.array_equal(region.embedding, same.embedding)
        assert (region.box, region.quality, region.confidence) == (same.box, same.quality, same.confidence)
    memory.close(delete=True)
    assert not path.exists()


def test_what_another_model_saw_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    source = crowd()
    source.look(path=path)[1].close(delete=False)
    for model in ("another", SPACE):  # the first one starts it anew
        memory = SeenPhotos(model, path)
        assert len(memory) == 0
        memory.close(delete=False)


def test_the_file_is_for_its_owner_alone_and_holds_no_name(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    crowd().look(path=path)[1].close(delete=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"Person" not in path.read_bytes()


def test_a_damaged_file_is_one_plain_line(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    crowd().look(path=path)[1].close(delete=False)
    path.write_bytes(path.read_bytes().replace(b'"size"', b'"sizes"'))
    with pytest.raises(UserError, match="damaged; delete it"):
        SeenPhotos(SPACE, path)
