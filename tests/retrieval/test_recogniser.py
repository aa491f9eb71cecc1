"""Photo to matches: who is named, who is not, and what changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from retrieval.index import Hit, ReferenceIndex
from retrieval.match import Candidate, Decision, Match
from retrieval.recogniser import Recogniser, WrongSpaceError
from retrieval.rules import MatchRules
from tests.fakes import ColourFaces, OtherFaces, picture, reference, region
from tests.labelled import BLUE, GREEN, RED
from vision.box import Box
from vision.device import Device
from vision.photo import Photo

RULES = MatchRules(threshold=0.9, margin=0.05, band=0.2)
ACCEPTED, UNCERTAIN, UNKNOWN = Decision.ACCEPTED, Decision.UNCERTAIN, Decision.UNKNOWN


def recogniser(gallery: Gallery, rules: MatchRules = RULES) -> Recogniser:
    return Recogniser(gallery, ColourFaces(), device=Device.CPU, rules=rules)


def enrol(gallery: Gallery, **colours: tuple[int, int, int]) -> list[int]:
    """A person for each name; their ids."""
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        numbers = [writer.add(NewEntity(name)) for name in colours]
        for number, (name, colour) in zip(numbers, colours.items(), strict=True):
            writer.add_reference(number, reference(colour, f"photo of {name}"), (100, 100))
    return numbers


def photo(*colours: tuple[int, int, int]) -> Photo:
    return Photo.open(picture(*colours))


def named(matches: list[Match]) -> list[str | None]:
    return [None if match.entity is None else match.entity.name for match in matches]


def candidates(match: Match) -> list[str]:
    return [candidate.entity.name for candidate in match.candidates]


def test_an_empty_gallery_makes_everybody_unknown(gallery: Gallery) -> None:
    [match] = recogniser(gallery).recognise(photo(RED))
    assert (match.decision, match.entity, match.candidates, match.similarity) == (UNKNOWN, None, (), None)


def test_a_photo_without_a_face_has_no_match(lite: Gallery) -> None:
    enrol(lite, Ann=RED)
    assert recogniser(lite).recognise(photo((0, 0, 0))) == []


@pytest.mark.parametrize(
    ("colour", "decision", "name"),
    [
        (RED, ACCEPTED, "Ann"),
        ((200, 60, 0), ACCEPTED, "Ann"),  # 0.958
        ((200, 140, 0), UNCERTAIN, None),  # 0.819
        ((120, 120, 120), UNKNOWN, None),  # 0.577
    ],
)
def test_only_who_is_near_enough_is_named_and_the_candidates_are_kept(
    lite: Gallery, colour: tuple[int, int, int], decision: Decision, name: str | None
) -> None:
    enrol(lite, Ann=RED, Bob=(0, 10, 200))
    [match] = recogniser(lite).recognise(photo(colour))
    assert match.decision is decision
    assert named([match]) == [name]
    assert sorted(candidates(match)) == ["Ann", "Bob"]
    similarities = [candidate.similarity for candidate in match.candidates]
    assert similarities == sorted(similarities, reverse=True)
    assert match.similarity == similarities[0]


def test_two_people_as_near_leave_the_region_uncertain(lite: Gallery) -> None:
    enrol(lite, Ann=(200, 20, 0), Bob=(200, 0, 20))
    [match] = recogniser(lite).recognise(photo(RED))
    assert (match.decision, match.entity) == (UNCERTAIN, None)


def test_a_candidate_tells_the_reference_that_is_like_it(lite: Gallery) -> None:
    _, bob = enrol(lite, Ann=RED, Bob=GREEN)
    [match] = recogniser(lite).recognise(photo(GREEN))
    assert match.candidates[0].reference_id == lite.references(bob)[0].id


def test_a_group_is_matched_region_by_region_in_their_order(gallery: Gallery) -> None:
    enrol(gallery, Ann=RED, Bob=GREEN)
    matches = recogniser(gallery).recognise(photo(GREEN, BLUE, RED))
    assert named(matches) == ["Bob", None, "Ann"]
    assert [match.region.box.left for match in matches] == [10, 110, 210]


def test_an_entity_is_named_once_in_a_photo_unless_mirrors_are_allowed(lite: Gallery) -> None:
    enrol(lite, Ann=RED, Bob=BLUE)
    twice = photo((200, 20, 0), RED)
    assert named(recogniser(lite).recognise(twice)) == [None, "Ann"]
    mirrors = MatchRules(threshold=0.9, margin=0.05, band=0.2, one_each=False)
    assert named(recogniser(lite, mirrors).recognise(twice)) == ["Ann", "Ann"]


def test_two_merged_entities_do_not_compete(lite: Gallery) -> None:
    ann, annie = enrol(lite, Ann=RED, Annie=(200, 10, 0))
    assert named(recogniser(lite).recognise(photo(RED))) == [None]
    with lite.write() as writer:
        writer.merge(annie, into=ann)
    [match] = recogniser(lite).recognise(photo(RED))
    assert (named([match]), candidates(match)) == (["Ann"], ["Ann"])


def test_a_gallery_of_another_model_says_which_one_made_it(gallery: Gallery) -> None:
    enrol(gallery, Ann=RED)
    other = Recogniser(gallery, OtherFaces(), device=Device.CPU)
    with pytest.raises(WrongSpaceError, match=r"made with colour.*read with other"):
        other.recognise(photo(RED))
    with pytest.raises(WrongSpaceError):
        other.recognise(photo((0, 0, 0)))  # no face, and still not silent


def test_a_gallery_whose_people_are_all_forgotten_is_an_empty_one(lite: Gallery) -> None:
    [ann] = enrol(lite, Ann=RED)
    lite.forget(ann)
    for model in (ColourFaces(), OtherFaces()):
        [match] = Recogniser(lite, model, device=Device.CPU).recognise(photo(RED))
        assert match.decision is UNKNOWN


def test_a_new_name_is_seen_at_once(gallery: Gallery) -> None:
    [ann] = enrol(gallery, Ann=RED)
    running = recogniser(gallery)
    assert named(running.recognise(photo(RED))) == ["Ann"]
    with gallery.write() as writer:
        writer.rename(ann, "Anna")
        writer.describe(ann, "New.")
    [match] = running.recognise(photo(RED))
    assert match.entity is not None
    assert (match.entity.name, match.entity.biography) == ("Anna", "New.")


class LateIndex(ReferenceIndex):
    """Something happens to the gallery after the search and before its hits are looked up."""

    happens: Callable[[], object]

    def nearest(
        self, embeddings: NDArray[np.float32], without: Sequence[Collection[int]] | None = None
    ) -> list[list[Hit]]:
        found = super().nearest(embeddings, without)
        self.happens()
        return found


def late(gallery: Gallery, happens: Callable[[], object]) -> Recogniser:
    running = recogniser(gallery)
    index = LateIndex(gallery, "colour", 3, Device.CPU)
    index.happens = happens
    running._people.index = index
    return running


def test_somebody_forgotten_between_search_and_lookup_is_nobody(gallery: Gallery) -> None:
    ann, _ = enrol(gallery, Ann=RED, Bob=BLUE)
    [match] = late(gallery, lambda: gallery.forget(ann)).recognise(photo(RED))
    assert (match.decision, candidates(match)) == (UNKNOWN, ["Bob"])


def test_two_who_are_merged_between_search_and_lookup_are_one_candidate(lite: Gallery) -> None:
    ann, annie = enrol(lite, Ann=RED, Annie=(200, 10, 0))

    def merge() -> None:
        with lite.write() as writer:
            writer.merge(annie, into=ann)

    [match] = late(lite, merge).match([region(RED)], photo="a photo")
    assert (named([match]), candidates(match)) == (["Ann"], ["Ann"])
    assert match.similarity == pytest.approx(1.0, abs=1e-3)


def test_a_match_that_contradicts_itself_cannot_be_made(lite: Gallery) -> None:
    ann, bob = (lite.entity(number) for number in enrol(lite, Ann=RED, Bob=GREEN))
    near = (Candidate(ann, 0.9, 1), Candidate(bob, 0.1, 2))
    with pytest.raises(ValueError, match="exactly when it is accepted"):
        Match(region(RED), ACCEPTED, None, near)
    with pytest.raises(ValueError, match="exactly when it is accepted"):
        Match(region(RED), UNCERTAIN, ann, near)
    with pytest.raises(ValueError, match="most similar"):
        Match(region(RED), ACCEPTED, bob, near)


PLACE = Box(10, 10, 90, 90)


def reject(gallery: Gallery, entity_id: int, seen: Photo, box: Box | None = PLACE) -> int:
    with gallery.write() as writer:
        return writer.reject_in(entity_id, seen.sha256, box)


def test_who_is_rejected_in_a_place_is_no_candidate_there_but_elsewhere(gallery: Gallery) -> None:
    ann, _ = enrol(gallery, Ann=RED, Bob=BLUE)
    running, seen, other = recogniser(gallery), photo(RED, RED), photo(RED)
    assert named(running.recognise(seen)) == ["Ann", None]
    number = reject(gallery, ann, seen)
    first, second = running.recognise(seen)
    assert (first.decision, candidates(first)) == (UNKNOWN, ["Bob"])
    assert (named([second]), candidates(second)) == (["Ann"], ["Ann", "Bob"])
    assert named(running.recognise(other)) == ["Ann"]
    with gallery.write() as writer:
        writer.unreject(number)
    assert named(running.recognise(seen)) == ["Ann", None]


def test_who_is_rejected_in_a_photo_is_named_nowhere_in_it(lite: Gallery) -> None:
    ann, _ = enrol(lite, Ann=RED, Bob=BLUE)
    seen = photo(RED, BLUE, RED)
    reject(lite, ann, seen, None)
    assert named(recogniser(lite).recognise(seen)) == [None, "Bob", None]


@pytest.mark.parametrize(
    ("bob", "carl", "decision"),
    [
        ((200, 20, 0), BLUE, ACCEPTED),  # near enough, and nobody else is
        ((200, 20, 0), (200, 0, 30), UNCERTAIN),  # two are as near
        ((200, 120, 0), BLUE, UNCERTAIN),  # a little under the threshold
        ((100, 180, 0), BLUE, UNKNOWN),
    ],
)
def test_nobody_is_named_because_another_one_is_rejected(
    lite: Gallery, bob: tuple[int, int, int], carl: tuple[int, int, int], decision: Decision
) -> None:
    ann, *_ = enrol(lite, Ann=RED, Bob=bob, Carl=carl)
    seen = photo(RED)
    reject(lite, ann, seen)
    [match] = recogniser(lite).recognise(seen)
    assert match.decision is decision
    assert candidates(match)[0] == "Bob"
    # Exactly as if the gallery had never heard of the rejected.
    lite.forget(ann)
    [without] = recogniser(lite).recognise(seen)
    assert (match.decision, match.candidates) == (without.decision, without.candidates)


def test_many_references_of_the_rejected_do_not_hide_who_comes_next(lite: Gallery) -> None:
    ann, _ = enrol(lite, Ann=RED, Bob=(200, 100, 0))
    with lite.write() as writer:
        for number in range(40):
            writer.add_reference(ann, reference(RED, f"another {number}"), (100, 100))
    seen = photo(RED)
    reject(lite, ann, seen)
    assert candidates(recogniser(lite).recognise(seen)[0]) == ["Bob"]


def test_a_rejection_of_one_who_was_merged_holds_for_who_stands_for_them(gallery: Gallery) -> None:
    ann, annie = enrol(gallery, Ann=RED, Annie=(200, 10, 0))
    seen = photo(RED)
    reject(gallery, annie, seen)
    with gallery.write() as writer:
        writer.merge(annie, into=ann)
    assert candidates(recogniser(gallery).recognise(seen)[0]) == []
    with gallery.write() as writer:
        writer.unmerge(annie)
    assert named(recogniser(gallery).recognise(seen)) == ["Ann"]


def test_one_who_is_rejected_and_merged_between_search_and_lookup_is_no_candidate(lite: Gallery) -> None:
    ann, annie = enrol(lite, Ann=RED, Annie=(200, 10, 0))
    reject(lite, ann, photo(RED))

    def merge() -> None:
        with lite.write() as writer:
            writer.merge(annie, into=ann)

    assert candidates(late(lite, merge).recognise(photo(RED))[0]) == []
