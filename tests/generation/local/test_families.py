from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generation.family import Family
from generation.local.generator import open_local
from generation.local.loading import load_model
from generation.local.model import LocalModel
from generation.request import Request
from generation.sampling import Sampling
from tests.generation.contexts import ada, blank, photo
from tests.generation.local.chats import chat, eight, made, written
from tests.generation.local.folders import copied, lightened, save_qwen2_5, save_qwen3
from vision.device import Device

SHORT = Sampling(8, temperature=0)


@pytest.fixture(
    scope="module",
    params=[(Family.QWEN2_5_VL, save_qwen2_5), (Family.QWEN3_VL, save_qwen3)],
    ids=lambda p: p[0],
)
def folder(
    request: pytest.FixtureRequest, qwen2_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    family, save = request.param
    saved: Callable[[Path, Path], Path] = save
    return saved(qwen2_files, tmp_path_factory.mktemp("models") / str(family))


@pytest.fixture(scope="module")
def relative(folder: Path) -> LocalModel:
    return load_model(folder, device=Device.CPU)


def test_a_relative_answers_by_the_same_code_alone_and_in_a_batch(relative: LocalModel, folder: Path) -> None:
    assert relative.family == folder.name
    chats = eight(relative.family.token_side)
    answers = relative.batch(chats, SHORT)
    assert len({answer.text for answer in answers}) == 8
    relative.forget_pictures()
    assert [written(relative, messages, SHORT) for messages in chats] == answers


def test_features_that_were_made_before_change_nothing_for_a_relative(
    relative: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = eight(relative.family.token_side)[:3]
    assert relative._sight.reuses
    answers = relative.batch(chats, SHORT)
    assert relative.batch(chats, SHORT) == answers
    relative.forget_pictures()
    monkeypatch.setattr(relative._sight, "reuses", False)
    assert relative.batch(chats, SHORT) == answers
    relative.forget_pictures()


def test_a_relative_sees_the_picture(relative: LocalModel) -> None:
    side = relative.family.token_side
    one, other = (relative.likelihoods(chat(picture=made(n, side=side)), "ABCDEFGH") for n in (1, 2))
    assert np.abs(np.subtract(one, other)).max() > 0.1


def test_a_relative_reads_boxes_of_its_own_kind(folder: Path, tmp_path: Path) -> None:
    context = photo(ada)
    light = lightened(copied(folder, tmp_path / "light"))
    generator = open_local(light, device=Device.CPU, sampling=SHORT, max_tokens=64)
    sent = generator.stream(Request(blank(context), context, "Who is this?")).finished().sent
    # Qwen2.5-VL counts in pixels of the picture, 308 x 140 here; Qwen3-VL in thousandths.
    place = "(0,14),(15,28)" if folder.name == Family.QWEN2_5_VL else "(0,100),(50,200)"
    assert f"<|box_start|>{place}<|box_end|>" in sent
