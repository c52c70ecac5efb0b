"""The columns of Tables 1 and 2: which accuracies a comparison has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from armo.report.leaderboard.systems import (
    Record,
    System,
    available,
    every_pair,
    part_names,
    part_of,
)
from armo.report.survey.visible import one_line


@dataclass(frozen=True)
class Measure:
    """An accuracy that systems are compared by.

    Attributes:
        title: Head of its column.
        accuracy: Takes it of a system.
        minus: Takes how much the reference is ahead of a system.
        partial: Says of a system whether something of it was missing.
    """

    title: str
    accuracy: Callable[[System], Record | None]
    minus: Callable[[System], Record | None]
    partial: Callable[[System], bool] = lambda system: False


def measures(figures: Mapping[str, Any]) -> list[Measure]:
    """Return the score where there is one, sections, all pairs alike, and other categories."""
    systems = available(figures)
    sections = [_part("sections", name) for name in part_names(systems, "sections")]
    categories = [_part("categories", name) for name in part_names(systems, "categories")]
    pairs = Measure("all pairs", every_pair, lambda one: every_pair(one, "gate_minus"))
    scores = _scores(systems)
    first = [*scores, *sections, pairs] if scores else [pairs, *_partial_score(systems), *sections]
    return [*first, *categories]


def headline(figures: Mapping[str, Any]) -> Measure:
    """Return the measure that ranks: the score if all have it, else all pairs alike."""
    found = measures(figures)
    ranked = [one for one in found if one.title == "score"]
    whole = ranked and all(ranked[0].accuracy(system) for system in available(figures))
    return ranked[0] if whole else next(one for one in found if one.title == "all pairs")


def _scores(systems: list[System]) -> list[Measure]:
    found = []
    if any(system["score"] is not None for system in systems):
        found.append(
            Measure("score", lambda one: one["score"], lambda one: one.get("score_gate_minus"))
        )
    elif any(system["without_prior_sets"] is not None for system in systems):
        found.append(
            Measure(
                "without prior sets",
                lambda one: one["without_prior_sets"],
                lambda one: one.get("without_prior_sets_gate_minus"),
            )
        )
    return found


def _partial_score(systems: list[System]) -> list[Measure]:
    """Return the mean of the sections that are there, where several are but not all."""
    several = len(part_names(systems, "sections")) > 1
    if not (several and any(system.get("partial_score") for system in systems)):
        return []
    return [
        Measure(
            "partial score",
            lambda one: one.get("partial_score"),
            lambda one: one.get("partial_score_gate_minus"),
        )
    ]


def _part(kind: str, name: str) -> Measure:
    def taken(system: System, what: str) -> Record | None:
        found = part_of(system, kind, name)
        return found[what] if found else None

    def partial(system: System) -> bool:
        found = part_of(system, kind, name)
        return bool(found) and not (found or {}).get("complete", True)

    return Measure(
        one_line(name, 40),
        lambda system: taken(system, "accuracy"),
        lambda system: taken(system, "gate_minus"),
        partial,
    )
