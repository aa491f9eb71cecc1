"""Examples of several lengths as one batch of the network's own arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from training.tuning.examples import IGNORED, Example

# A network's own rule of where tokens stand; (3, b, n) for time, height and width comes first.
Places = Callable[..., tuple[torch.Tensor, torch.Tensor]]
_FILLED = -1  # the part that a token belongs to which only fills up a row


@dataclass(frozen=True, slots=True)
class Collator:
    """Puts examples into one batch, filled up on the right.

    Where records share the beginning of their prompts, each sees that and itself and nothing of the others:
    it learns what it would learn alone.
    """

    padding: int
    image_token: int
    places: Places

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        length = max(len(one["input_ids"]) for one in examples)
        ids = _filled([one["input_ids"] for one in examples], self.padding, length)
        labels = _filled([one["labels"] for one in examples], IGNORED, length)
        following = torch.nn.functional.pad(labels[:, 1:], (0, 1), value=IGNORED)  # what each token leads to
        learnt = following != IGNORED
        batch = {
            "input_ids": ids,
            "labels": labels,
            "logits_to_keep": learnt,  # words are weighed only where something is learnt
            "shift_labels": following[learnt],
            "attention_mask": _filled([[1] * len(one["input_ids"]) for one in examples], 0, length),
            "mm_token_type_ids": torch.eq(ids, self.image_token).long(),
        }
        if all("pixel_values" in one for one in examples):
            batch["pixel_values"] = torch.cat([one["pixel_values"] for one in examples])
            batch["image_grid_thw"] = torch.cat([one["image_grid_thw"] for one in examples])
        if any(len(one["lengths"]) > 2 for one in examples):
            batch |= self._apart(batch, [one["lengths"] for one in examples])
        return batch

    def _apart(
        self, batch: dict[str, torch.Tensor], lengths: Sequence[Sequence[int]]
    ) -> dict[str, torch.Tensor]:
        """Where tokens stand and what they see, so that records of one row know nothing of each other."""
        size = batch["input_ids"].shape[1]
        parts = _filled([_parts(row) for row in lengths], _FILLED, size)  # (b, n)
        before = _filled([_before(row) for row in lengths], 0, size)  # (b, n)
        queries, keys = parts[:, :, None], parts[:, None, :]
        seen = ((keys == 0) | (keys == queries)) & torch.ones(size, size, dtype=torch.bool).tril()
        return {
            "attention_mask": seen[:, None],  # (b, 1, n, n)
            "position_ids": self._places(batch) - before,  # (3, b, n)
        }

    def _places(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        if "image_grid_thw" not in batch:
            rows, size = batch["input_ids"].shape
            return torch.arange(size).expand(3, rows, size)
        given = ("input_ids", "mm_token_type_ids", "image_grid_thw", "attention_mask")
        return self.places(**{name: batch[name] for name in given})[0]


def _parts(lengths: Sequence[int]) -> list[int]:
    """For each token the part that it belongs to; 0 is the common beginning.

    >>> _parts([2, 1, 3])
    [0, 0, 1, 2, 2, 2]
    """
    return [part for part, length in enumerate(lengths) for _ in range(length)]


def _before(lengths: Sequence[int]) -> list[int]:
    """For each token how many stand before it that belong to other records.

    >>> _before([2, 1, 3])
    [0, 0, 0, 1, 1, 1]
    """
    return [sum(lengths[1:part]) for part, length in enumerate(lengths) for _ in range(length)]


def _filled(rows: Sequence[list[int]], value: int, length: int) -> torch.Tensor:
    return torch.tensor([row + [value] * (length - len(row)) for row in rows])
