"""A copy in memory for trying things out, and galleries that only live there."""

from __future__ import annotations

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.gallery.people import SPACE, enrol, names, people, reference_ids


def contents(gallery: Gallery) -> tuple[object, ...]:
    entities = list(gallery.iterate())
    references = [gallery.references(entity.id) for entity in entities]
    with gallery.changes(SPACE) as changes:
        removed, merged = changes.removed.tolist(), changes.merged
        vectors = [(b.reference_ids.tolist(), b.vectors.tolist()) for b in changes.blocks]
    return (
        entities,
        references,
        gallery.spaces(),
        gallery.counts(),
        gallery.revision(),
        gallery.reference_counts(),
        removed,
        merged,
        vectors,
    )


def test_a_sketch_holds_what_the_gallery_holds_and_keeps_its_changes_to_itself(gallery: Gallery) -> None:
    numbers = people(gallery, "Anna", "Bert", "Carl", "Dora", "Emil")
    with gallery.write() as writer:
        writer.merge(numbers[0], numbers[1])  # a pointer to a later row
        writer.merge(numbers[3], numbers[2])  # and to an earlier one
        writer.rename(numbers[1], "Berta")
        writer.reject(reference_ids(gallery)[1])
    gallery.forget(numbers[4])
    before = contents(gallery)
    sketch = gallery.sketch()
    try:
        assert contents(sketch) == before
        assert sketch.integrity() == []
        assert sketch.crop(1) == b""  # crops are left out
        with sketch.ledger() as ledger:
            assert ledger.standing("label:test\x1fBert", "photo of Bert").rejects(None)
            assert ledger.standing("label:test\x1fEmil", "new").forgotten
        with sketch.write() as writer:
            enrol(writer, "Fred", "photo of Fred")
            writer.rename(numbers[2], "Carla")
            writer.unmerge(numbers[0])
            assert writer.revision == gallery.revision() + 1
        assert sketch.forget(numbers[2]).remaining_rows == 0
        assert names(sketch) == ["Anna", "Berta", "Fred"]
        assert contents(gallery) == before
        assert gallery.crop(1) == b"jpeg"
    finally:
        sketch.close()


def test_a_sketch_of_an_empty_gallery_is_empty(gallery: Gallery) -> None:
    sketch = gallery.sketch()
    assert (names(sketch), sketch.revision()) == ([], 0)
    sketch.close()


def test_a_gallery_may_live_in_memory_only() -> None:
    first, second = Gallery.open("sqlite://"), Gallery.open("sqlite:///:memory:")
    (anna, _) = people(first, "Anna", "Bert")
    with first.write() as writer:
        writer.add(NewEntity("Carl"))
    assert first.forget(anna).bytes_purged
    assert (names(first), names(second)) == (["Bert", "Carl"], [])
    first.close()
    second.close()
