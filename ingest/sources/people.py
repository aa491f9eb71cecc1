"""people.csv: what a folder of labels says about its people, one row each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from gallery.entity import EntityKind, NewEntity
from ingest.sources.columns import Columns, Target, own_columns
from ingest.sources.described import display_name, kind_called, kind_of
from ingest.sources.paths import nfc
from ingest.sources.row import RowError, SourceError, SourceProblem, Unusable
from ingest.sources.table import Record, Table


@dataclass(frozen=True, slots=True)
class Text:
    """A biography and the file or line that gives it."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is said about one label; empty where nothing is."""

    label: str
    name: str = ""
    noun: str = ""
    kind: EntityKind | None = None
    external_id: str = ""
    texts: tuple[Text, ...] = ()

    def entity(self, source: str) -> NewEntity:
        """The entity, without its biography; raise `RowError` where its kind is not clear."""
        return NewEntity(
            name=self.name or display_name(self.label),
            kind=self.kind or kind_called(self.noun),
            noun=self.noun,
            source=source,
            label=self.label,
            external_id=self.external_id or None,
        )

    def merged(self, other: Person, where: str) -> Person:
        """Both together; raise `RowError` where they differ in more than the biography."""
        for column in ("name", "noun", "kind", "external_id"):
            ours, theirs = getattr(self, column), getattr(other, column)
            if ours and theirs and ours != theirs:
                raise RowError(
                    SourceProblem.BAD_ROW,
                    f"{where}: expected {column} {ours} as in the row "
                    f"before for {self.label}, but got {theirs}; keep one row",
                )
        return Person(
            label=self.label,
            name=self.name or other.name,
            noun=self.noun or other.noun,
            kind=self.kind or other.kind,
            external_id=self.external_id or other.external_id,
            texts=self.texts + other.texts,
        )


@dataclass(slots=True)
class People:
    """The people of a folder by label, the labels whose rows are wrong, and the rows without a label."""

    by_label: dict[str, Person] = field(default_factory=dict)
    refused: dict[str, RowError] = field(default_factory=dict)
    problems: list[Unusable] = field(default_factory=list)

    def find(self, label: str) -> Person:
        """What is said about a label; raise `RowError` where its row is wrong."""
        if label in self.refused:
            raise self.refused[label]
        return self.by_label.get(label, Person(label))


def people_of(table: Table, labels: Collection[str]) -> People:
    """The people that a table describes, found by label or by name among `labels`."""
    columns = own_columns(table)
    if table.columns and not {Target.LABEL, Target.NAME} & set(columns.names):
        raise SourceError(
            f"Expected a column label or name in {table.name}, but it has "
            f"{', '.join(table.columns)}; rename one"
        )
    people = People()
    by_name: dict[str, list[str]] = {}
    for label in labels:
        by_name.setdefault(display_name(label), []).append(label)
    for row in table.rows:
        if isinstance(row, Unusable):
            people.problems.append(row)
        else:
            _add(people, _Row(row, columns), by_name)
    return people


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record
    columns: Columns

    def text(self, target: Target) -> str:
        return self.columns.text(self.record, target)

    def label(self, by_name: dict[str, list[str]]) -> str:
        """The label that the row is about; raise `RowError` where there is none or a choice."""
        wanted = nfc(self.text(Target.LABEL) or self.text(Target.NAME))
        if not wanted:
            raise RowError(SourceProblem.NO_LABEL, "expected a label or name, but it is empty; say who it is")
        found = by_name.get(display_name(wanted), [])
        if wanted in found:
            return wanted
        if not found:
            raise RowError(
                SourceProblem.MISSING_FILE,
                f"expected a folder {wanted[:200]} with photos, but there is none; add it",
            )
        if len(found) > 1:
            raise RowError(
                SourceProblem.BAD_ROW,
                f"{wanted[:200]} fits the folders {', '.join(found)}; say which in a column label",
            )
        return found[0]

    def person(self, label: str) -> Person:
        biography = self.text(Target.BIOGRAPHY)
        return Person(
            label=label,
            name=nfc(self.text(Target.NAME)),
            noun=self.text(Target.NOUN),
            kind=kind_of(self.text(Target.KIND)),
            external_id=self.text(Target.EXTERNAL_ID),
            texts=(Text(biography, self.record.where),) if biography else (),
        )


def _add(people: People, row: _Row, by_name: dict[str, list[str]]) -> None:
    where = row.record.where
    try:
        label = row.label(by_name)
    except RowError as error:
        people.problems.append(Unusable(where, error.reason, error.detail))
        return
    try:
        person = row.person(label)
        before = people.by_label.get(label)
        people.by_label[label] = before.merged(person, where) if before else person
    except RowError as error:
        people.refused[label] = error
