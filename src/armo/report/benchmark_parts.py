"""Pieces that the tables of `armo eval` share, whatever kind of benchmark they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.gating.result import FIXED, GATE, UNIFORM
from armo.report import parts
from armo.report.parts import heading, interval, number, unbroken

_TOP = 3


def title(figures: Mapping[str, Any]) -> RenderableType:
    """Return a heading that says which model was measured on what."""
    steering = f" under {figures['steering']}" if figures["steering"] else ""
    return heading(f"Reward model {figures['model']}{steering} on '{figures['benchmark']['name']}'")


def counts(figures: Mapping[str, Any], kind: str) -> Iterator[RenderableType]:
    """Yield how many rows were judged, how many could not be, and what else was noted."""
    benchmark = figures["benchmark"]
    text = f"{benchmark[kind]:,} of {benchmark['rows']:,} {kind} were judged"
    if benchmark["unreadable"]:
        text += f"; {benchmark['unreadable']:,} could not be: see rejects.jsonl"
    if benchmark["malformed"]:
        text += f" ({benchmark['malformed']:,} of them are malformed and in no subset)"
    yield Text(text)
    for note, times in figures["notes"].items():
        yield bullet(f"{times:,}×: {note}")


def bullet(text: str) -> RenderableType:
    """Return a line below a table."""
    return Padding(Text(f"• {text}", style="dim"), (0, 0, 0, 2))


def lost(subsets: Mapping[str, int], kind: str) -> Iterator[RenderableType]:
    """Yield a line for each subset of which nothing could be read."""
    for name, count in subsets.items():
        yield Text(f"• {name}: none of its {count:,} {kind} could be read", style="dim")


def no_fixed(baselines: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield a line if the optimal fixed weights are unknown."""
    if FIXED not in baselines:
        yield Text(
            "The model's metrics.json has no optimal fixed weights, so the gate stands beside uniform "
            "ones alone; train it again to have them.",
            style="bold",
        )


def length(figures: Mapping[str, Any]) -> RenderableType:
    """Return how scores go with length, under each weighting."""
    shown = table("weights", "over all responses", "within prompts")
    for name, marginal in figures["marginal"].items():
        shown.add_row(name, f"{marginal:+.2f}", f"{figures['within_prompts'][name]:+.2f}")
    size = f"{figures['responses']:,} distinct responses to {figures['prompts']:,} prompts"
    return Group(Text(size, style="dim"), shown)


def weights(figures: Mapping[str, Any], alone: str) -> Table:
    """Return, by subset, the largest mean weights, and the best objectives by themselves."""
    shown = table("", "prompts")
    shown.add_column("weighs most")
    shown.add_column(alone)
    # Weight on what was debiased away adds nothing to a score.
    idle = {figures["verbosity"]: " (idle)"}
    for subset in figures["subsets"]:
        shares = _largest(subset["weights"])
        said = ", ".join(f"{name}{idle.get(name, '')} {share:.0%}" for name, share in shares)
        best = ", ".join(f"{name} {share:.0%}" for name, share in _largest(subset["alone"]))
        shown.add_row(Text(subset["name"]), f"{subset['prompts']:,}", Text(said), Text(best))
    return shown


def beside(lines: Sequence[Mapping[str, Any]], what: str) -> tuple[list[str], list[list[str]]]:
    """Return titles and cells of what each weighting reached, and what the gate adds.

    One difference fits: from the strongest weights that the gate has to beat. eval.json has both.

    Args:
        lines: Parts of the benchmark.
        what: The key of their intervals by weighting.
    """
    known = bool(lines) and FIXED in lines[0][what]
    rival, difference = (FIXED, "gate − fixed") if known else (UNIFORM, "gate − uniform")
    cells = [
        [
            percent(line[what][GATE]),
            _estimate(line[what].get(FIXED)),
            _estimate(line[what][UNIFORM]),
            percent(line["gate_minus"][rival], sign=True),
        ]
        for line in lines
    ]
    return ["gate", "fixed", "uniform", difference], cells


def percent(record: Mapping[str, Any] | None, *, sign: bool = False) -> str:
    """Return an estimate with its interval, in percent."""
    return interval(record, 1, sign=sign, unit=100)


def table(first: str, *others: str) -> Table:
    """Return an empty table: names on the left, numbers on the right."""
    # Where a terminal is narrow an interval goes on below its estimate; nothing is cut off.
    return parts.table(unbroken(first), *map(number, others))


def _largest(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda share: -share[1])[:_TOP]


def _estimate(record: Mapping[str, Any] | None) -> str:
    return "–" if record is None else f"{100 * record['estimate']:.1f}"
