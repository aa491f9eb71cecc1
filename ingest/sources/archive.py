"""The files of a zip archive, read without ever unpacking it to disk; a hostile archive is refused whole."""

from __future__ import annotations

import lzma
import re
import stat
import threading
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.sources.paths import BIOGRAPHY, basename, is_coco, is_litter, is_read, is_table, nfc
from ingest.sources.row import SourceError, Unusable
from ingest.sources.tree import too_large

# What zipfile raises on archives that are damaged, cut short or use what it does not support.
DAMAGED = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    IndexError,
    OSError,
    OverflowError,
    lzma.LZMAError,
    zlib.error,
)
ENCRYPTED_FLAG = 0x1 | 0x40
UTF8_FLAG = 0x800


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive may hold; more is taken for an attack or a mistake."""

    members: int = 200_000
    total_bytes: int = 20_000_000_000  # of all members, unpacked
    depth: int = 20  # folders in folders, the file included
    ratio: int = 200  # unpacked to packed bytes; photos reach 2, text 10, bombs over 1000
    ratio_from_bytes: int = 1_000_000  # smaller members may pack as well as they like


class ZipTree:
    """The files of an archive. Reading is safe from several threads."""

    def __init__(self, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._members = members
        self._composed = {nfc(path): path for path in members}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, limits: ZipLimits) -> ZipTree:
        """The archive at `path`, below its wrapping folder if any; raise `SourceError` to refuse it."""
        try:
            archive = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise SourceError(
                f"Expected a zip archive, but {path.name} is none or is damaged ({error}); pack it again"
            ) from error
        try:
            members = _checked_members(archive, path.name, limits)
            return cls(archive, _unwrapped(members, path.name))
        except SourceError:
            archive.close()
            raise

    def files(self) -> list[str]:
        """Every file, sorted, without litter."""
        return sorted(path for path in self._members if not is_litter(path))

    def unread(self) -> list[Unusable]:
        """Nothing: an archive with links is refused."""
        return []

    def find(self, path: str) -> str | None:
        """The path under which the archive holds a file, however its name is composed."""
        return path if path in self._members else self._composed.get(nfc(path))

    def read(self, path: str, *, limit: int) -> bytes:
        """The bytes of a file; raise OSError where it is damaged or holds more than `limit`."""
        member = self._members[path]
        if member.file_size > limit:
            raise too_large(path, limit)
        try:
            with self._lock, self._archive.open(member) as file:
                data = file.read(member.file_size + 1)
        except DAMAGED as error:
            raise OSError(f"{path} in the archive is damaged ({error}); pack it again") from error
        if len(data) != member.file_size:
            raise OSError(
                f"{path} in the archive should have {member.file_size:,} bytes, but {len(data):,} "
                "came; pack it again"
            )
        return data

    def close(self) -> None:
        """Close the archive; nothing can be read after that."""
        self._archive.close()


def _checked_members(archive: zipfile.ZipFile, name: str, limits: ZipLimits) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by path; raise `SourceError` where any member is not one to trust."""
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise SourceError(f"{name} has {len(infos):,} members; at most {limits.members:,} are read: split it")
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise SourceError(f"{name} unpacks to {total:,} bytes; at most {limits.total_bytes:,} are: split it")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = _name_of(info)
        fault = _name_fault(path, limits) or _content_fault(info, limits)
        normal = PurePosixPath(path).as_posix()
        if fault or normal in members:
            raise SourceError(
                f"{name} is refused: its member {path[:200]!r} {fault or 'is there twice'}; "
                "pack plain files and folders again"
            )
        if not path.endswith("/"):
            members[normal] = info
    return members


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name as stored. Without the flag for UTF-8 it may be UTF-8 all the same: macOS packs so."""
    if info.flag_bits & UTF8_FLAG:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _name_fault(path: str, limits: ZipLimits) -> str:
    """What is wrong with a member's name; empty where nothing is."""
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "has an absolute path"
    if "\\" in path or "\0" in path:
        return "has a backslash or NUL in its name"
    parts = PurePosixPath(path).parts
    if not parts and not path.endswith("/"):
        return "has no name"
    if ".." in parts:
        return "leads out of the archive"
    if len(parts) > limits.depth:
        return f"is nested {len(parts)} deep, and {limits.depth} is the limit"
    return ""


def _content_fault(info: zipfile.ZipInfo, limits: ZipLimits) -> str:
    """What is wrong with a member's kind or size; empty where nothing is."""
    if info.flag_bits & ENCRYPTED_FLAG:
        return "is encrypted"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a symbolic link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a folder"
    if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * info.compress_size:
        return f"unpacks to more than {limits.ratio} times its size"
    return ""


def _unwrapped(members: dict[str, zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    wrapper = wrapper_of([path for path in members if not is_litter(path)], name)
    return {path.removeprefix(wrapper): info for path, info in members.items() if path.startswith(wrapper)}


def wrapper_of(files: list[str], name: str) -> str:
    """The one folder that wraps all that is read of an archive, with its slash; empty where there is none.

    A folder of one person's photos is no wrapper, though it too holds everything. Raises `SourceError` where
    it could be both.
    """
    used = [path for path in files if is_read(path)]
    tops = {path.partition("/")[0] for path in used}
    if len(tops) != 1 or any("/" not in path for path in used):
        return ""
    direct = [path for path in used if path.count("/") == 1]
    if any(is_table(path) or is_coco(path) for path in direct) or not direct:
        return f"{tops.pop()}/"
    biographies = [path for path in used if basename(path) == BIOGRAPHY]
    if len(direct) == len(used) or (biographies and all(path in direct for path in biographies)):
        return ""
    raise SourceError(
        f"Expected one folder per label in {name}, but {tops.pop()} has photos or texts "
        "both in it and in folders below it; put every photo into the folder of its label"
    )
