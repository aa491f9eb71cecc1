"""Keeping the unknown faces of photos that are asked about, where an editor switched that on."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.web.desk import Desk
from app.web.portrait import ingest_options
from app.web.resources import Workshop
from gallery.watch import NewStranger
from ingest.gate import choose_face
from ingest.reason import Refusal
from retrieval.match import Decision
from vision.photo import crop_of
from vision.region import RegionKind


def notice(desk: Desk, shop: Workshop) -> None:
    """Keep the unknown faces of a photo, if that is on when the photo comes; each photo is looked at once.

    Only those that could be enrolled: the others could not be named later. Uncertain ones are not unknown.
    """
    if desk.noticed:
        return
    desk.noticed = True
    if shop.gallery.strangers.watch() is None:
        return
    recogniser, _ = shop.recogniser()
    rules = ingest_options(shop).rules
    rules = replace(rules, min_confidence=rules.min_confidence or recogniser.faces.sure_confidence)
    unknown = [match.region for match in desk.matches if match.decision is Decision.UNKNOWN]
    regions = [region for region in unknown if region.kind is RegionKind.FACE]
    faces = [
        NewStranger(region.space, region.embedding, crop_of(desk.photo, region.box))
        for region in regions
        if not isinstance(choose_face(desk.photo, [region], rules, box=region.box), Refusal)
    ]
    shop.gallery.strangers.note(faces, alike_from=recogniser.rules.threshold)


def say_what_is_kept(shop: Workshop) -> None:
    """Tell whoever asks about photos that unknown faces are kept, and why."""
    watch = shop.gallery.strangers.watch()
    if watch is not None:
        st.text(f"Faces of people who are not in the gallery are kept for {watch.days} days: {watch.purpose}")
