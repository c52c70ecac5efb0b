"""Accuracies of one system: RewardBench's sections and score, other categories, subsets, all pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from armo.evaluate import Scores, SectionScore, rewardbench, subset_shares
from armo.evaluate.rewardbench_sets import PRIOR_SETS, SECTIONS, section_of
from armo.leaderboard.standing import Standing, ahead, plain_mean, weighted_mean

# A category that the file leaves open.
_NO_CATEGORY = "(no category)"


def accuracy_figures(standing: Standing, reference: Standing | None) -> dict[str, Any]:
    """Return all accuracies of a system, and what the reference gains on it.

    Args:
        standing: Its results, on at least one pair.
        reference: Of the system that differences are taken from; None for that system itself, and
            where it is absent.
    """
    scores = rewardbench(standing.credit, standing.subsets.tolist())
    sections = {**scores.sections, PRIOR_SETS: scores.prior_sets}
    return {
        **_overall(standing, reference, scores, sections),
        "sections": [
            _section(name, section, standing, reference) for name, section in sections.items()
        ]
        if any(section.subsets for section in sections.values())
        else [],
        "all_pairs": _part(standing, reference),
        "categories": _categories(standing, reference),
        "subsets": _subsets(standing, reference),
    }


def _overall(
    standing: Standing,
    reference: Standing | None,
    scores: Scores,
    sections: dict[str, SectionScore],
) -> dict[str, Any]:
    """Return the scores of the whole benchmark, and the mean of what is there of it."""
    core = [name for name in sections if name != PRIOR_SETS]
    present = [name for name, section in sections.items() if section.subsets]
    wanted = {
        "score": list(sections) if scores.score is not None else [],
        "without_prior_sets": core if scores.without_prior_sets is not None else [],
        "partial_score": present if scores.score is None else [],
    }
    found: dict[str, Any] = {}
    for key, names in wanted.items():
        shares = {
            subset: share
            for name in names
            for subset, share in subset_shares(name, sections[name]).items()
        }
        found[key] = weighted_mean(_in(standing, shares), shares) if shares else None
        found[f"{key}_gate_minus"] = _minus(standing, reference, shares) if shares else None
    return found


def _section(
    name: str, section: SectionScore, standing: Standing, reference: Standing | None
) -> dict[str, Any]:
    shares = subset_shares(name, section) if section.subsets else {}
    return {
        "name": name,
        "weight": section.weight,
        "complete": section.complete,
        "gaps": list(section.gaps),
        "accuracy": weighted_mean(_in(standing, shares), shares) if shares else None,
        "gate_minus": _minus(standing, reference, shares) if shares else None,
    }


def _minus(standing: Standing, reference: Standing | None, shares: dict[str, float]) -> Any:
    if reference is None:
        return None
    return ahead(_in(reference, shares), _in(standing, shares), shares)


def _in(standing: Standing, subsets: dict[str, float]) -> Standing:
    return standing.at(np.flatnonzero(np.isin(standing.subsets, list(subsets))))


def _part(standing: Standing, reference: Standing | None) -> dict[str, Any]:
    return {
        "accuracy": plain_mean(standing),
        "gate_minus": None if reference is None else ahead(reference, standing),
    }


def _parts(
    standing: Standing, reference: Standing | None, of: Callable[[int], str | None]
) -> list[dict[str, Any]]:
    """Return a line for each part that a pair's place belongs to; None is none."""
    rows_of: dict[str, list[int]] = {}
    for row, place in enumerate(standing.places.tolist()):
        name = of(place)
        if name is not None:
            rows_of.setdefault(name, []).append(row)
    return [
        {"name": name, "pairs": len(rows), **_part(standing.at(rows), reference)}
        for name, rows in sorted(rows_of.items())
    ]


def _categories(standing: Standing, reference: Standing | None) -> list[dict[str, Any]]:
    """Return a line for each category outside RewardBench, all its pairs alike."""
    pairs = standing.pairs

    def category(place: int) -> str | None:
        if section_of(pairs.subsets[place]) is not None:
            return None
        return pairs.categories[place] or _NO_CATEGORY

    return _parts(standing, reference, category)


def _subsets(standing: Standing, reference: Standing | None) -> list[dict[str, Any]]:
    """Return a line for each subset, in the benchmark's own order, then the others by name."""
    known = [name for layout in SECTIONS.values() for name in layout.subsets]
    order = {name: place for place, name in enumerate(known)}
    pairs = standing.pairs
    found = _parts(standing, reference, lambda place: str(pairs.subsets[place]))
    return sorted(
        ({**part, "section": section_of(part["name"])} for part in found),
        key=lambda part: (order.get(part["name"], len(order)), part["name"]),
    )
