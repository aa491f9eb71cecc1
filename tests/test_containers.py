"""The container files: what they must hold, and their commands, run without a container."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from app.settings import Settings, read_settings
from generation.family import Family
from generation.fetching.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SECRETS = {"PLACARD_WEB_TOKEN": "a token", "POSTGRES_PASSWORD": "p@ss:/w?"}


def filled(text: str, environment: Mapping[str, str]) -> str:
    """The text with ${NAME:-default} and ${NAME:?message} as compose fills them in."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if environment.get(name):
            return environment[name]
        if kind == ":?":
            raise KeyError(name)
        return rest

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", value, text)


def compose(environment: Mapping[str, str] = SECRETS) -> dict[str, Any]:
    """The file as compose reads it: parsed first, then filled in."""

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(value) for key, value in node.items()}
        if isinstance(node, list):
            return [fill(item) for item in node]
        return filled(node, environment) if isinstance(node, str) else node

    form: dict[str, Any] = fill(yaml.safe_load(TEXT))
    return form


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
each_service = pytest.mark.parametrize("name", sorted(SERVICES))


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_nothing_starts_without_its_secrets(name: str) -> None:
    compose()
    with pytest.raises(KeyError, match=name):
        compose({**SECRETS, name: ""})


@each_service
def test_secrets_are_never_written_down(name: str) -> None:
    environment = yaml.safe_load(TEXT)["services"][name]["environment"]
    secret = [value for key, value in environment.items() if re.search("TOKEN|PASSWORD|KEY", key)]
    assert secret
    assert all(re.fullmatch(r"\$\{\w+(:-|:\?[^}]+)\}", value) for value in secret)
    assert not (ROOT / ".env").exists()


@each_service
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    uid = int(service["user"].split(":")[0])
    assert uid > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    allowed = {
        "user",
        "read_only",
        "cap_drop",
        "security_opt",
        "restart",
        "init",
        "logging",
        "build",
        "image",
    }
    allowed |= {"command", "environment", "ports", "networks", "volumes", "tmpfs", "depends_on"}
    allowed |= {"healthcheck", "shm_size", "profiles", "deploy"}
    assert set(service) <= allowed  # neither privileged, nor devices, pid: host, network_mode or cap_add
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert re.search(r":v?\d", service["image"])


@each_service
def test_what_a_service_mounts_is_a_declared_volume_and_never_a_part_of_the_host(name: str) -> None:
    declared = set(compose()["volumes"])
    for mount in SERVICES[name]["volumes"]:
        assert mount.split(":")[0] in declared
    assert all(place.startswith(("/tmp:", "/home/", "/var/run/")) for place in SERVICES[name]["tmpfs"])
    assert set(SERVICES[name]["networks"]) <= set(compose()["networks"])


def test_every_setting_reaches_the_app_and_what_is_not_set_is_left_alone() -> None:
    environment = SERVICES["app"]["environment"]
    # Where the gallery is and its models are is the container's own business.
    settings = {f"PLACARD_{name.upper()}" for name in Settings.model_fields}
    assert settings - set(environment) == set()
    assert set(environment) - settings == {"PGPASSWORD", "HF_TOKEN"}
    given = compose({**SECRETS, "PLACARD_THRESHOLD": "0.5"})["services"]["app"]["environment"]
    assert (given["PLACARD_THRESHOLD"], given["PLACARD_MARGIN"]) == ("0.5", "")


def test_only_the_web_app_is_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"app": ["127.0.0.1:8501:8501"]}


def test_the_database_and_the_model_server_have_no_way_to_the_internet() -> None:
    assert compose()["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["vllm"]["networks"] == ["inside"]
    assert set(SERVICES["app"]["networks"]) == {"inside", "outside"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"PLACARD_SERVER": "http://vllm:8000/v1", "PLACARD_SERVER_KEY": "k", "PLACARD_GENERATOR": "server"},
        *({"PLACARD_SERVER_FAMILY": family} for family in Family),
    ],
)
def test_the_program_knows_every_variable_that_it_is_given(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = compose({**SECRETS, **given})["services"]["app"]["environment"]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.home == Path("/data")
    assert settings.gallery_url == "postgresql://placard@postgres:5432/placard"
    assert settings.server == given.get("PLACARD_SERVER", "")
    assert environment["PGPASSWORD"] == SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"]


def test_the_web_app_waits_for_the_database() -> None:
    assert SERVICES["app"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    check = SERVICES["postgres"]["healthcheck"]["test"]
    assert check[1] == "pg_isready"
    settings = SERVICES["postgres"]["environment"]
    assert check[check.index("--username") + 1] == settings["POSTGRES_USER"] == "placard"
    assert check[check.index("--dbname") + 1] == settings["POSTGRES_DB"] == "placard"


def test_the_model_server_serves_a_fetched_folder_offline_and_fetches_no_pictures() -> None:
    vllm = SERVICES["vllm"]
    assert vllm["profiles"] == ["gpu"]
    assert all("profiles" not in service for name, service in SERVICES.items() if name != "vllm")
    folder, *options = vllm["command"]
    # The app writes to /data/models what vLLM reads below /models.
    assert "models:/data/models" in SERVICES["app"]["volumes"]
    assert vllm["volumes"] == ["models:/models:ro"]
    home = read_settings().home
    language = read_settings().language_root.relative_to(home)
    assert Path(folder) == Path("/") / language / CATALOGUE[0].folder
    chosen = dict(option.removeprefix("--").split("=", 1) for option in options)
    assert json.loads(chosen["limit-mm-per-prompt"]) == {"image": 1, "video": 0}
    assert chosen["allowed-media-domains"].endswith(".invalid")  # the domain in which no name exists
    assert not {"allowed-local-media-path", "trust-remote-code", "enable-mm-embeds"} & set(chosen)
    environment = vllm["environment"]
    assert environment["HF_HUB_OFFLINE"] == environment["VLLM_NO_USAGE_STATS"] == "1"
    assert environment["VLLM_MEDIA_URL_ALLOW_REDIRECTS"] == "0"
    assert int(environment["VLLM_MAX_IMAGE_PIXELS"]) < 178_956_970
    (device,) = vllm["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])


@pytest.mark.parametrize("name", ["app", "vllm"])
@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_a_health_check_tells_a_well_server_from_an_ill_one(name: str, status: int, code: int) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    kind, python, flag, script = SERVICES[name]["healthcheck"]["test"]
    assert (kind, python.rstrip("3"), flag) == ("CMD", "python", "-c")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        moved = re.sub(r":8\d\d\d/", f":{server.server_address[1]}/", script)
        done = subprocess.run([sys.executable, "-c", moved], capture_output=True, timeout=60, check=False)
        thread.join()
    assert done.returncode == code
    assert asked == [{"app": "/_stcore/health", "vllm": "/health"}[name]]


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile."""

    word: str
    rest: str


def instructions() -> list[Instruction]:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    joined = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    pairs = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [Instruction(word, re.sub(r"\s+", " ", rest)) for word, rest in pairs]


def final_stage() -> list[Instruction]:
    everything = instructions()
    starts = [place for place, instruction in enumerate(everything) if instruction.word == "FROM"]
    return everything[starts[-1] :]


def rest_of(word: str, stage: list[Instruction]) -> list[str]:
    return [instruction.rest for instruction in stage if instruction.word == word]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_image_runs_as_the_same_ordinary_user_in_both_files() -> None:
    stage = final_stage()
    (user,) = rest_of("USER", stage)
    assert user == SERVICES["app"]["user"]
    uid, gid = user.split(":")
    assert any(f"useradd --uid {uid} --gid {gid}" in run for run in rest_of("RUN", stage))
    owned = next(run for run in rest_of("RUN", stage) if "install --directory" in run)
    for mount in SERVICES["app"]["volumes"]:
        assert mount.split(":")[1] in owned.split()  # a new volume takes its owner from the image
    assert [word for word in ("USER", "CMD") if rest_of(word, stage)] == ["USER", "CMD"]
    assert stage[-1].word == "CMD"


def test_the_image_starts_and_checks_itself_as_compose_does() -> None:
    stage = final_stage()
    (command,) = rest_of("CMD", stage)
    assert json.loads(command) == SERVICES["app"]["command"]
    (check,) = rest_of("HEALTHCHECK", stage)
    assert json.loads(check.split("CMD ", 1)[1]) == SERVICES["app"]["healthcheck"]["test"][1:]
    assert rest_of("EXPOSE", stage) == [SERVICES["app"]["ports"][0].rsplit(":", 1)[1]]
    assert f"PLACARD_HOME={SERVICES['app']['environment']['PLACARD_HOME']}" in " ".join(rest_of("ENV", stage))


def test_the_image_is_built_from_all_of_the_program_and_nothing_else() -> None:
    copied = [
        place
        for rest in rest_of("COPY", instructions())
        if "--from" not in rest
        for place in rest.split()[:-1]
    ]
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(copied) == {*packages, "pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert ignored[0] == "*"
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert sent == set(copied)
    for private in (".env", ".git", "tests", ".venv", "gallery.db"):
        assert not any(fnmatch(private, pattern) for pattern in sent)


def test_the_image_installs_extras_that_exist_with_the_tested_versions() -> None:
    extras = project()["project"]["optional-dependencies"]
    defaults = dict(rest.split("=", 1) for rest in rest_of("ARG", instructions()))
    assert set(defaults) == {"HARDWARE", "EXTRAS"}
    assert {"cpu", "gpu", *defaults["EXTRAS"].split(",")} <= set(extras)
    assert compose()["services"]["app"]["build"]["args"] == defaults
    install = next(run for run in rest_of("RUN", instructions()) if "constraints.txt" in run)
    assert '-c constraints.txt ".[${HARDWARE},${EXTRAS}]"' in install


def test_the_image_holds_no_secret_and_no_leavings() -> None:
    text = " ".join(instruction.rest for instruction in instructions())
    assert not re.search(r"TOKEN|PASSWORD|SECRET|KEY", text)
    assert not rest_of("ADD", instructions())  # it fetches and unpacks
    assert "PIP_NO_CACHE_DIR=1" in text
    for run in rest_of("RUN", instructions()):
        assert ("apt-get install" in run) == ("rm -rf /var/lib/apt/lists/*" in run)


def test_the_image_has_a_python_that_the_program_accepts() -> None:
    images = {rest.split()[0] for rest in rest_of("FROM", instructions())}
    (image,) = images
    version = re.fullmatch(r"python:(3\.\d+)-slim-\w+", image)
    assert version
    assert project()["project"]["requires-python"] == f">={version[1]}"
    libraries = next(rest for rest in rest_of("ENV", final_stage()) if rest.startswith("LD_LIBRARY_PATH"))
    assert libraries.count(f"/lib/python{version[1]}/") == 2
