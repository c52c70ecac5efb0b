"""The results of one system beside the rows that they are about, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from armo.benchmark.accuracies import Resampling
from armo.conversation import conversation_key
from armo.data import BenchmarkRow
from armo.evaluate import Accuracy, Interval, bootstrap_mean, bootstrap_strata
from armo.leaderboard.judged import JudgedPair
from armo.leaderboard.judging import Rows


@dataclass(frozen=True)
class Pairs:
    """The pairs of a benchmark, whoever judges them.

    Attributes:
        ids: Of the rows.
        subsets: Of the rows.
        categories: Of the rows; empty where a row has none.
        groups: What each row is drawn with when intervals are made.
        keys: Keys of the chosen and of the rejected conversation.
        prompts: Key of each prompt.
        lengths: Lengths of the chosen and of the rejected response; None where they are not known.
        unit: What lengths are counted in.
        how: How intervals are drawn.
    """

    ids: list[str]
    subsets: NDArray[np.object_]
    categories: list[str]
    groups: list[str]
    keys: list[tuple[str, str]]
    prompts: list[str]
    lengths: list[tuple[int, int] | None]
    unit: str
    how: Resampling

    @property
    def place(self) -> dict[str, int]:
        """Where each id stands."""
        return {row_id: place for place, row_id in enumerate(self.ids)}


def pairs_of(rows: Rows, lengths: Mapping[str, tuple[int, int]] | None, how: Resampling) -> Pairs:
    """Return the pairs of a benchmark.

    Args:
        rows: Ids and rows.
        lengths: By id, tokens of the chosen and the rejected response; without them characters are
            counted.
        how: How intervals are drawn.
    """
    own = [row for _, row in rows]
    conversations = [row.conversations() for row in own]
    return Pairs(
        ids=[row_id for row_id, _ in rows],
        subsets=np.array([row.subset for row in own], dtype=object),
        categories=[row.category for row in own],
        groups=[row.split_group() for row in own],
        keys=[(conversation_key(one), conversation_key(other)) for one, other in conversations],
        prompts=[conversation_key(one[:-1]) for one, _ in conversations],
        lengths=[_characters(row) for row in own]
        if lengths is None
        else [lengths.get(row_id) for row_id, _ in rows],
        unit="characters" if lengths is None else "tokens",
        how=how,
    )


@dataclass(frozen=True)
class Standing:
    """What a system judged of a benchmark.

    Attributes:
        pairs: The benchmark.
        places: Of the pairs that were judged.
        credit: What each of these counts: 1, 0, or 0.5 where it was left open.
        margins: Score of the chosen minus that of the rejected response; None if the system gives
            none.
        scores: Scores of the chosen and of the rejected response; None likewise.
    """

    pairs: Pairs
    places: Int64[np.ndarray, " judged"]
    credit: Float64[np.ndarray, " judged"]
    margins: Float64[np.ndarray, " judged"] | None
    scores: Float64[np.ndarray, "judged 2"] | None

    @property
    def subsets(self) -> NDArray[np.object_]:
        """Subset of each pair that was judged."""
        found: NDArray[np.object_] = self.pairs.subsets[self.places]
        return found

    def at(self, rows: Sequence[int] | NDArray[np.integer]) -> Standing:
        """Return the standing on some of the judged pairs."""
        chosen = np.asarray(rows, dtype=np.int64)
        return Standing(
            self.pairs,
            self.places[chosen],
            self.credit[chosen],
            None if self.margins is None else self.margins[chosen],
            None if self.scores is None else self.scores[chosen],
        )

    def groups(self) -> list[str]:
        """Return what each judged pair is drawn with."""
        return [self.pairs.groups[place] for place in self.places]

    def beside(self, other: Standing) -> tuple[Standing, Standing]:
        """Return both standings on the pairs that both judged, in the same order."""
        _, own, others = np.intersect1d(self.places, other.places, return_indices=True)
        return self.at(own), other.at(others)


def standing_of(pairs: Pairs, judged: Sequence[JudgedPair]) -> Standing:
    """Return the results of a system as arrays; pairs that it could not judge are left out."""
    place = pairs.place
    found = [one for one in judged if one.credit is not None]
    margins = [one.margin for one in found if one.margin is not None]
    scores = [one.scores for one in found if one.scores is not None]
    return Standing(
        pairs=pairs,
        places=np.array([place[one.id] for one in found], dtype=np.int64),
        credit=np.array([one.credit for one in found], dtype=np.float64),
        margins=np.array(margins) if found and len(margins) == len(found) else None,
        scores=np.array(scores) if found and len(scores) == len(found) else None,
    )


def plain_mean(standing: Standing) -> Accuracy:
    """Return the share of pairs won, every pair alike; at least one."""
    how = standing.pairs.how
    mean = bootstrap_mean(
        standing.credit, standing.groups(), resamples=how.resamples, level=how.level
    )
    return _with_ties(mean, standing)


def weighted_mean(standing: Standing, weights: Mapping[str, float]) -> Accuracy:
    """Return the mean of the subsets' accuracies, each counted by a weight of its own."""
    how = standing.pairs.how
    mean = bootstrap_strata(
        standing.credit,
        standing.subsets.tolist(),
        weights,
        standing.groups(),
        resamples=how.resamples,
        level=how.level,
    )
    return _with_ties(mean, standing)


def ahead(
    reference: Standing, standing: Standing, weights: Mapping[str, float] | None = None
) -> Interval | None:
    """Return what the reference gains on a system, on the pairs that both judged; None without any.

    Whole groups are drawn with both systems' results, so what they share cancels out.

    Args:
        reference: The system that differences are taken from.
        standing: The other one.
        weights: What each subset counts; every pair alike without them.
    """
    ours, theirs = reference.beside(standing)
    if not len(ours.places):
        return None
    gained, how = ours.credit - theirs.credit, ours.pairs.how
    if weights is None:
        return bootstrap_mean(gained, ours.groups(), resamples=how.resamples, level=how.level)
    return bootstrap_strata(
        gained,
        ours.subsets.tolist(),
        weights,
        ours.groups(),
        resamples=how.resamples,
        level=how.level,
    )


def _with_ties(mean: Interval, standing: Standing) -> Accuracy:
    undecided = standing.credit == 0.5
    if standing.margins is not None:
        undecided |= standing.margins == 0
    return Accuracy(
        mean.estimate,
        mean.low,
        mean.high,
        mean.count,
        mean.groups,
        mean.level,
        ties=int(undecided.sum()),
    )


def _characters(row: BenchmarkRow) -> tuple[int, int]:
    from armo.conversation import text_of

    chosen, rejected = row.conversations()
    return len(text_of(chosen[-1])), len(text_of(rejected[-1]))
