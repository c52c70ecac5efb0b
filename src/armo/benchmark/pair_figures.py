"""What eval.json says of pairs: subsets, RewardBench's sections, other categories, length, weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from armo.benchmark.accuracies import Resampling, plain_accuracies, weighted_accuracies
from armo.benchmark.common import length_figures, mean_weights
from armo.benchmark.judging import Judged
from armo.benchmark.pairs import margins, sides
from armo.data import BenchmarkRow
from armo.evaluate import Scores, SectionScore, rewardbench, subset_shares
from armo.evaluate.rewardbench_sets import PRIOR_SETS, SECTIONS, section_of
from armo.gating.result import GATE

# RewardBench in other languages, each of which has fewer pairs.
_TRANSLATED = "m-rewardbench"
# A category that the file leaves open.
_NO_CATEGORY = "(no category)"


def pair_figures(
    judged: Judged[BenchmarkRow], names: list[str], lost_rows: Mapping[str, int], how: Resampling
) -> dict[str, Any]:
    """Return all figures of a benchmark run, as plain values and frozen dataclasses.

    Args:
        judged: Pairs that were scored, at least one.
        names: The model's objectives, in order.
        lost_rows: By subset, pairs that could not be read.
        how: How intervals are drawn.
    """
    subsets = np.array([row.subset for row in judged.rows], dtype=object)
    scores = rewardbench(margins(judged, GATE) > 0, [str(name) for name in subsets])
    in_order = _ordered(dict.fromkeys(subsets))
    return {
        "rewardbench": _rewardbench(judged, subsets, scores, how),
        "categories": _categories(judged, how),
        "all_categories": _all_categories(judged, how),
        "subsets": [
            _subset(judged, name, np.flatnonzero(subsets == name), names, how)
            | {"unreadable": lost_rows.get(name, 0)}
            for name in in_order
        ],
        "lost_subsets": {
            name: count for name, count in lost_rows.items() if name not in set(in_order)
        },
        "length": length_figures(judged),
    }


def _rewardbench(
    judged: Judged[BenchmarkRow], subsets: NDArray[np.object_], scores: Scores, how: Resampling
) -> dict[str, Any] | None:
    """Return sections and scores; None if the file has nothing of RewardBench."""
    sections = {**scores.sections, PRIOR_SETS: scores.prior_sets}
    if not any(section.subsets for section in sections.values()):
        return None
    core = [name for name in sections if name != PRIOR_SETS]

    def of(*wanted: str) -> dict[str, Any]:
        weights = {
            name: share
            for one in wanted
            for name, share in subset_shares(one, sections[one]).items()
        }
        pairs = np.flatnonzero(np.isin(subsets, list(weights)))
        return weighted_accuracies(judged, pairs, weights, how)

    return {
        "partial": scores.partial,
        "score": None if scores.score is None else of(*sections),
        "without_prior_sets": None if scores.without_prior_sets is None else of(*core),
        "translated": _translated(judged, scores, lambda: of(*core), how),
        "sections": [
            _section(name, section) | (of(name) if section.subsets else {})
            for name, section in sections.items()
        ],
    }


def _translated(
    judged: Judged[BenchmarkRow],
    scores: Scores,
    mean: Callable[[], dict[str, Any]],
    how: Resampling,
) -> dict[str, Any] | None:
    """Return the figures of M-RewardBench, which ask for no completeness; None for anything else.

    A language lacks some of RewardBench's pairs, so by its counts no section would ever be complete.
    The benchmark's own figures are the sections by RewardBench's counts, their mean, and the accuracy
    on all pairs alike.
    """
    if any(row.source != _TRANSLATED for row in judged.rows):
        return None
    everything = np.arange(len(judged.rows), dtype=np.int64)
    present = all(section.subsets for section in scores.sections.values())
    return {
        "mean": mean() if present else None,
        "all_pairs": plain_accuracies(judged, everything, how),
    }


def _section(name: str, section: SectionScore) -> dict[str, Any]:
    return {
        "name": name,
        "weight": section.weight,
        "complete": section.complete,
        "expected": sum(subset.pairs for subset in SECTIONS[name].subsets.values()),
        "gaps": list(section.gaps),
    }


def _categories(judged: Judged[BenchmarkRow], how: Resampling) -> list[dict[str, Any]]:
    """Return a line for each category outside RewardBench, all its pairs alike."""
    pairs_of: dict[str, list[int]] = {}
    for pair, row in enumerate(judged.rows):
        if section_of(row.subset) is None:
            pairs_of.setdefault(row.category or _NO_CATEGORY, []).append(pair)
    return [
        {
            "name": name,
            "subsets": sorted({judged.rows[pair].subset for pair in pairs}),
            **plain_accuracies(judged, np.array(pairs, dtype=np.int64), how),
        }
        for name, pairs in sorted(pairs_of.items())
    ]


def _all_categories(judged: Judged[BenchmarkRow], how: Resampling) -> dict[str, Any] | None:
    """Return the accuracy on all pairs outside RewardBench alike; None unless they have categories."""
    outside = [pair for pair, row in enumerate(judged.rows) if section_of(row.subset) is None]
    if len({judged.rows[pair].category for pair in outside}) < 2:
        return None
    return plain_accuracies(judged, np.array(outside, dtype=np.int64), how)


def _subset(
    judged: Judged[BenchmarkRow],
    name: str,
    pairs: Int64[np.ndarray, " pairs"],
    objectives: list[str],
    how: Resampling,
) -> dict[str, Any]:
    section = section_of(name)
    prompts = np.unique(judged.prompt[pairs])
    return {
        "name": name,
        "section": section,
        "categories": sorted(Counter(judged.rows[pair].category for pair in pairs)),
        "pairs": len(pairs),
        "expected": None if section is None else SECTIONS[section].subsets[name].pairs,
        "prompts": len(prompts),
        **plain_accuracies(judged, pairs, how),
        "weights": mean_weights(judged, pairs, objectives),
        "alone": dict(zip(objectives, _alone(judged, pairs).tolist(), strict=True)),
    }


def _alone(
    judged: Judged[BenchmarkRow], pairs: Int64[np.ndarray, " pairs"]
) -> Float64[np.ndarray, " objectives"]:
    """Return the accuracy that each debiased objective has by itself; a tie is lost."""
    chosen, rejected = (side[pairs] for side in sides(judged))
    won: Float64[np.ndarray, " objectives"]
    won = (judged.debiased[chosen] > judged.debiased[rejected]).mean(axis=0)
    return won


def _ordered(found: Mapping[str, None]) -> list[str]:
    """Return subsets in the benchmark's own order, then the others by name."""
    known = [name for layout in SECTIONS.values() for name in layout.subsets if name in found]
    return known + sorted(name for name in found if section_of(name) is None)
