"""Who may look at the gallery and who may change it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.secrets import secrets_singleton

from app.settings import read_settings
from vision.errors import UserError

_NO_SECRETS = "no-secrets-found"  # what Streamlit calls it that there is no secrets.toml


class NotAnEditorError(UserError):
    """A change that somebody asked for who may only look."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed: you may look and ask, but only editors change the gallery.")


def sign_in_is_configured() -> bool:
    """Whether Streamlit's secrets.toml has an [auth] section.

    Raise `UserError` for one that cannot be read: a mistake in it must not switch the sign-in off.
    """
    try:
        return "auth" in secrets_singleton
    except (OSError, ValueError) as error:
        if getattr(error, "error_id", "") == _NO_SECRETS:
            return False
        raise UserError(f"Streamlit's secrets cannot be read, so nobody is let in: {error}") from error


def may_look() -> bool:
    """Whether this session may see the pages; with a sign-in, those whom PLACARD_WEB_READERS names."""
    if not sign_in_is_configured():
        return True
    readers = read_settings().web_readers
    return _is_signed_in() and (not readers or _is_named(readers) or may_edit())


def may_edit() -> bool:
    """Whether this session may change anything; with a sign-in, those whom PLACARD_WEB_EDITORS names.

    Pages hide what only editors may do, and whatever writes calls `ensure_editor` besides.
    """
    if not sign_in_is_configured():
        return True
    return _is_signed_in() and _is_named(read_settings().web_editors)


def ensure_editor() -> None:
    """Raise `NotAnEditorError` in a session that may not change anything."""
    if not may_edit():
        raise NotAnEditorError


def is_named(entries: str, claims: Mapping[str, object]) -> bool:
    """Whether what a provider says of somebody fits one of the comma-separated entries.

    An entry is an e-mail address, `@` with a domain, or claim=value. An address counts only where the
    provider says that it was verified: elsewhere anybody could claim it.
    """
    return any(_fits(entry.strip(), claims) for entry in entries.split(",") if entry.strip())


def _fits(entry: str, claims: Mapping[str, object]) -> bool:
    claim, equals, value = entry.partition("=")
    if equals:
        found = claims.get(claim.strip())
        return value.strip() in (found if isinstance(found, list) else [found])
    if claims.get("email_verified") not in (True, "true"):  # some providers send it as text
        return False
    address = str(claims.get("email", "")).casefold()
    return address.endswith(entry.casefold()) if entry.startswith("@") else address == entry.casefold()


def _is_signed_in() -> bool:
    return bool(st.user.to_dict().get("is_logged_in"))


def _is_named(entries: str) -> bool:
    return is_named(entries, st.user.to_dict())
