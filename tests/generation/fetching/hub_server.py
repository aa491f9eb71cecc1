"""A server on this machine that speaks as much of the hub's protocol as fetching needs."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

Files = dict[str, bytes]


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    first: int  # the byte that it asked to begin with
    authorised: bool


@dataclass
class HubServer:
    """What the server holds and how it misbehaves; changed by a test before it asks."""

    port: int = 0
    commits: dict[str, dict[str, Files]] = field(default_factory=dict)  # by repository and commit
    branches: dict[str, dict[str, str]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    cuts: dict[str, list[int]] = field(default_factory=dict)  # by file: bytes after which a response breaks
    statuses: dict[str, list[int]] = field(default_factory=dict)  # by file: instead of the next responses
    tampered: dict[str, bytes] = field(default_factory=dict)  # by file: what is sent in place of it
    ranges: bool = True
    asked: list[Asked] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def publish(self, repository: str, files: Files, branch: str = "main") -> str:
        """Put files on a branch, and return the commit."""
        names = sorted((name, hashlib.sha256(data).hexdigest()) for name, data in files.items())
        commit = hashlib.sha1(f"{repository}{names}".encode(), usedforsecurity=False).hexdigest()
        self.commits.setdefault(repository, {})[commit] = files
        self.branches.setdefault(repository, {})[branch] = commit
        return commit

    def brought(self) -> list[str]:
        """The names of the files that were asked for, each once, in order."""
        names = [asked.path.rsplit("/", 1)[1] for asked in self.asked if asked.path.startswith("/store/")]
        return list(dict.fromkeys(names))

    def info(self, repository: str, revision: str) -> dict[str, object] | None:
        """What the hub says of a repository; None where it has no such revision."""
        commit = self.branches[repository].get(revision, revision)
        files = self.commits[repository].get(commit)
        if files is None:
            return None
        siblings = [_sibling(name, data) for name, data in files.items()]
        return {"id": repository, "modelId": repository, "sha": commit, "siblings": siblings}


def _sibling(name: str, data: bytes) -> dict[str, object]:
    if not name.endswith((".safetensors", ".bin")):
        return {"rfilename": name, "size": len(data), "blobId": _git(data)}
    sha256 = hashlib.sha256(data).hexdigest()
    lfs = {"sha256": sha256, "size": len(data), "pointerSize": 134}
    return {"rfilename": name, "size": len(data), "blobId": _git(sha256.encode()), "lfs": lfs}


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    hub: HubServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        begin = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(begin[1]) if begin else 0
        self.hub.asked.append(Asked(path, first, "Authorization" in self.headers))
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
            self._info(match[1], match[2], wide="blobs" in parse_qs(url.query))
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/([^/]+)", path):
            self._resolve(match[1], match[2], match[3])
        elif match := re.fullmatch(r"/store/([^/]+/[^/]+)/([^/]+)/([^/]+)", path):
            self._store(match[3], self.hub.commits[match[1]][match[2]][match[3]], first)
        else:
            self._answer(404, b"")

    def _info(self, repository: str, revision: str, *, wide: bool) -> None:
        if repository not in self.hub.commits:
            return self._answer(401, b"", {"X-Error-Code": "RepoNotFound"})
        info = self.hub.info(repository, revision)
        if info is None or not wide:
            return self._answer(404, b"", {"X-Error-Code": "RevisionNotFound"})
        return self._answer(200, json.dumps(info).encode())

    def _resolve(self, repository: str, commit: str, name: str) -> None:
        if repository in self.hub.gated:
            return self._answer(401, b"", {"X-Error-Code": "GatedRepo"})
        if name not in self.hub.commits.get(repository, {}).get(commit, {}):
            return self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
        # Another host, as the hub's store of large files is.
        place = f"http://localhost:{self.hub.port}/store/{repository}/{commit}/{name}"
        return self._answer(302, b"", {"Location": place})

    def _store(self, name: str, data: bytes, first: int) -> None:
        if statuses := self.hub.statuses.get(name):
            return self._answer(statuses.pop(0), b"")
        data = self.hub.tampered.get(name, data)
        if not self.hub.ranges:
            first = 0
        rest = data[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        cuts = self.hub.cuts.get(name)
        self.wfile.write(rest[: cuts.pop(0)] if cuts else rest)
        return None

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[HubServer]:
    """Runs an empty hub."""
    hub = HubServer()
    handler = type("Handler", (_Handler,), {"hub": hub})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        hub.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
