"""Enrolling things: by box, by detector, or as whole photos."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from gallery.entity import EntityKind, NewEntity, SpaceKind
from gallery.gallery import Gallery
from ingest.models import WrongModelError
from ingest.outcome import Outcome
from ingest.reembed import reembed_things
from ingest.run import ingest
from ingest.sources.row import Labelled
from ingest.temporary import enrol_given, temporary_gallery
from tests.fakes import ColourEmbedder, ColourFaces, PatchDetector, colour_things, picture
from vision.box import Box
from vision.crops import Views
from vision.errors import UserError
from vision.things import ThingModel

RED, GREEN, BLUE, PINK = (200, 20, 20), (20, 200, 20), (20, 20, 200), (220, 60, 60)
MUG = NewEntity("Ann's mug", EntityKind.THING, "mug", "From Delft.", source="test")
DOG = NewEntity("Bella", EntityKind.THING, "dog", source="test")


def photo(*colours: tuple[int, int, int]) -> bytes:
    """Columns with a grain: a plain colour would be refused as blurred."""
    pixels = np.asarray(Image.open(io.BytesIO(picture(*colours)))).astype(np.int16)
    grain = (np.indices(pixels.shape[:2]).sum(axis=0) // 4 % 2 * 12)[..., None]
    buffer = io.BytesIO()
    Image.fromarray(np.where(pixels > 0, pixels + grain, 0).clip(0, 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def row(entity: NewEntity, data: bytes, box: Box | None = None) -> Labelled:
    return Labelled(f"{entity.name}.png", entity, box, True, io.BytesIO(data).getvalue)


def run(gallery: Gallery, rows: Sequence[Labelled], things: ThingModel | None) -> list[Outcome]:
    return list(ingest(gallery, ColourFaces(), rows, things=things))


def told(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.reason or outcome.status.value for outcome in outcomes]


def test_a_thing_is_enrolled_where_the_detector_finds_its_noun(gallery: Gallery) -> None:
    detector = PatchDetector()
    rows = [row(MUG, photo(GREEN, RED)), row(DOG, photo(GREEN, BLUE))]
    assert told(run(gallery, rows, colour_things(detector))) == ["added", "added"]
    assert detector.asked == [["dog", "mug", "person"]]
    [mug] = gallery.find("Ann's mug")
    [reference] = gallery.references(mug.id)
    assert (reference.box, mug.kind, mug.noun) == (Box(105, 5, 195, 95), EntityKind.THING, "mug")
    space = gallery.current_space(SpaceKind.THING)
    assert space is not None and (space.name, space.model, space.references) == ("colours-p0x1", "colours", 2)
    assert gallery.current_space() is None  # nobody was enrolled, so no face model is chosen
    assert told(run(gallery, rows, colour_things(detector))) == ["unchanged", "unchanged"]


def test_a_given_box_goes_before_the_detector_and_is_clipped_to_the_photo(lite: Gallery) -> None:
    detector = PatchDetector()
    [outcome] = run(lite, [row(MUG, photo(GREEN, RED), Box(110, -50, 400, 90))], colour_things(detector))
    assert outcome.status.value == "added" and detector.asked == [["person"]]
    [reference] = lite.references(outcome.entity_id or 0)
    assert reference.box == Box(110, 0, 200, 90)


def test_without_a_detector_the_whole_photo_is_the_thing(lite: Gallery) -> None:
    [outcome] = run(lite, [row(MUG, photo(RED))], colour_things())
    [reference] = lite.references(outcome.entity_id or 0)
    assert reference.box == Box(0, 0, 100, 100)


@pytest.mark.parametrize(
    ("data", "box", "reason"),
    [
        (photo(GREEN), None, "no_thing"),
        (photo(RED, RED), None, "several_things"),
        (photo(RED), Box(200, 200, 300, 300), "no_thing"),
        (photo(RED), Box(10, 10, 30, 90), "thing_too_small"),
        (photo(RED), Box(10, 10, 11, 11), "thing_too_small"),
        (picture(RED), Box(0, 0, 100, 100), "blurred"),
        (photo((2, 1, 1)), Box(0, 0, 100, 100), "extreme_light"),
    ],
)
def test_what_cannot_be_recognised_by_is_refused_with_a_reason(
    lite: Gallery, data: bytes, box: Box | None, reason: str
) -> None:
    assert told(run(lite, [row(MUG, data, box)], colour_things(PatchDetector()))) == [reason]
    assert lite.counts().entities == 0


def test_without_an_encoder_things_are_refused_and_people_enrolled(lite: Gallery) -> None:
    ann = NewEntity("Ann", source="test")
    assert told(run(lite, [row(MUG, photo(RED)), row(ann, photo(GREEN))], None)) == ["no_model", "added"]


def test_a_person_and_a_thing_of_one_photo_are_no_duplicates(gallery: Gallery) -> None:
    data, ann = photo(RED), NewEntity("Ann", source="test")
    assert told(run(gallery, [row(ann, data), row(MUG, data)], colour_things())) == ["added", "added"]
    assert told(run(gallery, [row(DOG, data)], colour_things())) == ["duplicate"]


def test_what_is_known_as_a_person_does_not_become_a_thing(lite: Gallery) -> None:
    run(lite, [row(NewEntity("Bella", source="test"), photo(RED))], colour_things())
    [outcome] = run(lite, [row(DOG, photo(GREEN))], colour_things())
    assert (outcome.reason, outcome.detail) == (
        "identity_conflict",
        "known as a person, and cannot be a thing too; give another label",
    )


def test_a_later_photo_that_is_nearer_to_another_thing_is_a_conflict(lite: Gallery) -> None:
    rows = [row(MUG, photo(RED)), row(DOG, photo(GREEN)), row(MUG, photo((30, 200, 20)))]
    assert told(run(lite, rows, colour_things())) == ["added", "added", "identity_conflict"]


def test_the_space_of_things_is_kept(lite: Gallery) -> None:
    run(lite, [row(MUG, photo(RED))], colour_things())
    other = ThingModel(ColourEmbedder(), None, Views(padding=0.2, crops=1))
    with pytest.raises(WrongModelError, match="colours-p0x1, so photos cannot be added with colours-p20x1"):
        run(lite, [row(DOG, photo(GREEN))], other)


def test_things_are_embedded_anew_from_their_place_in_the_kept_crop(gallery: Gallery) -> None:
    # The crop holds the mug's neighbours too: the middle of the crop is not the middle of the box.
    data = photo(GREEN, GREEN, RED)
    run(gallery, [row(MUG, data, Box(230, 0, 300, 100)), row(NewEntity("Ann"), photo(BLUE))], colour_things())
    other = ThingModel(ColourEmbedder(), None, Views(padding=0.1, crops=2))
    assert [outcome.status.value for outcome in reembed_things(gallery, other)] == ["added"]
    with gallery.changes("colours-p10x2") as changes:
        [block] = list(changes.blocks)
    red, green, _ = block.vectors[0].astype(float)
    assert red > 0.9 and green < 0.2
    current = gallery.current_space(SpaceKind.THING)
    assert current is not None and current.name == "colours-p10x2"
    assert told(run(gallery, [row(DOG, photo(GREEN))], other)) == ["added"]


def test_whole_photos_are_embedded_when_asked_also_those_that_were_enrolled_before(gallery: Gallery) -> None:
    rows = [row(NewEntity("Ann"), photo(RED)), row(MUG, photo(GREEN))]
    run(gallery, rows, colour_things())
    assert gallery.current_space(SpaceKind.PHOTO) is None
    search = ColourEmbedder()
    for expected in (2, 0):
        before = search.crops
        list(ingest(gallery, ColourFaces(), rows, things=colour_things(), search=search))
        assert search.crops - before == expected
    space = gallery.current_space(SpaceKind.PHOTO)
    assert space is not None and (space.name, space.references) == ("colours-photo", 2)


def test_references_given_on_the_spot_are_in_memory_only_and_all_of_them_count() -> None:
    with temporary_gallery() as gallery:
        enrol_given(
            gallery, [row(MUG, photo(RED)), row(DOG, photo(GREEN))], ColourFaces(), things=colour_things()
        )
        assert [entity.name for entity in gallery.iterate()] == ["Ann's mug", "Bella"]
        assert gallery.location == "sqlite://"
    with temporary_gallery() as gallery:
        assert gallery.counts().entities == 0
        with pytest.raises(UserError, match=r"The reference Bella.png cannot be used: no dog was found"):
            things = colour_things(PatchDetector())
            enrol_given(gallery, [row(DOG, photo(RED))], ColourFaces(), things=things)
        with pytest.raises(UserError, match="things need an image encoder"):
            enrol_given(gallery, [row(DOG, photo(RED))], ColourFaces())
