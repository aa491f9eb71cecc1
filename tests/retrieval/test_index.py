"""The derived index: whatever happens to the gallery, it gives what a plain search over its rows gives."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from retrieval.index import Hit, ReferenceIndex
from tests.fakes import reference
from vision.device import Device
from vision.region import unit

DIMENSION = 8


def new_index(gallery: Gallery) -> ReferenceIndex:
    return ReferenceIndex(gallery, "colour", DIMENSION, Device.CPU)


def add(gallery: Gallery, name: str, vectors: np.ndarray) -> int:
    """A person with a reference for each row of `vectors` (n, d)."""
    with gallery.write() as writer:
        writer.add_space("colour", DIMENSION, "colour")
        entity_id = writer.add(NewEntity(name))
        for number, vector in enumerate(vectors):
            writer.add_reference(entity_id, reference(vector, f"{name}-{number}"), (100, 100))
    return entity_id


def direction(axis: int, *, towards: int = 0, by: float = 0.0) -> np.ndarray:
    """A unit vector (1, d) along one axis, turned a little to another."""
    vector = np.zeros((1, DIMENSION))
    vector[0, axis] = 1.0
    vector[0, towards] += by
    return unit(vector)


def plain_search(gallery: Gallery, queries: np.ndarray) -> list[dict[int, float]]:
    """For each query the best similarity of every entity, merges resolved."""
    with gallery.changes("colour") as changes:
        blocks = list(changes.blocks)
        merged = changes.merged
    best: list[dict[int, float]] = [{} for _ in queries]
    for block in blocks:
        for entity_id, vector in zip(block.entity_ids.tolist(), block.vectors, strict=True):
            root = merged.get(entity_id, entity_id)
            for query, known in zip(queries, best, strict=True):
                similarity = float(vector.astype(np.float32) @ query)
                known[root] = max(known.get(root, -2.0), similarity)
    return best


def assert_exact(gallery: Gallery, index: ReferenceIndex, queries: np.ndarray) -> None:
    index.catch_up()
    assert index.revision == gallery.revision()
    for hits, best in zip(index.nearest(queries), plain_search(gallery, queries), strict=True):
        expected = sorted(best.values(), reverse=True)[:2]
        assert [hit.similarity for hit in hits] == pytest.approx(expected, abs=1e-4)
        assert len({hit.entity_id for hit in hits}) == len(hits)
        for hit in hits:
            assert best[hit.entity_id] == pytest.approx(hit.similarity, abs=1e-4)


class Random:
    """Random changes of a gallery."""

    def __init__(self, gallery: Gallery, seed: int) -> None:
        self._gallery = gallery
        self._numbers = np.random.default_rng(seed)
        self._added = 0

    def queries(self) -> np.ndarray:
        return unit(self._numbers.normal(size=(4, DIMENSION)))

    def change(self) -> None:
        people = [entity.id for entity in self._gallery.iterate()]
        self._numbers.shuffle(people)
        changes: list[Callable[[list[int]], None]] = [self._add, self._merge, self._forget, self._reject]
        changes += [self._unmerge, self._add, self._add]
        changes[int(self._numbers.integers(len(changes)))](people)

    def _add(self, _: list[int]) -> None:
        self._added += 1
        count = int(self._numbers.integers(1, 12))
        add(self._gallery, f"P{self._added}", self._numbers.normal(size=(count, DIMENSION)))

    def _merge(self, people: list[int]) -> None:
        if len(people) > 1:
            with self._gallery.write() as writer:
                writer.merge(people[0], into=people[1])

    def _unmerge(self, people: list[int]) -> None:
        merged = [entity.id for number in people for entity in self._gallery.merged(number)]
        if merged:
            with self._gallery.write() as writer:
                writer.unmerge(merged[0])

    def _forget(self, people: list[int]) -> None:
        if len(people) > 2:
            self._gallery.forget(people[0])

    def _reject(self, people: list[int]) -> None:
        references = [found for number in people for found in self._gallery.references(number)]
        if references:
            with self._gallery.write() as writer:
                writer.reject(references[0].id)


def test_an_empty_gallery_has_no_hits(lite: Gallery) -> None:
    index = new_index(lite)
    assert index.nearest(direction(0)) == [[]]
    index.catch_up()
    assert (index.size, index.nearest(direction(0))) == (0, [[]])


@pytest.mark.parametrize("seed", [1, 2])
def test_catching_up_gives_what_a_plain_search_gives_after_any_changes(lite: Gallery, seed: int) -> None:
    changes, index = Random(lite, seed), new_index(lite)
    for step in range(40):
        changes.change()
        if step % 3 == 0:
            assert_exact(lite, index, changes.queries())
    queries = changes.queries()
    assert_exact(lite, index, queries)
    fresh = new_index(lite)
    assert_exact(lite, fresh, queries)
    assert fresh.size == index.size


def test_both_databases_keep_an_index_exact(gallery: Gallery) -> None:
    changes, index = Random(gallery, 7), new_index(gallery)
    for _ in range(15):
        changes.change()
        assert_exact(gallery, index, changes.queries())


def test_each_change_is_seen_without_a_restart(lite: Gallery) -> None:
    index = new_index(lite)

    def nearest() -> list[int]:
        index.catch_up()
        return [hit.entity_id for hit in index.nearest(direction(0))[0]]

    ann = add(lite, "Ann", direction(0))
    assert nearest() == [ann]
    bob = add(lite, "Bob", direction(0, towards=1, by=0.5))
    assert nearest() == [ann, bob]
    with lite.write() as writer:
        writer.merge(ann, into=bob)
    assert nearest() == [bob]
    with lite.write() as writer:
        writer.unmerge(ann)
    assert nearest() == [ann, bob]
    with lite.write() as writer:
        writer.reject(lite.references(ann)[0].id)
    assert nearest() == [bob]
    lite.forget(bob)
    assert nearest() == []


def test_a_crowd_of_references_of_one_person_does_not_hide_the_second_one(lite: Gallery) -> None:
    numbers = np.random.default_rng(1)
    ann = add(lite, "Ann", direction(0) + numbers.normal(scale=0.01, size=(50, DIMENSION)))
    bob = add(lite, "Bob", -direction(0))
    index = new_index(lite)
    index.catch_up()
    [hits] = index.nearest(direction(0))
    assert [hit.entity_id for hit in hits] == [ann, bob]
    assert hits[1].similarity == pytest.approx(-1.0, abs=1e-3)


def test_one_query_that_needs_widening_does_not_disturb_the_others(lite: Gallery) -> None:
    numbers = np.random.default_rng(1)
    ann = add(lite, "Ann", direction(0) + numbers.normal(scale=0.01, size=(50, DIMENSION)))
    bob, cy = add(lite, "Bob", direction(1)), add(lite, "Cy", direction(1, towards=2, by=0.3))
    index = new_index(lite)
    index.catch_up()
    queries = np.concatenate([direction(1), direction(0), direction(1, towards=2, by=0.3)])
    hits = index.nearest(queries)
    assert [hit.entity_id for hit in hits[0]] == [bob, cy]
    assert hits[1][0].entity_id == ann
    assert len(hits[1]) == 2
    assert [hit.entity_id for hit in hits[2]] == [cy, bob]


def test_a_gallery_of_one_person_gives_one_hit(lite: Gallery) -> None:
    ann = add(lite, "Ann", np.tile(direction(0), (20, 1)))
    index = new_index(lite)
    index.catch_up()
    [hits] = index.nearest(direction(0))
    assert [hit.entity_id for hit in hits] == [ann]


def test_merged_entities_count_as_one_so_that_the_second_hit_is_somebody_else(lite: Gallery) -> None:
    ann, annie = add(lite, "Ann", direction(0)), add(lite, "Annie", direction(0, towards=1, by=0.1))
    bob = add(lite, "Bob", direction(2))
    with lite.write() as writer:
        writer.merge(ann, into=annie)
    index = new_index(lite)
    index.catch_up()
    [hits] = index.nearest(direction(0))
    assert [hit.entity_id for hit in hits] == [annie, bob]
    assert hits[0].similarity == pytest.approx(1.0, abs=1e-3)
    assert hits[0].reference_id == lite.references(ann)[0].id


def test_a_chain_of_merges_ends_at_its_survivor(lite: Gallery) -> None:
    numbers = [add(lite, name, direction(axis)) for axis, name in enumerate(("Ann", "Annie", "Anna"))]
    with lite.write() as writer:
        writer.merge(numbers[0], into=numbers[1])
        writer.merge(numbers[1], into=numbers[2])
    index = new_index(lite)
    index.catch_up()
    [hits] = index.nearest(direction(0))
    assert [hit.entity_id for hit in hits] == [numbers[2]]


def test_a_stored_vector_is_found_with_similarity_one(lite: Gallery) -> None:
    vectors = unit(np.random.default_rng(4).normal(size=(30, DIMENSION)))
    for number, vector in enumerate(vectors):
        add(lite, f"P{number}", vector[None])
    index = new_index(lite)
    index.catch_up()
    for hits, entity in zip(index.nearest(vectors), lite.iterate(), strict=True):
        assert hits[0].entity_id == entity.id
        assert 0.999 <= hits[0].similarity <= 1.0


def test_catching_up_with_nothing_new_keeps_the_index(lite: Gallery) -> None:
    add(lite, "Ann", direction(0))
    index = new_index(lite)
    index.catch_up()
    before = index._snapshot
    index.catch_up()
    assert index._snapshot is before


def test_another_space_is_another_index(lite: Gallery) -> None:
    add(lite, "Ann", direction(0))
    other = ReferenceIndex(lite, "other", DIMENSION, Device.CPU)
    other.catch_up()
    assert (other.size, other.nearest(direction(0))) == (0, [[]])


def test_searches_beside_changes_never_fail_and_give_only_what_existed(lite: Gallery) -> None:
    fixed = add(lite, "Fixed", direction(0))
    ever = {fixed: 1.0}
    index = new_index(lite)
    index.catch_up()
    ended = threading.Event()
    wrong: list[object] = []

    def search() -> None:
        while not ended.is_set():
            try:
                index.catch_up()
                [hits] = index.nearest(direction(0))
                check(hits)
            except Exception as error:  # noqa: BLE001  # whatever it is, the test must show it
                wrong.append(error)
                return

    def check(hits: list[Hit]) -> None:
        if not hits or hits[0].entity_id != fixed or any(hit.entity_id not in ever for hit in hits):
            wrong.append(hits)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    numbers = np.random.default_rng(2)
    for step in range(40):
        ever[fixed + 1 + step] = 0.0  # before it can be found
        number = add(lite, f"P{step}", numbers.normal(size=(5, DIMENSION)) - 2 * direction(0))
        assert number in ever
        if step % 3 == 2:
            lite.forget(number)
    ended.set()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == []
    assert_exact(lite, index, direction(0))
