"""Things and answers measured on real photos and texts: `make accuracy` writes docs/accuracy.md.

People are measured by `placard eval identify`: docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.accuracy_things import report as report_things
from tests.conftest import ASSETS
from tests.reader_questions import report as reader_report


def main() -> None:
    """Print the report, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="also write the report to this file")
    arguments = parser.parse_args()
    if not (ASSETS / "data/congress").is_dir():
        sys.exit(
            f"Real photos are needed: expected data/congress and data/objects in {ASSETS} (PLACARD_ASSETS)."
        )
    text = "\n".join(_report())
    print(text)
    if arguments.write:
        arguments.write.write_text(text + "\n", encoding="utf-8")


def _report() -> Iterator[str]:
    yield "# Accuracy\n"
    yield "Made by `make accuracy`. People in photos: [evaluation.md](evaluation.md)."
    yield from report_things(ASSETS / "models/open_clip-mobilenetv2", ASSETS / "data/objects")
    yield "\n## The reader's answers\n"
    yield (
        "Questions about one of up to three people in a photo, strangers beside them, made from the 540 "
        "biographies with a seed that was not used while the reader was tuned. An answer is right if it "
        "holds the fact asked for, is at most 40 % of the biography, and cites exactly that person; where "
        "nothing can be told, if it cites nothing. Limits: question words and wordings have one author, the "
        "people are the same as in tuning, and most kinds ask only for a fact that a biography holds once.\n"
    )
    yield reader_report()


if __name__ == "__main__":
    main()
