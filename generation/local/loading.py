"""Loading a model: whole, from safetensors only, without its code, without the network."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from jinja2 import TemplateError
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    AutoProcessor,
    BaseImageProcessor,
    PreTrainedModel,
    ProcessorMixin,
)

from generation.dtype import Dtype
from generation.family import Family
from generation.local.folder import (
    BadModelError,
    checked_folder,
    model_name,
    picture_budget,
)
from generation.local.model import LocalModel
from generation.local.processor import processor_folder
from generation.picture import PictureBudget
from vision.device import Device
from vision.pretrained import FAULTS, NOTHING_ELSE, line, place_for, quietly, weights_fault

_log = logging.getLogger(__name__)
_TURN = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "?"}]}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a model's folder holds, loaded."""

    network: PreTrainedModel
    processor: ProcessorMixin
    name: str
    family: Family
    picture_budget: PictureBudget

    def model(self) -> LocalModel:
        """The model that answers with them."""
        return LocalModel(
            self.network,
            self.processor,
            name=self.name,
            family=self.family,
            picture_budget=self.picture_budget,
        )


def load_model(
    folder: Path,
    *,
    processor: Path | str = "",
    device: Device = Device.AUTO,
    dtype: Dtype = Dtype.AUTO,
) -> LocalModel:
    """The model in a folder, ready to answer; see `load_parts`."""
    return load_parts(folder, processor=processor, device=device, dtype=dtype).model()


def load_parts(
    folder: Path,
    *,
    processor: Path | str = "",
    device: Device = Device.AUTO,
    dtype: Dtype = Dtype.AUTO,
) -> Parts:
    """The network and the processor in a folder.

    `processor` is the folder or id of tokenizer, chat template and picture settings; by default the model's
    own folder, else that of the model which it was tuned from (see `processor_folder`). Raise `BadModelError`
    for a folder that holds no whole model of a known family, and `DeviceUnavailableError` where CUDA is asked
    for and is not there.
    """
    family = checked_folder(folder)
    place = place_for(device, "the language model")
    number = _number(dtype, place)
    _log.info("Loading a %s model on %s as %s", family, place, number)
    with quietly():
        _check_config(folder)
        tools = _processor(processor_folder(folder, folder.parent, str(processor)), family)
        network = _network(folder, place, number)
    size = tools.image_processor.size
    budget = picture_budget(size.shortest_edge, size.longest_edge, family.token_side)
    return Parts(network, tools, model_name(folder), family, budget)


def cuda_ready() -> bool:
    """Whether models can run on a GPU here."""
    return torch.cuda.is_available()


def _number(dtype: Dtype, place: torch.device) -> torch.dtype:
    match dtype:
        case Dtype.FLOAT32:
            return torch.float32
        case Dtype.BFLOAT16:
            return torch.bfloat16
        case Dtype.FLOAT16:
            return torch.float16
        case Dtype.AUTO if place.type == "cpu":
            return torch.float32
        case Dtype.AUTO:
            able = torch.cuda.is_bf16_supported(including_emulation=False)
            return torch.bfloat16 if able else torch.float16


def _attention(place: torch.device, number: torch.dtype) -> str:
    flash = place.type == "cuda" and number is not torch.float32 and find_spec("flash_attn") is not None
    return "flash_attention_2" if flash else "sdpa"


def _check_config(folder: Path) -> None:
    """Raise `BadModelError` for a config.json that describes no model."""
    try:
        AutoConfig.from_pretrained(folder, **NOTHING_ELSE)
    except FAULTS as error:
        raise BadModelError(
            f"config.json of {model_name(folder)} describes no model: {line(error)}."
        ) from error


def _network(folder: Path, place: torch.device, number: torch.dtype) -> PreTrainedModel:
    try:
        network, report = AutoModelForImageTextToText.from_pretrained(
            folder,
            **NOTHING_ELSE,
            use_safetensors=True,
            dtype=number,
            attn_implementation=_attention(place, number),
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are reported, and refused below with all the others
        )
    except FAULTS as error:
        raise BadModelError(f"Cannot load the model in {model_name(folder)}: {line(error)}.") from error
    if fault := weights_fault(report):
        raise BadModelError(f"The weights in {model_name(folder)} are not whole: {fault}. Fetch it anew.")
    return network.to(place).eval()


def _processor(folder: Path, family: Family) -> ProcessorMixin:
    try:
        processor = AutoProcessor.from_pretrained(folder, **NOTHING_ELSE)
    except FAULTS as error:
        raise BadModelError(f"Cannot load the processor in {model_name(folder)}: {line(error)}.") from error
    images = getattr(processor, "image_processor", None)
    if images is None or not processor.chat_template:
        missing = "chat template" if images is not None else "picture settings"
        raise BadModelError(f"The processor in {model_name(folder)} has no {missing}; take another with one.")
    _check_pictures(folder, images, family)
    try:
        processor.apply_chat_template([_TURN], tokenize=False, add_generation_prompt=True)
    except (*FAULTS, TemplateError) as error:
        raise BadModelError(
            f"Cannot use the chat template in {model_name(folder)}: {line(error)}."
        ) from error
    return processor


def _check_pictures(folder: Path, images: BaseImageProcessor, family: Family) -> None:
    """Raise `BadModelError` for picture settings that are not those of a model of this family."""
    size = images.size
    numbers = {
        "patch_size": images.patch_size,
        "merge_size": images.merge_size,
        "shortest_edge": size.shortest_edge,
        "longest_edge": size.longest_edge,
    }
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise BadModelError(
                f"The picture settings in {model_name(folder)} must have a positive whole number as {name}, "
                f"but it is {number!r}; take the processor of this model."
            )
    if images.patch_size * images.merge_size != family.token_side:
        raise BadModelError(
            f"A {family} has visual tokens of {family.token_side} pixels, but the settings in "
            f"{model_name(folder)} make them "
            f"{images.patch_size * images.merge_size}; take the processor of this model."
        )
