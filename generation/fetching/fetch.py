"""Fetching a language model: weights and processor of two repositories, in one pinned folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from filelock import FileLock, Timeout

from generation.family import Family
from generation.fetching.catalogue import LanguageCard
from generation.fetching.hub import Hub, HubFile, Repository
from generation.fetching.manifest import NAME, Fetched, Manifest, Source, read_manifest
from vision.models import FetchError
from vision.thing_models import ThingCard

_CONFIG, _INDEX, _SINGLE = "config.json", "model.safetensors.index.json", "model.safetensors"
# Named one by one: code, pickles, adapters and copies of the weights for other programs stay where they are.
_MODEL = (_CONFIG, "generation_config.json", _INDEX, "model*.safetensors", "LICENSE*", "NOTICE*")
_PICTURES = ("preprocessor_config.json", "processor_config.json")  # transformers 5 writes the second alone
_PROCESSOR = (
    *_PICTURES,
    "video_preprocessor_config.json",
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "merges.txt", "chat_template.json", "chat_template.jinja"),
)
_WORKSHOP = ".fetching"
_SPARE = 256 << 20  # bytes that stay free, for the gallery to go on working

Report = Callable[[int, int], None]  # bytes that are here, bytes in all


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file and where it comes from."""

    source: Source
    file: HubFile


def fetch_language_model(
    card: LanguageCard,
    root: Path,
    *,
    revision: str = "main",
    hub: Hub | None = None,
    report: Report = lambda *_: None,
) -> Path:
    """Assemble a model and its processor in a folder below `root`, and return the folder.

    `revision` is a branch, tag or commit of the model's repository. A folder that holds these commits stays
    as it is; another version is replaced when the new one is complete. What a broken fetch brought is used by
    the next one. Raise `FetchError`, or `UnknownFamilyError` before anything large is fetched.
    """
    hub = hub or Hub()
    with _alone(root / _WORKSHOP, card):
        model = hub.repository(card.repository, revision)
        other = card.processor != card.repository
        processor = hub.repository(card.processor, "main") if other else model

        def wanted(staging: Path) -> dict[str, _Wanted]:
            chosen = _wanted(model, processor)
            _check_config(hub, chosen, staging)
            _check_shards(hub, chosen, staging)
            return chosen

        return _Assembly(hub, root, card.folder, (model.source, processor.source)).run(wanted, report)


def fetch_thing_model(
    card: ThingCard,
    root: Path,
    *,
    revision: str = "main",
    hub: Hub | None = None,
    report: Report = lambda *_: None,
) -> Path:
    """As `fetch_language_model`, for an encoder or detector of things, which is all in one repository."""
    hub = hub or Hub()
    with _alone(root / _WORKSHOP, card):
        model = hub.repository(card.repository, revision)

        def wanted(staging: Path) -> dict[str, _Wanted]:
            del staging
            files = [file for file in model.files if file.name in card.files]
            if card.weights not in {file.name for file in files}:
                raise FetchError(f"{card.repository} has no {card.weights}; only safetensors are fetched.")
            return {file.name: _Wanted(model.source, file) for file in sorted(files, key=lambda f: f.size)}

        return _Assembly(hub, root, card.folder, (model.source, model.source)).run(wanted, report)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """Putting a folder together beside its place, and then in its place."""

    hub: Hub
    root: Path
    folder: str
    sources: tuple[Source, Source]  # of the model and of its processor

    def run(self, wanted: Callable[[Path], dict[str, _Wanted]], report: Report) -> Path:
        """The folder, complete; `wanted` says what belongs into it, and may fetch small files to know."""
        place, workshop = self.root / self.folder, self.root / _WORKSHOP / self.folder
        if _is_there(place, *self.sources):
            return place
        staging = workshop / self.sources[0].commit
        _make(staging)
        chosen = wanted(staging)
        _reuse(chosen, place, staging)
        _check_room(chosen, staging)
        files = _download(self.hub, chosen, staging, report)
        Manifest(*self.sources, files).write(staging)
        _put(staging, place)
        shutil.rmtree(workshop)  # with the replaced version and broken fetches of other commits
        return place


@contextmanager
def _alone(workshop: Path, card: LanguageCard | ThingCard) -> Iterator[None]:
    """Keep two commands from writing the same files."""
    lock = FileLock(workshop / f"{card.folder}.lock", timeout=0)
    _make(workshop)
    try:
        lock.acquire()
    except Timeout as error:
        raise FetchError(f"{card.name} is being fetched by another command; wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FetchError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _is_there(place: Path, model: Source, processor: Source) -> bool:
    manifest = read_manifest(place)
    if manifest is None:
        if place.exists() and not (place / NAME).exists():
            raise FetchError(f"{place} is there and was not fetched by Placard; move it away first.")
        return False
    return (manifest.model, manifest.processor) == (model, processor) and not manifest.lacks(place)


def _wanted(model: Repository, processor: Repository) -> dict[str, _Wanted]:
    """The files by name, small ones first; what both repositories have comes from the one it is about."""
    pairs = [(model, _MODEL), (processor, _PROCESSOR)]
    chosen = {
        file.name: _Wanted(repository.source, file)
        for repository, patterns in pairs
        for file in repository.files
        if any(fnmatchcase(file.name, pattern) for pattern in patterns)
    }
    if _CONFIG not in chosen:
        raise FetchError(f"{model.source.repository} has no {_CONFIG}; it is not a model for transformers.")
    if not any(name in chosen for name in _PICTURES):
        raise FetchError(f"{processor.source.repository} has no {_PICTURES[0]}; it takes no pictures.")
    return dict(sorted(chosen.items(), key=lambda item: item[1].file.size))


def _check_config(hub: Hub, wanted: dict[str, _Wanted], staging: Path) -> None:
    Family.of(str(_read(hub, wanted[_CONFIG], staging).get("model_type", "")))


def _check_shards(hub: Hub, wanted: dict[str, _Wanted], staging: Path) -> None:
    """Raise where weights are missing, and leave out those that no index names."""
    needed = {_SINGLE}
    if _SINGLE not in wanted and _INDEX in wanted:
        shards = _read(hub, wanted[_INDEX], staging).get("weight_map")
        needed = set(map(str, shards.values())) if isinstance(shards, dict) else needed
    missing = sorted(needed - wanted.keys())
    if missing:
        name = wanted[_CONFIG].source.repository
        raise FetchError(f"{name} has no {missing[0]}; only weights as safetensors are fetched.")
    for name in [name for name in wanted if name.endswith(".safetensors") and name not in needed]:
        del wanted[name]


def _read(hub: Hub, wanted: _Wanted, staging: Path) -> dict[str, object]:
    """The JSON object in a small file."""
    path = staging / wanted.file.name
    hub.download(wanted.source, wanted.file, path)
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FetchError(f"{path.name} of {wanted.source.repository} is not JSON: {error}.") from error
    if not isinstance(form, dict):
        raise FetchError(f"{path.name} of {wanted.source.repository} is not a JSON object.")
    return form


def _reuse(wanted: dict[str, _Wanted], place: Path, staging: Path) -> None:
    """Take over large files that an older version has too; `download` verifies them."""
    manifest = read_manifest(place)
    for name, older in manifest.files.items() if manifest else ():
        item = wanted.get(name)
        if item and item.file.sha256 == older.sha256 and not (staging / name).exists():
            with suppress(OSError):  # a file system without links: it is downloaded again
                (staging / name).hardlink_to(place / name)


def _check_room(wanted: dict[str, _Wanted], staging: Path) -> None:
    here = sum(path.stat().st_size for path in staging.iterdir())
    missing = sum(item.file.size for item in wanted.values()) - here
    free = shutil.disk_usage(staging).free
    if missing + _SPARE > free:
        raise FetchError(
            f"{(missing + _SPARE) / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free in {staging}; "
            f"make room, or set PLACARD_HOME to another disk."
        )


def _download(hub: Hub, wanted: dict[str, _Wanted], staging: Path, report: Report) -> dict[str, Fetched]:
    total = sum(item.file.size for item in wanted.values())
    here = 0

    def progress(size: int) -> None:
        nonlocal here
        here += size
        report(here, total)

    files = {}
    for name, item in wanted.items():
        digest = hub.download(item.source, item.file, staging / name, progress)
        files[name] = Fetched(item.source.repository, item.file.size, digest)
    for stray in [path for path in staging.iterdir() if path.name not in files]:
        stray.unlink()
    return files


def _put(staging: Path, place: Path) -> None:
    """Put a complete folder in place of an older one."""
    older = staging.parent / "replaced"
    try:
        shutil.rmtree(older, ignore_errors=True)
        if place.exists():
            place.rename(older)
        staging.rename(place)
    except OSError as error:
        raise FetchError(f"{place} cannot be replaced: {error.strerror}.") from error
