"""How right a model's answers to records are: facts, citations and refusals, by task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.intervals import Rate, rate
from generation.checking.refusals import is_refusal
from generation.local.model import LocalModel
from generation.sampling import Sampling
from training.asking import Asking
from training.dataset.folder import Located
from training.dataset.record import Record, Task, cited
from training.tuning.describing import Descriptions, described
from vision.photo import Photo

_TOGETHER = 32  # records that are answered between two reports

Trials = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A record and what a model answered."""

    record: Record
    answer: str

    @property
    def right(self) -> bool:
        """Whether the answer says the fact, or says that there is none where there is none."""
        if not self.record.task.answerable:
            return is_refusal(self.answer)
        return self.record.fact.casefold() in self.answer.casefold()


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates with intervals by photo; of no trials where nothing of that sort was asked."""

    tasks: Mapping[str, Rate]  # right answers by task
    kinds: Mapping[str, Rate]  # and by kind of question
    citation_precision: Rate  # of the answers that cite, those that cite exactly the right entries
    citation_recall: Rate  # of the answers that should cite, those that cite exactly the right entries
    refusal_precision: Rate  # of the refusals, those where there was no answer
    refusal_recall: Rate  # of the questions without an answer, those that were refused
    descriptions: Descriptions | None  # RCIDScore; None where no description was asked for

    def form(self) -> dict[str, dict[str, int | float | str]]:
        """The figures as JSON can hold them."""
        named = {f"task {name}": one for name, one in self.tasks.items()}
        named |= {f"kind {name}": one for name, one in self.kinds.items()}
        named |= {
            "citation precision": self.citation_precision,
            "citation recall": self.citation_recall,
            "refusal precision": self.refusal_precision,
            "refusal recall": self.refusal_recall,
        }
        form: dict[str, dict[str, int | float | str]] = {
            name: {"hits": one.hits, "total": one.total, "told": str(one)} for name, one in named.items()
        }
        if (rcid := self.descriptions) is not None:
            form["RCIDScore"] = {"mean": rcid.mean, "total": rcid.total, "told": str(rcid)}
        return form


def answers(
    model: LocalModel,
    asking: Asking,
    records: Sequence[Located],
    *,
    most: int,
    report: Callable[[int], None] = lambda _: None,
) -> list[Measured]:
    """What a model answers to records, always the likeliest words, at most `most` tokens each."""
    sampling = Sampling(max_new_tokens=most, temperature=0.0)
    measured: list[Measured] = []
    for start in range(0, len(records), _TOGETHER):
        part = records[start : start + _TOGETHER]
        photos = [Photo.open(one.image) for one in part]
        asked = [asking.fitting(one.record, photo) for one, photo in zip(part, photos, strict=True)]
        chats = [asking.messages(*pair) for pair in zip(asked, photos, strict=True)]
        written = model.batch(chats, sampling)
        measured += [Measured(one, said.text.strip()) for one, said in zip(asked, written, strict=True)]
        report(len(measured))
    return measured


def figures_of(measured: Sequence[Measured], *, seed: int = 0) -> Figures:
    """The figures of answers; records of one photo stand or fall together in the intervals."""
    checked = [one for one in measured if one.record.fact or not one.record.task.answerable]
    citing = [one for one in measured if one.record.citations and cited(one.answer)]
    to_cite = [one for one in measured if one.record.citations and one.record.about]
    refused = [one for one in measured if is_refusal(one.answer)]
    without = [one for one in measured if not one.record.task.answerable]
    told = [(one.record, one.answer) for one in measured if one.record.task is Task.RCID]

    def rated(some: Iterable[Measured], hit: Callable[[Measured], bool]) -> Rate:
        return rate(_trials(some, hit), seed=seed)

    return Figures(
        {task: rated(some, lambda one: one.right) for task, some in _by(checked, _task).items()},
        {kind: rated(some, lambda one: one.right) for kind, some in _by(checked, _kind).items()},
        citation_precision=rated(citing, _cites_rightly),
        citation_recall=rated(to_cite, _cites_rightly),
        refusal_precision=rated(refused, lambda one: not one.record.task.answerable),
        refusal_recall=rated(without, lambda one: is_refusal(one.answer)),
        descriptions=described(told, seed=seed),
    )


def _cites_rightly(one: Measured) -> bool:
    return set(cited(one.answer)) == set(one.record.about)


def _task(one: Measured) -> str:
    return one.record.task.value


def _kind(one: Measured) -> str:
    """The kind within its task: the same word means another thing in another task."""
    return f"{one.record.task.value} {one.record.kind}".strip()


def _by(some: Sequence[Measured], key: Callable[[Measured], str]) -> dict[str, list[Measured]]:
    groups: dict[str, list[Measured]] = defaultdict(list)
    for one in some:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def _trials(some: Iterable[Measured], hit: Callable[[Measured], bool]) -> Trials:
    trials: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in some:
        hits, total = trials[one.record.image]
        trials[one.record.image] = (hits + hit(one), total + 1)
    return trials
