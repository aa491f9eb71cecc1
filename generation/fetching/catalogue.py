"""Language models that can be fetched: where weights and processor come from, and under which licence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation.local.finding import folder_name

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
UNKNOWN_LICENCE = "licence not known here, see its page"
_APACHE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class LanguageCard:
    """A language model on the hub; its processor may be published in a second repository."""

    name: str
    repository: str  # organisation/name
    processor: str  # the same, or another repository
    gigabytes: float | None  # of 10^9 bytes, about; None where it is not known
    licence: str
    commercial: bool = False  # whether the licence is known to allow commercial use

    @property
    def folder(self) -> str:
        """What the folder of this model is called, below the root of all of them."""
        return folder_name(self.repository)


QWEN2 = "Qwen/Qwen2-VL-2B-Instruct"
# RC-MLLM publishes weights without a processor, and its example takes that of the 2B model for both sizes.
CATALOGUE = (
    LanguageCard("rc-qwen2-vl-2b", "weihongliang/RC-Qwen2VL-2b", QWEN2, 4.4, UNKNOWN_LICENCE),
    LanguageCard("rc-qwen2-vl-7b", "weihongliang/RC-Qwen2VL-7b", QWEN2, 16.6, UNKNOWN_LICENCE),
    LanguageCard("qwen2-vl-2b", QWEN2, QWEN2, 4.4, _APACHE, commercial=True),
    LanguageCard(
        "qwen2-vl-7b",
        "Qwen/Qwen2-VL-7B-Instruct",
        "Qwen/Qwen2-VL-7B-Instruct",
        16.6,
        _APACHE,
        commercial=True,
    ),
    LanguageCard(
        "qwen2.5-vl-3b",
        "Qwen/Qwen2.5-VL-3B-Instruct",
        "Qwen/Qwen2.5-VL-3B-Instruct",
        7.5,
        "Qwen Research, non-commercial only",
    ),
    LanguageCard(
        "qwen3-vl-2b", "Qwen/Qwen3-VL-2B-Instruct", "Qwen/Qwen3-VL-2B-Instruct", 4.3, _APACHE, commercial=True
    ),
)


def language_card(name: str) -> LanguageCard | None:
    """The card of a model by its short name or hub id, however they are capitalised.

    Any other `organisation/name` gets a card of its own: whether it can be used is seen from its config.

    >>> language_card("weihongliang/rc-qwen2vl-2B").processor
    'Qwen/Qwen2-VL-2B-Instruct'
    >>> language_card("buffalo_l") is None
    True
    """
    for card in CATALOGUE:
        if name.lower() in (card.name, card.repository.lower()):
            return card
    if _ID.fullmatch(name) and ".." not in name:
        return LanguageCard(name, name, name, None, UNKNOWN_LICENCE)
    return None
