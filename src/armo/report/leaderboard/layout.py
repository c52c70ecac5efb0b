"""Which tables a comparison has, in order, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from armo.report.leaderboard import behaviour, comparison
from armo.report.leaderboard.grid import Grid
from armo.report.leaderboard.quoted import QUOTED, quoted_tables


@dataclass(frozen=True)
class Part:
    """Tables that belong together.

    Attributes:
        name: Its anchor on the page.
        title: Its heading.
        grids: Its tables.
        said: Sentences of its own.
    """

    name: str
    title: str
    grids: list[Grid] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def parts_of(figures: Mapping[str, Any]) -> list[Part]:
    """Return everything that is shown of a comparison, but its findings and plots."""
    found = [
        Part("comparison", "Table 1: every system", _there(comparison.table_1(figures))),
        Part("ahead", "How far the gate is ahead", _there(comparison.differences(figures))),
        Part("ablation", "Table 2: gate and fixed weights", _there(comparison.table_2(figures))),
        Part("parts", "Subsets", _there(comparison.subsets(figures))),
        Part("margins", "Accuracy by margin", _there(behaviour.by_margin(figures))),
        Part("calibration", "Calibration", _there(behaviour.calibration(figures))),
        Part("length", "Length", _there(behaviour.length(figures))),
        Part("cost", "Cost", _there(behaviour.cost(figures))),
        Part(
            "absent",
            "Not in the tables",
            _there(behaviour.not_there(figures)),
            behaviour.remarks(figures),
        ),
    ]
    quoted = Part("quoted", f"The paper’s tables, {QUOTED}", quoted_tables())
    return [*(part for part in found if part.grids or part.said), quoted]


def head(figures: Mapping[str, Any]) -> str:
    """Return a sentence on what was compared."""
    benchmark = figures["benchmark"]
    text = f"{benchmark['pairs']:,} of {benchmark['rows']:,} pairs"
    if benchmark.get("unreadable"):
        text += f"; {benchmark['unreadable']:,} could not be read"
    there = sum(1 for system in figures["systems"] if system["available"])
    return f"{there} of {len(figures['systems'])} systems on {text}"


def _there(grid: Grid | None) -> list[Grid]:
    return [] if grid is None or not grid.rows else [grid]
