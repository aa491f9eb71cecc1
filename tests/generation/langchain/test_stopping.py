"""Stop words."""

from __future__ import annotations

from collections.abc import Generator as Writer
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.generator import Finish
from generation.langchain.stopping import until


def pieces(texts: Sequence[str]) -> Writer[str, None, Finish]:
    yield from texts
    return Finish.LENGTH


def read(texts: Sequence[str], stops: Sequence[str]) -> tuple[list[str], Finish]:
    written, stream = [], until(pieces(texts), stops)
    while True:
        try:
            written.append(next(stream))
        except StopIteration as end:
            return written, end.value


def test_without_stop_words_every_piece_passes_at_once() -> None:
    assert read(["Ann", " is", " here"], ()) == (["Ann", " is", " here"], Finish.LENGTH)


def test_an_answer_ends_before_a_stop_word_that_comes_in_parts() -> None:
    assert read(["Ann.\n", "Ques", "tion: no"], ["\nQuestion:"]) == (["Ann."], Finish.END)


def test_the_beginning_of_a_stop_word_is_only_held_back() -> None:
    assert read(["a S", "T", "art", " S"], ["STOP"]) == (["a ", "STart", " ", "S"], Finish.LENGTH)


def test_an_empty_stop_word_is_refused() -> None:
    with pytest.raises(ValueError, match="stop word must not be empty"):
        read(["a"], [""])


@given(
    st.lists(st.text("ab", max_size=4), max_size=6),
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=2),
)
def test_no_stop_word_is_ever_written_and_nothing_else_is_lost(texts: list[str], stops: list[str]) -> None:
    whole = "".join(texts)
    written, finish = read(texts, stops)
    text = "".join(written)
    assert whole.startswith(text)
    assert not any(stop in text for stop in stops)
    assert (text == whole) == (finish is Finish.LENGTH)
