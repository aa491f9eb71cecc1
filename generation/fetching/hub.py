"""The Hugging Face hub: what a repository holds at one commit, and files from it, resumed and verified."""

from __future__ import annotations

import errno
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, get_session, get_token, hf_hub_url, hf_raise_for_status
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from generation.fetching.manifest import Source
from vision.models import FetchError

_TIMEOUT_S = 60.0  # for the next bytes, not for the whole file
_ATTEMPTS = 5  # without a new byte
_BLOCK = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository, with what the hub says of its contents."""

    name: str
    size: int  # bytes
    git: str  # SHA-1 of the file as git names it, or of its pointer where it is a large file
    sha256: str | None  # of a large file; None where git holds the file itself


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit."""

    source: Source
    files: tuple[HubFile, ...]  # those in its top folder

    def file(self, name: str) -> HubFile | None:
        """A file by name; None where there is none."""
        return next((file for file in self.files if file.name == name), None)


class Hub:
    """The hub, or a server that speaks its protocol; a token is taken where huggingface_hub finds one."""

    def __init__(self, endpoint: str | None = None, *, pause_s: float = 1.0) -> None:
        self._api = HfApi(endpoint=endpoint)
        self._pause_s = pause_s

    def repository(self, name: str, revision: str) -> Repository:
        """What a repository holds at the commit that a branch, tag or commit stands for now.

        Raise `FetchError` where it cannot be had.
        """
        with _one_line(name, revision):
            info = self._api.model_info(name, revision=revision, files_metadata=True, timeout=_TIMEOUT_S)
        if info.sha is None or not _COMMIT.fullmatch(info.sha):
            raise FetchError(f"{self._api.endpoint} names no commit for {name}; is it a Hugging Face hub?")
        files = []
        for file in info.siblings or ():
            if Path(file.rfilename).name != file.rfilename or file.size is None or file.blob_id is None:
                continue  # in a folder below, or nothing to verify it by
            sha256 = file.lfs.sha256 if file.lfs else None
            files.append(HubFile(file.rfilename, file.size, file.blob_id, sha256))
        return Repository(Source(name, info.sha), tuple(files))

    def download(
        self, source: Source, file: HubFile, target: Path, progress: Callable[[int], None] = lambda _: None
    ) -> str:
        """Bring a file to `target`, where only a right one stays, and return its SHA-256.

        What an earlier, broken download left is continued. `progress` is told bytes, fewer than none where
        some were worth nothing. Raise `FetchError`.
        """
        if target.exists() and (digest := _digest(target, file)):
            progress(file.size)
            return digest
        part = target.with_name(f"{target.name}.part")
        with _one_line(source.repository, source.commit, file.name):
            self._bring(source, file, part, progress)
            digest = _digest(part, file)
            if digest:
                part.replace(target)
                return digest
            part.unlink()
        raise FetchError(
            f"{file.name} of {source.repository} is not what the hub says it is (its checksum differs). It "
            f"was removed: run the same command again, and do not use the model if that repeats."
        )

    def _bring(self, source: Source, file: HubFile, part: Path, progress: Callable[[int], None]) -> None:
        part.touch()
        if part.stat().st_size > file.size:
            part.write_bytes(b"")
        progress(part.stat().st_size)
        failures = 0
        while (have := part.stat().st_size) < file.size:
            try:
                self._append(source, file, part, progress)
            except (httpx2.TransportError, HfHubHTTPError) as error:
                failures = failures + 1 if part.stat().st_size <= have else 0
                if failures == _ATTEMPTS or not _passing(error):
                    raise
                time.sleep(self._pause_s)

    def _append(self, source: Source, file: HubFile, part: Path, progress: Callable[[int], None]) -> None:
        """Continue a file from where it stopped, to its end or to where the connection breaks."""
        url = hf_hub_url(source.repository, file.name, revision=source.commit, endpoint=self._api.endpoint)
        have = part.stat().st_size
        headers = {"Accept-Encoding": "identity"}  # so that places in the file are places in the stream
        if token := get_token():
            headers["Authorization"] = f"Bearer {token}"  # not sent on to the host of a redirection
        if have:
            headers["Range"] = f"bytes={have}-"
        with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_S) as response:
            if response.is_error:
                response.read()
                hf_raise_for_status(response)
            resumed = response.status_code == httpx2.codes.PARTIAL_CONTENT
            if have and not resumed:  # the server sends all of it again
                progress(-have)
            with part.open("ab" if resumed else "wb") as output:
                for block in response.iter_bytes():
                    output.write(block)
                    progress(len(block))
                    if output.tell() > file.size:
                        return  # another file; its checksum will tell
        if part.stat().st_size < file.size:
            raise httpx2.RemoteProtocolError(f"{file.name} ended early")


def _passing(error: Exception) -> bool:
    """Whether it may work a moment later."""
    if not isinstance(error, HfHubHTTPError):
        return True
    status = error.response.status_code
    return status == httpx2.codes.TOO_MANY_REQUESTS or httpx2.codes.is_server_error(status)


def _digest(path: Path, file: HubFile) -> str | None:
    """The SHA-256 of a file; None where it is not what the hub says."""
    sha256 = hashlib.sha256()
    git = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as content:
        while block := content.read(_BLOCK):
            sha256.update(block)
            if file.sha256 is None:
                git.update(block)
    right = sha256.hexdigest() == file.sha256 if file.sha256 else git.hexdigest() == file.git
    return sha256.hexdigest() if right else None


@contextmanager
def _one_line(name: str, revision: str, file: str = "") -> Iterator[None]:
    """Turn what goes wrong with the hub or the disk into one line for the user."""
    what = f"{file} of {name}" if file else name
    try:
        yield
    except GatedRepoError as error:
        raise FetchError(
            f"{name} is given only to those who accepted its terms: accept them on its page at the hub, then "
            f"set HF_TOKEN to a token of that account."
        ) from error
    except RevisionNotFoundError as error:
        raise FetchError(f"{name} has no revision '{revision}'; see its page at the hub.") from error
    except RepositoryNotFoundError as error:
        raise FetchError(
            f"The hub has no {name}, or it is private: check the name, or set HF_TOKEN."
        ) from error
    except EntryNotFoundError as error:
        raise FetchError(f"The hub has no {what} at {revision} any more; try again.") from error
    except HfHubHTTPError as error:
        status = f"{error.response.status_code} {error.response.reason_phrase}"
        raise FetchError(
            f"{what} cannot be downloaded: the hub answers {status}; try again later."
        ) from error
    except OfflineModeIsEnabled as error:
        raise FetchError(f"{what} cannot be downloaded: HF_HUB_OFFLINE is set; unset it to fetch.") from error
    except httpx2.HTTPError as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FetchError(
            f"{what} cannot be downloaded: {reason}; check the network and run the same command again, which "
            f"continues where this one stopped."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise FetchError(f"The disk is full: {what} did not fit; make room and run it again.") from error
        raise FetchError(f"{what} cannot be written: {error.strerror or error}.") from error
