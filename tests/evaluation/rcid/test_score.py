"""RCIDScore behaves: each kind of fault lowers the figure that is about it, and no other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evaluation.rcid.claims import Claim, claims_of
from evaluation.rcid.corruptions import Corruption, corrupted, described, faithful
from evaluation.rcid.judge import WordJudge
from evaluation.rcid.run import corruption_means, read_descriptions, scored, write_descriptions
from evaluation.rcid.score import RcidScore, rcid_score
from generation.context import Context
from generation.extractive.reader import Reader
from generation.generator import GenerationError
from generation.request import Request
from tests.evaluation.bench.handmade import Changed, handmade
from tests.generation.contexts import ada, bob, person, photo

EVE = person("Eve Stone", "EVE, a pilot; born in Reno, Nev., March 3, 1950; mayor of Reno, 1990-1998; judge")
CONTEXT = photo(ada, None, bob, EVE)


def score(text: str, context: Context = CONTEXT) -> RcidScore:
    return rcid_score(text, context, WordJudge())


def of(corruption: Corruption) -> RcidScore:
    return score(described(corrupted(faithful(CONTEXT), corruption, random.Random(2))))


def figures(scored: RcidScore) -> tuple[float | None, float | None, float | None]:
    return scored.coverage, scored.accuracy, scored.consistency


def test_a_faithful_description_is_true_and_tied_to_the_right_ones() -> None:
    whole = of(Corruption.NONE)
    assert (whole.entries, whole.accuracy, whole.consistency) == (1.0, 1.0, 1.0)
    assert 0.5 < (whole.facts or 0) <= 1.0


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_sentences_changes_nothing(seed: int) -> None:
    told = corrupted(faithful(CONTEXT), Corruption.SHUFFLED, random.Random(seed))
    assert figures(score(described(told))) == figures(of(Corruption.NONE))


def test_swapping_the_facts_of_two_people_lowers_consistency_alone() -> None:
    whole, swapped = of(Corruption.NONE), of(Corruption.SWAPPED)
    assert figures(swapped)[:2] == figures(whole)[:2]
    assert (swapped.consistency or 0) < 0.5


def test_leaving_an_entry_out_lowers_coverage_alone() -> None:
    whole, dropped = of(Corruption.NONE), of(Corruption.DROPPED)
    assert figures(dropped)[1:] == figures(whole)[1:]
    assert dropped.entries == pytest.approx(2 / 3)
    assert (dropped.facts or 0) < (whole.facts or 0)


def test_inventing_a_fact_lowers_accuracy_alone() -> None:
    whole, invented = of(Corruption.NONE), of(Corruption.INVENTED)
    assert (invented.coverage, invented.consistency) == (whole.coverage, whole.consistency)
    assert (invented.accuracy or 0) < 1.0


@pytest.mark.parametrize("corruption", [Corruption.OFF_BY_ONE, Corruption.MISPLACED])
def test_wrong_citations_and_wrong_places_lower_consistency_alone(corruption: Corruption) -> None:
    whole, broken = of(Corruption.NONE), of(corruption)
    assert figures(broken)[:2] == figures(whole)[:2]
    assert (broken.consistency or 0) < 0.5
    assert (broken.total or 0) < (whole.total or 0)


def test_the_total_is_the_harmonic_mean() -> None:
    one = RcidScore(1.0, 0.0, 1.0, 0.25, ())
    assert one.coverage == 0.5
    assert one.total == pytest.approx(3 / (2 + 1 + 4))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0.0, None, None)),
        ("Two people stand before a white wall.", (0.0, None, None)),  # only seen
        ("Ada Lovelace [1] smiles.", (0.5, 1.0, 1.0)),  # three entries, one of them named
        ("Ada Lovelace owns a yacht [1].", (0.5, 0.0, None)),
        ("Ada Lovelace was born in 1965.", (None, 1.0, 1.0)),  # without a citation the name ties it
        ("She was born in 1965.", (None, 1.0, 0.0)),  # tied to nobody
        ("Ada Lovelace was born in 1966 [1].", (None, 0.0, None)),
        ("Ada Lovelace was born in 1965 [9].", (None, 1.0, 0.0)),
        ("Eve Stone was born in 1965 [1].", (None, 1.0, 0.0)),  # the name of one, the number of another
        ("On the far right, Ada Lovelace was born in 1965 [1].", (None, 1.0, 0.0)),
    ],
)
def test_edges(text: str, expected: tuple[float | None, float | None, float | None]) -> None:
    found = score(text)
    assert (found.accuracy, found.consistency) == expected[1:]
    if not text or expected[1] is None:
        assert (found.coverage, found.total) == (0.0, 0.0)


def test_without_entries_there_is_nothing_to_score() -> None:
    found = score("A man on a horse.", photo(None))
    assert (found.coverage, found.accuracy, found.total) == (None, None, None)


def test_claims_are_cut_at_citations_and_commas() -> None:
    text = (
        "On the left, Ada Lovelace, a nurse, born in Haleyville [1], sits near Robert O'Neil [2]; he laughs."
    )
    assert claims_of(text, CONTEXT)[:2] == [
        Claim("Ada Lovelace", frozenset({1}), frozenset({1}), frozenset({1})),
        Claim("a nurse", frozenset({1}), frozenset({1}), frozenset({1})),
    ]
    assert [claim.cited for claim in claims_of(text, CONTEXT)] == [{1}, {1}, {1}, {2}, set()]


def test_an_order_is_no_place() -> None:
    claims = claims_of("From left to right: Ada Lovelace, a nurse [1]; Robert O'Neil [2].", CONTEXT)
    assert [claim.placed for claim in claims] == [None] * len(claims)


def test_the_readers_descriptions_are_true(tmp_path: Path) -> None:
    bench = handmade(tmp_path / "bench")
    path = tmp_path / "descriptions.jsonl"
    write_descriptions(bench, Reader(), path)
    found = scored(bench, read_descriptions(path), WordJudge())
    assert [one.error for one in found] == [None, None]
    assert [(one.score.accuracy, one.score.consistency) for one in found if one.score] == [(1.0, 1.0)] * 2


def test_a_description_that_fails_is_an_error_and_is_asked_for_again(tmp_path: Path) -> None:
    class Failing(Changed):
        mended = False

        def request(self, request: Request) -> Request:
            self.asked += 1
            if not self.mended and request.context.entries[0].name == "Cleo Blau":
                raise GenerationError("The server is away.")
            return request

    bench = handmade(tmp_path / "bench")
    path, generator = tmp_path / "descriptions.jsonl", Failing()
    assert write_descriptions(bench, generator, path) == {"p2": "The server is away."}
    found = scored(bench, read_descriptions(path), WordJudge())
    assert [one.error for one in found] == [None, "there is no description"]
    generator.mended, generator.asked = True, 0
    assert write_descriptions(bench, generator, path) == {}
    assert generator.asked == 1
    assert set(read_descriptions(path)) == {"p1", "p2"}


def test_a_run_that_was_killed_while_it_described_goes_on(tmp_path: Path) -> None:
    bench = handmade(tmp_path / "bench")
    path = tmp_path / "descriptions.jsonl"
    write_descriptions(bench, Reader(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])  # in the middle of the last line
    write_descriptions(bench, Reader(), path)
    assert path.read_bytes() == whole


def test_the_table_of_corruptions_has_a_row_for_each(tmp_path: Path) -> None:
    means = corruption_means(handmade(tmp_path / "bench"), WordJudge(), seed=1)
    assert list(means) == list(Corruption)
    assert means[Corruption.NONE]["consistency"] == 1.0 > (means[Corruption.SWAPPED]["consistency"] or 0)
