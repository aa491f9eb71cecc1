"""Fetching a pack from a real server on this machine: whole, or not at all."""

from __future__ import annotations

import hashlib
import http.server
import io
import socketserver
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vision.models import CATALOGUE, FetchError, ModelCard, card, fetch


@dataclass
class Served:
    """What the server answers; changed by a test before it asks."""

    body: bytes = b""
    status: int = 200
    claim: int | None = None  # the length that is promised, where it is not the true one
    chunked: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def card(self, sha256: str | None = None) -> ModelCard:
        url = f"http://127.0.0.1:{self.port}/pack.zip"
        return ModelCard("pack", url, sha256, 1, "none", commercial=True)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    answer = Served()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer.asked.append(self.path)
            self.send_response(answer.status)
            self.send_header("Connection", "close")
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n" % (len(answer.body) + 99) + answer.body)  # cut off in a chunk
            else:
                self.send_header("Content-Length", str(answer.claim or len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        answer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield answer
        server.shutdown()
        thread.join()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return buffer.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


GOOD = {"det.onnx": b"detector", "rec.onnx": b"recogniser"}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("prefix", ["", "buffalo_l/", "a/b/c/"])
def test_an_archive_becomes_a_folder_of_networks(served: Served, tmp_path: Path, prefix: str) -> None:
    members = {prefix + name: data for name, data in GOOD.items()}
    served.body = zipped({**members, prefix + "readme.txt": b"not wanted"})
    told: list[int] = []
    root = tmp_path / "home" / "models"
    place = fetch(served.card(digest(served.body)), root, told.append)
    assert place == root / "pack"
    assert contents(place) == GOOD
    assert sum(told) == len(served.body)
    assert [path.name for path in root.iterdir()] == ["pack"]


def test_a_pack_without_a_published_checksum_is_taken(served: Served, tmp_path: Path) -> None:
    served.body = zipped(GOOD)
    assert contents(fetch(served.card(None), tmp_path)) == GOOD


def test_an_older_folder_is_replaced_as_a_whole(served: Served, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "old.onnx").write_bytes(b"old")
    served.body = zipped(GOOD)
    fetch(served.card(digest(served.body)), tmp_path)
    assert contents(tmp_path / "pack") == GOOD
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["pack"]


@pytest.mark.parametrize(
    "name", ["../../evil.onnx", "/tmp/evil.onnx", "a/../../../evil.onnx", "//host/evil.onnx", "./x/evil.onnx"]
)
def test_names_that_point_out_of_the_folder_are_flattened(served: Served, tmp_path: Path, name: str) -> None:
    served.body = zipped({name: b"evil", **GOOD})
    root = tmp_path / "deep" / "root"
    fetch(served.card(), root)
    assert contents(root / "pack") == {"evil.onnx": b"evil", **GOOD}
    assert sorted(path.name for path in tmp_path.rglob("evil.onnx")) == ["evil.onnx"]


def damaged_member() -> bytes:
    data = bytearray(zipped(GOOD))
    data[data.index(b"recogniser")] ^= 1
    return bytes(data)


def damaged_stream() -> bytes:
    data = bytearray(zipped({"rec.onnx": b"a recogniser of faces"}, zipfile.ZIP_DEFLATED))
    start = data.index(b"rec.onnx") + len("rec.onnx")
    data[start : start + 10] = b"\xff" * 10
    return bytes(data)


def with_flag(offset: int, value: int) -> bytes:
    """The good archive with one number changed in the directory and in the local headers."""
    data = bytearray(zipped(GOOD))
    for signature, place in ((b"PK\1\2", offset + 2), (b"PK\3\4", offset)):
        at = data.find(signature)
        while at >= 0:
            data[at + place] = value
            at = data.find(signature, at + 4)
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": 404}, "Not Found"),
        ({"status": 500}, "Internal Server Error"),
        ({"body": b""}, "damaged"),
        ({"body": b"<html>log in first</html>"}, "damaged"),
        ({"body": zipped({})}, "no .onnx"),
        ({"body": zipped({"readme.txt": b"x", "model.onnx.txt": b"x"})}, "no .onnx"),
        ({"body": zipped(GOOD)[:100], "claim": len(zipped(GOOD))}, "damaged|cannot be downloaded"),
        ({"body": zipped(GOOD)[:100], "chunked": True}, "cannot be downloaded"),
        ({"body": damaged_member()}, "damaged"),
        ({"body": damaged_stream()}, "damaged"),
        ({"body": with_flag(6, 1)}, "damaged"),  # says that it is encrypted
        ({"body": with_flag(8, 99)}, "damaged"),  # says an unknown compression
        ({"body": zipped({"rec.onnx": bytes(1_000_000)}, zipfile.ZIP_DEFLATED)}, "times its size"),
    ],
)
def test_what_is_no_pack_leaves_everything_as_it_was(
    served: Served, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    root = tmp_path / "root"
    (root / "pack").mkdir(parents=True)
    (root / "pack" / "old.onnx").write_bytes(b"old")
    served.body = zipped(GOOD)
    for name, value in change.items():
        setattr(served, name, value)
    with pytest.raises(FetchError, match=told) as caught:
        fetch(served.card(), root)
    assert len(str(caught.value).splitlines()) == 1
    assert [path.name for path in root.iterdir()] == ["pack"]
    assert contents(root / "pack") == {"old.onnx": b"old"}


def test_another_file_than_the_published_one_is_not_unpacked(served: Served, tmp_path: Path) -> None:
    (tmp_path / "root" / "pack").mkdir(parents=True)
    served.body = zipped(GOOD)
    with pytest.raises(FetchError, match="not the expected file") as caught:
        fetch(served.card("0" * 64), tmp_path / "root")
    assert "0" * 64 in str(caught.value)
    assert digest(served.body) in str(caught.value)
    assert [path.name for path in (tmp_path / "root").iterdir()] == ["pack"]
    assert contents(tmp_path / "root" / "pack") == {}


def test_a_server_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        port = server.server_address[1]
    nobody = ModelCard("pack", f"http://127.0.0.1:{port}/pack.zip", None, 1, "none", commercial=True)
    with pytest.raises(FetchError, match=r"cannot be downloaded: .*refused"):
        fetch(nobody, tmp_path / "root")
    assert list((tmp_path / "root").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_line(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FetchError, match=r"cannot be made"):
        fetch(served.card(), tmp_path / "file" / "models")
    assert served.asked == []


def test_a_file_in_the_place_of_the_folder_is_replaced(served: Served, tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(b"a file")
    served.body = zipped(GOOD)
    assert contents(fetch(served.card(), tmp_path)) == GOOD


def test_models_are_known_by_name() -> None:
    assert card("buffalo_l").sha256 is not None
    with pytest.raises(FetchError, match=f"known are {CATALOGUE[0].name}"):
        card("buffalo_xxl")
    assert all(known.url.startswith("https://") for known in CATALOGUE)
