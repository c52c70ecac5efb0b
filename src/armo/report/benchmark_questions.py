"""The tables of a benchmark whose questions have several responses: totals, subsets, measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from armo.gating.result import GATE
from armo.report import benchmark_parts as parts
from armo.report.parts import heading


def questions_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return what a run over questions found: totals, subsets, measures, length, weights."""
    return Group(
        parts.title(figures),
        *parts.counts(figures, "questions"),
        heading("Scores by each subset's rule, in % [95 % interval]"),
        _scores(figures),
        *(parts.bullet(f"{name}: {describe}") for name, describe in figures["rules"].items()),
        *_without_total(figures),
        *_refused(figures["refused_subsets"]),
        *parts.lost(figures["lost_subsets"], "questions"),
        *parts.no_fixed(figures["baselines"]),
        *_measures(figures),
        heading("Rank correlation of score and length"),
        parts.length(figures["length"]),
        heading(
            "Objectives: the largest mean weights by prompts, and the best scores of one alone"
        ),
        parts.weights(figures, "best alone"),
    )


def _scores(figures: Mapping[str, Any]) -> Table:
    lines = [*figures["subsets"], *figures["totals"]]
    titles, cells = parts.beside(lines, "score")
    table = parts.table("", "rule", *titles, "questions", "ties")
    for line, own in zip(lines, cells, strict=True):
        asked = f"{line['score'][GATE]['count']:,}"
        if "name" in line:
            table.add_row(Text(line["name"]), line["rule"], *own, asked, f"{line['ties'][GATE]:,}")
        else:
            table.add_row("total", ", ".join(line["rules"]), *own, asked, "")
    return table


def _without_total(figures: Mapping[str, Any]) -> Iterator[RenderableType]:
    if not figures["totals"]:
        yield Text("No total: the rows are not a whole benchmark that has one.", style="bold")
    elif figures["benchmark"]["unreadable"]:
        yield Text("The total leaves out the rows that could not be judged.", style="bold")


def _refused(refused: Mapping[str, str]) -> Iterator[RenderableType]:
    for name, reason in refused.items():
        yield Text(f"• {name} was not scored: {reason}", style="bold")


def _measures(figures: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield what the scores are made of, where that is more than one mean."""
    several = [subset for subset in figures["subsets"] if len(subset["measures"]) > 1]
    if not several:
        return
    yield heading("What these scores are made of, in % [95 % interval]")
    lines = [(subset["name"], measure) for subset in several for measure in subset["measures"]]
    titles, cells = parts.beside([measure for _, measure in lines], "score")
    table = parts.table("", "measure", "weight", *titles, "values")
    for (name, measure), own in zip(lines, cells, strict=True):
        table.add_row(
            Text(name),
            measure["name"],
            f"{measure['weight']:.2f}",
            *own,
            f"{measure['score'][GATE]['count']:,}",
        )
    yield table
