"""Photos that a caller hands over as text: a data URI, or a path where that is allowed."""

from __future__ import annotations

import base64
from pathlib import Path

from vision.photo import Photo

# A photo of 40 megapixels as JPEG fits; the length of the text is checked before it is decoded.
MAX_DATA_URI = 48 * 1024 * 1024


def given_photo(given: str, *, allow_paths: bool = False, root: Path | None = None) -> Photo:
    """The photo of a data URI, or of a path under `root` where `allow_paths` is set.

    No URL is fetched. Raise `ValueError` for anything else, `UnreadablePhotoError` for what is no photo.
    """
    if given.startswith("data:"):
        return Photo.open(_data(given), name="the data URI")
    if not allow_paths or root is None:
        raise ValueError("Expected a data URI; paths are read only with allow_paths=True and a root.")
    resolved = root.resolve()
    path = (resolved / given).resolve()
    if not path.is_relative_to(resolved):
        raise ValueError(f"Expected a photo under {resolved}, but the path leads outside.")
    return Photo.open(path)


def _data(uri: str) -> bytes:
    if len(uri) > MAX_DATA_URI:
        raise ValueError(
            f"A data URI holds at most {MAX_DATA_URI:,} characters, but this one has {len(uri):,}."
        )
    head, comma, body = uri.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError(f"Expected data:image/...;base64,..., but the URI begins '{uri[:40]}'.")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:  # not only of binascii: letters outside ASCII
        raise ValueError(f"The data URI is not valid base64: {error}.") from error
