"""Where a tuned model comes from, written beside its weights."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path

import torch

from evaluation.provenance import Provenance
from training.tuning.recipe import Recipe

ORIGIN = "origin.json"
RECIPE = "recipe.toml"
_PACKAGES = ("placard", "torch", "transformers", "peft", "accelerate", "tokenizers", "safetensors")
_ROOT = Path(__file__).resolve().parents[2]


def write_origin(folder: Path, recipe: Recipe, data: str, facts: dict[str, str]) -> None:
    """Write the recipe, the versions, the hash of the data and the commit to a folder."""
    settings = {"base": recipe.base, "commit": commit(), "device": device_name(), **facts}
    provenance = Provenance.now(
        ["placard", "train", RECIPE], seed=recipe.seed, data=data, settings=settings, packages=_PACKAGES
    )
    (folder / RECIPE).write_text(recipe.toml(), encoding="utf-8")
    text = json.dumps(asdict(provenance), ensure_ascii=False, indent=1)
    (folder / ORIGIN).write_text(text + "\n", encoding="utf-8")


def commit() -> str:
    """The commit of the program, with + where files were changed; "unknown" outside a clone."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+"],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip()


def device_name() -> str:
    """What the run is on."""
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    return f"CPU {platform.machine()}, {torch.get_num_threads()} threads"
