"""Tuning: what is changed and what is not, going on after a stop, and a model that answers as any other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from generation.context import Context
from generation.conversation import Conversation
from generation.given import Given
from generation.local.generator import open_local
from generation.local.loading import load_parts
from generation.sampling import Sampling
from tests.generation.local.folders import copied, lightened, save_qwen2_5, save_qwen3
from training.dataset.folder import BrokenRecordError, Split, read_records
from training.tuning.nano import save_nano
from training.tuning.recipe import Method, Part, Recipe
from training.tuning.run import Place, Progress, Run, prepare
from training.tuning.weights import merged, part_of, prepared, trained
from vision.box import Box
from vision.device import Device
from vision.errors import UserError
from vision.photo import Photo

Told = list[tuple[int, float]]


def recipe_of(nano: Path, **changes: object) -> Recipe:
    """A recipe of few small steps."""
    settings = {"base": str(nano), "method": "full", "tuned": list(Part), "learning_rate": 3e-3, "batch": 4,
                "steps": 6, "save_every": 3, "bfloat16": False, "checkpointing": False, "measured": 2,
                "answer": 4, "rank": 4, "alpha": 64, "dropout": 0.0}  # fmt: skip
    return Recipe.of({**settings, **changes}, "test")


def run_of(
    recipe: Recipe, data: Path, out: Path, loss: Callable[[int, int, float], None] | None = None
) -> Run:
    """A run that is ready, which tells the loss of every step."""
    out.mkdir(exist_ok=True)
    return prepare(recipe, Place(data, out, out), Progress(loss=loss or (lambda *_: None), log_every=1))


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a model's folder."""
    return load_file(folder / "model.safetensors")


@pytest.mark.parametrize("method", Method)
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(
    nano: Path, drawn: Path, tmp_path: Path, method: Method
) -> None:
    recipe = recipe_of(nano, method=method.value, dropout=0.1, together=3)
    straight: Told = []
    told: Told = []
    run_of(recipe, drawn, tmp_path / "one", lambda s, _, loss: straight.append((s, loss))).start()

    def stop_at_five(step: int, _: int, loss: float) -> None:
        told.append((step, loss))
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_of(recipe, drawn, tmp_path / "two", stop_at_five).start()
    again: Told = []
    run_of(recipe, drawn, tmp_path / "two", lambda s, _, loss: again.append((s, loss))).start(resume=True)
    assert [step for step, _ in straight] == [1, 2, 3, 4, 5, 6]
    assert told == straight[:5]
    assert again == straight[3:]
    one, two = weights(tmp_path / "one/model"), weights(tmp_path / "two/model")
    assert all(torch.equal(one[name], two[name]) for name in one)
    curve = json.loads((tmp_path / "two/loss.json").read_text(encoding="utf-8"))
    assert [(point["step"], point["loss"]) for point in curve] == straight
    assert straight[-1][1] < straight[0][1]  # and it learns


def test_a_photo_cut_off_in_the_middle_of_an_epoch_stops_the_run_which_goes_on_once_it_is_mended(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(drawn, tmp_path / "set")
    recipe = recipe_of(nano, save_every=2)

    def cut_behind_two(step: int, _: int, __: float) -> None:
        if step == 2:
            for image in data.glob("train/*/*.png"):
                image.write_bytes(image.read_bytes()[:200])

    with pytest.raises(BrokenRecordError, match=r"train/00000/metadata.jsonl, line \d+: train-.*damaged"):
        run_of(recipe, data, tmp_path / "out", cut_behind_two).start()
    shutil.rmtree(data)
    shutil.copytree(drawn, data)
    told: list[int] = []
    run_of(recipe, data, tmp_path / "out", lambda step, _, __: told.append(step)).start(resume=True)
    assert told == [3, 4, 5, 6]


def test_a_record_that_cannot_be_read_stops_before_anything_is_loaded(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(drawn, tmp_path / "set")
    table = next(data.glob("train/*/metadata.jsonl"))
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines[:3], lines[3].replace('"task": ', '"tusk": ')]), encoding="utf-8")
    with pytest.raises(BrokenRecordError, match="line 4: expected a field 'task', but it is missing"):
        run_of(recipe_of(nano), data, tmp_path / "out")


def test_lora_merged_into_the_weights_says_what_it_said_beside_them(nano: Path, drawn: Path) -> None:
    parts = load_parts(nano, device=Device.CPU)
    network = prepared(parts.network, recipe_of(nano, method="lora"))
    torch.manual_seed(1)
    for name, weight in network.named_parameters():
        if "lora_B" in name:  # zero at first: then merging would prove nothing
            torch.nn.init.normal_(weight, std=0.1)
    ids = torch.tensor(
        [parts.processor.tokenizer.encode("The woman lives in Sedabrook. Where does she live?")]
    )
    network.eval()
    with torch.no_grad():
        before = network(input_ids=ids).logits
        network.disable_adapter_layers()
        bare = network(input_ids=ids).logits
        network.enable_adapter_layers()
        after = merged(network)(input_ids=ids).logits
    assert (before - bare).abs().max() > 0.1
    assert torch.allclose(before, after, atol=1e-4)


def test_a_lora_run_leaves_an_adapter_and_a_merged_model_that_answers(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    run = run_of(recipe_of(nano, method="lora", tuned=["language"]), drawn, tmp_path / "out")
    folder = run.start()
    assert (tmp_path / "out/adapter/adapter_model.safetensors").is_file()
    old, new = weights(nano), weights(folder)
    assert old.keys() == new.keys()
    changed = {part_of(name) for name in old if not torch.equal(old[name], new[name])}
    assert changed == {Part.LANGUAGE}
    generator = open_local(folder, device=Device.CPU, sampling=Sampling(max_new_tokens=4))
    photo = Photo.open(next(read_records(drawn, Split.TRAIN)).image)
    context = Context.of(photo, [], given=[Given(Box(2, 2, 30, 50), "dog", "Bella", "Likes tea.")])
    answer = Conversation(photo, context, generator).ask("What does the dog like?")
    assert answer.generator == "local"
    assert "<|box_start|>" in answer.sent


@pytest.mark.parametrize("part", Part)
def test_only_the_parts_of_the_recipe_are_changed(
    nano: Path, drawn: Path, tmp_path: Path, part: Part
) -> None:
    recipe = recipe_of(nano, tuned=[part.value], steps=2, measured=0)
    folder = run_of(recipe, drawn, tmp_path / "out").start()
    old, new = weights(nano), weights(folder)
    assert {part_of(name) for name in old if not torch.equal(old[name], new[name])} == {part}


def test_what_made_a_model_lies_beside_it(nano: Path, drawn: Path, tmp_path: Path) -> None:
    recipe = recipe_of(nano, steps=2, checkpointing=True, accumulation=2, measure_every=1)
    run = run_of(recipe, drawn, tmp_path / "out")
    folder = run.start()
    origin = json.loads((folder / "origin.json").read_text(encoding="utf-8"))
    assert len(origin["data"]) == 64
    assert origin["settings"]["steps"] == "2"
    assert {"torch", "transformers", "peft"} <= origin["versions"].keys()
    assert Recipe.read(str(folder / "recipe.toml")) == recipe
    figures = json.loads((tmp_path / "out/figures.json").read_text(encoding="utf-8"))
    assert list(figures) == ["1", "2"]
    assert figures["2"]["refusal recall"]["total"] <= 2
    assert (tmp_path / "out/loss.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_memory_is_counted_before_the_start(nano: Path, drawn: Path, tmp_path: Path) -> None:
    full = run_of(recipe_of(nano), drawn, tmp_path / "out")
    count = sum(weight.numel() for weight in full.network.parameters())
    assert trained(full.network) == count
    assert (full.memory.weights, full.memory.gradients, full.memory.optimizer) == (
        4 * count,
        4 * count,
        8 * count,
    )
    lora = run_of(recipe_of(nano, method="lora", checkpointing=True), drawn, tmp_path / "out")
    assert lora.memory.optimizer < full.memory.optimizer / 2
    assert lora.memory.passes < full.memory.passes
    assert not (tmp_path / "out/model").exists()


def test_a_checkpoint_is_a_base_as_any_other_model(nano: Path, drawn: Path, tmp_path: Path) -> None:
    losses: Told = []
    run_of(recipe_of(nano), drawn, tmp_path / "one", lambda s, _, loss: losses.append((s, loss))).start()
    reached = tmp_path / "one/checkpoints/checkpoint-6"
    again: Told = []
    recipe = recipe_of(reached, steps=1)
    run_of(recipe, drawn, tmp_path / "two", lambda s, _, loss: again.append((s, loss))).start()
    assert again[0][1] < losses[0][1]  # of the same batch, by what was learnt before


def test_the_recipe_nano_starts_from_random_weights_of_its_seed(drawn: Path, tmp_path: Path) -> None:
    first = Recipe.read("nano", {"steps": "1"})
    other = Recipe.read("nano", {"steps": "1", "seed": "1"})
    for name, recipe in (("one", first), ("two", first), ("three", other)):
        run_of(recipe, drawn, tmp_path / name)
    one, two, three = (weights(tmp_path / name / "base") for name in ("one", "two", "three"))
    words = "model.embed_tokens.weight"
    assert torch.equal(one[words], two[words])
    assert not torch.equal(one[words], three[words])
    assert 3e6 > sum(weight.numel() for weight in one.values()) > 2e6


def test_vision_is_taken_from_another_model_and_words_are_not(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    run_of(recipe_of(nano), drawn, tmp_path / "one").start()
    other = tmp_path / "one/model"
    settings = other / "processor_config.json"
    form = json.loads(settings.read_text(encoding="utf-8"))
    form["image_processor"]["image_std"] = [2.0, 2.0, 2.0]  # what it sees is scaled otherwise than the base's
    settings.write_text(json.dumps(form), encoding="utf-8")
    run = run_of(recipe_of(nano, vision_from=str(other)), drawn, tmp_path / "two")
    assert list(run.parts.processor.image_processor.image_std) == [2.0, 2.0, 2.0]
    base, seeing = (load_parts(folder, device=Device.CPU).network.state_dict() for folder in (nano, other))
    for name, weight in run.parts.network.state_dict().items():
        one, another = (base, seeing) if part_of(name) is Part.LANGUAGE else (seeing, base)
        assert torch.equal(weight, one[name])
        assert not torch.equal(one[name], another[name]) or weight.unique().numel() == 1
    small = save_nano(tmp_path / "small", width=32, layers=1, scenes=2)
    with pytest.raises(UserError, match="of the base's own shape"):
        run_of(recipe_of(nano, vision_from=str(small)), drawn, tmp_path / "two")


def test_only_the_first_layers_take_part_and_the_others_come_back_as_they_were(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    recipe = recipe_of(nano, layers=1)
    run_of(recipe, drawn, tmp_path / "one").start()
    before, after = weights(nano), weights(tmp_path / "one/model")
    assert before.keys() == after.keys()
    upper = [name for name in after if "layers.1." in name and part_of(name) is Part.LANGUAGE]
    lower = [name for name in after if "layers.0." in name and part_of(name) is Part.LANGUAGE]
    assert upper and all(torch.equal(before[name], after[name]) for name in upper)
    assert not any(torch.equal(before[name], after[name]) for name in lower if name.endswith("proj.weight"))
    halfway = load_parts(tmp_path / "one/checkpoints/checkpoint-3", device=Device.CPU).network
    assert len(halfway.model.language_model.layers) == 1  # what is learnt is a whole model by itself
    shutil.rmtree(tmp_path / "one/checkpoints/checkpoint-6")
    run_of(recipe, drawn, tmp_path / "one").start(resume=True)
    again = weights(tmp_path / "one/model")
    assert all(torch.equal(after[name], again[name]) for name in after)
    whole = load_parts(tmp_path / "one/model", device=Device.CPU).network
    assert len(whole.model.language_model.layers) == len(whole.config.get_text_config().layer_types) == 2
    with pytest.raises(UserError, match="Expected layers of at most 2, as the base has, but got 3"):
        run_of(recipe_of(nano, layers=3), drawn, tmp_path / "two")


@pytest.mark.parametrize("made", [save_qwen2_5, save_qwen3], ids=["qwen2_5_vl", "qwen3_vl"])
@pytest.mark.parametrize("method", Method)
def test_newer_families_are_tuned_too_and_in_their_first_layers(
    qwen2_files: Path, drawn: Path, tmp_path: Path, made: Callable[[Path, Path], Path], method: Method
) -> None:
    base = lightened(copied(made(qwen2_files, tmp_path / "whole"), tmp_path / "base"))
    recipe = recipe_of(base, layers=1, method=method.value, steps=1, batch=1, measured=0)
    run_of(recipe, drawn, tmp_path / "out").start()
    before, after = weights(base), weights(tmp_path / "out/model")
    assert before.keys() == after.keys()
    changed = {name for name in after if not torch.equal(before[name], after[name])}
    language = {name for name in changed if part_of(name) is Part.LANGUAGE}
    assert any("layers.0." in name for name in language)
    assert not any("layers.1." in name for name in language)


def test_nothing_to_go_on_with_and_nothing_to_learn_from_are_said(
    nano: Path, drawn: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="There is no checkpoint in"):
        run_of(recipe_of(nano), drawn, tmp_path / "out").start(resume=True)
    with pytest.raises(UserError, match="There is no split 'train'"):
        run_of(recipe_of(nano), tmp_path, tmp_path / "out")


def test_what_a_part_is_goes_by_the_names_of_the_real_class(nano: Path) -> None:
    names = [name for name, _ in load_parts(nano, device=Device.CPU).network.named_parameters()]
    by_part = {part: [name for name in names if part_of(name) is part] for part in Part}
    assert all("visual.blocks" in name or "patch_embed" in name for name in by_part[Part.VISION])
    assert all("visual.merger" in name for name in by_part[Part.PROJECTOR])
    assert all("language_model" in name for name in by_part[Part.LANGUAGE])
    assert all(by_part.values())


def test_rows_and_columns_of_a_picture_stand_apart(nano: Path) -> None:
    """By their positions alone: a model can find out where in the picture something is."""
    rotary = load_parts(nano, device=Device.CPU).network.model.language_model.rotary_emb
    places = torch.tensor([[[20, 20, 20]], [[20, 21, 20]], [[20, 20, 21]]])  # time, height, width
    cos, sin = rotary(torch.zeros(1), places)
    turned = torch.cat([cos, sin], dim=-1)[0]  # (3, 2 * width of a head)
    first, below, beside = turned
    assert (first - below).abs().max() > 0.2
    assert (first - beside).abs().max() > 0.2
