"""Where figures come from: enough to repeat them."""

from __future__ import annotations

import hashlib
import platform
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("placard", "numpy", "dlib-bin", "insightface", "onnxruntime", "faiss-cpu", "faiss-gpu")
# From a photo to an answer: who is found and named there, what is told and asked.
_ANSWERING = ("vision", "gallery", "ingest", "retrieval", "generation", "evaluation.bench")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a report; holds no secret and no name of a person."""

    command: str  # as it is typed again
    seed: int
    data: str  # SHA-256 over what was measured
    settings: Mapping[str, str]  # by name, as text
    versions: Mapping[str, str]
    made_at: str  # UTC, ISO 8601

    @classmethod
    def now(
        cls,
        command: Sequence[str],
        *,
        seed: int,
        data: str,
        settings: Mapping[str, str],
        packages: Iterable[str] = _PACKAGES,
    ) -> Provenance:
        """The provenance of figures that are made now, on this machine."""
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(shlex.join(command), seed, data, dict(settings), _versions(packages), made_at)

    def facts(self) -> dict[str, str]:
        """Everything by name, for a table."""
        return {
            "command": self.command,
            "seed": str(self.seed),
            "data (SHA-256)": self.data,
            "made at": self.made_at,
            **self.settings,
            **self.versions,
        }


def digest_of(parts: Iterable[str]) -> str:
    """SHA-256 over texts, whose order counts; one cannot run into the next.

    >>> digest_of(["ab", "c"]) == digest_of(["a", "bc"])
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _folder(package: str) -> Path:
    """Where a package lies."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None  # it is one of ours
    return Path(spec.origin).parent


@cache
def code_digest(packages: tuple[str, ...] = _ANSWERING) -> str:
    """SHA-256 over the sources of packages: other code may see, match and answer otherwise."""
    sources = (
        part
        for package in packages
        for path in sorted(_folder(package).rglob("*.py"))
        for part in (path.name, path.read_text(encoding="utf-8"))
    )
    return digest_of(sources)


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
