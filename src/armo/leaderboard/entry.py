"""What leaderboard.json says of one system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from armo.leaderboard.accuracies import accuracy_figures
from armo.leaderboard.behaviour import behaviour_figures
from armo.leaderboard.judged import JudgedPair
from armo.leaderboard.standing import Pairs, Standing, standing_of
from armo.rivals.system import Description
from armo.training.outcome import plain

_FIGURES = (
    "score",
    "without_prior_sets",
    "partial_score",
    "score_gate_minus",
    "without_prior_sets_gate_minus",
    "partial_score_gate_minus",
    "all_pairs",
    "by_margin",
    "calibration",
    "length",
    "cost",
    "training",
    "report",
)


@dataclass(frozen=True)
class Results:
    """What a system judged, and what it is.

    Attributes:
        description: What it is.
        judged: What it said of each pair.
        training: What its training took; None for what was not trained here.
        cost: What judging takes; None if it was not measured.
        report: What it says of its own work, such as a judge's failures.
    """

    description: Description
    judged: Sequence[JudgedPair]
    training: dict[str, Any] | None = None
    cost: dict[str, Any] | None = None
    report: dict[str, Any] | None = None


def entry(
    key: str, label: str, results: Results, pairs: Pairs, reference: Standing | None
) -> dict[str, Any]:
    """Return the figures of a system that judged at least one pair.

    Args:
        key: Of the system.
        label: Its name in tables.
        results: What it judged.
        pairs: The benchmark.
        reference: Standing of the system that differences are taken from; None for that system
            itself, and where it is absent.
    """
    standing = standing_of(pairs, results.judged)
    description = results.description
    figures = plain(
        {
            **_head(key, label, description),
            "available": True,
            "reason": None,
            "judged": len(standing.places),
            "unreadable": sum(one.credit is None for one in results.judged),
            "notes": dict(Counter(note for one in results.judged for note in one.notes)),
            **accuracy_figures(standing, reference),
            **behaviour_figures(standing, description.beta),
            "cost": results.cost,
            "training": results.training,
            "report": results.report,
        }
    )
    # As the file has it, so that lists are lists.
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(figures))
    return read


def absent(key: str, label: str, kind: str, reason: str) -> dict[str, Any]:
    """Return the line of a system that could not take part.

    Args:
        key: Of the system.
        label: Its name in tables.
        kind: What the recipe calls its kind.
        reason: A sentence.
    """
    empty = Description(kind=kind, base="", hash="")
    return {
        **_head(key, label, empty),
        "available": False,
        "reason": reason,
        "judged": 0,
        "unreadable": 0,
        "notes": {},
        "sections": [],
        "categories": [],
        "subsets": [],
        **dict.fromkeys(_FIGURES),
    }


def _head(key: str, label: str, description: Description) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "kind": description.kind,
        "base": description.base,
        "hash": description.hash,
        "details": description.details,
    }
