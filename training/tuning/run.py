"""One run: a recipe, a data set and a base become a model that answers as any other."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

from transformers import PreTrainedModel, PrinterCallback, set_seed
from transformers.utils import logging as library_logging

from generation.budget import TextBudget
from generation.dtype import Dtype
from generation.local.chat import ChatTemplate
from generation.local.finding import find_model
from generation.local.loading import Parts, cuda_ready, load_parts
from generation.prompt import Wording
from generation.prompter import Prompter
from training.asking import Asking
from training.dataset.folder import Located, Split, digest, read_records
from training.tuning.batches import Collator
from training.tuning.curve import points_of, write_curve
from training.tuning.examples import IGNORED, Encoder, Examples, grouped
from training.tuning.measuring import Figures, answers, figures_of
from training.tuning.memory import Length, Memory, estimated
from training.tuning.nano import SCRATCH, save_nano
from training.tuning.origin import write_origin
from training.tuning.recipe import Method, Recipe
from training.tuning.trainer import CHECKPOINTS, OrderedTrainer, Telling, Told, Whole, arguments
from training.tuning.weights import Upper, merged, prepared, put_back, take_vision, taken_off
from vision.device import Device
from vision.errors import UserError

MODEL = "model"  # the folder of the result, within that of the run
_SAMPLED = 64  # of the longest records, encoded to see how long they are


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run reads and writes."""

    data: Path
    out: Path
    models: Path  # where fetched models lie

    @property
    def model(self) -> Path:
        """The folder of the tuned model."""
        return self.out / MODEL


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Who is told what happens."""

    said: Callable[[str], None] = lambda _: None
    loss: Told = lambda *_: None
    log_every: int = 10


@dataclass(slots=True, eq=False)
class Run:
    """A run that is ready to start."""

    recipe: Recipe
    place: Place
    parts: Parts
    network: PreTrainedModel
    upper: Upper  # layers that take no part
    train: Sequence[Located]
    validation: Sequence[Located]
    steps: int
    longest: Length
    memory: Memory
    progress: Progress
    measured: dict[int, Figures] = field(default_factory=dict)

    @property
    def asking(self) -> Asking:
        """How records become chats for this model."""
        least, most = self.recipe.least_picture or None, self.recipe.most_picture or None
        prompter = Prompter(
            Wording(family=self.parts.family, boxes=self.recipe.boxes),
            self.parts.picture_budget.changed(least, most),
            TextBudget(biographies=self.recipe.text),
            self._chat.count,
        )
        return Asking(prompter, self.recipe.picture)

    @property
    def encoder(self) -> Encoder:
        """How records become tokens for this model."""
        return Encoder(self.asking, self._chat, self.parts.processor)

    @property
    def _chat(self) -> ChatTemplate:
        return ChatTemplate(self.parts.processor, self.parts.network.config.image_token_id)

    def start(self, *, resume: bool = False) -> Path:
        """Train, save the model with its recipe and its figures, and return its folder."""
        began = time.monotonic()
        library_logging.disable_progress_bar()  # of files being written
        trainer = self._trainer()
        trainer.train(resume_from_checkpoint=_latest(self.place.out) if resume else None)
        if trainer.is_world_process_zero():
            self._save(trainer, time.monotonic() - began)
        return self.place.model

    def measure(self, step: int) -> Figures:
        """Ask validation records as the product would, and keep the figures."""
        records = _spread(self.validation, self.recipe.measured)
        training = self.network.training
        settings = self.parts.network.generation_config
        self.network.eval()
        try:
            model = self.parts.model()
            written = answers(model, self.asking, records, most=self.recipe.answer)
        finally:
            self.network.train(training)
            self.parts.network.generation_config = settings
        self.measured[step] = figures_of(written, seed=self.recipe.seed)
        self.progress.said(f"step {step}: {_told(self.measured[step])}")
        return self.measured[step]

    def _trainer(self) -> OrderedTrainer:
        tokenizer = self.parts.processor.tokenizer
        padding = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
        trainer = OrderedTrainer(
            model=self.network,
            args=arguments(
                self.recipe,
                self.place.out,
                cpu=not cuda_ready(),
                until=self.steps,
                log_every=self.progress.log_every,
            ),
            train_dataset=Examples(self.train, self.encoder, self.recipe.together),
            data_collator=Collator(
                padding, self.parts.network.config.image_token_id, self.parts.network.model.get_rope_index
            ),
            callbacks=[
                Telling(self.progress.loss, every=self.recipe.measure_every, measure=self._measured_at),
                Whole(self.parts.processor),
            ],
        )
        trainer.remove_callback(PrinterCallback)  # what it prints is told to `progress`
        return trainer

    def _measured_at(self, step: int) -> None:
        self.measure(step)

    def _save(self, trainer: OrderedTrainer, seconds: float) -> None:
        out = self.place.out
        points = points_of(trainer.state.log_history)
        write_curve(out, points, f"{out.name}: loss of the answers' tokens")
        network = trainer.accelerator.unwrap_model(trainer.model)
        if self.recipe.method is Method.LORA:
            network.save_pretrained(out / "adapter")
        self.network = merged(network)
        self.parts = replace(self.parts, network=self.network)
        put_back(self.network, self.upper)
        self.network.save_pretrained(self.place.model)
        self.parts.processor.save_pretrained(self.place.model)
        if self.validation and self.recipe.measured:
            taken_off(self.network, self.recipe.layers)  # what was learnt is measured
            self.measure(trainer.state.global_step)
        facts = {
            "records": str(len(self.train)),
            "steps": str(trainer.state.global_step),
            "last loss": f"{points[-1].loss:.4f}" if points else "none",
            "seconds of this start": f"{seconds:.0f}",
        }
        for folder in (out, self.place.model):
            write_origin(folder, self.recipe, digest(self.place.data), facts)
        form = {str(step): figures.form() for step, figures in self.measured.items()}
        (out / "figures.json").write_text(json.dumps(form, indent=1) + "\n", encoding="utf-8")


def prepare(recipe: Recipe, place: Place, progress: Progress = Progress()) -> Run:
    """Read the data, load the base and freeze what the recipe says; nothing is trained yet.

    Raise `UserError` for data, a base or settings that cannot be used.
    """
    train = list(read_records(place.data, Split.TRAIN))
    if not train:
        raise UserError(f"There is no split 'train' in {place.data}; expected records to learn from.")
    validation = list(read_records(place.data, Split.VALIDATION))
    set_seed(recipe.seed)
    parts = _loaded(recipe, place)
    upper = taken_off(parts.network, recipe.layers)
    network = prepared(parts.network, recipe)
    network.train()
    steps = recipe.steps or math.ceil(recipe.epochs * _steps_of_epoch(train, recipe))
    run = Run(
        recipe,
        place,
        parts,
        network,
        upper,
        train,
        validation,
        steps,
        Length(0, 0),
        Memory(0, 0, 0, 0),
        progress,
    )
    run.longest = _longest(run)
    run.memory = estimated(network, parts.network.config, recipe, run.longest)
    return run


def _loaded(recipe: Recipe, place: Place) -> Parts:
    """The base, with the vision tower and picture settings of another model where the recipe says so."""
    parts = load_parts(_base(recipe, place), device=Device.AUTO, dtype=_dtype(recipe))
    if not recipe.vision_from:
        return parts
    seeing = load_parts(find_model(recipe.vision_from, place.models), device=Device.CPU)
    take_vision(parts.network, seeing.network)
    parts.processor.image_processor = seeing.processor.image_processor
    return replace(parts, picture_budget=seeing.picture_budget)


def _base(recipe: Recipe, place: Place) -> Path:
    if recipe.base != SCRATCH:
        return find_model(recipe.base, place.models)
    folder = place.out / "base"
    if not folder.is_dir():
        part = save_nano(Path(mkdtemp(prefix="base.", dir=place.out)), seed=recipe.seed)
        try:
            part.rename(folder)
        except OSError:  # another process of the same run was first, with the same weights
            shutil.rmtree(part)
    return folder


def _dtype(recipe: Recipe) -> Dtype:
    """Weights that are changed are kept in float32: steps smaller than bfloat16 can hold would be lost."""
    return Dtype.BFLOAT16 if recipe.bfloat16 and recipe.method is Method.LORA else Dtype.FLOAT32


def _steps_of_epoch(records: Sequence[Located], recipe: Recipe) -> int:
    return math.ceil(len(grouped(records, recipe.together)) / (recipe.batch * recipe.accumulation))


def _longest(run: Run) -> Length:
    """The longest sequence, found among those with the most characters."""
    examples = Examples(run.train, run.encoder, run.recipe.together)
    lengths = examples.lengths()
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)[:_SAMPLED]
    labels = [examples[index]["labels"] for index in order]
    learnt = max(len(one) - one.count(IGNORED) for one in labels)
    return Length(max(map(len, labels)), learnt)


def _latest(out: Path) -> str:
    """The last whole checkpoint; raise `UserError` where there is none."""
    found = [
        path for path in (out / CHECKPOINTS).glob("checkpoint-*") if (path / "trainer_state.json").is_file()
    ]
    if not found:
        raise UserError(f"There is no checkpoint in {out / CHECKPOINTS}; start without --resume.")
    return str(max(found, key=lambda path: int(path.name.rpartition("-")[2])))


def _spread(records: Sequence[Located], most: int) -> list[Located]:
    """So many records, from everywhere in a split."""
    step = max(1, len(records) // max(1, most))
    return list(records[::step])[:most]


def _told(figures: Figures) -> str:
    tasks = (
        f"{name} {100 * one.value:.0f} %" for name, one in figures.tasks.items() if one.value is not None
    )
    return ", ".join(tasks) or "nothing measured"
