"""Which weights of a network are changed: parts frozen or not, LoRA beside them, and both merged."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass

from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import PreTrainedModel

from training.tuning.recipe import Method, Part, Recipe
from vision.errors import UserError


def part_of(name: str) -> Part:
    """The part that a weight or a layer belongs to, by its name in transformers.

    >>> part_of("model.visual.merger.mlp.0.weight").value
    'projector'
    """
    if "visual." not in name:
        return Part.LANGUAGE
    return Part.PROJECTOR if "merger" in name else Part.VISION


def prepared(network: PreTrainedModel, recipe: Recipe) -> PreTrainedModel | PeftModel:
    """The network as it is trained: everything frozen but what the recipe names."""
    match recipe.method:
        case Method.FULL:
            _freeze(network, recipe.tuned)
            return network
        case Method.LORA:
            return _with_lora(network, recipe)


def take_vision(network: PreTrainedModel, other: PreTrainedModel) -> None:
    """Put the vision tower and the projector of another network in the place of a network's own.

    Raise `UserError` where they are of another shape.
    """
    mine, taken = _seeing(network), _seeing(other)
    shapes = {name: weight.shape for name, weight in mine.items()}
    if shapes != {name: weight.shape for name, weight in taken.items()}:
        raise UserError("Expected vision_from of the base's own shape, but its vision tower is another.")
    network.load_state_dict(taken, strict=False)


@dataclass(frozen=True, slots=True, eq=False)
class Upper:
    """Layers of the language that take no part for a time."""

    layers: tuple[nn.Module, ...]
    types: tuple[str, ...]  # of attention, one for each; none where a family has one type only


def taken_off(network: PreTrainedModel, layers: int) -> Upper:
    """Take off all layers of the language but the first so many, and return them; 0 takes none.

    What is left is a whole network, which can be saved and asked. Raise `UserError` where there are fewer.
    """
    config, there = network.config.get_text_config(), network.model.language_model.layers
    if layers > len(there):
        raise UserError(f"Expected layers of at most {len(there)}, as the base has, but got {layers}.")
    left = layers or len(there)
    types = getattr(config, "layer_types", None) or []
    _relayer(network, list(there[:left]), types[:left])
    return Upper(tuple(there[left:]), tuple(types[left:]))


def put_back(network: PreTrainedModel, upper: Upper) -> None:
    """Put the layers that were taken off where they were."""
    types = getattr(network.config.get_text_config(), "layer_types", None) or []
    _relayer(network, [*network.model.language_model.layers, *upper.layers], [*types, *upper.types])


def _relayer(network: PreTrainedModel, layers: list[nn.Module], types: list[str]) -> None:
    config = network.config.get_text_config()
    if types:
        config.layer_types = types
    config.num_hidden_layers = len(layers)
    network.model.language_model.layers = nn.ModuleList(layers)


def _seeing(network: PreTrainedModel) -> dict[str, Tensor]:
    weights = network.state_dict().items()
    return {name: weight for name, weight in weights if part_of(name) is not Part.LANGUAGE}


def merged(network: PreTrainedModel | PeftModel) -> PreTrainedModel:
    """The network without anything beside its weights; what LoRA learnt is added to them."""
    if isinstance(network, PeftModel):
        whole: PreTrainedModel = network.merge_and_unload()
        return whole
    return network


def trained(network: nn.Module) -> int:
    """How many weights are changed."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def _freeze(network: PreTrainedModel, tuned: Collection[Part]) -> None:
    for name, weight in network.named_parameters():
        weight.requires_grad_(part_of(name) in tuned)
    if not trained(network):
        raise UserError(f"No weight belongs to {', '.join(tuned)}; expected parts of {', '.join(Part)}.")


def _with_lora(network: PreTrainedModel, recipe: Recipe) -> PeftModel:
    head = network.get_output_embeddings()
    layers = [
        name
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear) and layer is not head and part_of(name) in recipe.tuned
    ]
    if not layers:
        raise UserError(
            f"No layer belongs to {', '.join(recipe.tuned)}; expected parts of {', '.join(Part)}."
        )
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=layers,
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        # PEFT 0.21 asks transformers 5.23 by the old name; nobody here can change that.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(network, config)
