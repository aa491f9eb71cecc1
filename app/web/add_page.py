"""The page Add: one person, or many at once."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from app.archives import waits_for_an_answer
from app.web.choosing import Chosen, choose_photos
from app.web.editing import Texts
from app.web.enrolling import by_hand, enrol, remarks, summary
from app.web.gallery_page import open_person
from app.web.many import draw_many
from app.web.namesakes import ask_which, namesakes
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from app.web.roles import may_edit
from app.web.saying import say_next, say_what_was_done
from gallery.entity import Entity, NewEntity

_ADDED = "add-count"  # how many people were added: names the next form
_LAST = "add-last"  # the one who was added last
_MOST_LETTERS = 200  # of a name or noun


class _Way(StrEnum):
    ONE = "One person"
    MANY = "Many at once"


def add_page() -> None:
    """Draw the page."""
    shop = workshop()
    st.title("Add", anchor=False)
    if not may_edit():
        st.info("You may look and ask; only editors add people.")
        return
    way = st.segmented_control(
        "How many",
        list(_Way),
        default=_Way.MANY if _is_under_way(shop) else _Way.ONE,
        required=True,
        label_visibility="collapsed",
        key="add-way",
    )
    match way:
        case _Way.MANY:
            draw_many(shop)
        case _:
            _one(shop)


def _is_under_way(shop: Workshop) -> bool:
    """Whether a bulk run goes on, or a trial waits for an answer: who comes back wants to see it."""
    job = shop.gallery.jobs.latest()
    return job is not None and (job.active or waits_for_an_answer(job))


def _one(shop: Workshop) -> None:
    with st.container():
        say_what_was_done()
    last: Entity | None = st.session_state.get(_LAST)
    if last is not None and st.button(
        f"Open {escaped(last.name)}", key="add-open", icon=":material/arrow_forward:"
    ):
        open_person(last.id)
    number = st.session_state.setdefault(_ADDED, 0)
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.subheader("Photos", anchor=False)
        st.caption(
            "One is enough; two or three from different days are better. "
            "The photos are not kept, only a small picture of the face."
        )
        photos = choose_photos(shop, key=f"add-{number}")
    with right:
        st.subheader("Who it is", anchor=False)
        _form(shop, photos, number)


def _form(shop: Workshop, photos: list[Chosen], number: int) -> None:
    """Who it is; where somebody of that name is known, the question who is meant stays below."""
    with st.form(f"add-form-{number}", border=False):
        name = st.text_input("Name", key=f"add-name-{number}", max_chars=_MOST_LETTERS)
        noun = st.text_input(
            "Noun, as in a caption",
            placeholder="woman, man, girl …",
            key=f"add-noun-{number}",
            max_chars=_MOST_LETTERS,
        )
        biography = st.text_area(
            "Biography",
            placeholder="What answers may say about this person, in full sentences.",
            key=f"add-biography-{number}",
            height=220,
        )
        sent = st.form_submit_button("Add to the gallery", type="primary")
    asked = f"add-asked-{number}"
    if not sent and st.session_state.get(asked) != name:
        return
    if not name.strip():
        st.error("Give a name.")
        return
    if not photos:
        st.error("Add a photo with a face that can be taken.")
        return
    texts = Texts(name, noun, biography)
    new = by_hand(shop.gallery, texts, photo=photos[0].sha256, box=photos[0].box)
    known = namesakes(shop.gallery, name, new.kind)
    if not known:
        _add(shop, new, photos)
        return
    st.session_state[asked] = name
    meant = ask_which(shop.gallery, known, label="This one: add the photos", key="add")
    if meant is None:
        return
    if meant.entity is None:
        _add(shop, new, photos)
    else:
        _add(shop, shop.gallery.as_new(meant.entity.id), photos, unsaved=new.biography)


def _add(shop: Workshop, entity: NewEntity, photos: list[Chosen], *, unsaved: str | None = None) -> None:
    """Enrol, and begin a new form if anything came of it; `unsaved`: what was written about who is known."""
    with st.spinner("Adding …"):
        outcomes = enrol(shop, entity, photos, biography_given=unsaved is None)
    notes = remarks(outcomes)
    if unsaved:
        notes.append("The biography that you wrote was not saved: open the entry to write it there.")
    entity_id = next((outcome.entity_id for outcome in outcomes if outcome.entity_id is not None), None)
    say_next(summary(outcomes, entity.name), notes)
    if entity_id is not None:
        st.session_state[_ADDED] += 1
        st.session_state[_LAST] = shop.gallery.entity(entity_id)
    st.rerun()
