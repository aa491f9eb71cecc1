"""Where a language model is on disk. Light: torch is not imported to find out that there is none."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from generation.fetching.manifest import read_manifest
from generation.generator import GenerationError

NANO = "nano"  # comes with Placard, and knows the drawn world only
_SHIPPED = Path(__file__).with_name("nano")
_CONFIG = "config.json"
# organisation/name, as the hub has them.
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
# What the extra `models` installs and a local model needs.
_PACKAGES = ("torch", "torchvision", "transformers")


class ModelNotFoundError(GenerationError):
    """A model that is not on disk."""


class PackagesMissingError(GenerationError):
    """A local model needs packages that are not installed."""


def find_model(spec: str, root: Path, revision: str = "", *, holds: str = _CONFIG) -> Path:
    """The folder of a model by folder, hub id or "nano"; raise `ModelNotFoundError`. Nothing is downloaded.

    An id is looked for in `root`, where `placard models fetch` puts models, then in the Hugging Face cache.
    A fetched folder must be of the commit that begins with `revision`. `holds` is a file that it must have.
    """
    place = Path(spec).expanduser()
    if _is_file(place / holds):
        if revision:
            raise ModelNotFoundError(f"{spec} is a folder, which has no revisions; unset PLACARD_REVISION.")
        return place.resolve()
    if spec == NANO:
        if revision:
            raise ModelNotFoundError(
                f"{NANO} comes with Placard and has no revisions; unset PLACARD_REVISION."
            )
        return _SHIPPED
    if _is_there(place):
        raise ModelNotFoundError(f"{spec} holds no {holds}; expected the folder of a model.")
    if not _HUB_ID.fullmatch(spec):
        raise ModelNotFoundError(
            f"There is no folder {spec}; expected that of a model, organisation/name, or nano."
        )
    fetched = root / folder_name(spec)
    commit = _commit(fetched) if _is_file(fetched / holds) else ""
    if commit.startswith(revision) and _is_file(fetched / holds):
        return fetched
    cached = _in_cache(spec, revision, holds)
    if cached is not None:
        return cached
    if commit:
        raise ModelNotFoundError(
            f"{spec} is on disk at commit {commit}, and no {revision} of it; a fetched model is known by its "
            f"commit: set PLACARD_REVISION to that, or unset it."
        )
    wanted = f"{spec} at revision {revision}" if revision else spec
    raise ModelNotFoundError(
        f"No language model {wanted} on disk; fetch it by 'placard models fetch {spec}', or give a folder."
    )


def folder_name(model_id: str) -> str:
    """What the folder of a fetched model is called.

    >>> folder_name("weihongliang/RC-Qwen2VL-2b")
    'weihongliang--RC-Qwen2VL-2b'
    """
    return model_id.replace("/", "--")


def check_packages() -> None:
    """Raise `PackagesMissingError` where a local model could not be run."""
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        names = ", ".join(missing)
        raise PackagesMissingError(
            f"A local model needs {names}: pip install -e '.[models]' in a clone of Placard."
        )


def _commit(fetched: Path) -> str:
    """The commit that a folder was fetched at; empty where it does not say."""
    manifest = read_manifest(fetched)
    return manifest.model.commit if manifest else ""


def _in_cache(spec: str, revision: str, holds: str) -> Path | None:
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(spec, holds, revision=revision or None)
    except HFValidationError:  # no id of the hub after all
        return None
    return Path(found).parent if isinstance(found, str) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for any file
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
