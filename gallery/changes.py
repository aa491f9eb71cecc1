"""What happened to one space since a revision, for an index to catch up with."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Executable, select

from gallery.entity import Embeddings
from gallery.records import merge_pointers, root_of
from gallery.tables import EmbeddingRow, ReferenceRow, RevisionRow, TombstoneRow

BLOCK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What happened to one space since a revision, read in one snapshot."""

    revision: int
    removed: NDArray[np.int64]  # ids of deleted references
    merged: dict[int, int]  # every merged entity and the entity that stands for it
    blocks: Iterator[Embeddings]  # new embeddings, in blocks


@contextmanager
def changes_since(connection: Connection, space: str, since: int) -> Iterator[Changes]:
    """What is new and gone in a space after a revision, from the snapshot that `connection` sees."""
    new = (
        select(EmbeddingRow.reference_id, ReferenceRow.entity_id, EmbeddingRow.vector)
        .join(ReferenceRow, ReferenceRow.id == EmbeddingRow.reference_id)
        .where(EmbeddingRow.space == space, EmbeddingRow.revision > since)
        .order_by(EmbeddingRow.reference_id)
    )
    gone = select(TombstoneRow.reference_id).where(TombstoneRow.revision > since)
    pointers = merge_pointers(connection)
    # A caller may stop before the last block; a server would keep the rest ready.
    with closing(_blocks(connection.execution_options(yield_per=BLOCK), new)) as blocks:
        yield Changes(
            revision=revision_of(connection),
            removed=np.fromiter(connection.execute(gone).scalars(), dtype=np.int64),
            merged={number: root_of(number, pointers) for number in pointers},
            blocks=blocks,
        )


def revision_of(connection: Connection) -> int:
    """The number of the last change that `connection` sees."""
    return int(connection.execute(select(RevisionRow.value)).scalar_one())


def _blocks(connection: Connection, statement: Executable) -> Generator[Embeddings, None, None]:
    with connection.execute(statement) as rows:
        for part in rows.partitions():
            yield Embeddings(
                reference_ids=np.array([row[0] for row in part], dtype=np.int64),
                entity_ids=np.array([row[1] for row in part], dtype=np.int64),
                vectors=np.frombuffer(b"".join(row[2] for row in part), dtype="<f2").reshape(len(part), -1),
            )
