"""The tables of a gallery."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """What all tables share: the metadata that migrations are compared with."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Double}  # the default differs between versions


class RevisionRow(Table):
    """One row: the number that every writing transaction raises first, so that writers queue up behind it."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


class SpaceRow(Table):
    """A model whose embeddings are held."""

    __tablename__ = "spaces"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    dimension: Mapped[int]
    model: Mapped[str] = mapped_column(Text)
    current: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))


class CalibrationRow(Table):
    """The thresholds of a space that were estimated on this gallery."""

    __tablename__ = "calibrations"

    space: Mapped[str] = mapped_column(ForeignKey("spaces.name"), primary_key=True)
    threshold: Mapped[float]
    margin: Mapped[float]
    fpir: Mapped[float]
    people: Mapped[int]
    gallery_size: Mapped[int]
    references: Mapped[int]
    method: Mapped[str] = mapped_column(Text)
    made_at: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int]


class EntityRow(Table):
    """A person or thing. A merge only sets `merged_into`, so that taking it back is exact."""

    __tablename__ = "entities"
    __table_args__ = (
        Index("ix_entities_kind_name", "kind", "name_key"),
        Index("ix_entities_source_name", "source", "name_key"),
        {"sqlite_autoincrement": True},  # an id is never given out twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    noun: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, index=True)  # for search: composed, case folded
    biography: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int]
    merged_into: Mapped[int | None] = mapped_column(
        ForeignKey("entities.id", name="fk_entities_merged_into"), index=True
    )


class PhotoRow(Table):
    """A photo of which something is enrolled; the photo itself is not kept."""

    __tablename__ = "photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]


class ReferenceRow(Table):
    """One enrolled region of an entity."""

    __tablename__ = "references"
    __table_args__ = (
        UniqueConstraint("entity_id", "photo", name="uq_references_entity_photo"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"), index=True)
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), index=True)
    left: Mapped[int]
    top: Mapped[int]
    right: Mapped[int]
    bottom: Mapped[int]
    confidence: Mapped[float]
    sharpness: Mapped[float]
    brightness: Mapped[float]
    yaw: Mapped[float]
    landmarks: Mapped[bytes | None] = mapped_column(LargeBinary)  # (5, 2) little-endian float32
    crop: Mapped[bytes] = mapped_column(LargeBinary)  # JPEG
    revision: Mapped[int]


class CoverRow(Table):
    """The reference that a person chose to stand for an entity in lists."""

    __tablename__ = "covers"

    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True)
    reference_id: Mapped[int] = mapped_column(ForeignKey("references.id", ondelete="CASCADE"))


class EmbeddingRow(Table):
    """The embedding of a reference in one space."""

    __tablename__ = "embeddings"
    __table_args__ = (Index("ix_embeddings_space_revision", "space", "revision"),)

    reference_id: Mapped[int] = mapped_column(
        ForeignKey("references.id", ondelete="CASCADE"), primary_key=True
    )
    space: Mapped[str] = mapped_column(ForeignKey("spaces.name"), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # (d,) little-endian float16
    revision: Mapped[int]


class PhotoEmbeddingRow(Table):
    """The embedding of a whole photo, for search by content."""

    __tablename__ = "photo_embeddings"

    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True)
    space: Mapped[str] = mapped_column(ForeignKey("spaces.name"), primary_key=True, index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # (d,) little-endian float16


class TombstoneRow(Table):
    """The id of a reference that was deleted, so that an index can drop it."""

    __tablename__ = "tombstones"

    reference_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(index=True)


class DecisionRow(Table):
    """What a person decided about an entity and ingest must not undo."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("entity_id", "kind", "photo", "box", name="uq_decisions"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    # Empty where the decision is about the entity alone.
    photo: Mapped[str] = mapped_column(String(64), index=True)
    # left,top,right,bottom; empty where it is about the whole photo, or about none.
    box: Mapped[str] = mapped_column(String(50), server_default="")


class ForgottenRow(Table):
    """All that is left of the forgotten: keyed hashes of their identities and photos."""

    __tablename__ = "forgotten"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)


class NoteRow(Table):
    """What a gallery has to remember about itself: the key of the hashes, a deletion that is not finished."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class JobRow(Table):
    """A bulk run; `gallery.jobs.Job` says what each column is."""

    __tablename__ = "jobs"
    # A process may still hold the id of one that was removed.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    trial: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    total: Mapped[int | None]
    added: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    stopping: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    begun: Mapped[float]
    beat: Mapped[float]
    ended: Mapped[float | None]
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int | None]


class JobLineRow(Table):
    """One photo of a bulk run about which there is something to say."""

    __tablename__ = "job_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    photo: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)  # JPEG


class WatchRow(Table):
    """One row where unknown faces are kept: what for, and how long."""

    __tablename__ = "watch"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(Text)
    days: Mapped[int]
    since: Mapped[float]
    by: Mapped[str] = mapped_column(Text)


class StrangerRow(Table):
    """A face that was seen and not known."""

    __tablename__ = "strangers"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a group is named after its first face

    id: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[int] = mapped_column(index=True)
    space: Mapped[str] = mapped_column(String(200))
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # (d,) little-endian float16
    crop: Mapped[bytes] = mapped_column(LargeBinary)  # JPEG
    seen: Mapped[float] = mapped_column(index=True)


class IgnoredRow(Table):
    """A face that is not to be kept when it is seen: only what is needed to know it."""

    __tablename__ = "ignored"

    id: Mapped[int] = mapped_column(primary_key=True)
    space: Mapped[str] = mapped_column(String(200))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class WatchLineRow(Table):
    """Who switched it on or off, named, ignored or deleted, and when."""

    __tablename__ = "watch_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float]
    who: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
