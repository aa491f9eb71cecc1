from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.local.pieces import Decode, Pieces
from tests.tiny import real_tokenizer

TEXT = (
    "Zo\u00eb saw \U0001f3f3\ufe0f\u200d\U0001f308 and \u6f22\u5b57, \U0001d49c, \u0b95\u0bcd\u0bb7, \u1e9e."
)
_decoders: list[Decode] = []  # hypothesis calls a test many times, fixtures only once


@pytest.fixture(scope="module", autouse=True)
def tokens(qwen2_files: Path) -> list[int]:
    tokenizer = real_tokenizer(qwen2_files)
    _decoders.append(lambda ids: str(tokenizer.decode(ids, skip_special_tokens=True)))
    return list(tokenizer.encode(TEXT))


def pieces_of(tokens: list[int]) -> list[str]:
    pieces = Pieces(_decoders[0])
    return [*(pieces.add(token) for token in tokens), pieces.rest()]


def test_no_piece_holds_a_part_of_a_character(tokens: list[int]) -> None:
    assert any("\ufffd" in _decoders[0]([token]) for token in tokens)  # else this would prove nothing
    pieces = pieces_of(tokens)
    assert "".join(pieces) == TEXT
    assert not any("\ufffd" in piece for piece in pieces)


def test_a_character_that_is_never_completed_comes_with_the_end(tokens: list[int]) -> None:
    cut = next(place for place, token in enumerate(tokens) if "\ufffd" in _decoders[0]([token]))
    pieces = pieces_of(tokens[: cut + 1])
    assert pieces[-1].endswith("\ufffd")
    assert "".join(pieces) == _decoders[0](tokens[: cut + 1])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 151679) | st.integers(100, 260), max_size=12))
def test_the_pieces_of_any_tokens_join_to_their_text(ids: list[int]) -> None:
    assert "".join(pieces_of(ids)) == _decoders[0](ids)
