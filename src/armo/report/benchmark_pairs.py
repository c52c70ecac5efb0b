"""The tables of a benchmark of pairs: RewardBench's sections, subsets, length, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from armo.gating.result import GATE
from armo.report import benchmark_parts as parts
from armo.report.parts import heading

_GAPS_SHOWN = 4


def pairs_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return what a run over pairs found: sections, subsets, length, weights."""
    return Group(
        parts.title(figures),
        *parts.counts(figures, "pairs"),
        *_rewardbench(figures["rewardbench"]),
        *_categories(figures["categories"], figures["all_categories"]),
        heading("Subsets: accuracy in % [95 % interval], every pair alike"),
        _accuracies([(subset["name"], subset) for subset in figures["subsets"]]),
        *parts.lost(figures["lost_subsets"], "pairs"),
        *parts.no_fixed(figures["baselines"]),
        heading("Rank correlation of score and length"),
        parts.length(figures["length"]),
        heading(
            "Objectives: the largest mean weights by prompts, and who ranks most pairs right alone"
        ),
        parts.weights(figures, "right alone"),
    )


def _rewardbench(bench: Mapping[str, Any] | None) -> Iterator[RenderableType]:
    if bench is None:
        yield Text("No subset of RewardBench is among the rows.", style="dim")
        return
    translated = bench.get("translated")
    yield heading("RewardBench: accuracy in % [95 % interval], subsets by the benchmark's counts")
    lines = []
    for section in bench["sections"]:
        mark = "" if section["complete"] or translated else " (partial)"
        if "accuracy" in section:
            lines.append((section["name"] + mark, section))
    totals = [("score", bench["score"]), ("without prior sets", bench["without_prior_sets"])]
    if translated:
        totals = [("mean of sections", translated["mean"]), ("all pairs", translated["all_pairs"])]
    yield _accuracies([*lines, *(total for total in totals if total[1] is not None)])
    yield from _translated() if translated else _missing(bench)


def _translated() -> Iterator[RenderableType]:
    yield parts.bullet(
        "M-RewardBench: sections by RewardBench's counts, their mean, and all pairs alike. Whether "
        "pairs are missing was not asked, since every language has fewer"
    )


def _missing(bench: Mapping[str, Any]) -> Iterator[RenderableType]:
    if bench["score"] is None:
        yield Text("No score: the rows are not the whole benchmark.", style="bold")
    for section in bench["sections"]:
        yield from _gaps(section)


def _gaps(section: Mapping[str, Any]) -> Iterator[RenderableType]:
    gaps: Sequence[str] = section["gaps"]
    if gaps:
        shown = "; ".join(gaps[:_GAPS_SHOWN])
        more = f"; and {len(gaps) - _GAPS_SHOWN} more" if len(gaps) > _GAPS_SHOWN else ""
        yield parts.bullet(f"{section['name']}: {shown}{more}")


def _categories(
    categories: Sequence[Mapping[str, Any]], together: Mapping[str, Any] | None
) -> Iterator[RenderableType]:
    if categories:
        yield heading("Outside RewardBench: accuracy in % [95 % interval], every pair alike")
        lines = [(line["name"], line) for line in categories]
        yield _accuracies(lines if together is None else [*lines, ("all of these", together)])


def _accuracies(lines: Sequence[tuple[str, Mapping[str, Any]]]) -> Table:
    """Return a table of parts of the benchmark, each with its name."""
    titles, cells = parts.beside([line for _, line in lines], "accuracy")
    table = parts.table("", *titles, "pairs", "ties")
    for (name, line), own in zip(lines, cells, strict=True):
        gate = line["accuracy"][GATE]
        table.add_row(Text(name), *own, f"{gate['count']:,}", f"{gate['ties']:,}")
    return table
