"""What counts as overlap, and what training does about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from armo.errors import InputError

MatchRule: TypeAlias = Literal["prompt", "response", "either", "both"]
Action: TypeAlias = Literal["refuse", "remove", "report"]

DEFAULT_THRESHOLD = 0.8
_LOWEST_THRESHOLD = 0.1


@dataclass(frozen=True)
class OverlapSettings:
    """`[data.contamination]`: benchmarks that training rows must not repeat.

    Attributes:
        benchmarks: Known benchmarks by name, files of benchmark rows, or of any other native rows.
        action: What happens where training rows repeat some: `refuse` to train, `remove` these rows,
            or only `report` them.
        threshold: Lowest Jaccard similarity of a near-duplicate, 0.1 to 1; 1 means equal texts only.
        match: What a training row must repeat of a benchmark row to count.
    """

    benchmarks: list[str] = field(default_factory=list)
    action: Action = "refuse"
    threshold: float = DEFAULT_THRESHOLD
    match: MatchRule = "prompt"


def valid_threshold(threshold: float) -> bool:
    """Return whether a search can be made with a threshold."""
    return _LOWEST_THRESHOLD <= threshold <= 1


def check_threshold(threshold: float) -> None:
    """Raise InputError for a threshold that no search can be made with."""
    if not valid_threshold(threshold):
        raise InputError(
            f"threshold: {threshold:g} is out of range; give a Jaccard similarity of "
            f"{_LOWEST_THRESHOLD:g} to 1, where 1 means equal texts only"
        )
