"""How much memory a recipe takes, before it starts: a count, not a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedConfig

from training.tuning.recipe import Recipe

_GIB = 1024**3
_ADAM = 8  # bytes of its two moments, in float32
# Values that one layer keeps for one token, in widths of the model, where nothing is computed twice: inputs
# and outputs of attention and of the gated feed-forward part.
_KEPT_PER_LAYER = 18
_LOGITS = 3 * 4  # bytes for each learnt token and word: logits in float32, their softmax, their gradient
_SPARE = 1.15  # fragments, buffers, the context of CUDA


@dataclass(frozen=True, slots=True)
class Length:
    """How long a sequence is, in tokens."""

    tokens: int  # its picture's included
    learnt: int  # those of its answers: only there words are weighed


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a run takes on one device."""

    weights: float
    gradients: float
    optimizer: float
    passes: float  # activations of one pass, and the logits

    @property
    def total(self) -> float:
        """All of it with something to spare, in GiB."""
        return _SPARE * (self.weights + self.gradients + self.optimizer + self.passes) / _GIB

    def __str__(self) -> str:
        parts = {
            "weights": self.weights,
            "gradients": self.gradients,
            "optimizer": self.optimizer,
            "a pass": self.passes,
        }
        told = ", ".join(f"{name} {size / _GIB:.1f}" for name, size in parts.items())
        return f"about {self.total:.1f} GiB ({told}, and 15 % to spare)"


def estimated(network: nn.Module, config: PreTrainedConfig, recipe: Recipe, longest: Length) -> Memory:
    """What training `network` takes; `longest` is the longest sequence."""
    weights = sum(one.numel() * one.element_size() for one in network.parameters())
    changed = [one for one in network.parameters() if one.requires_grad]
    gradients = sum(one.numel() * one.element_size() for one in changed)
    text = config.get_text_config()
    number = torch.bfloat16.itemsize if recipe.bfloat16 else torch.float32.itemsize
    rows = recipe.batch * longest.tokens
    layer = rows * text.hidden_size * number * _KEPT_PER_LAYER
    layer += rows * text.intermediate_size * number * 3
    layers = text.num_hidden_layers
    kept = layer + layers * rows * text.hidden_size * number if recipe.checkpointing else layers * layer
    logits = recipe.batch * longest.learnt * text.vocab_size * _LOGITS
    return Memory(weights, gradients, _ADAM * sum(one.numel() for one in changed), kept + logits)
