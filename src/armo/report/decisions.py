"""Decisions, comparisons and rankings as tables that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from armo.decision import Comparison, Decision, MarginPart, Ranked
from armo.report.bars import bar

_SNIPPET = 60


def decision_table(decision: Decision, title: str) -> Table:
    """Return one decision: weight × debiased reward = contribution, largest first."""
    table = Table(title=Text(title, style="italic"), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("objective", "rating", "reward", "debiased", "× weight", "= contribution"):
        table.add_column(heading, justify="left" if heading == "objective" else "right")
    table.add_column("")
    largest = max(abs(part.contribution) for part in decision.objectives)
    for part in decision.top(len(decision.objectives)):
        table.add_row(
            Text(part.name),
            f"{part.native:.2f}",
            f"{part.reward:+.3f}",
            f"{part.debiased:+.3f}",
            f"{part.weight:.3f}",
            f"{part.contribution:+.4f}",
            bar(part.contribution, largest),
        )
    scale = "" if decision.score_scale == 1 else f" (score scale {decision.score_scale:g})"
    table.add_section()
    table.add_row(Text(f"score{scale}", style="bold"), "", "", "", "", f"{decision.score:+.4f}", "")
    return table


def comparison_view(comparison: Comparison, names: tuple[str, str]) -> RenderableType:
    """Return why the first of two responses wins or loses, objective by objective."""
    first, second = names
    table = Table(
        title=Text(f"margin: {first} − {second}", style="italic"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for heading in ("objective", "difference", "× weight", "= margin"):
        table.add_column(heading, justify="left" if heading == "objective" else "right")
    table.add_column("")
    parts = sorted(comparison.objectives, key=lambda part: -abs(part.contribution))
    largest = max(abs(part.contribution) for part in parts)
    for part in parts:
        table.add_row(
            Text(part.name),
            f"{part.difference:+.3f}",
            f"{part.weight:.3f}",
            f"{part.contribution:+.4f}",
            bar(part.contribution, largest),
        )
    table.add_section()
    table.add_row(Text("margin", style="bold"), "", "", f"{comparison.margin:+.4f}", "")
    return Group(table, Text(comparison_words(comparison, names)))


def comparison_words(comparison: Comparison, names: tuple[str, str]) -> str:
    """Say in a sentence which response is preferred, and what decides it."""
    if comparison.winner == "tie":
        return "The two responses have the same score."
    ahead = comparison.winner == "a"
    winner, loser = names if ahead else names[::-1]
    probability = comparison.probability if ahead else 1 - comparison.probability
    sign = 1 if ahead else -1
    parts = sorted(comparison.objectives, key=lambda part: -sign * part.contribution)
    # What moves the margin by less than a twentieth is not worth a word.
    worth = abs(comparison.margin) / 20
    for_it = _names(part for part in parts if sign * part.contribution > worth)
    against = _names(part for part in parts[::-1] if -sign * part.contribution > worth)
    words = f"{winner} is preferred to {loser} with probability {probability:.2f}"
    words += f", mostly for {for_it}" if for_it else ""
    return words + (f", in spite of {against}." if against else ".")


def ranking_table(ranked: Sequence[Ranked], texts: Sequence[str]) -> Table:
    """Return responses from best to worst, with what contributes most to each score."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("rank", justify="right")
    table.add_column("response", justify="right")
    table.add_column("score", justify="right")
    table.add_column("most of it from")
    table.add_column("text")
    for entry in ranked:
        top = ", ".join(f"{part.name} {part.contribution:+.2f}" for part in entry.decision.top())
        table.add_row(
            str(entry.rank),
            f"#{entry.index + 1}",
            f"{entry.decision.score:+.4f}",
            Text(top),
            Text(snippet(texts[entry.index])),
        )
    return table


def snippet(text: str) -> str:
    """Return the start of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"


def _names(parts: Iterable[MarginPart]) -> str:
    return " and ".join([part.name for part in parts][:2])
