"""The page Unknown: faces that were seen and not known, where an editor has them kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app.web.enrolling import remarks, summary
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from app.web.roles import ensure_editor
from app.web.saying import say_next, say_what_was_done
from app.web.unknowns import delete, ignore, name_faces, stop_ignoring, switch_off, switch_on
from app.web.who_dialog import choose_who
from app.web.wording import ago, faces
from gallery.entity import Entity
from gallery.strangers import Strangers
from gallery.watch import DAY_S, MOST_DAYS, Stranger, Watch
from vision.errors import UserError

_USUAL_DAYS = 7
_LONGEST_PURPOSE = 300  # characters
_MOST_GROUPS, _MOST_FACES = 30, 12  # shown
_FACE = 84  # CSS pixels
_CONSEQUENCES = """
While this is on, of each face in a photo that somebody asks about on the page **Ask** and that nobody in
the gallery is like, a small picture, a vector to compare it by, and the time are kept. These are biometric
data of people who mostly do not know about it: switch it on only for a purpose that allows that, and tell
them.

- Only editors see this page; whoever asks about photos is told that it is on, and what for.
- Nobody is named by it: an unknown face stays unknown until an editor names it here.
- Each face is deleted when its time is over, and all of them at once when it is switched off: rows and bytes.
- Who switched it on or off, named, ignored or deleted is recorded, without names and pictures of the people.
"""


def unknown_page() -> None:
    """Draw the page."""
    shop = workshop()
    ensure_editor()
    strangers = shop.gallery.strangers
    strangers.expire()  # what is over is not shown, however seldom somebody looks
    watch = strangers.watch()
    st.title("Unknown", anchor=False)
    with st.container():
        say_what_was_done()
    if watch is None:
        _off(shop)
    else:
        _on(watch, strangers, shop)
    _record(strangers)


def _off(shop: Workshop) -> None:
    st.text("Off. Unknown people leave nothing behind: their faces are not kept.")
    with st.container(border=True):
        st.markdown(_CONSEQUENCES)
    with st.form("switch-on", enter_to_submit=False):
        purpose = st.text_area(
            "What are unknown faces kept for?",
            max_chars=_LONGEST_PURPOSE,
            placeholder="To add guests of the conference who agreed to it at the entrance",
            height=80,
            key="purpose",
        )
        days = st.number_input(
            "For how many days?", min_value=1, max_value=MOST_DAYS, value=_USUAL_DAYS, key="days", width=220
        )
        sent = st.form_submit_button("Switch on", type="primary", icon=":material/visibility:")
    if sent:
        _do(partial(switch_on, shop, purpose, int(days)), "On. Faces are kept from the next photo on.")


def _on(watch: Watch, strangers: Strangers, shop: Workshop) -> None:
    with st.container(border=True):
        st.text(f"On: each face is kept for {watch.days} days.")
        st.text(f"What for: {watch.purpose}")
        st.text(f"Switched on {ago(watch.since)} by {watch.by}.")
        with st.popover("Switch off", icon=":material/visibility_off:"):
            st.text("All unknown faces are deleted at once, and what is ignored too.")
            if st.button("Switch off and delete everything", type="primary", key="switch-off"):
                _switch_off(shop)
    groups = strangers.groups()
    if not groups:
        st.text("No unknown face has been seen yet, or the time of those that were is over.")
    else:
        _say_how_they_are_grouped(shop)
    for group in groups[:_MOST_GROUPS]:
        _draw(group, watch, strangers, shop)
    if len(groups) > _MOST_GROUPS:
        st.caption(f"The {_MOST_GROUPS} largest of {len(groups):,} groups are shown.")
    _ignored(strangers, shop)


def _say_how_they_are_grouped(shop: Workshop) -> None:
    try:
        threshold = shop.recogniser()[0].rules.threshold
    except UserError as error:  # the model's files are gone; what is kept can still be looked at and deleted
        st.error(escaped(str(error)))
        return
    st.caption(
        f"A face joins the group of the one that it is most similar to, from similarity {threshold:.2f} "
        "on, as for naming. Groups can be wrong: look before you name."
    )


def _switch_off(shop: Workshop) -> None:
    ensure_editor()
    try:
        gone = switch_off(shop)
    except UserError as error:  # somebody else was faster
        st.warning(escaped(str(error)))
        return
    say_next(f"Off. {faces(gone)} {'was' if gone == 1 else 'were'} deleted, and nothing is kept any more.")
    st.rerun()


def _draw(group: Sequence[Stranger], watch: Watch, strangers: Strangers, shop: Workshop) -> None:
    number = group[0].group
    crops = strangers.crops([face.id for face in group[:_MOST_FACES]])
    days = (watch.seconds - (time.time() - group[0].seen)) / DAY_S
    goes = f"in {days:.0f} days" if days >= 1.5 else "in a day or less"
    with st.container(border=True, key=f"unknown-{number}"):
        with st.container(horizontal=True, key=f"faces-unknown-{number}"):
            for place, crop in enumerate(crops.values(), start=1):
                st.image(crop, width=_FACE, alt=f"Unknown face {place} of {len(group)}")
        st.caption(f"{faces(len(group))}, last seen {ago(group[0].seen)}; the last one goes {goes}")
        with st.container(horizontal=True):
            if st.button("Name", icon=":material/person_add:", key=f"name-{number}"):
                _name(shop, crops)
            with st.popover("Ignore for good", icon=":material/person_off:"):
                st.text(
                    "Pictures and times are deleted. To know the face again, one vector of it has to stay, "
                    "longer than the retention time: until you stop ignoring, or switch this off."
                )
                if st.button("Ignore", key=f"ignore-{number}", type="primary"):
                    _do(partial(ignore, shop, number), "Ignored from now on.")
            if st.button("Delete", icon=":material/delete:", key=f"delete-{number}"):
                _do(partial(delete, shop, [face.id for face in group]), "Deleted.")


@st.dialog("Who is this?")
def _name(shop: Workshop, crops: dict[int, bytes]) -> None:
    """Ask for the name of a group, and which of its faces are meant."""
    st.caption(
        "The faces are added to the gallery with whom you choose, through the same checks as any photo. "
        "Leave out those of somebody else: they stay unknown."
    )
    meant = []
    with st.container(horizontal=True):
        for place, (face, crop) in enumerate(crops.items(), start=1):
            with st.container(width=_FACE, gap="xsmall"):
                st.image(crop, width=_FACE, alt=f"Unknown face {place}")
                if st.checkbox(f"{place}", value=True, key=f"meant-{face}"):
                    meant.append(face)
    known = choose_who(shop)
    if known is None:
        return
    if not meant:
        st.warning("Choose at least one face.")
        return
    try:
        with st.spinner("Adding …"):
            outcomes = name_faces(shop, meant, known)
    except UserError as error:
        st.warning(escaped(str(error)))
        return
    name = known.name if isinstance(known, Entity) else known
    say_next(summary(outcomes, name), remarks(outcomes))
    st.rerun()


def _ignored(strangers: Strangers, shop: Workshop) -> None:
    count = strangers.ignored()
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="ignored"):
        st.text(f"{faces(count)} ignored: one vector each is kept, no picture.", width="stretch")
        if st.button("Stop ignoring", icon=":material/undo:", key="stop-ignoring"):
            _do(partial(stop_ignoring, shop), "Nobody is ignored any more.")


def _record(strangers: Strangers) -> None:
    lines = strangers.lines()
    if not lines:
        return
    with st.expander("Who did what"):
        for line in lines:
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(line.at))
            st.text(f"{when}  {line.who}: {line.what}")


def _do(act: Callable[[], object], done: str) -> None:
    """Do something, and say in the next run what it has done."""
    try:
        act()
    except UserError as error:
        st.warning(escaped(str(error)))
        return
    say_next(done)
    st.rerun()
