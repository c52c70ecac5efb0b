"""The paper's own figures, in tables of their own: quoted, not measured."""

from __future__ import annotations

from armo.leaderboard.published import COLUMNS, SOURCE, TABLE_1, TABLE_2, PublishedRow, figures_of
from armo.report.leaderboard.grid import Grid

QUOTED = "quoted from the paper, not measured here"

_NOTE = (
    f"Source: {SOURCE}. Other backbones, data and versions of the benchmark than those above, so the two "
    "can't be compared line by line."
)


def quoted_tables() -> list[Grid]:
    """Return Tables 1 and 2 as the paper prints them, marked as quoted."""
    return [
        Grid(
            f"Table 1, {QUOTED}: accuracy in % on RewardBench",
            ["method", "base model", *COLUMNS],
            [[row.method, row.base, *_numbers(row)] for row in TABLE_1],
            names=2,
        ),
        Grid(
            f"Table 2, {QUOTED}: accuracy in % on RewardBench",
            ["method", *COLUMNS],
            [[row.method, *_numbers(row)] for row in TABLE_2],
            notes=[_NOTE],
        ),
    ]


def _numbers(row: PublishedRow) -> list[str]:
    return [f"{figure:.1f}" for figure in figures_of(row)]
