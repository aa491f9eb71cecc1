"""Building the small set of `sets` with a scripted model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generation.server.chat import Conduct
from tests.training.building.chat import ScriptedChat
from tests.training.building.sets import coco, references, write_images, write_refer
from training.building.building import Builder, Order
from training.building.calls import Asker, Calls, Model
from training.building.choosing import Choice, choose
from training.building.refer import read_refer
from training.building.replies import Steps
from training.building.source import Images, Tally
from training.dataset.folder import read_records, splits_of
from training.dataset.record import Record

QUICK = Conduct(retries=2, backoff_s=0)


@dataclass
class Build:
    """One run over a folder; another of the same folder goes on."""

    folder: Path
    chat: ScriptedChat = field(default_factory=ScriptedChat)
    order: Order = field(default_factory=Order)
    photos: int = 7
    conduct: Conduct = QUICK
    jobs: int = 4
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.refs = write_refer(self.folder / "refcoco", references(self.photos), coco(self.photos))
        self.images = Images((write_images(self.folder / "images", self.photos),))
        self.calls = Calls(self.folder / "calls.db")
        self.asker = Asker(Model(self.chat, "scripted", "greedy", self.conduct), self.calls)
        self.steps = Steps(self.asker)
        self.reports: list[tuple[str, int, int]] = []

    def run(self, name: str = "out") -> Path:
        """Build; the folder of the data set."""
        builder = Builder(self.order, self.asker, self.steps, self.tally, self._report, self.jobs)
        photos = read_refer([self.refs], self.images, self.tally)
        try:
            builder.build(choose(photos, Choice(), self.tally, lambda _: None), self.folder / name)
        finally:
            self.calls.close()
        return self.folder / name

    def _report(self, what: str, done: int, total: int) -> None:
        self.reports.append((what, done, total))


def records(folder: Path) -> list[Record]:
    """Every record of a data set."""
    return [one.record for split in splits_of(folder) for one in read_records(folder, split)]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
