"""Which objectives are rated together, and how they go with one another."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from armo.survey.objectives import rank_correlation
from armo.survey.tables import Ratings, Responses

_MOST_PATTERNS = 40


class Pattern(msgspec.Struct, frozen=True):
    """A set of objectives, and the rows on which just these are rated.

    Attributes:
        objectives: Their names.
        rows: How many rows.
        sources: Sources of these rows.
    """

    objectives: list[str]
    rows: int
    sources: list[str]


class Together(msgspec.Struct, frozen=True):
    """What is rated with what.

    Attributes:
        objectives: Names of all objectives, in order: k of them.
        sources: Sources of ratings: m of them.
        by_source: Ratings by objective and source, shape `[k, m]`.
        patterns: The most frequent patterns, at most 40.
        further_patterns: Patterns beyond those.
        further_rows: Their rows.
        rows: Rows on which both are rated, shape `[k, k]`; on the diagonal, rows that are rated.
        correlations: Spearman's correlation on these rows; None where there are fewer than 10, or
            one of the two is constant on them.
        blocks: Objectives that are linked by rows that rate several of them, as indices; largest
            first. Objectives of different blocks are never rated together.
    """

    objectives: list[str]
    sources: list[str]
    by_source: list[list[int]]
    patterns: list[Pattern]
    further_patterns: int
    further_rows: int
    rows: list[list[int]]
    correlations: list[list[float | None]]
    blocks: list[list[int]]


def rated_together(ratings: Sequence[Ratings], responses: Responses) -> Together:
    """Return patterns of missing ratings, counts by source and correlations among objectives."""
    names = [objective.name for objective in ratings]
    rated = np.zeros((len(responses.part), len(ratings)), dtype=np.bool_)
    for column, objective in enumerate(ratings):
        rated[objective.rows, column] = True
    patterns = _patterns(rated, names, responses)
    rows = [[int((a & b).sum()) for b in rated.T] for a in rated.T]
    codes = [code for code, (kind, _) in enumerate(responses.parts) if kind == "ratings"]
    return Together(
        objectives=names,
        sources=[responses.parts[code][1] for code in codes],
        by_source=[
            np.bincount(responses.part[objective.rows], minlength=len(responses.parts))[
                codes
            ].tolist()
            for objective in ratings
        ],
        patterns=patterns[:_MOST_PATTERNS],
        further_patterns=len(patterns[_MOST_PATTERNS:]),
        further_rows=sum(pattern.rows for pattern in patterns[_MOST_PATTERNS:]),
        rows=rows,
        correlations=_correlations(ratings, len(rated)),
        blocks=_blocks(rows),
    )


def _patterns(
    rated: NDArray[np.bool_], names: Sequence[str], responses: Responses
) -> list[Pattern]:
    used = np.flatnonzero(rated.any(axis=1))
    if not len(used):
        return []
    packed, pattern, counts = np.unique(
        np.packbits(rated[used], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    sources: list[set[str]] = [set() for _ in packed]
    met = np.unique(np.stack([pattern.reshape(-1), responses.part[used]], axis=1), axis=0)
    for number, part in met:
        sources[number].add(responses.parts[part][1])
    found = [
        Pattern(
            [name for name, bit in zip(names, bits, strict=False) if bit],
            int(count),
            sorted(sources[number]),
        )
        for number, (bits, count) in enumerate(
            zip(np.unpackbits(packed, axis=1), counts, strict=True)
        )
    ]
    return sorted(found, key=lambda pattern: (-pattern.rows, pattern.objectives))


def _correlations(ratings: Sequence[Ratings], rows: int) -> list[list[float | None]]:
    matrix: list[list[float | None]] = [[None] * len(ratings) for _ in ratings]
    spread = np.full(rows, np.nan)
    for i, first in enumerate(ratings):
        spread[first.rows] = first.unit
        for j, second in enumerate(ratings[:i]):
            there = ~np.isnan(spread[second.rows])
            value = rank_correlation(spread[second.rows][there], second.unit[there])
            matrix[i][j] = matrix[j][i] = value
        spread[first.rows] = np.nan
        matrix[i][i] = rank_correlation(first.unit, first.unit)
    return matrix


def _blocks(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    if not rows:
        return []
    _, label = connected_components(np.array(rows) > 0, directed=False)
    blocks = [np.flatnonzero(label == block).tolist() for block in range(label.max() + 1)]
    return sorted(blocks, key=lambda block: (-len(block), block))
