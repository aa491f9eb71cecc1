"""Taking references out of a gallery, with what is only there because of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, exists, insert
from sqlalchemy.orm import aliased

from gallery.tables import DecisionRow, EntityRow, PhotoEmbeddingRow, PhotoRow, ReferenceRow, TombstoneRow
from vision.errors import UserError


class UnknownReferenceError(UserError):
    """A reference id that the gallery does not have."""

    def __init__(self, reference_id: int) -> None:
        super().__init__(f"No reference {reference_id} in the gallery; 'placard gallery show' lists them.")


def bury(connection: Connection, reference_ids: Sequence[int], revision: int) -> None:
    """Leave a tombstone for each reference, so that indexes learn of its end."""
    if reference_ids:
        stones = [{"reference_id": number, "revision": revision} for number in reference_ids]
        connection.execute(insert(TombstoneRow), stones)


def remove_reference(connection: Connection, reference_id: int, revision: int) -> None:
    """Delete one reference with its vectors and crop."""
    bury(connection, [reference_id], revision)
    connection.execute(delete(ReferenceRow).where(ReferenceRow.id == reference_id))


def drop_photos(connection: Connection, photos: Iterable[str]) -> None:
    """Delete those photos of which nothing is enrolled any more."""
    for photo in set(photos):
        enrolled = exists().where(ReferenceRow.photo == photo)
        connection.execute(delete(PhotoRow).where(PhotoRow.sha256 == photo, ~enrolled))


def drop_words(connection: Connection, photos: Iterable[str]) -> None:
    """Delete what was said about photos of somebody who is forgotten, and how they are found by content.

    Such a photo is refused for everybody, so a ban on it would only keep its hash. Where others are enrolled
    from it, it still shows the forgotten: nobody finds it by that any more.
    """
    for photo in photos:
        connection.execute(delete(DecisionRow).where(DecisionRow.photo == photo))
        connection.execute(delete(PhotoEmbeddingRow).where(PhotoEmbeddingRow.photo == photo))


def drop_if_untouched(connection: Connection, entity_id: int) -> bool:
    """Delete an entity without references, merges and decisions of people; False where there is any."""
    other = aliased(EntityRow)
    alone = (
        EntityRow.id == entity_id,
        EntityRow.merged_into.is_(None),
        ~exists().where(ReferenceRow.entity_id == entity_id),
        ~exists().where(DecisionRow.entity_id == entity_id),
        ~exists().where(other.merged_into == entity_id),
    )
    return connection.execute(delete(EntityRow).where(*alone)).rowcount > 0
