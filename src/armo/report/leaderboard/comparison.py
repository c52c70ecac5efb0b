"""Tables 1 and 2: accuracies, and what the gate is ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armo.report.leaderboard.grid import Grid
from armo.report.leaderboard.measures import Measure, measures
from armo.report.leaderboard.systems import (
    Record,
    System,
    available,
    names,
    part_names,
    part_of,
    reference_name,
)
from armo.report.parts import interval
from armo.report.survey.visible import one_line

_GAPS_SHOWN = 4
_NOTHING = "–"


def table_1(figures: Mapping[str, Any]) -> Grid:
    """Return the accuracies of all systems, in the form of the paper's Table 1."""
    systems = available(figures)
    found = _accuracies(figures, systems, "Accuracy in %, best first")
    return replace(found, notes=_missing(systems))


def table_2(figures: Mapping[str, Any]) -> Grid | None:
    """Return the gate beside fixed weights, in the form of the paper's Table 2, if both are there."""
    found = {system["key"]: system for system in available(figures)}
    systems = [found[key] for key in figures["table2"] or [] if key in found]
    if len(systems) < 2:
        return None
    return _accuracies(figures, systems, "The same model under other weights: accuracy in %")


def differences(figures: Mapping[str, Any]) -> Grid | None:
    """Return the reference's accuracy minus that of each other system, with intervals."""
    others = [one for one in available(figures) if one["key"] != figures["reference"]]
    shown = [one for one in measures(figures) if any(one.minus(system) for system in others)]
    if not shown:
        return None
    called, reference = names(figures), reference_name(figures)
    rows = [
        [
            called[system["key"]],
            *(interval(one.minus(system), 1, sign=True, unit=100) for one in shown),
        ]
        for system in others
    ]
    return Grid(
        f"{reference} minus each system, in points {_level(figures)}",
        ["method", *(one.title for one in shown)],
        rows,
        notes=[
            f"Above zero, {reference} is ahead; an interval that spans zero settles nothing. "
            "Intervals draw prompts anew, on the pairs that both systems judged."
        ],
    )


def subsets(figures: Mapping[str, Any]) -> Grid | None:
    """Return the accuracy in each subset of the benchmark, every pair alike."""
    systems = available(figures)
    found = part_names(systems, "subsets")
    if len(found) < 2:
        return None
    called = names(figures)
    rows = [[one_line(name), *(_in_subset(system, name) for system in systems)] for name in found]
    heads = [called[system["key"]] for system in systems]
    return Grid("Accuracy in % by subset, every pair alike", ["subset", *heads], rows)


def _accuracies(figures: Mapping[str, Any], systems: list[System], title: str) -> Grid:
    called, columns = names(figures), measures(figures)
    rows = [
        [
            called[system["key"]],
            one_line(system["base"] or _NOTHING),
            *(_cell(one, system, whole=not place) for place, one in enumerate(columns)),
            f"{system['judged']:,}",
        ]
        for system in systems
    ]
    reference = [place for place, one in enumerate(systems) if one["key"] == figures["reference"]]
    return Grid(
        f"{title} {_level(figures)}",
        ["method", "base model", *(one.title for one in columns), "pairs judged"],
        rows,
        names=2,
        reference=tuple(reference),
    )


def _cell(measure: Measure, system: System, *, whole: bool) -> str:
    """Return an accuracy, in the first column with its interval."""
    record = measure.accuracy(system)
    text = interval(record, 1, unit=100) if whole else _percent(record)
    return f"{text} (partial)" if measure.partial(system) else text


def _in_subset(system: System, name: str) -> str:
    found = part_of(system, "subsets", name)
    return _percent(found["accuracy"] if found else None)


def _percent(record: Record | None) -> str:
    return _NOTHING if record is None else f"{100 * record['estimate']:.1f}"


def _level(figures: Mapping[str, Any]) -> str:
    return f"[{100 * figures['level']:g} % interval]"


def _missing(systems: list[System]) -> list[str]:
    """Return sentences on what of RewardBench is absent or partial."""
    sections = [part for system in systems for part in system["sections"] or []]
    shown = part_names(systems, "sections")
    if not shown:
        return [
            "No subset of RewardBench is among the rows, so its sections and score are left out."
        ]
    notes = []
    absent = list(dict.fromkeys(part["name"] for part in sections if part["name"] not in shown))
    if absent:
        notes.append(f"Left out, since nothing of them was judged: {', '.join(absent)}.")
    if not any(system["score"] for system in systems):
        notes.append(
            "There is no score: the rows are not the whole benchmark. A partial score is the mean of the "
            "sections that are there, by their weights."
        )
    for name in shown:
        gaps = [gap for part in sections if part["name"] == name for gap in part["gaps"]]
        notes += [f"{name}, partial: {_some(list(dict.fromkeys(gaps)))}."] if gaps else []
    return notes


def _some(gaps: list[str]) -> str:
    text = "; ".join(one_line(gap, 200) for gap in gaps[:_GAPS_SHOWN])
    return f"{text}; and {len(gaps) - _GAPS_SHOWN} more" if len(gaps) > _GAPS_SHOWN else text
