"""Where a language model is on disk. Light: torch is not imported to find out that there is none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from generation.fetching.manifest import read_manifest
from generation.generator import GenerationError

_CONFIG = "config.json"
# What the extra `models` installs and a local model needs.
_PACKAGES = ("torch", "torchvision", "transformers")


class ModelNotFoundError(GenerationError):
    """A model that is not on disk."""


class PackagesMissingError(GenerationError):
    """A local model needs packages that are not installed."""


def find_model(spec: str, root: Path, revision: str = "") -> Path:
    """The folder of a model by folder or hub id; raise `ModelNotFoundError`. Nothing is downloaded.

    An id is looked for in `root`, where `placard models fetch` puts models, then in the Hugging Face cache.
    A `revision` is a commit where a fetched folder must match it.
    """
    place = Path(spec).expanduser()
    if (place / _CONFIG).is_file():
        return place.resolve()
    if place.is_dir():
        raise ModelNotFoundError(f"{spec} holds no {_CONFIG}; expected the folder of a model.")
    fetched = root / folder_name(spec)
    if (fetched / _CONFIG).is_file() and revision in ("", _commit(fetched)):
        return fetched
    cached = _in_cache(spec, revision)
    if cached is not None:
        return cached
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
        raise PackagesMissingError(f"A local model needs {names}: pip install 'placard[models]'.")


def _commit(fetched: Path) -> str | None:
    """The commit that a folder was fetched at."""
    manifest = read_manifest(fetched)
    return manifest.model.commit if manifest else None


def _in_cache(spec: str, revision: str) -> Path | None:
    if spec.count("/") != 1 or find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(spec, _CONFIG, revision=revision or None)
    return Path(found).parent if isinstance(found, str) else None
