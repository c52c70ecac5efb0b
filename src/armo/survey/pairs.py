"""What pairs look like: length, margins, and preferences that contradict one another."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from armo.evaluate.bootstrap import bootstrap_mean
from armo.survey.agreement import RESAMPLES, Range
from armo.survey.lengths import Spread
from armo.survey.objectives import Bar, histogram
from armo.survey.tables import Floats, Ints, Pairs, Responses, kind_order


class Margins(msgspec.Struct, frozen=True):
    """The margins that pairs state as `meta.margin`.

    Attributes:
        pairs: Pairs that state one.
        zero: Those with a margin of 0: ties.
        negative: Those with one below 0, which contradicts the order of the pair.
        spread: Quantiles.
        bars: Histogram.
    """

    pairs: int
    zero: int
    negative: int
    spread: Spread
    bars: list[Bar]


class PairFigures(msgspec.Struct, frozen=True):
    """Pairs of one source in files of one kind.

    Attributes:
        kind: `preferences` or `benchmark`.
        source: The source; `all` for all pairs of the kind.
        pairs: How many.
        prompts: Prompts they are of.
        equal: Pairs of two equal responses.
        same_length: Pairs of responses with as many characters.
        longer: Share of pairs whose chosen response is longer, among those that differ in length;
            None if none does.
        ratio: Median of chosen characters over rejected characters, where both have some.
        margins: None if no pair states one.
    """

    kind: str
    source: str
    pairs: int
    prompts: int
    equal: int
    same_length: int
    longer: Range | None
    ratio: float | None
    margins: Margins | None


class Conflicts(msgspec.Struct, frozen=True):
    """Preferences that can't all hold.

    Attributes:
        distinct: Distinct pairs, whichever is chosen.
        repeated: Of these, pairs that stand in several rows.
        both_orders: Of these, pairs that stand in both orders.
        prompts: Prompts with a pair in both orders.
        in_cycles: Responses in longer cycles (A over B over C over A), pairs in both orders left out.
        prompts_in_cycles: Their prompts.
    """

    distinct: int
    repeated: int
    both_orders: int
    prompts: int
    in_cycles: int
    prompts_in_cycles: int


class ResponsesEach(msgspec.Struct, frozen=True):
    """How many prompts have so many distinct responses in pairs."""

    responses: int
    prompts: int


def pair_figures(pairs: Pairs, responses: Responses) -> list[PairFigures]:
    """Return the figures of all pairs of each kind, and of each source where a kind has several."""
    part = responses.part[pairs.chosen]
    found: list[PairFigures] = []
    for kind in sorted({responses.parts[code][0] for code in np.unique(part)}, key=kind_order):
        of_kind = responses.of_kind(kind)[pairs.chosen]
        codes = np.unique(part[of_kind])
        if len(codes) > 1:
            found.append(_figures(kind, "all", of_kind, pairs, responses))
        sources = [
            _figures(kind, responses.parts[code][1], part == code, pairs, responses)
            for code in codes
        ]
        found.extend(sorted(sources, key=lambda figures: (-figures.pairs, figures.source)))
    return found


def conflicts(pairs: Pairs, responses: Responses) -> Conflicts:
    """Return how many preferences contradict others.

    A response is known by its whole conversation, so pairs of different prompts never meet.
    """
    winner, loser = responses.key[pairs.chosen], responses.key[pairs.rejected]
    unequal = winner != loser
    winner, loser = winner[unequal], loser[unequal]
    prompt = responses.prompt[pairs.chosen][unequal]
    ends = np.stack([np.minimum(winner, loser), np.maximum(winner, loser)], axis=1)
    _, first, code, counts = np.unique(
        ends, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    code = code.reshape(-1)
    forward = np.bincount(code, winner < loser, minlength=len(counts))
    both = (forward > 0) & (forward < counts)
    once = first[~both]
    cyclic = _in_cycles(winner[once], loser[once])
    touched = np.isin(winner[once], cyclic) & np.isin(loser[once], cyclic)
    return Conflicts(
        distinct=len(counts),
        repeated=int((counts > 1).sum()),
        both_orders=int(both.sum()),
        prompts=len(np.unique(prompt[first[both]])),
        in_cycles=len(cyclic),
        prompts_in_cycles=len(np.unique(prompt[once][touched])),
    )


def responses_each(pairs: Pairs, responses: Responses) -> list[ResponsesEach]:
    """Return how many prompts have 2, 3, … distinct responses in pairs."""
    rows = np.concatenate([pairs.chosen, pairs.rejected])
    known = np.unique(np.stack([responses.prompt[rows], responses.key[rows]], axis=1), axis=0)
    _, each = np.unique(known[:, 0], return_counts=True)
    numbers, prompts = np.unique(each, return_counts=True)
    return [
        ResponsesEach(int(number), int(count))
        for number, count in zip(numbers, prompts, strict=True)
    ]


def _figures(
    kind: str, source: str, chosen: NDArray[np.bool_], pairs: Pairs, responses: Responses
) -> PairFigures:
    better, worse = pairs.chosen[chosen], pairs.rejected[chosen]
    difference = responses.characters[better] - responses.characters[worse]
    stated = chosen[pairs.margin_pairs]
    return PairFigures(
        kind=kind,
        source=source,
        pairs=len(better),
        prompts=len(np.unique(responses.prompt[better])),
        equal=int((responses.key[better] == responses.key[worse]).sum()),
        same_length=int((difference == 0).sum()),
        longer=_longer(difference, responses.group[better]),
        ratio=_ratio(responses.characters[better], responses.characters[worse]),
        margins=_margins(pairs.margins[stated]),
    )


def _longer(difference: Ints, groups: NDArray[np.uint64]) -> Range | None:
    unequal = difference != 0
    if not unequal.any():
        return None
    found = bootstrap_mean(difference[unequal] > 0, groups[unequal], resamples=RESAMPLES)
    return Range(found.estimate, found.low, found.high)


def _ratio(better: Ints, worse: Ints) -> float | None:
    some = (better > 0) & (worse > 0)
    return float(np.median(better[some] / worse[some])) if some.any() else None


def _margins(margins: Floats) -> Margins | None:
    if not len(margins):
        return None
    return Margins(
        pairs=len(margins),
        zero=int((margins == 0).sum()),
        negative=int((margins < 0).sum()),
        spread=Spread(*np.quantile(margins, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]).tolist()),
        bars=histogram(margins, (float(margins.min()), float(margins.max()))),
    )


def _in_cycles(winner: NDArray[np.uint64], loser: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the keys of responses that can be reached from themselves."""
    if not len(winner):
        return winner
    keys, code = np.unique(np.concatenate([winner, loser]), return_inverse=True)
    edges = (np.ones(len(winner), dtype=np.int8), (code[: len(winner)], code[len(winner) :]))
    graph = coo_array(edges, shape=(len(keys), len(keys))).tocsr()
    _, label = connected_components(graph, directed=True, connection="strong")
    cyclic: NDArray[np.uint64] = keys[np.bincount(label)[label] > 1]
    return cyclic
