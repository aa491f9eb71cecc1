"""A conversation to take away: the text, and the photo with boxes and names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from app.annotate import annotated
from app.forms import title
from app.web.plain import escaped
from generation.conversation import Conversation
from generation.given import Given
from retrieval.match import Match


def as_zip(conversation: Conversation, matches: Sequence[Match], given: Sequence[Given] = ()) -> bytes:
    """A zip with conversation.md and photo.jpg."""
    picture, archive = io.BytesIO(), io.BytesIO()
    annotated(conversation.photo, matches, given).save(picture, "JPEG", quality=92)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("conversation.md", as_markdown(conversation))
        files.writestr("photo.jpg", picture.getvalue())
    return archive.getvalue()


def as_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown; text from people shows as it is, with no link or picture of theirs."""
    lines = ["# Conversation about a photo", "", "![The photo with boxes and names](photo.jpg)", ""]
    for entry in conversation.context.entries:
        lines += [f"{entry.k}. {escaped(title(entry))}"]
    for exchange in conversation.exchanges:
        answer = exchange.answer
        lines += ["", f"## {escaped(exchange.question)}", ""]
        lines += [escaped(line) for line in answer.text.splitlines()]
        lines += ["", *(f"- Check: {escaped(finding.message)}" for finding in answer.findings)]
        lines += [f"- Answered by the {escaped(answer.generator)}. {escaped(answer.note)}"]
    return "\n".join(lines) + "\n"
