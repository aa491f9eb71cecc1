"""Recognising things beside people."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from retrieval.match import Decision, Match
from retrieval.recogniser import Recogniser, WrongSpaceError
from retrieval.rules import MatchRules
from retrieval.search import search
from retrieval.shelf import RuleChoice
from tests.fakes import ColourEmbedder, ColourFaces, NoFaces, PatchDetector, colour_things, picture
from tests.ingest.test_things import BLUE, DOG, GREEN, MUG, RED, photo, row
from vision.box import Box
from vision.crops import Views
from vision.device import Device
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import RegionKind
from vision.things import ThingModel

RULES = RuleChoice(MatchRules(threshold=0.85, margin=0.02, band=0.1, noun_gap=0.1))
ANN = NewEntity("Ann", source="test")


def enrol(gallery: Gallery, rows: Sequence[Labelled], faces: FaceModel | None = None) -> None:
    outcomes = list(ingest(gallery, faces or ColourFaces(), rows, things=colour_things()))
    assert {outcome.status.value for outcome in outcomes} == {"added"}


def recogniser(
    gallery: Gallery, detector: PatchDetector | None = None, faces: FaceModel | None = None
) -> Recogniser:
    things = colour_things(detector)
    return Recogniser(gallery, faces or NoFaces(), device=Device.CPU, things=things, thing_rules=RULES)


def said(matches: Sequence[Match]) -> list[tuple[str, str]]:
    return [
        (match.entity.name if match.entity else match.decision.value, match.region.noun) for match in matches
    ]


def test_faces_and_things_come_out_as_one_list_each_compared_with_its_own(gallery: Gallery) -> None:
    """Ann has the colour of the dog: no face becomes a dog, and no dog becomes Ann."""
    enrol(gallery, [row(ANN, photo(GREEN)), row(DOG, photo(GREEN)), row(MUG, photo(RED))])
    matches = recogniser(gallery, PatchDetector(), ColourFaces()).recognise(Photo.open(photo(GREEN, RED)))
    assert [(m.region.kind.value, m.entity.name if m.entity else None) for m in matches] == [
        ("face", "Ann"),
        ("face", None),
        ("object", "Bella"),
        ("object", "Ann's mug"),
    ]


def test_an_entity_is_at_most_once_in_a_photo(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED)), row(DOG, photo(GREEN))])
    matches = recogniser(lite, PatchDetector()).recognise(Photo.open(photo((200, 60, 20), RED)))
    assert said(matches) == [("uncertain", "mug"), ("Ann's mug", "mug")]


@pytest.mark.parametrize(
    ("detector", "expected"),
    [
        (PatchDetector(red="mug"), "Ann's mug"),
        (PatchDetector(red="coffee mug"), "Ann's mug"),  # the last word is what it is
        (PatchDetector(red="dog"), "uncertain"),  # 0.90 would do for a mug
    ],
)
def test_what_is_called_otherwise_must_be_more_alike(
    lite: Gallery, detector: PatchDetector, expected: str
) -> None:
    enrol(
        lite,
        [
            row(MUG, photo(RED)),
            row(DOG, photo(GREEN)),
            row(NewEntity("other", EntityKind.THING, "coffee mug"), photo(BLUE)),
        ],
    )
    [match] = recogniser(lite, detector).recognise(Photo.open(photo((200, 90, 90))))
    assert 0.85 < (match.similarity or 0) < 0.95
    assert said([match])[0][0] == expected
    [match] = recogniser(lite, detector).recognise(Photo.open(photo(RED)))
    assert match.entity is not None and match.entity.name == "Ann's mug"  # no veto


def test_a_detector_is_asked_for_the_nouns_of_the_gallery(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED)), row(DOG, photo(GREEN)), row(ANN, photo(BLUE))])
    detector = PatchDetector()
    recogniser(lite, detector).recognise(Photo.open(photo(RED)))
    assert detector.asked == [["dog", "mug", "person"]]


def test_nothing_found_and_nouns_that_nobody_knows_are_empty_lists(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    assert recogniser(lite, PatchDetector()).recognise(Photo.open(picture((0, 0, 0)))) == []
    assert recogniser(lite, PatchDetector(red="vase")).recognise(Photo.open(photo(RED))) == []


def test_a_photo_without_a_detector_is_a_thing_whole_known_or_not(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    one = recogniser(lite)
    [match] = one.recognise(Photo.open(photo(RED)))
    assert (match.region.box, said([match])) == (Box(0, 0, 100, 100), [("Ann's mug", "")])
    [match] = one.recognise(Photo.open(photo(GREEN)))
    assert (match.decision, match.region.box) == (Decision.UNKNOWN, Box(0, 0, 100, 100))
    assert [candidate.entity.name for candidate in match.candidates] == ["Ann's mug"]
    [mug] = lite.find("Ann's mug")
    lite.forget(mug.id)
    assert one.recognise(Photo.open(photo(BLUE))) == []  # then there is nothing to compare with


def test_a_photo_of_somebody_is_no_unknown_thing_too(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    one = recogniser(lite, faces=ColourFaces())
    assert [match.region.kind for match in one.recognise(Photo.open(photo(BLUE)))] == [RegionKind.FACE]
    known = one.recognise(Photo.open(photo(RED)))
    assert [(match.region.kind.value, match.decision.value) for match in known] == [
        ("face", "unknown"),
        ("object", "accepted"),
    ]


def test_boxes_that_a_user_draws_are_regions_like_any_other(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED)), row(DOG, photo(GREEN))])
    seen = Photo.open(photo(GREEN, RED))
    matches = recogniser(lite).recognise(seen, drawn=[Box(100, 0, 200, 100), Box(0, 0, 100, 100)])
    assert said(matches) == [("Ann's mug", ""), ("Bella", "")]
    matches = recogniser(lite, PatchDetector()).recognise(seen, drawn=[Box(0, 0, 98, 98)])
    assert [(m.region.box, *said([m])[0]) for m in matches] == [
        (Box(105, 5, 195, 95), "Ann's mug", "mug"),
        (Box(0, 0, 98, 98), "Bella", ""),
    ]


def test_a_box_outside_is_an_error_one_across_the_edge_is_clipped_and_one_pixel_is_enough(
    lite: Gallery,
) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    one, seen = recogniser(lite), Photo.open(photo(RED))
    with pytest.raises(UserError, match="200,0,300,100 lies outside the photo of 100 x 100 pixels"):
        one.recognise(seen, drawn=[Box(200, 0, 300, 100)])
    matches = one.recognise(seen, drawn=[Box(-50, 50, 20, 70), Box(99, 99, 100, 100)])
    assert [match.region.box for match in matches] == [Box(0, 50, 20, 70), Box(99, 99, 100, 100)]


def test_two_hundred_regions_are_two_hundred_matches_in_order(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED)), row(DOG, photo(GREEN))])
    seen = Photo.open(photo(RED, GREEN))
    boxes = [
        Box(n % 50, 0, n % 50 + 40, 100) if n % 2 else Box(120, 0, 150 + n % 50, 100) for n in range(200)
    ]
    matches = recogniser(lite).recognise(seen, drawn=boxes)
    assert [match.region.box for match in matches] == boxes
    assert sum(match.decision is Decision.ACCEPTED for match in matches) == 2
    assert [match.candidates[0].entity.name for match in matches] == ["Bella", "Ann's mug"] * 100


def test_a_gallery_without_things_asks_no_model_of_things(lite: Gallery) -> None:
    enrol(lite, [row(ANN, photo(RED))])
    one = Recogniser(lite, ColourFaces(), device=Device.CPU)
    assert said(one.recognise(Photo.open(photo(RED))))[0][0] in ("Ann", "accepted", "uncertain")
    with pytest.raises(UserError, match="the gallery holds no things"):
        one.recognise(Photo.open(photo(RED)), drawn=[Box(0, 0, 9, 9)])


def test_a_gallery_of_things_alone_leaves_faces_unknown(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    matches = recogniser(lite, PatchDetector(), ColourFaces()).recognise(Photo.open(photo(RED)))
    assert [(m.region.kind, m.decision) for m in matches] == [
        (RegionKind.FACE, Decision.UNKNOWN),
        (RegionKind.OBJECT, Decision.ACCEPTED),
    ]


def test_another_space_of_things_is_an_error_that_says_what_to_do(lite: Gallery) -> None:
    enrol(lite, [row(MUG, photo(RED))])
    other = ThingModel(ColourEmbedder(), None, Views(padding=0.3, crops=1))
    with pytest.raises(
        WrongSpaceError, match=r"made with colours-p0x1, but .* colours-p30x1. Pass .* --things"
    ):
        Recogniser(lite, NoFaces(), device=Device.CPU, things=other).recognise(Photo.open(photo(RED)))


def test_a_forgotten_thing_is_not_recognised_nor_found_nor_brought_back(gallery: Gallery) -> None:
    rows = [row(MUG, photo(RED)), row(DOG, photo(GREEN))]
    embedder = ColourEmbedder()
    list(ingest(gallery, NoFaces(), rows, things=colour_things(), search=embedder))
    one = recogniser(gallery, PatchDetector())
    assert said(one.recognise(Photo.open(photo(RED)))) == [("Ann's mug", "mug")]
    found = search(gallery, embedder, "a cup that is red", limit=1)
    assert [entity.name for entity in found[0].entities] == ["Ann's mug"]
    [mug] = gallery.find("Ann's mug")
    gallery.forget(mug.id)
    assert one.recognise(Photo.open(photo(RED))) == []  # nobody asks for mugs any more
    assert [e.name for one in search(gallery, embedder, "red") for e in one.entities] == ["Bella"]
    again = list(ingest(gallery, NoFaces(), rows, things=colour_things(), search=embedder))
    assert [outcome.reason for outcome in again] == ["forgotten", None]


def test_merged_things_are_one(gallery: Gallery) -> None:
    enrol(gallery, [row(MUG, photo(RED)), row(DOG, photo(GREEN))])
    [mug], [dog] = gallery.find("Ann's mug"), gallery.find("Bella")
    with gallery.write() as writer:
        writer.merge(dog.id, mug.id)
    [match] = recogniser(gallery).recognise(Photo.open(photo(GREEN)))
    assert match.entity is not None and match.entity.name == "Ann's mug"


def test_a_rejected_thing_is_not_named_there_again(gallery: Gallery) -> None:
    enrol(gallery, [row(MUG, photo(RED)), row(DOG, photo(GREEN))])
    [mug] = gallery.find("Ann's mug")
    seen = Photo.open(photo((210, 22, 20)))
    [match] = recogniser(gallery).recognise(seen)
    assert match.entity is not None
    with gallery.write() as writer:
        writer.reject_in(mug.id, seen.sha256, match.region.box)
    [match] = recogniser(gallery).recognise(seen)
    assert (match.decision, [one.entity.name for one in match.candidates]) == (Decision.UNKNOWN, ["Bella"])


def test_search_says_what_it_lacks(lite: Gallery) -> None:
    embedder = ColourEmbedder()
    with pytest.raises(UserError, match="ingest --search"):
        search(lite, embedder, "red")
    with pytest.raises(UserError, match="it is empty"):
        search(lite, embedder, "  ")
    list(ingest(lite, NoFaces(), [row(MUG, photo(RED))], things=colour_things(), search=embedder))
    embedder.identity = "another"
    with pytest.raises(
        UserError, match="prepared with colours-photo, but would be searched with another-photo"
    ):
        search(lite, embedder, "red")
