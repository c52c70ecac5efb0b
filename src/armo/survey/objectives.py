"""What the ratings of every objective look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.evaluate.correlation import comparable, spearman, spearman_within
from armo.survey.tables import Floats, Ratings, Responses

# Fewer rows say nothing of a correlation.
FEWEST = 10
_MOST_BARS = 21


class Bar(msgspec.Struct, frozen=True):
    """A part of a histogram: one value, or the values from `low` up to `high`."""

    low: float
    high: float
    count: int


class Distribution(msgspec.Struct, frozen=True):
    """Ratings of one objective, all of them or those of one source.

    Attributes:
        source: The source; empty for all.
        labels: Ratings.
        prompts: Prompts they are of.
        mean: In the units of the scale.
        sd: Standard deviation of these ratings (division by n), likewise.
        at_low: Share at the scale's low end.
        at_high: Share at its high end.
        distinct: Distinct values.
        commonest: The value met most often.
        commonest_share: Its share.
        bars: Histogram.
    """

    source: str
    labels: int
    prompts: int
    mean: float
    sd: float
    at_low: float
    at_high: float
    distinct: int
    commonest: float
    commonest_share: float
    bars: list[Bar]


class ObjectiveFigures(msgspec.Struct, frozen=True):
    """One objective.

    Attributes:
        name: The objective.
        low: Low end of the scale.
        high: High end of the scale.
        scales: Every scale that rows state; if there are several, all figures are in unit scale.
        overall: All its ratings.
        by_source: Those of each source.
        length: Spearman's correlation with the response's characters; None if either is constant or
            fewer than 10 responses are rated.
        length_within: The same within prompts, where a prompt has several rated responses.
        rows_within: Rows behind `length_within`.
    """

    name: str
    low: float
    high: float
    scales: list[tuple[float, float]]
    overall: Distribution
    by_source: list[Distribution]
    length: float | None
    length_within: float | None
    rows_within: int


def describe_objectives(ratings: Sequence[Ratings], responses: Responses) -> list[ObjectiveFigures]:
    """Return the figures of every objective, in order."""
    return [_describe(objective, responses) for objective in ratings]


def histogram(values: Floats, scale: tuple[float, float]) -> list[Bar]:
    """Return one bar a value where there are few, else twenty of equal width over the scale."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= _MOST_BARS:
        return [
            Bar(float(value), float(value), int(count))
            for value, count in zip(distinct, counts, strict=True)
        ]
    heights, edges = np.histogram(values, bins=_MOST_BARS - 1, range=scale)
    return [
        Bar(float(low), float(high), int(count))
        for low, high, count in zip(edges[:-1], edges[1:], heights, strict=True)
    ]


def rank_correlation(x: NDArray[np.generic], y: NDArray[np.generic]) -> float | None:
    """Return Spearman's correlation, or None with fewer than 10 rows or where either is constant."""
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return spearman(x, y)


def _describe(objective: Ratings, responses: Responses) -> ObjectiveFigures:
    values, scale = objective.shown, objective.shown_scale
    prompts = responses.prompt[objective.rows]
    parts = responses.part[objective.rows]
    sources = [
        _of_source(values, prompts, parts == part, part, responses, scale)
        for part in np.unique(parts)
    ]
    characters = responses.characters[objective.rows]
    within, rows_within = _within(values, np.log1p(characters), prompts)
    return ObjectiveFigures(
        name=objective.name,
        low=scale[0],
        high=scale[1],
        scales=sorted(objective.scales),
        overall=_distribution("", values, prompts, scale),
        by_source=sorted(sources, key=lambda figures: (-figures.labels, figures.source)),
        length=rank_correlation(values, characters),
        length_within=within,
        rows_within=rows_within,
    )


def _of_source(
    values: Floats,
    prompts: NDArray[np.uint64],
    chosen: NDArray[np.bool_],
    part: np.int32,
    responses: Responses,
    scale: tuple[float, float],
) -> Distribution:
    source = responses.parts[int(part)][1]
    return _distribution(source, values[chosen], prompts[chosen], scale)


def _distribution(
    source: str, values: Floats, prompts: NDArray[np.uint64], scale: tuple[float, float]
) -> Distribution:
    commonest, count = min(
        Counter(values.tolist()).items(), key=lambda entry: (-entry[1], entry[0])
    )
    return Distribution(
        source=source,
        labels=len(values),
        prompts=len(np.unique(prompts)),
        mean=float(values.mean()),
        sd=float(values.std()),
        at_low=float((values == scale[0]).mean()),
        at_high=float((values == scale[1]).mean()),
        distinct=len(np.unique(values)),
        commonest=commonest,
        commonest_share=count / len(values),
        bars=histogram(values, scale),
    )


def _within(
    values: Floats, lengths: Floats, prompts: NDArray[np.uint64]
) -> tuple[float | None, int]:
    codes = np.unique(prompts, return_inverse=True)[1]
    rows = int(comparable(codes, len(values))[0].sum())
    if rows < FEWEST:
        return None, rows
    found = spearman_within(values, lengths, codes)
    # Zero also stands for "constant within every prompt", of which nothing can be said.
    return (found if found or _varies(values, codes) else None), rows


def _varies(values: Floats, codes: NDArray[np.intp]) -> bool:
    order = np.lexsort((values, codes))
    same_prompt = np.diff(codes[order]) == 0
    return bool((np.diff(values[order])[same_prompt] != 0).any())
