"""People made of random vectors, whose similarities are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gallery.entity import EntityKind, NewEntity, SpaceKind
from gallery.gallery import Gallery
from tests.fakes import reference
from vision.region import unit


def directions(count: int, dimension: int = 32, seed: int = 0) -> NDArray[np.float32]:
    """Random directions (count, dimension)."""
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def near(vector: NDArray[np.float32], similarity: float, seed: int = 0) -> NDArray[np.float32]:
    """A direction of a given similarity to another one."""
    other = np.random.default_rng([seed, 1]).normal(size=vector.shape)
    away = unit(other - (other @ vector) * vector)
    return unit(similarity * vector + np.sqrt(1 - similarity**2) * away)


def enrol(
    gallery: Gallery,
    vectors: NDArray[np.float32],
    *,
    space: str,
    model: str = "dlib",
    kind: EntityKind = EntityKind.PERSON,
) -> list[int]:
    """A person, or a thing, with one reference for each vector; their ids."""
    with gallery.write() as writer:
        writer.add_space(space, vectors.shape[1], model, kind=SpaceKind.of(kind))
        numbers = []
        start = writer.revision
        for number, vector in enumerate(vectors):
            numbers.append(writer.add(NewEntity(f"{kind.value.title()} {start}/{number}", kind)))
            photo = f"photo {start}/{number}"
            writer.add_reference(numbers[-1], reference(vector.tolist(), photo, space=space), (100, 100))
    return numbers
