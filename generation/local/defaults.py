"""How a model picks its words: the settings of an answer over those of the model's own folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transformers import GenerationConfig, PreTrainedTokenizerBase

from generation.local.chat import END_OF_TURN
from generation.sampling import Sampling

# What is taken over from a folder. The rest (beams, caches, lengths) is decided here.
_TAKEN = ("do_sample", "temperature", "top_p", "top_k", "min_p", "repetition_penalty")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a model's own generation_config.json says, and where its answers end."""

    values: Mapping[str, object]
    ends: tuple[int, ...]  # ids of the tokens that end a turn
    padding: int  # id of the token that fills up shorter prompts

    @classmethod
    def of(cls, config: GenerationConfig, tokenizer: PreTrainedTokenizerBase) -> Defaults:
        """The defaults of a model with its generation_config and its tokenizer."""
        told = config.eos_token_id
        own = [told] if isinstance(told, int) else list(told or ())
        found = [
            *own,
            tokenizer.eos_token_id,
            tokenizer.get_vocab().get(END_OF_TURN),
        ]  # also where a folder's own list forgot it
        ends = tuple(dict.fromkeys(id_ for id_ in found if id_ is not None))
        values = {name: getattr(config, name, None) for name in _TAKEN}
        if values["temperature"] == 0:  # the library itself stumbles over it
            values |= {"temperature": None, "do_sample": False}
        padding = ends[0] if tokenizer.pad_token_id is None else tokenizer.pad_token_id
        return cls({name: value for name, value in values.items() if value is not None}, ends, padding)

    def under(self, sampling: Sampling) -> GenerationConfig:
        """The settings of one call of `generate`: the caller's where given, else the folder's.

        Where the caller sets temperature or top_p, the folder's top_k goes: Qwen2-VL's is 1, with which
        neither would change anything.
        """
        values = dict(self.values)
        if sampling.temperature == 0:
            values = {name: value for name, value in values.items() if name == "repetition_penalty"}
        elif sampling.temperature is not None or sampling.top_p is not None:
            asked = {"temperature": sampling.temperature, "top_p": sampling.top_p}
            values |= {name: value for name, value in asked.items() if value is not None}
            values |= {"do_sample": True, "top_k": 0}
        return GenerationConfig(
            **values,
            max_new_tokens=sampling.max_new_tokens,
            eos_token_id=list(self.ends),
            pad_token_id=self.padding,
        )
