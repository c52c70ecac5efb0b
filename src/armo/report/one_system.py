"""What `armo eval` shows of a system that is no reward model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from armo.report.parts import folded, interval, number, table
from armo.report.survey.visible import one_line


def system_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return the accuracies of one system: sections, other categories, subsets, all pairs.

    Args:
        figures: What eval.json holds of such a system.
    """
    system, benchmark = figures["system"], figures["benchmark"]
    head = (
        f"{one_line(system['label'])} ({system['kind']}, {one_line(system['base'])}) on "
        f"'{one_line(benchmark['name'])}': {benchmark['pairs']:,} of {benchmark['rows']:,} pairs were "
        "judged"
    )
    ties = system["all_pairs"]["accuracy"]["ties"]
    notes = [
        f"{count:,} pairs: {one_line(note)}"
        for note, count in {**system["notes"], "a tie, or left open": ties}.items()
        if count
    ]
    return Group(Text(head), _accuracies(system), *map(Text, notes))


def _accuracies(system: Mapping[str, Any]) -> Table:
    shown = table(folded("part"), number("pairs"), number("accuracy, %"))

    def line(name: str, pairs: int, accuracy: Mapping[str, Any]) -> None:
        shown.add_row(Text(one_line(name)), f"{pairs:,}", interval(accuracy, 1, unit=100))

    for part in system["sections"]:
        if part["accuracy"] is not None:
            name = part["name"] if part["complete"] else f"{part['name']} (partial)"
            line(name, part["accuracy"]["count"], part["accuracy"])
    for part in [*system["categories"], *system["subsets"]]:
        line(part["name"], part["pairs"], part["accuracy"])
    every = system["all_pairs"]["accuracy"]
    line("all pairs alike", every["count"], every)
    return shown
