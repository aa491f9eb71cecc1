"""Embeddings in memory: the same answers as a plain search over the gallery, whatever happened to it."""

from __future__ import annotations

import numpy as np
import pytest

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.neighbours import Neighbours
from tests.fakes import reference
from vision.region import unit


def add(gallery: Gallery, name: str, vectors: np.ndarray) -> tuple[int, list[int]]:
    with gallery.write() as writer:
        writer.add_space("colour", vectors.shape[1], "colour")
        entity_id = writer.add(NewEntity(name))
        return entity_id, [
            writer.add_reference(entity_id, reference(vector, f"{name}-{number}"), (100, 100))
            for number, vector in enumerate(vectors)
        ]


def test_an_empty_gallery_has_no_likeness(lite: Gallery) -> None:
    neighbours = Neighbours(lite, "colour", 3)
    neighbours.catch_up()
    likeness = neighbours.likeness(None, unit(np.ones(3)))
    assert (likeness.own, likeness.other, likeness.other_id) == (None, None, None)


def test_what_this_run_adds_is_counted_once_after_catching_up(lite: Gallery) -> None:
    neighbours = Neighbours(lite, "colour", 3)
    entity_id, (reference_id,) = add(lite, "Ann", np.eye(3)[:1])
    neighbours.add(reference_id, entity_id, unit(np.array([1.0, 0, 0])))
    neighbours.catch_up()
    assert neighbours._count == 1


def test_more_references_than_there_was_room_for_are_all_compared(lite: Gallery) -> None:
    numbers = np.random.default_rng(3)
    vectors = unit(numbers.normal(size=(2500, 8)))
    neighbours = Neighbours(lite, "colour", 8)
    for number, vector in enumerate(vectors, 1):
        neighbours.add(number, number, vector)
    for number in (1, 1024, 1025, 2048, 2049, 2500):
        own = neighbours.likeness(number, vectors[number - 1]).own
        assert own == pytest.approx(1.0, abs=1e-5)


def test_answers_are_those_of_a_plain_search_after_adding_merging_rejecting_and_forgetting(
    lite: Gallery,
) -> None:
    numbers = np.random.default_rng(11)
    neighbours = Neighbours(lite, "colour", 8)
    entities: list[int] = []
    for step in range(30):
        alive = [number for number in entities if number in {entity.id for entity in lite.iterate()}]
        match int(numbers.integers(5)):
            case 3 if len(alive) > 2:
                with lite.write() as writer:
                    writer.merge(alive[0], into=alive[1])
            case 4 if len(alive) > 2:
                lite.forget(alive[2])
            case 2 if alive and (references := lite.references(alive[0])):
                with lite.write() as writer:
                    writer.reject(references[0].id)
            case _:
                entities.append(add(lite, f"P{step}", numbers.normal(size=(2, 8)))[0])
        neighbours.catch_up()
        _compare(lite, neighbours, unit(numbers.normal(size=8)))


def _compare(gallery: Gallery, neighbours: Neighbours, query: np.ndarray) -> None:
    with gallery.changes("colour") as changes:
        blocks = list(changes.blocks)
        roots = changes.merged
    ids = np.concatenate([block.entity_ids for block in blocks]) if blocks else np.zeros(0, dtype=np.int64)
    group = np.array([roots.get(int(number), int(number)) for number in ids])
    vectors = np.concatenate([block.vectors for block in blocks]).astype(np.float32)
    similarities = vectors @ query
    for entity_id in {int(number) for number in ids}:
        mine = group == roots.get(entity_id, entity_id)
        likeness = neighbours.likeness(entity_id, query)
        assert likeness.own == pytest.approx(float(similarities[mine].max()), abs=1e-5)
        if mine.all():
            assert likeness.other is None
        else:
            assert likeness.other == pytest.approx(float(similarities[~mine].max()), abs=1e-5)
            assert likeness.other_id in set(ids[~mine])
