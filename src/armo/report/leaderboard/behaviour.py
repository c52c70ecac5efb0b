"""What else tells systems apart: margins, calibration, length, cost, and which were not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from armo.report.leaderboard.grid import Grid
from armo.report.leaderboard.systems import System, available, names, unavailable
from armo.report.parts import interval
from armo.report.survey.visible import one_line

_NOTHING = "–"


def by_margin(figures: Mapping[str, Any]) -> Grid | None:
    """Return accuracies by how far apart the two scores are."""
    systems = [one for one in available(figures) if one["by_margin"]]
    if not systems:
        return None
    most = max(len(one["by_margin"]) for one in systems)
    called = names(figures)
    rows = [
        [called[one["key"]], *_filled((_step(part) for part in one["by_margin"]), most)]
        for one in systems
    ]
    heads = [margin_name(place, most) for place in range(most)]
    return Grid(
        f"Accuracy in % by the size of the margin [{100 * figures['level']:g} % interval]",
        ["method", *heads],
        rows,
        notes=[
            "Each system's pairs in parts of equal size, from those whose scores are closest to those "
            "that are farthest apart. A sound margin is right more often where it is larger."
        ],
    )


def margin_name(place: int, most: int) -> str:
    """Return what a part of the pairs, ordered by margin, is called."""
    ends = {0: " (closest)", most - 1: " (farthest)"}
    return f"{place + 1} of {most}{ends.get(place, '') if most > 1 else ''}"


def calibration(figures: Mapping[str, Any]) -> Grid | None:
    """Return how far the probabilities are to be believed."""
    systems = [one for one in available(figures) if one["calibration"]]
    if not systems:
        return None
    called = names(figures)
    rows = [
        [
            called[one["key"]],
            _decimal(one["calibration"]["ece"], 3),
            _decimal(one["calibration"]["log_loss"], 3),
            _decimal(one["calibration"]["brier"], 3),
            _short(one["calibration"]["beta"]),
        ]
        for one in systems
    ]
    return Grid(
        "Calibration of σ(β · margin)",
        ["method", "ECE", "log loss", "Brier", "β"],
        rows,
        notes=[
            "ECE: mean distance of confidence and accuracy over bins, 0 is best. A coin has log loss "
            "0.693 and Brier 0.25."
        ],
    )


def length(figures: Mapping[str, Any]) -> Grid | None:
    """Return how far each system follows the length of responses."""
    systems = [one for one in available(figures) if one["length"]]
    if not systems:
        return None
    called = names(figures)
    rows = [
        [
            called[one["key"]],
            _share(one["length"]["prefers_longer"]),
            _share(one["length"]["chosen_longer_accuracy"]),
            _share(one["length"]["chosen_shorter_accuracy"]),
            _signed(one["length"]["marginal"]),
            _signed(one["length"]["within_prompts"]),
        ]
        for one in systems
    ]
    return Grid(
        "How each system follows the length of responses",
        [
            "method",
            "prefers the longer, %",
            "right where it is the better, %",
            "right where it is the worse, %",
            "ρ of score and length",
            "ρ within prompts",
        ],
        rows,
        notes=[
            f"ρ: Spearman's rank correlation; 0 is no tie to length. Length is in {_units(systems)}."
        ],
    )


def _units(systems: list[System]) -> str:
    return " or ".join(dict.fromkeys(str(one["length"].get("unit", "tokens")) for one in systems))


def cost(figures: Mapping[str, Any]) -> Grid | None:
    """Return what judging costs."""
    systems = [one for one in available(figures) if one["cost"]]
    if not systems:
        return None
    called = names(figures)
    priced = any(one["cost"].get("price_per_1k_pairs") is not None for one in systems)
    heads = ["parameters", "tokens/s", "seconds per 1k pairs", "measured on", "with"]
    rows = [
        [
            called[one["key"]],
            _count(one["cost"]["parameters"]),
            _whole(one["cost"]["tokens_per_second"]),
            _short(one["cost"]["seconds_per_1k_pairs"]),
            _measured_on(one["cost"]),
            _machine(one["cost"]),
            *([_short(one["cost"].get("price_per_1k_pairs"))] if priced else []),
        ]
        for one in systems
    ]
    return Grid(
        "Time as measured anew on some pairs, one system at a time",
        ["method", *heads, *(["price per 1k pairs"] if priced else [])],
        rows,
        notes=["Parameters are those that a token passes through."],
    )


def not_there(figures: Mapping[str, Any]) -> Grid | None:
    """Return the systems that could not take part, each with the reason."""
    called = names(figures)
    rows = [
        [called[one["key"]], one_line(one["kind"]), one_line(one["reason"] or _NOTHING, 400)]
        for one in unavailable(figures)
    ]
    if not rows:
        return None
    return Grid("Left out, each with the reason", ["method", "kind", "why"], rows, kind="text")


def remarks(figures: Mapping[str, Any]) -> list[str]:
    """Return what was met while systems judged: rows that can't be read, and notes by count."""
    called = names(figures)
    said = []
    for system in available(figures):
        name = called[system["key"]]
        if system["unreadable"]:
            said.append(f"{name}: {system['unreadable']:,} pairs could not be judged")
        said += [
            f"{name}: {one_line(note, 200)} ({count:,}×)" for note, count in system["notes"].items()
        ]
    return said


def _step(part: Mapping[str, Any]) -> str:
    return interval(part["accuracy"], 1, unit=100)


def _filled(cells: Iterable[str], most: int) -> list[str]:
    found = list(cells)
    return found + [_NOTHING] * (most - len(found))


def _measured_on(found: Mapping[str, Any]) -> str:
    return _NOTHING if found["pairs"] is None else f"{found['pairs']:,} pairs"


def _machine(found: Mapping[str, Any]) -> str:
    said = [one_line(str(found[name])) for name in ("device", "dtype") if found[name]]
    return ", ".join(said) or _NOTHING


def _decimal(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


def _signed(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:+.2f}"


def _short(value: float | None) -> str:
    """Return three figures, without powers of ten in what can be read at once."""
    if value is None:
        return _NOTHING
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _whole(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:,.0f}"


def _count(value: float | None) -> str:
    if value is None:
        return "unknown"
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:.0f}"


def _share(value: Any) -> str:
    """Return a share in per cent; some come with an interval, some as a bare number."""
    if isinstance(value, Mapping):
        return interval(value, 1, unit=100)
    return _NOTHING if value is None else f"{100 * value:.1f}"
