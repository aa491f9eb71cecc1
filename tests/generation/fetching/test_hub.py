"""Downloading from a real server on this machine: resumed, verified, and in one line where it fails."""

from __future__ import annotations

import socket
from pathlib import Path

import huggingface_hub
import pytest

from generation.fetching.fetch import fetch_language_model
from generation.fetching.hub import Hub
from generation.fetching.manifest import fetched_models
from tests.generation.fetching.fetches import CARD, PROCESSOR, both, fetched, refused, small, visible
from tests.generation.fetching.hub_server import HubServer


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_is_cut_off_goes_on_where_it_stopped(
    served: HubServer, tmp_path: Path, ranges: bool
) -> None:
    both(served)
    served.ranges = ranges
    served.cuts["model.safetensors"] = [100, 1000]
    weights = small()["model.safetensors"]
    told: list[tuple[int, int]] = []
    hub = Hub(served.endpoint, pause_s=0)
    place = fetch_language_model(CARD, tmp_path, hub=hub, report=lambda *sizes: told.append(sizes))
    assert (place / "model.safetensors").read_bytes() == weights
    assert told[-1][0] == told[-1][1]
    firsts = [asked.first for asked in served.asked if asked.path.endswith("model.safetensors")]
    assert firsts[::2] == ([0, 100, 1100] if ranges else [0, 100, 1000])


def test_a_second_run_continues_what_a_broken_one_left(served: HubServer, tmp_path: Path) -> None:
    both(served)
    served.cuts["model.safetensors"] = [3000, 0, 0, 0, 0, 0]
    assert "continues where this one stopped" in refused(served, tmp_path)
    assert visible(tmp_path) == []
    assert list(fetched_models(tmp_path)) == []
    served.asked.clear()
    told: list[tuple[int, int]] = []
    hub = Hub(served.endpoint, pause_s=0)
    place = fetch_language_model(CARD, tmp_path, hub=hub, report=lambda *sizes: told.append(sizes))
    assert (place / "model.safetensors").read_bytes() == small()["model.safetensors"]
    assert served.brought() == ["model.safetensors"]
    assert [asked.first for asked in served.asked if asked.path.startswith("/store/")] == [3000]
    assert told[-1][0] == told[-1][1]
    assert not any(path.name.endswith(".part") for path in tmp_path.rglob("*"))


def test_a_busy_server_is_asked_again(served: HubServer, tmp_path: Path) -> None:
    both(served)
    served.statuses["model.safetensors"] = [503, 429]
    assert (fetched(served, tmp_path) / "model.safetensors").exists()
    served.publish("org/RC-2b", small(b"newer"))
    served.statuses["model.safetensors"] = [503] * 9
    assert "the hub answers 503" in refused(served, tmp_path)


def test_a_server_that_sends_too_little_does_not_keep_the_command_for_ever(
    served: HubServer, tmp_path: Path
) -> None:
    both(served)
    served.tampered["model.safetensors"] = small()["model.safetensors"][:500]
    assert "ended early" in refused(served, tmp_path)


def test_leftovers_that_belong_to_nothing_do_no_harm(served: HubServer, tmp_path: Path) -> None:
    both(served)
    served.cuts["model.safetensors"] = [0] * 6
    refused(served, tmp_path)
    (part,) = tmp_path.rglob("model.safetensors.part")
    part.write_bytes(bytes(len(small()["model.safetensors"]) + 1))
    (part.parent / "special_tokens_map.json").write_bytes(b"of another commit")
    place = fetched(served, tmp_path)
    assert (place / "model.safetensors").read_bytes() == small()["model.safetensors"]
    assert not (place / "special_tokens_map.json").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("change", ["same size", "longer", "left over"])
def test_a_file_with_another_checksum_is_refused_and_removed(
    served: HubServer, tmp_path: Path, name: str, change: str
) -> None:
    both(served)
    right = {**PROCESSOR, **small()}[name]
    wrong = bytes(len(right)) if change == "same size" else right + b"more"
    if change == "left over":  # whole, but spoilt on the disk before the second run
        served.cuts["model.safetensors"] = [0] * 6
        refused(served, tmp_path)
        (part,) = tmp_path.rglob("model.safetensors.part")
        (part.parent / name).write_bytes(bytes(len(right)))
    else:
        served.tampered[name] = wrong
        assert "its checksum differs" in refused(served, tmp_path)
        assert not list(tmp_path.rglob(name))
        assert not list(tmp_path.rglob(f"{name}.part"))
        assert visible(tmp_path) == []
        served.tampered.clear()
    assert (fetched(served, tmp_path) / name).read_bytes() == right


def test_what_the_hub_does_not_have_is_one_line(served: HubServer, tmp_path: Path) -> None:
    assert "The hub has no org/RC-2b" in refused(served, tmp_path)
    both(served)
    assert "no revision 'v9'" in refused(served, tmp_path, revision="v9")
    served.gated.add("org/RC-2b")
    message = refused(served, tmp_path)
    assert "accept them" in message
    assert "HF_TOKEN" in message
    assert served.brought() == []


def test_no_network_is_one_line(served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "check the network" in refused(HubServer(port), tmp_path)
    both(served)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in refused(served, tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_fills_up_is_one_line(served: HubServer, tmp_path: Path) -> None:
    both(served)
    staging = tmp_path / ".fetching" / "org--RC-2b" / served.branches["org/RC-2b"]["main"]
    staging.mkdir(parents=True)
    (staging / "model.safetensors.part").symlink_to("/dev/full")
    assert "The disk is full: model.safetensors of org/RC-2b" in refused(served, tmp_path)


def test_a_token_goes_to_the_hub_and_not_to_where_it_redirects(
    served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    both(served)
    place = fetched(served, tmp_path)
    assert {asked.authorised for asked in served.asked if "/resolve/" in asked.path} == {True}
    assert {asked.authorised for asked in served.asked if asked.path.startswith("/store/")} == {False}
    assert not any(b"hf_secret" in path.read_bytes() for path in place.iterdir())
