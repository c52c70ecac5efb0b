"""Tables whose cells are coloured by what they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from armo.report.survey.formats import signed, whole
from armo.survey.pairs import ResponsesEach
from armo.survey.together import Together

# Text on a cell keeps its contrast up to this much colour.
_STRONGEST = 0.5


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: What it says.
        below: What stands below that in small print.
        kind: Class of its colour: `more`, `less` or empty.
        strength: How much of the colour, in per cent.
    """

    text: str
    below: str = ""
    kind: str = ""
    strength: int = 0


@dataclass(frozen=True)
class Block:
    """The correlations of objectives that are linked by rows.

    Attributes:
        names: The objectives.
        cells: A row an objective.
    """

    names: list[str]
    cells: list[list[Cell]]


def source_cells(together: Together) -> list[list[Cell]]:
    """Return ratings by objective and source; darker is more, on a logarithmic scale."""
    largest = max((count for row in together.by_source for count in row), default=0)
    return [[_count(count, largest) for count in row] for row in together.by_source]


def correlation_blocks(together: Together) -> list[Block]:
    """Return one table for each set of objectives that are linked, but those of one objective."""
    return [
        Block(
            [together.objectives[i] for i in block],
            [[_correlation(together, i, j) for j in block] for i in block],
        )
        for block in together.blocks
        if len(block) > 1
    ]


def alone(together: Together) -> list[str]:
    """Return the objectives that are never rated together with another."""
    return [together.objectives[block[0]] for block in together.blocks if len(block) == 1]


def responses_in_steps(each: Sequence[ResponsesEach]) -> list[tuple[str, int]]:
    """Return how many prompts have so many distinct responses, in steps that double."""
    steps: dict[int, int] = {}
    for one in each:
        step = one.responses.bit_length() - 1
        steps[step] = steps.get(step, 0) + one.prompts
    return [(_step(2**step, 2 ** (step + 1) - 1), prompts) for step, prompts in steps.items()]


def _step(first: int, last: int) -> str:
    return str(first) if first == last else f"{first:,} to {last:,}"


def _count(count: int, largest: int) -> Cell:
    if not count:
        return Cell("")
    return Cell(whole(count), "", "more", _strength(math.log1p(count) / math.log1p(largest)))


def _correlation(together: Together, i: int, j: int) -> Cell:
    rows, value = together.rows[i][j], together.correlations[i][j]
    if i == j or not rows:
        return Cell("", whole(rows) if rows else "")
    if value is None:
        return Cell("–", whole(rows))
    return Cell(signed(value), whole(rows), "more" if value > 0 else "less", _strength(abs(value)))


def _strength(part: float) -> int:
    return round(100 * _STRONGEST * min(1.0, part))
