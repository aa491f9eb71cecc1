"""Whether a question is in English, the only language that the reader understands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from generation.folding import folded, word_set
from generation.terms import STOP_WORDS

# The commonest short words of questions in other languages; English words and names are left out.
_OTHER = word_set(
    """
    wer wie wo wann warum welche welcher welches wem wen ist sind das der er sie ihr ihre sein seine
    haben wurde wird und nicht ein eine einen uber mir bitte auf foto bild heisst
    qui que quel quelle quels quelles quand pourquoi combien est sont cette cet ces il sur dans avec moi
    quien quienes donde cuando cual cuales cuantos estos nacio
    cosa quando quale quali perche questa questo nato nata sono
    quem onde qual quais nasceu essa esse
    waar wanneer welke het deze dit een zijn haar geboren gdzie kiedy vem det
    """
)
# The same in both: they speak for neither.
_BOTH = word_set("a an as at do does die hat in is me no on or so was will he")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = range(0x250)


def is_english(question: str, names: Iterable[str]) -> bool:
    """Whether more speaks for English than against it; the words of `names` do not count.

    >>> is_english("Wo wurde Ann geboren?", ["Ann"]), is_english("Ann?", ["Ann"])
    (False, True)
    """
    own = set(_words(" ".join(names)))
    words = [word for word in _words(question) if word not in own | _BOTH]
    if not words:
        return True
    foreign = sum(word in _OTHER or not _is_latin(word) for word in words) + question.count("\u00bf")
    return foreign <= sum(word in STOP_WORDS for word in words)


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def _is_latin(word: str) -> bool:
    return all(ord(letter) in _LATIN for letter in word)
