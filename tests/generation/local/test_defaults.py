from __future__ import annotations

from pathlib import Path

import pytest
from transformers import GenerationConfig, PreTrainedTokenizerBase

from generation.local.defaults import Defaults
from generation.sampling import GREEDY, Sampling
from tests.tiny import real_tokenizer

# As Qwen2.5-VL's, and what some folders have besides.
OWN = {"do_sample": True, "temperature": 0.01, "top_k": 1, "top_p": 0.8, "repetition_penalty": 1.05}
ODD = {"max_length": 4096, "num_beams": 4, "cache_implementation": "static", "use_cache": False}


@pytest.fixture(scope="module")
def tokenizer(qwen2_files: Path) -> PreTrainedTokenizerBase:
    return real_tokenizer(qwen2_files)


def settings(tokenizer: PreTrainedTokenizerBase, sampling: Sampling, **own: object) -> dict[str, object]:
    config = GenerationConfig(**(own or OWN), **ODD, eos_token_id=[151645, 151643])
    made = Defaults.of(config, tokenizer).under(sampling)
    return {name: getattr(made, name) for name in OWN}


def test_what_is_not_set_is_as_in_the_folder(tokenizer: PreTrainedTokenizerBase) -> None:
    assert settings(tokenizer, Sampling()) == OWN


def test_greedy_takes_nothing_from_the_folder_that_rolls_dice(tokenizer: PreTrainedTokenizerBase) -> None:
    assert settings(tokenizer, GREEDY) == {**dict.fromkeys(OWN), "repetition_penalty": 1.05}


def test_a_temperature_is_not_undone_by_a_folder_that_always_takes_the_first(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    assert settings(tokenizer, Sampling(temperature=0.7)) == {**OWN, "temperature": 0.7, "top_k": 0}
    assert settings(tokenizer, Sampling(top_p=0.5)) == {**OWN, "top_p": 0.5, "top_k": 0}
    assert settings(tokenizer, Sampling(top_p=0.5), do_sample=False)["do_sample"] is True


def test_beams_caches_and_lengths_of_a_folder_are_not_taken(tokenizer: PreTrainedTokenizerBase) -> None:
    made = Defaults.of(GenerationConfig(**ODD), tokenizer).under(Sampling(77))
    assert (made.max_new_tokens, made.max_length, made.num_beams, made.cache_implementation) == (
        77,
        *[None] * 3,
    )


@pytest.mark.parametrize(
    ("told", "ends"),
    [([151645, 151643], (151645, 151643)), (151643, (151643, 151645)), (None, (151645,)), (7, (7, 151645))],
)
def test_an_answer_ends_where_the_folder_says_and_at_the_end_of_a_turn(
    tokenizer: PreTrainedTokenizerBase, told: object, ends: tuple[int, ...]
) -> None:
    assert Defaults.of(GenerationConfig(eos_token_id=told), tokenizer).ends == ends
