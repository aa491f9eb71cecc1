"""transformers' Trainer with our order of records, and one line for a recipe's settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from peft import PeftModel
from torch.utils.data import Sampler
from transformers import (
    PreTrainedModel,
    ProcessorMixin,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from training.tuning.examples import Examples, LikeLengths
from training.tuning.recipe import Recipe

CHECKPOINTS = "checkpoints"
_KEPT = 2  # checkpoints

Told = Callable[[int, int, float], None]  # step, steps in all, loss


class OrderedTrainer(Trainer):  # type: ignore[misc]  # transformers is typed in part only
    """A Trainer whose batches hold records of like lengths, in an order that depends on seed and epoch."""

    def _load_from_checkpoint(
        self, resume_from_checkpoint: str, model: PreTrainedModel | None = None
    ) -> None:
        """Take the weights of a checkpoint.

        transformers 5.23 saves the weights of a vision-language model under the names of the hub, looks for
        them under its own when a run goes on, and only warns that it found none: the run would start anew.
        """
        network = self.model if model is None else model
        if isinstance(network, PeftModel):
            super()._load_from_checkpoint(resume_from_checkpoint, model)
            return
        saved = type(network).from_pretrained(
            resume_from_checkpoint, dtype=network.dtype, local_files_only=True, use_safetensors=True
        )
        network.load_state_dict(saved.state_dict())

    def _get_train_sampler(self, train_dataset: Examples | None = None) -> Sampler[int]:
        examples = train_dataset or self.train_dataset
        together = self.args.train_batch_size * self.args.world_size
        return LikeLengths(examples.lengths(), together, self.args.seed)


class Telling(TrainerCallback):  # type: ignore[misc]  # transformers is typed in part only
    """Reports every logged loss, and asks now and then for a measurement."""

    def __init__(self, told: Told, *, every: int, measure: Callable[[int], None]) -> None:
        self._told, self._every, self._measure = told, every, measure

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: object,
    ) -> None:
        """Pass a loss on."""
        if logs and "loss" in logs and state.is_world_process_zero:
            self._told(state.global_step, state.max_steps, logs["loss"])

    def on_step_end(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: object
    ) -> None:
        """Measure where it is time, but not at the very end, which is measured anyway."""
        due = self._every and state.global_step % self._every == 0 and state.global_step < state.max_steps
        if due and state.is_world_process_zero:
            self._measure(state.global_step)


class Whole(TrainerCallback):  # type: ignore[misc]  # transformers is typed in part only
    """Lays the processor beside the weights of each checkpoint: it can be a base, and be asked.

    Given to the Trainer, the processor would also change the tokens of the model's settings.
    """

    def __init__(self, processor: ProcessorMixin) -> None:
        self._processor = processor

    def on_save(
        self, args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: object
    ) -> None:
        """Save the processor where the checkpoint was saved."""
        if state.is_world_process_zero:
            self._processor.save_pretrained(Path(args.output_dir) / f"checkpoint-{state.global_step}")


def arguments(recipe: Recipe, folder: Path, *, cpu: bool, until: int, log_every: int) -> TrainingArguments:
    """A recipe in the words of transformers.

    `until` is the number of steps that one device takes; several share those of the epochs among them.
    """
    made = _arguments(recipe, folder, cpu=cpu, until=until, log_every=log_every)
    if recipe.steps or made.world_size == 1:
        return made
    shared = math.ceil(until / made.world_size)
    return _arguments(recipe, folder, cpu=cpu, until=shared, log_every=log_every)


def _arguments(recipe: Recipe, folder: Path, *, cpu: bool, until: int, log_every: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder / CHECKPOINTS),
        per_device_train_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulation,
        activation_checkpointing=recipe.checkpointing,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="cosine" if recipe.schedule == "cosine" else "constant_with_warmup",
        warmup_steps=round(recipe.warmup * until),
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip,
        max_steps=until,
        bf16=recipe.bfloat16,
        torch_compile=recipe.compiled,
        use_cpu=cpu,
        seed=recipe.seed,
        data_seed=recipe.seed,
        logging_steps=log_every,
        save_steps=recipe.save_every,
        save_total_limit=_KEPT,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        report_to="none",
        disable_tqdm=True,
    )
