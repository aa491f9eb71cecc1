"""The README's Python example does what the README says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from app.demo import write_photos
from tests.app.conftest import Run
from tests.conftest import ASSETS, ROOT, need


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


def test_the_commands_on_things_print_what_the_readme_shows(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("## Whose mug is this?") : text.index("## A gallery of your own")]
    write_photos(tmp_path)
    name = "open_clip-mobilenetv2"
    (tmp_path / name).symlink_to(need(ASSETS / "models" / name))
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^\$ placard ((?:.*\\\n)*.*)\n((?:(?!\$|```).*\n)*)", section, re.MULTILINE)
    assert len(shown) == 4
    for command, expected in shown:
        result = run(*shlex.split(command.replace("\\\n", " ")))
        assert result.code == 0, result.err
        if not command.startswith("ingest"):
            assert result.out.strip() == expected.strip()
    assert (tmp_path / "shelf/people.csv").read_text().strip() in section


def test_every_setting_and_reason_is_in_the_readme() -> None:
    from app.settings import Settings
    from ingest.reason import Reason

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`PLACARD_{name.upper()}`" not in text]
    missing += [reason for reason in Reason if f"`{reason}`" not in text]
    assert missing == []
