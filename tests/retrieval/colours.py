"""A gallery of three people who are colours, and photos of them as data URIs."""

from __future__ import annotations

import base64

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from retrieval.recogniser import Recogniser
from retrieval.rules import MatchRules
from tests.fakes import ColourFaces, picture, reference
from tests.labelled import BLUE, GREEN, RED
from vision.device import Device

GREY = (120, 120, 120)
RULES = MatchRules(threshold=0.9, margin=0.05, band=0.2)


def data_uri(*colours: tuple[int, int, int]) -> str:
    """A photo of people from left to right."""
    return "data:image/png;base64," + base64.b64encode(picture(*colours)).decode()


GROUP = data_uri(BLUE, (200, 30, 0), GREY, GREEN)
PEOPLE = (
    NewEntity("Ann", noun="woman", biography="Ann's biography."),
    NewEntity("Bob", biography="Bob's biography."),
    NewEntity("Cy", EntityKind.THING, noun="mug", biography="Cy's biography.", external_id="Q7"),
)


def enrolled(gallery: Gallery, faces: ColourFaces | None = None) -> Recogniser:
    """Ann is red, Bob is green, Cy is blue, and no person."""
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        for entity, colour in zip(PEOPLE, (RED, GREEN, BLUE), strict=True):
            number = writer.add(entity)
            writer.add_reference(number, reference(colour, f"photo of {entity.name}"), (100, 100))
    return Recogniser(gallery, faces or ColourFaces(), device=Device.CPU, rules=RULES)
