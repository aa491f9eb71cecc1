"""Biographies cut to what a prompt holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.entity import Entity
from generation.budget import TextBudget, estimated_tokens, fitted, told_whole
from generation.neutral import neutralise
from tests.generation.contexts import ADA_BIOGRAPHY, person, photo

PAINTS = "She was born in Lyon. She studied law. She paints in oil! She lives in Rome. She has two dogs."


def words(text: str) -> int:
    """A count that can be made by hand: an ellipsis is a word too."""
    return len(text.split())


def told(biographies: Sequence[str], tokens: int, question: str = "Describe the image.") -> list[str]:
    """What is left of biographies under a budget of words."""
    return list(fitted(photo(*people(biographies)).entries, question, tokens, words).values())


def people(biographies: Sequence[str]) -> list[Entity]:
    return [person(f"Person {place}", text) for place, text in enumerate(biographies)]


class Meaning:
    """Embeddings in which only texts with a given word are like a question."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.calls: list[int] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.calls.append(len(texts))
        return [[1.0, 0.0] if self.word in text else [0.0, 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0, 0.1]


@pytest.mark.parametrize("text", ["", PAINTS, ADA_BIOGRAPHY, "one\ntwo; three", "[2]: Eve; <|im_end|>"])
def test_what_fits_is_told_whole_and_neutral(text: str) -> None:
    assert told([text], 200) == [neutralise(text)]


def test_ten_thousand_characters_are_whole_where_the_budget_allows() -> None:
    text = "; ".join(f"fact {number} of many" for number in range(600))
    assert len(text) > 10_000
    assert told([text], 2400) == [text]
    assert told_whole(text) == text


def test_no_entries_have_no_biographies() -> None:
    assert fitted((), "Who?", 10, words) == {}


@pytest.mark.parametrize(
    ("tokens", "question", "expected"),
    [
        (1, "Describe the image.", "She was born in Lyon …"),
        (12, "Describe the image.", "She was born in Lyon. She studied law …"),
        (12, "What did she study?", "She was born in Lyon. She studied law …"),
        (12, "Where does she live now?", "She was born in Lyon … She lives in Rome …"),
        (12, "Does she have dogs?", "She was born in Lyon … She has two dogs"),
        (
            16,
            "Does she paint or live in Rome?",
            "She was born in Lyon … She paints in oil! She lives in Rome …",
        ),
    ],
)
def test_the_first_passage_stays_and_then_those_of_the_question(
    tokens: int, question: str, expected: str
) -> None:
    assert told([PAINTS], tokens, question) == [expected]


def test_neighbours_read_as_in_the_biography() -> None:
    text = "one of them; two;three\nfour. Five? Six"
    (cut,) = told([f"{text}; {'rest ' * 50}"], 16)
    assert cut == "one of them; two;three; four. Five? Six …"


def test_a_shortened_passage_has_one_ellipsis() -> None:
    (cut,) = told(["word " * 1000 + ". Then more. " + "And more. " * 100], 130)
    assert cut.count("…") == 2
    assert "… …" not in cut
    assert "word… Then more. And more" in cut


def test_entries_share_the_budget_and_leave_what_they_do_not_need() -> None:
    long = "; ".join(f"fact {number}" for number in range(100))
    short, first, second = told(["He paints", long, long], 102)
    assert short == "He paints"
    assert 40 < words(first) <= 50
    assert 40 < words(second) <= 100 - words(first)
    (alone,) = told([long], 102)
    assert words(alone) > 90


def test_what_the_cut_of_one_leaves_goes_to_the_next() -> None:
    lump = f"He paints; {'word ' * 40}end; {'word ' * 40}end"
    fine = "; ".join(f"fact {number}" for number in range(90))
    first, second = told([lump, fine], 120)
    assert words(first) == 44  # the third passage did not fit
    assert 60 < words(second) <= 76


def test_what_the_cut_of_one_leaves_can_hold_all_of_the_next() -> None:
    lump = f"He paints; {'word ' * 40}end; {'word ' * 40}end"
    tall = "; ".join(f"fact {number}" for number in range(43))
    assert told([lump, tall], 132) == [f"He paints; {'word ' * 40}end …", tall]


def test_joining_that_costs_more_than_its_parts_costs_passages() -> None:
    def costly(text: str) -> int:
        return words(text) + 3 * text.count("; ")

    entries = photo(person("Ann", "; ".join(f"fact {number}" for number in range(50)))).entries
    (cut,) = fitted(entries, "Describe the image.", 21, costly).values()
    assert cut == "fact 0; fact 1; fact 2; fact 3 …"
    assert costly(cut) <= 21


def test_a_first_passage_over_its_share_takes_from_those_after_it() -> None:
    first, second = told(["word " * 30 + "; end; " * 9, "; ".join(["fact"] * 60)], 40)
    assert first.startswith("word word")
    assert words(first) + words(second) <= 40


def test_a_biography_without_a_word_has_nothing_to_tell() -> None:
    assert told(["! " * 50], 10) == [""]


def test_what_stands_behind_fifty_thousand_characters_is_marked_as_left_out() -> None:
    text = "fact; " * 10_000
    assert told_whole(text).endswith("fact; fact…")
    assert len(told_whole(text)) < 50_010


biographies = st.lists(
    st.text(st.sampled_from("ab. ;!?()…[]:1\u0301\u3002"), max_size=80)
    | st.lists(st.sampled_from(["born in Lyon", "law", "Then he left.", "x" * 30, "He "]), max_size=30).map(
        "; ".join
    ),
    min_size=1,
    max_size=4,
)


@given(biographies, st.integers(1, 120), st.sampled_from(["Who?", "When was he born?", "law"]))
def test_the_sum_holds_unless_first_passages_alone_are_longer(
    texts: list[str], tokens: int, question: str
) -> None:
    entries = photo(*people(texts)).entries
    least = fitted(entries, question, 1, estimated_tokens)
    cut = fitted(entries, question, tokens, estimated_tokens)
    used = sum(estimated_tokens(text) for text in cut.values())
    assert used <= tokens or any(estimated_tokens(text) > tokens // len(texts) for text in least.values())
    for k, text in cut.items():
        assert not set(text) & set("[]")
        assert least[k].removesuffix("…").rstrip() in text


def test_counting_is_asked_for_little() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return estimated_tokens(text)

    entries = photo(person("Ann", "She was born in Lyon in 1950. " * 40_000)).entries
    (cut,) = fitted(entries, "When was she born?", 300, count).values()
    assert estimated_tokens(cut) <= 300
    assert len(counted) < 60
    assert sum(map(len, counted)) < 60_000


def test_meaning_finds_what_words_do_not() -> None:
    text = "born in Lyon; " + "; ".join(f"thing {number}" for number in range(50)) + "; adores canines"
    entries = photo(person("Ann", text), person("Bob", text.replace("Lyon", "Rome")), person("Cy")).entries
    meaning = Meaning("canines")
    by_words = fitted(entries, "Is she fond of dogs?", 40, words)
    by_meaning = fitted(entries, "Is she fond of dogs?", 40, words, embeddings=meaning)
    assert not any("canines" in text for text in by_words.values())
    assert [by_meaning[k].endswith("canines") for k in (1, 2)] == [True, True]
    assert meaning.calls == [104]  # all passages at once


def test_words_and_meaning_are_both_heard() -> None:
    class Ordered(Meaning):
        """The text with the word is most like a question, the one about law least."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[1.0, 0.1 if self.word in text else 1.0 + text.count("law")] for text in texts]

    filler = "; ".join(f"thing {number}" for number in range(50))
    entries = photo(person("Ann", f"born in Lyon; {filler}; studied law; adores canines")).entries
    (cut,) = fitted(entries, "What law did she study?", 9, words, embeddings=Ordered("canines")).values()
    assert cut == "born in Lyon … studied law; adores canines"


def test_a_passage_with_evidence_comes_before_one_with_more_of_the_words() -> None:
    text = f"born in Lyon; law, LL.B., LL.M., J.D.; law at Harvard; {'rest; ' * 30}"
    assert told([text], 8, "Which law school at Harvard?") == ["born in Lyon … law at Harvard …"]


def test_a_passage_that_is_about_something_else_counts_for_nothing() -> None:
    text = f"born in Lyon; {'rest; ' * 30}elected to the United States Senate"
    (cut,) = told([text], 12, "Was she in the state senate?")
    assert cut.startswith("born in Lyon; rest; rest; rest")


def test_nothing_is_embedded_where_everything_fits() -> None:
    meaning = Meaning("dogs")
    entries = photo(person("Ann", PAINTS), person("Bob", "He sings.")).entries
    fitted(entries, "Who?", 23, words, embeddings=meaning)
    assert meaning.calls == []


def test_embeddings_of_another_number_are_an_error() -> None:
    class Short(Meaning):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return super().embed_documents(texts)[1:]

    with pytest.raises(ValueError, match=r"Expected embeddings of shape \(5, 2\).*got \(4, 2\)"):
        fitted(photo(person("Ann", PAINTS)).entries, "Who?", 9, words, embeddings=Short("x"))


@pytest.mark.parametrize(("biographies", "history"), [(0, 1), (1, -1)])
def test_a_budget_of_nothing_is_an_error(biographies: int, history: int) -> None:
    with pytest.raises(ValueError, match="Expected tokens"):
        TextBudget(biographies, history)


def test_making_a_prompt_needs_no_model_library() -> None:
    heavy = "{'torch', 'transformers', 'openai', 'langchain_core', 'langchain_openai', 'bm25s'}"
    code = f"import sys; import generation.prompter; print({heavy} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
