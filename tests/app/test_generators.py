"""Which generator answers, and what is said when it cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.generators import DEFAULT_MODEL, choose_generator
from app.models import language_models
from app.settings import BadOptionError, GeneratorKind, read_settings
from generation.fetching.manifest import Manifest, Source
from generation.generator import GenerationError
from generation.local.finding import ModelNotFoundError, find_model, folder_name
from tests.app.conftest import Run
from tests.generation.local.folders import copied
from vision.errors import UserError


def put_model(name: str = DEFAULT_MODEL) -> Path:
    """A folder that looks like a fetched model."""
    place = read_settings().language_root / folder_name(name)
    place.mkdir(parents=True)
    (place / "config.json").write_text("{}")
    return place


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))


def test_a_server_that_is_set_answers_before_anything_else() -> None:
    put_model()
    choice = choose_generator(read_settings(options={"server": "http://127.0.0.1:8000/v1", "model": "rc"}))
    assert (choice.kind, choice.model, choice.reason) == (GeneratorKind.SERVER, "rc", "a server is set")
    assert str(choice) == "server rc (a server is set)"


def test_a_model_on_disk_without_a_gpu_leaves_it_to_the_reader_and_says_how_to_run_it() -> None:
    import torch

    put_model()
    choice = choose_generator(read_settings())
    if torch.cuda.is_available():
        assert choice.kind is GeneratorKind.LOCAL
    else:
        assert choice.kind is GeneratorKind.READER
        assert "no GPU is here; --generator local would run" in choice.reason


def test_without_server_and_model_the_reader_answers() -> None:
    assert str(choose_generator(read_settings())) == (
        "reader (no server is set, and no language model is on disk)"
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"generator": "local"}, "placard models fetch weihongliang/RC-Qwen2VL-2b"),
        ({"generator": "local", "model": "nobody/nothing"}, "No language model nobody/nothing on disk"),
        ({"model": "nobody/nothing"}, "No language model nobody/nothing on disk"),
        ({"generator": "local", "model": "/"}, "/ holds no config.json"),
        ({"generator": "local", "model": "/nonexist"}, "There is no folder /nonexist"),
        ({"generator": "local", "model": "a/b/c"}, "There is no folder a/b/c"),
        ({"generator": "local", "model": "x" * 5000}, "There is no folder xxx"),
        ({"generator": "server"}, "needs the server's URL"),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_an_error(options: dict[str, str], says: str) -> None:
    with pytest.raises(GenerationError, match=says):
        choose_generator(read_settings(options=options))


def test_a_model_that_was_fetched_is_found_by_its_id() -> None:
    place = put_model("somebody/model")
    choice = choose_generator(read_settings(options={"generator": "local", "model": "somebody/model"}))
    assert (choice.kind, Path(choice.model)) == (GeneratorKind.LOCAL, place)


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    folder = shutil.move(put_model(), tmp_path / "mine")
    choice = choose_generator(read_settings(options={"generator": "local", "model": str(folder)}))
    assert str(choice) == "local mine (asked for)"


def test_an_option_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_GENERATOR", "server")
    assert read_settings().generator is GeneratorKind.SERVER
    assert read_settings(options={"generator": "reader", "model": None}).generator is GeneratorKind.READER


def test_a_bad_option_says_what_it_can_be() -> None:
    with pytest.raises(BadOptionError, match="auto, reader, local or server"):
        read_settings(options={"generator": "oracle"})


def test_a_key_is_in_no_text_about_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_SERVER_KEY", "sk-secret")
    monkeypatch.setenv("PLACARD_TEMPERATURE", "hot")
    with pytest.raises(UserError) as error:
        read_settings()
    monkeypatch.setenv("PLACARD_TEMPERATURE", "0")
    assert "sk-secret" not in f"{error.value}{read_settings()!r}"


@pytest.mark.usefixtures("collins")
def test_a_local_model_answers_from_photo_to_text(
    run: Run, nasa: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_MAX_NEW_TOKENS", "8")
    result = run(
        "ask", nasa, "Who is this?", "--generator", "local", "--model", tiny_model, "--device", "cpu"
    )
    assert result.code == 0
    assert result.out.strip()
    assert "Check: The answer was cut off" in result.out
    assert "Generator: local tiny (asked for)" in result.err
    assert "tiny runs on the CPU" in result.err
    assert "Answered by tiny on cpu (float32)." in result.err


@pytest.mark.usefixtures("collins")
def test_a_model_that_was_published_without_a_processor_answers_with_that_of_its_base(
    run: Run, nasa: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_MAX_NEW_TOKENS", "2")
    bare = copied(tiny_model, tmp_path / "bare")
    for name in ("tokenizer.json", "tokenizer_config.json", "processor_config.json", "chat_template.jinja"):
        (bare / name).unlink()
    asked = ("ask", nasa, "Who is this?", "--generator", "local", "--model", bare, "--device", "cpu")
    refused = run(*asked)
    assert refused.code == 1
    assert "Error: bare does not hold a tokenizer" in refused.err
    monkeypatch.setenv("PLACARD_PROCESSOR", str(tiny_model))
    assert run(*asked).code == 0
    monkeypatch.delenv("PLACARD_PROCESSOR")
    root = read_settings().language_root
    root.mkdir(parents=True)
    copied(tiny_model, root / "Qwen--Qwen2-VL-2B-Instruct")
    assert run(*asked).code == 0


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SEED", "-1", "PLACARD_SEED is '-1'"),
        ("SEED", str(2**63), "PLACARD_SEED is"),
        ("TIMEOUT_S", "inf", "PLACARD_TIMEOUT_S is 'inf'"),
        ("TIMEOUT_S", "1e300", "PLACARD_TIMEOUT_S is '1e300'"),
        ("MAX_NEW_TOKENS", "0", "PLACARD_MAX_NEW_TOKENS is '0'"),
        ("PICTURE_MAX_TOKENS", "100", "at least PLACARD_PICTURE_MIN_TOKENS, which is 200"),
    ],
)
def test_a_setting_out_of_bounds_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv("PLACARD_PICTURE_MIN_TOKENS", "200")
    monkeypatch.setenv(f"PLACARD_{variable}", value)
    with pytest.raises(UserError, match=says):
        read_settings()


@pytest.mark.usefixtures("collins")
def test_settings_reach_the_prompt(
    run: Run, nasa: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the model was sent is in the answer."""
    for name, value in (("CITE", "false"), ("PERSON_BOX", "face"), ("MAX_NEW_TOKENS", "2")):
        monkeypatch.setenv(f"PLACARD_{name}", value)
    monkeypatch.setenv("PLACARD_BIOGRAPHY_TOKENS", "40")
    options = ("--generator", "local", "--model", tiny_model, "--device", "cpu", "--json")
    form = run("ask", nasa, "Where was she born?", *options).json
    first, instruction, question = form["sent"].splitlines()
    left, top, right, bottom = (round(side / 512 * 1000) for side in form["regions"][0]["box"])
    assert f"<|box_start|>({left},{top}),({right},{bottom})<|box_end|>" in first
    assert "…" in first
    assert instruction.endswith("the given image.")
    assert question == "Where was she born?"


def test_a_fetched_model_is_found_at_its_own_commit_only(tmp_path: Path) -> None:
    commit, place = "a" * 40, put_model("somebody/model")
    Manifest(Source("somebody/model", commit), Source("somebody/model", commit), {}).write(place)
    root = read_settings().language_root
    assert find_model("somebody/model", root, commit) == place
    assert find_model("somebody/model", root, "a" * 7) == place
    with pytest.raises(ModelNotFoundError, match=f"on disk at commit {commit}, and no bbb"):
        find_model("somebody/model", root, "b" * 40)
    with pytest.raises(ModelNotFoundError, match="is a folder, which has no revisions"):
        find_model(str(place), root, commit)


def test_a_model_of_the_cache_is_called_by_its_id(tmp_path: Path) -> None:
    place = tmp_path / "cache/models--weihongliang--RC-Qwen2VL-2b"
    snapshot = place / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (place / "refs").mkdir()
    (place / "refs/main").write_text("c" * 40)
    (snapshot / "config.json").write_text("{}")
    choice = choose_generator(read_settings(options={"generator": "local"}))
    assert Path(choice.model) == snapshot
    assert str(choice) == "local weihongliang/RC-Qwen2VL-2b (asked for)"
    listed = {model.name: model for model in language_models(read_settings())}
    assert listed["rc-qwen2-vl-2b"].where == "on disk"
    assert listed["rc-qwen2-vl-7b"].where == "16.6 GB"
