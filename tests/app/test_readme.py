"""The README's Python example does what the README says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from app.demo import write_photos
from tests.conftest import ROOT


def test_the_python_example_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL)
    assert example is not None
    write_photos(tmp_path)
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example[1], "README.md", "exec"), {})
    assert printed.getvalue() == example[2]
    assert len(example[1].strip().splitlines()) <= 15


def test_every_setting_and_reason_is_in_the_readme() -> None:
    from app.settings import Settings
    from ingest.reason import Reason

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`PLACARD_{name.upper()}`" not in text]
    missing += [reason for reason in Reason if f"`{reason}`" not in text]
    assert missing == []
