"""The page Status: what works here, with what and under which licences, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.doctor import examine
from app.generators import GeneratorChoice
from app.models import Listed, face_models, language_models, thing_models
from app.settings import GeneratorKind
from app.things import thing_rules
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from app.web.roles import may_edit, sign_in_is_configured
from app.web.wording import ago, photos
from gallery.jobs import Job
from generation.fetching.catalogue import CATALOGUE
from retrieval.index import ReferenceIndex
from retrieval.rules import MatchRules
from vision.errors import UserError


def status_page() -> None:
    """Draw the page."""
    shop = workshop()
    st.title("Status", anchor=False)
    counts = shop.gallery.counts()
    with st.container(horizontal=True):
        st.metric("People and things", f"{counts.entities:,}", border=True)
        st.metric("References", f"{counts.references:,}", border=True)
        st.metric("Photos", f"{counts.photos:,}", border=True)
    _section("Gallery", {"Database": shop.gallery.location, "Revision": str(shop.gallery.revision())})
    _unknown(shop)
    _recognition(shop)
    _section("Answers", {"Generator": str(shop.choice), "How": shop.generator.note})
    _models(shop)
    _runs(shop.gallery.jobs.all())
    _doctor(shop)
    _access(shop)


def _unknown(shop: Workshop) -> None:
    """Whether faces of people who are not in the gallery are kept."""
    watch = shop.gallery.strangers.watch()
    if watch is None:
        return
    faces = sum(map(len, shop.gallery.strangers.groups()))
    _section(
        "Unknown faces",
        {"Kept": f"{faces:,}, each for {watch.days} days", "For": watch.purpose, "Switched on by": watch.by},
    )


def _recognition(shop: Workshop) -> None:
    try:
        recogniser, choice = shop.recogniser()
    except UserError as error:  # the model's files are gone; the rest of the page helps to find out why
        st.subheader("Recognition", anchor=False)
        st.error(escaped(str(error)))
        return
    facts = {
        "Face model": str(choice),
        "Device": recogniser.faces.device,
        "Space": recogniser.faces.space,
        "Index": _index(recogniser.index, shop.gallery.revision()),
    }
    _section("Recognition", facts | _rules(recogniser.rules))
    if recogniser.things is not None:
        looked_at = {"Models": str(choice.things), "Licence": "see the models' own pages"}
        rules = thing_rules(shop.settings, shop.gallery, recogniser.things.space)
        _section("Things", looked_at | {"Space": recogniser.things.space} | _rules(rules))


def _index(index: ReferenceIndex, revision: int) -> str:
    """How far the index is; it catches up when it is asked, not when the gallery changes."""
    state = f"{index.size:,} references, revision {index.revision}"
    return state if index.revision == revision else f"{state}; the next photo brings it to {revision}"


def _rules(rules: MatchRules) -> dict[str, str]:
    return {
        "Named from": f"similarity {rules.threshold:.3f} and {rules.margin:.2f} ahead of the next",
        "Because": rules.reason,
        "Uncertain from": f"similarity {rules.threshold - rules.band:.3f}",
    }


def _models(shop: Workshop) -> None:
    """Every model with its licence; what may not be used commercially stands out."""
    st.subheader("Models and licences", anchor=False)
    in_use = _in_use(shop)
    settings = shop.settings
    listed = [*face_models(settings), *thing_models(settings), *language_models(settings)]
    restricted = [model.name for model in listed if model.name in in_use and model.commercial is False]
    if restricted:
        st.warning(f"In use here, and not for commercial use: {escaped(', '.join(restricted))}.")
    st.dataframe(
        [
            {
                "model": model.name,
                "here": "in use" if model.name in in_use else _where(model),
                "use": _use(model),
                "licence": model.licence,
            }
            for model in listed
        ],
        hide_index=True,
        alt="Models, and under which licence",
    )


def _where(model: Listed) -> str:
    return model.where if model.here else f"not here, {model.where}"


def _in_use(shop: Workshop) -> set[str]:
    names = {_language_model(shop.choice)}
    try:
        _, choice = shop.recogniser()
    except UserError:  # said above
        return names
    looks = (choice.things.embedder, choice.things.detector) if choice.things is not None else ()
    return {*names, choice.name, *(folder.name for folder in looks if folder is not None)}


def _language_model(choice: GeneratorChoice) -> str:
    """What lists call the local model that answers; empty where none does."""
    if choice.kind is not GeneratorKind.LOCAL:
        return ""
    folder = Path(choice.model).name
    return next((card.name for card in CATALOGUE if card.folder == folder), folder)


def _use(model: Listed) -> str:
    if model.commercial is None:
        return "see its licence"
    return "also commercial" if model.commercial else "NON-COMMERCIAL ONLY"


def _runs(jobs: list[Job]) -> None:
    if not jobs:
        return
    st.subheader("Bulk runs", anchor=False)
    lines = {escaped(f"{job.source or 'Forgotten'}, {ago(job.begun)}"): _in_words(job) for job in jobs[:10]}
    _facts(lines)


def _in_words(job: Job) -> str:
    tally, kind = job.tally, "a trial, " if job.trial else ""
    of = f" of {photos(job.total)}" if job.total else ""
    counts = (
        f"{tally.added:,} added, {tally.skipped:,} refused" if tally.done else "nothing was looked at yet"
    )
    return f"{kind}{job.state.value}: {tally.done:,}{of}, {counts}. {job.error}".strip()


def _doctor(shop: Workshop) -> None:
    """What `placard doctor` finds, on demand: it builds an index and reads the whole database."""
    st.subheader("Examination", anchor=False)
    if not may_edit():
        st.caption("Editors can have database, index and models compared here.")
        return
    if not st.button("Compare database, index and models", icon=":material/stethoscope:", key="doctor"):
        st.caption("As `placard doctor` does. On a large gallery this takes a while.")
        return
    with st.spinner("Looking …"):
        findings = list(examine(shop.settings, shop.gallery))
    wrong = [finding.text for finding in findings if finding.is_wrong]
    for text in wrong:
        st.error(escaped(text))
    if not wrong:
        st.success("Nothing is wrong.")
    with st.container(border=True):
        for finding in findings:
            if not finding.is_wrong:
                _fact(finding.label, finding.text)


def _access(shop: Workshop) -> None:
    """Who may do what here, and the way out for who is signed in."""
    if not sign_in_is_configured():
        asked = "whoever knows the token" if shop.settings.web_token.get_secret_value() else "everybody"
        place = f"The page is served at {st.get_option('server.address')} without a sign-in"
        _section("Access", {"Editors": f"{place}: {asked} who reaches it may change the gallery."})
        return
    who = str(st.user.get("email") or st.user.get("name") or st.user.get("sub") or "")
    named = "" if shop.settings.web_editors else " Nobody may: PLACARD_WEB_EDITORS names no editor."
    may = "may look, ask, and change the gallery." if may_edit() else f"may look and ask.{named}"
    _section("Access", {"Signed in": who, "Role": f"{'Editor' if may_edit() else 'Reader'}: {may}"})
    st.button("Sign out", on_click=st.logout, icon=":material/logout:", key="sign-out")


def _section(title: str, facts: dict[str, str]) -> None:
    st.subheader(title, anchor=False)
    _facts(facts)


def _facts(facts: dict[str, str]) -> None:
    with st.container(border=True):
        for name, fact in facts.items():
            _fact(name, fact)


def _fact(name: str, fact: str) -> None:
    label, value = st.columns([1, 4], gap="small")
    label.caption(name)
    value.text(fact)
