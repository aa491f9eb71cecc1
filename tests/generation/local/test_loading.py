from __future__ import annotations

import json
import logging
import shutil
import socket
from pathlib import Path

import pytest
import torch
from transformers.utils import logging as library_logging

from generation.dtype import Dtype
from generation.family import Family, UnknownFamilyError
from generation.generator import Finish
from generation.local.folder import BadModelError, model_name
from generation.local.loading import cuda_ready, load_model
from generation.local.model import LocalModel
from generation.picture import PictureBudget
from generation.sampling import Sampling
from tests.generation.local.chats import chat, written
from tests.generation.local.folders import WEIGHTS, copied, older, reweighted, rewritten, weights
from vision.device import Device, DeviceUnavailableError

SHORT = Sampling(8, temperature=0)
VISION = "visual.blocks.1.mlp.fc1.weight"
PROCESSOR = ("processor_config.json", "chat_template.jinja", "tokenizer.json", "tokenizer_config.json")


@pytest.fixture(scope="module")
def plain(light: Path) -> LocalModel:
    """The light model as it should be."""
    return load_model(light, device=Device.CPU)


class Listener(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def said(model: LocalModel) -> list[float]:
    """What a model makes of a question and a picture; most of its words are not in the small vocabulary."""
    return model.likelihoods(chat(), "ABCDEFGH")


def edited(path: Path, **changes: object) -> None:
    rewritten(path, json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}))


def test_every_vision_weight_comes_from_the_folder(plain: LocalModel, light: Path) -> None:
    saved = {name: tensor for name, tensor in weights(light).items() if name.startswith("visual.")}
    there = {
        name.removeprefix("model."): tensor
        for name, tensor in plain._network.state_dict().items()
        if "visual." in name
    }
    assert len(saved) > 20
    assert saved.keys() == there.keys()
    assert all(torch.equal(tensor, there[name]) for name, tensor in saved.items())


def test_a_missing_vision_weight_is_an_error_that_names_it(folder: Path) -> None:
    tensors = weights(folder)
    del tensors[VISION]
    reweighted(folder, tensors)
    with pytest.raises(BadModelError, match=rf"1 missing \(model\.{VISION}\)"):
        load_model(folder)


def test_a_weight_that_the_model_has_no_place_for_is_an_error(folder: Path) -> None:
    reweighted(folder, {**weights(folder), "visual.blocks.7.norm1.bias": torch.zeros(32)})
    with pytest.raises(BadModelError, match=r"1 not of this model \(.*visual\.blocks\.7\.norm1\.bias\)"):
        load_model(folder)


def test_a_weight_of_another_shape_is_an_error(folder: Path) -> None:
    reweighted(folder, {**weights(folder), VISION: torch.zeros(3, 3)})
    with pytest.raises(BadModelError, match=rf"1 of another shape \(model\.{VISION}\)"):
        load_model(folder)


def test_many_missing_weights_are_counted_and_the_first_are_named(folder: Path) -> None:
    reweighted(folder, {name: w for name, w in weights(folder).items() if not name.startswith("visual.")})
    with pytest.raises(BadModelError, match=r"not whole: \d\d missing \([^,]+, [^,]+, [^,]+, \.\.\.\)"):
        load_model(folder)


def test_an_output_layer_that_is_the_input_layer_may_be_saved_or_left_out(
    folder: Path, plain: LocalModel
) -> None:
    tensors = weights(folder)
    assert "lm_head.weight" not in tensors
    reweighted(folder, {**tensors, "lm_head.weight": tensors["model.embed_tokens.weight"].clone()})
    assert said(load_model(folder)) == pytest.approx(said(plain), abs=1e-4)


def test_an_output_layer_of_its_own_must_be_there(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    text = {**config["text_config"], "tie_word_embeddings": False}
    edited(folder / "config.json", tie_word_embeddings=False, text_config=text)
    with pytest.raises(BadModelError, match=r"1 missing \(lm_head\.weight\)"):
        load_model(folder)


def test_weights_that_can_run_code_are_refused(folder: Path) -> None:
    torch.save(weights(folder), folder / "pytorch_model.bin")
    (folder / WEIGHTS).unlink()
    with pytest.raises(BadModelError, match=r"as \.safetensors, but there is only pytorch_model\.bin"):
        load_model(folder)


def test_weights_that_can_run_code_are_never_read_beside_others(folder: Path, plain: LocalModel) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"not weights at all")
    assert said(load_model(folder)) == pytest.approx(said(plain), abs=1e-4)


def test_weights_that_can_run_code_are_not_read_behind_others_of_an_unknown_name(folder: Path) -> None:
    torch.save(weights(folder), folder / "pytorch_model.bin")
    (folder / WEIGHTS).rename(folder / "other.safetensors")
    with pytest.raises(BadModelError, match="Cannot load the model in copy"):
        load_model(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "processor_config.json"])
def test_a_model_that_needs_its_own_code_is_refused(folder: Path, name: str) -> None:
    edited(folder / name, auto_map={"AutoConfig": "evil.Config"})
    (folder / "evil.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    with pytest.raises(BadModelError, match=rf"needs code of its own \({name}: auto_map\)"):
        load_model(folder)


def test_code_is_refused_in_the_folder_of_the_model_and_in_that_of_the_processor(
    folder: Path, light: Path, tmp_path: Path
) -> None:
    code = {"auto_map": {"AutoProcessor": "evil.Processor"}}
    tools = copied(light, tmp_path / "tools")
    edited(tools / "processor_config.json", **code)
    for name in PROCESSOR:
        (folder / name).unlink()
    with pytest.raises(BadModelError, match=r"tools needs code of its own \(processor_config\.json"):
        load_model(folder, processor=tools)
    edited(folder / "config.json", **code)
    with pytest.raises(BadModelError, match=r"copy needs code of its own \(config\.json"):
        load_model(folder, processor=light)


def test_an_adapter_is_not_taken_for_a_model(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadModelError, match="holds an adapter"):
        load_model(folder)


def test_the_family_is_what_the_config_says_and_not_the_folder(
    light: Path, folder: Path, tmp_path: Path
) -> None:
    misnamed = copied(light, tmp_path / "Qwen3-VL-4B")
    assert load_model(misnamed).family is Family.QWEN2_VL
    edited(folder / "config.json", model_type="llava")
    with pytest.raises(UnknownFamilyError, match="'llava'"):
        load_model(folder)


def test_a_folder_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadModelError, match=r"Cannot read config\.json"):
        load_model(tmp_path)


def test_weights_cut_off_in_the_middle_are_an_error(folder: Path, light: Path) -> None:
    whole = (light / WEIGHTS).read_bytes()
    (folder / WEIGHTS).unlink()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadModelError, match="Cannot load the model in copy"):
        load_model(folder)


def test_a_folder_of_an_older_release_answers_alike(
    folder: Path, qwen2_files: Path, plain: LocalModel
) -> None:
    old = load_model(older(folder, qwen2_files))
    assert old.picture_budget == PictureBudget(256, 1280)
    assert said(old) == pytest.approx(said(plain), abs=1e-4)


def test_a_processor_may_be_in_another_folder(folder: Path, light: Path, plain: LocalModel) -> None:
    for name in PROCESSOR:
        (folder / name).unlink()
    with pytest.raises(BadModelError, match="copy does not hold a tokenizer"):
        load_model(folder)
    assert said(load_model(folder, processor=light)) == pytest.approx(said(plain), abs=1e-4)


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("config.json", {"text_config": {"num_hidden_layers": "two"}}, "no model: .*'num_hidden_layers'"),
        ("config.json", {"text_config": {"num_hidden_layers": 5}}, "no model: .*equal to the number of"),
        ("config.json", {"text_config": [1]}, "no model: .*'text_config'"),
        ("config.json", {"image_token_id": None}, "no model: .*'image_token_id'"),
        ("generation_config.json", {"temperature": "hot"}, "temperature 'hot'; expected a number"),
        ("generation_config.json", {"temperature": -1}, "temperature -1; expected a number from 0 to 100"),
        ("generation_config.json", {"top_p": 5}, "top_p 5; expected a number from 0 to 1"),
        ("generation_config.json", {"eos_token_id": ["end"]}, "expected one token id or a list"),
        (
            "processor_config.json",
            {"image_processor": {"size": {"height": 336, "width": 336}}},
            "shortest_edge",
        ),
        ("processor_config.json", {"image_processor": {"patch_size": None}}, "number as patch_size"),
        ("processor_config.json", {"image_processor": {"merge_size": "2"}}, "number as merge_size"),
    ],
)
def test_a_setting_that_cannot_be_is_blamed_on_its_file(
    folder: Path, name: str, changes: dict[str, object], says: str
) -> None:
    settings = json.loads((folder / name).read_text(encoding="utf-8"))
    for key, change in changes.items():
        inner = settings.get(key)
        settings[key] = (
            {**inner, **change} if isinstance(change, dict) and isinstance(inner, dict) else change
        )
    rewritten(folder / name, json.dumps(settings))
    with pytest.raises(BadModelError, match=says):
        load_model(folder)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("generation_config.json", "{broken", "Cannot read generation_config.json"),
        ("generation_config.json", "[]", "must be a JSON object"),
        ("chat_template.jinja", "{% for %}", "Cannot use the chat template in copy"),
        ("chat_template.jinja", "{{ no.such.thing }}", "Cannot use the chat template in copy"),
        ("chat_template.jinja", "{{ raise_exception('never') }}", "chat template in copy: never"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: Path, name: str, text: str, says: str) -> None:
    rewritten(folder / name, text)
    with pytest.raises(BadModelError, match=says):
        load_model(folder)


def test_the_processor_of_another_family_is_an_error(folder: Path) -> None:
    settings = json.loads((folder / "processor_config.json").read_text(encoding="utf-8"))
    edited(
        folder / "processor_config.json", image_processor={**settings["image_processor"], "patch_size": 16}
    )
    with pytest.raises(BadModelError, match=r"tokens of 28 pixels, but the settings in copy make them 32"):
        load_model(folder)


@pytest.mark.parametrize(
    ("pixels", "budget"),
    [
        ({"min_pixels": 3136, "max_pixels": 12845056}, PictureBudget(256, 1280)),
        ({"size": {"shortest_edge": 3136, "longest_edge": 12845056}}, PictureBudget(256, 1280)),
        ({"min_pixels": 3136, "max_pixels": 512 * 784}, PictureBudget(4, 512)),
        ({"size": {"shortest_edge": 600 * 784, "longest_edge": 1280 * 784}}, PictureBudget(600, 1280)),
    ],
)
def test_pictures_have_the_size_that_the_folder_allows(
    folder: Path, qwen2_files: Path, pixels: dict[str, object], budget: PictureBudget
) -> None:
    old = older(folder, qwen2_files)
    settings = json.loads((old / "preprocessor_config.json").read_text(encoding="utf-8"))
    kept = {name: value for name, value in settings.items() if not name.endswith("_pixels")}
    rewritten(old / "preprocessor_config.json", json.dumps({**kept, **pixels}))
    assert load_model(old).picture_budget == budget


@pytest.mark.skipif(cuda_ready(), reason="a GPU is here")
def test_a_gpu_that_is_not_there_is_an_error_where_it_was_asked_for(light: Path) -> None:
    with pytest.raises(DeviceUnavailableError, match="language model: torch finds no CUDA GPU"):
        load_model(light, device=Device.CUDA)


def test_a_cpu_takes_float32_unless_told_otherwise_and_says_that_it_is_slow(
    plain: LocalModel, light: Path
) -> None:
    assert (plain.device, plain.dtype) == ("cpu", "float32")
    assert "slower than a GPU; bfloat16" in plain.note
    half = load_model(light, device=Device.CPU, dtype=Dtype.BFLOAT16)
    assert half.dtype == "bfloat16"
    assert half.note.endswith("slower than a GPU.")
    assert said(half) == pytest.approx(said(plain), abs=0.5)


def test_nothing_is_asked_of_the_network(light: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    assert written(load_model(light), chat(), SHORT).finish is Finish.LENGTH


def test_loading_and_failing_say_nothing_of_their_own(
    folder: Path, light: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    listener = Listener()
    library_logging.add_handler(listener)
    library_logging.enable_progress_bar()
    reweighted(folder, {**weights(folder), VISION: torch.zeros(3, 3)})
    verbosity = library_logging.get_verbosity()
    load_model(light)
    with pytest.raises(BadModelError):
        load_model(folder)
    library_logging.remove_handler(listener)
    assert (library_logging.get_verbosity(), library_logging.is_progress_bar_enabled()) == (verbosity, True)
    assert listener.heard == []
    assert capfd.readouterr() == ("", "")


def test_a_model_is_called_after_its_folder(light: Path, tmp_path: Path, plain: LocalModel) -> None:
    assert plain.name == light.name
    assert model_name(tmp_path / "org--model--two") == "org/model--two"


def test_pictures_settings_without_a_chat_template_are_an_error(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(BadModelError, match="has no chat template"):
        load_model(folder)


def test_a_copy_of_the_folder_is_enough(light: Path, tmp_path: Path, plain: LocalModel) -> None:
    moved = Path(shutil.copytree(light, tmp_path / "moved"))
    assert said(load_model(moved)) == pytest.approx(said(plain), abs=1e-4)
