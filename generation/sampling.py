"""How a model picks its words."""

from __future__ import annotations

from dataclasses import dataclass

# What torch and servers take.
MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of one answer; None leaves it to the model's own generation_config.json or to the server."""

    max_new_tokens: int = 512
    temperature: float | None = None  # 0 is greedy: always the likeliest token
    top_p: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise ValueError(f"max_new_tokens must be at least 1, but got {self.max_new_tokens}")
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            raise ValueError(f"temperature must be in [0, 2], but got {self.temperature}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], but got {self.top_p}")
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed must be in [0, {MAX_SEED}], but got {self.seed}")


GREEDY = Sampling(temperature=0)
