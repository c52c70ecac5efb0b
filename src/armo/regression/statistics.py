"""Statistics: all that stage 1 needs to know of the data, in one pass, and it adds up.

Objectives that are rated on exactly the same rows share one Gram matrix. Which do is known only at the
end: two may share all rows of one block and part in the next. So the objectives are kept as a
partition, and adding two statistics takes the common refinement of their partitions: objectives stay
together while, and only while, every part had them together; when they part, each side goes on from
the shared matrix. That is exact, needs no list of missing-value patterns, and keeps at most k matrices
of d × d for train and k for validation, whatever is missing (while two statistics are added, theirs
and the sum's are in memory). Rare missing values in one objective cost one more matrix and never more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from jaxtyping import Bool, Float, Int

from armo.errors import InputError
from armo.regression.block import Block, gather
from armo.regression.moments import Moments, Rows, merge, moments_of
from armo.splits import TEST, TRAIN, VALIDATION


@dataclass(frozen=True, eq=False)
class RowSets:
    """The statistics of one split, for every distinct set of rows that carries an objective.

    Attributes:
        labels: The row set of every objective, an index into `sets`; length k.
        sets: Statistics of the row sets. Within one, objectives are in ascending order.
    """

    labels: tuple[int, ...]
    sets: tuple[Moments, ...]

    def members(self, label: int) -> list[int]:
        """Return the objectives that are rated on exactly the rows of a set."""
        return [objective for objective, found in enumerate(self.labels) if found == label]

    def find(self, objective: int) -> tuple[Moments, int]:
        """Return the statistics of an objective's rows, and its column in them."""
        label = self.labels[objective]
        return self.sets[label], self.members(label).index(objective)

    @property
    def counts(self) -> list[int]:
        """Number of ratings of every objective."""
        return [self.sets[label].count for label in self.labels]

    def __add__(self, other: RowSets) -> RowSets:
        pairs = list(zip(self.labels, other.labels, strict=True))
        distinct = list(dict.fromkeys(pairs))
        sets = []
        for mine, theirs in distinct:
            together = [j for j, pair in enumerate(pairs) if pair == (mine, theirs)]
            sets.append(merge(self._part(mine, together), other._part(theirs, together)))
        return RowSets(tuple(distinct.index(pair) for pair in pairs), tuple(sets))

    def _part(self, label: int, objectives: list[int]) -> Moments:
        members = self.members(label)
        if members == objectives:
            return self.sets[label]
        return self.sets[label].select([members.index(objective) for objective in objectives])


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sufficient statistics of ratings given features, by split and by set of rated rows.

    Make them from blocks, anywhere and in any order, and add them (`a + b`): the sum is that of all
    the rows, to rounding. Of test rows only the number of ratings is kept.

    Attributes:
        train: What the weights are fitted on.
        validation: What α is chosen on.
        test_counts: Number of test ratings of every objective.
    """

    train: RowSets
    validation: RowSets
    test_counts: tuple[int, ...]

    @classmethod
    def of(cls, block: Block) -> Statistics:
        """Return the statistics of one block.

        Args:
            block: Rows that fit in memory twice over (they are copied to float64).
        """
        test = ~np.isnan(block.ratings[block.splits == TEST])
        return cls(
            train=_row_sets(block, TRAIN),
            validation=_row_sets(block, VALIDATION),
            test_counts=tuple(int(count) for count in test.sum(axis=0)),
        )

    @property
    def features(self) -> int:
        """Number of features, d."""
        return self.train.sets[0].width

    @property
    def objectives(self) -> int:
        """Number of objectives, k."""
        return len(self.train.labels)

    @property
    def counts(self) -> Int[np.ndarray, "objectives splits"]:
        """Number of ratings by objective and split (train, validation, test), shape `[k, 3]`."""
        columns = (self.train.counts, self.validation.counts, self.test_counts)
        return np.array(columns, dtype=np.int64).T

    def __add__(self, other: Statistics) -> Statistics:
        mine, theirs = (self.features, self.objectives), (other.features, other.objectives)
        if mine != theirs:
            raise InputError(
                f"can't add statistics of {mine[0]} features and {mine[1]} objectives to statistics "
                f"of {theirs[0]} and {theirs[1]}; all must come from one backbone and one list of "
                "objectives"
            )
        return Statistics(
            train=self.train + other.train,
            validation=self.validation + other.validation,
            test_counts=tuple(
                a + b for a, b in zip(self.test_counts, other.test_counts, strict=True)
            ),
        )


def accumulate(blocks: Iterable[Block]) -> Statistics:
    """Return the statistics of all blocks, in one pass and bounded memory.

    Args:
        blocks: Pieces of the data in any order, of any size that fits in memory; small ones are
            joined first.

    Returns:
        The sum of the blocks' statistics: at most k matrices of d × d float64 a split.

    Raises:
        InputError: There is no block, or blocks disagree on the number of features or objectives.
    """
    parts = (Statistics.of(block) for block in gather(iter(blocks)))
    first = next(parts, None)
    if first is None:
        raise InputError("there are no rows to fit: the iterator of blocks is empty")
    return reduce(add, parts, first)


def _row_sets(block: Block, split: int) -> RowSets:
    """Return the statistics of one split of a block.

    Rows that share a pattern of missing values are multiplied once for all the row sets they belong
    to, if they are enough to make a Gram matrix; the rest once for every row set.
    """
    inside = block.splits == split
    features, ratings = block.features[inside], block.ratings[inside]
    observed = ~np.isnan(ratings)
    _, pattern, size = np.unique(observed, axis=0, return_inverse=True, return_counts=True)
    pattern = pattern.reshape(-1)  # numpy 2.0 alone returns a column
    large = np.flatnonzero(size >= features.shape[1])
    rest = ~np.isin(pattern, large)
    parts = [pattern == number for number in large]
    return reduce(
        add,
        (_by_column(features[part], ratings[part], observed[part]) for part in parts),
        _by_column(features[rest], ratings[rest], observed[rest]),
    )


def _by_column(
    features: Float[np.ndarray, "rows features"],
    ratings: Float[np.ndarray, "rows objectives"],
    observed: Bool[np.ndarray, "rows objectives"],
) -> RowSets:
    keys = [column.tobytes() for column in observed.T]
    distinct = list(dict.fromkeys(keys))
    labels = tuple(distinct.index(key) for key in keys)
    sets: list[Moments] = []
    for label in range(len(distinct)):
        members = [objective for objective, found in enumerate(labels) if found == label]
        rows = observed[:, members[0]]
        if rows.any():
            sets.append(moments_of(features[rows], ratings[rows][:, members]))
        else:
            sets.append(_no_rows(features.shape[1], len(members)))
    return RowSets(labels, tuple(sets))


def _no_rows(features: int, objectives: int) -> Rows:
    return Rows(np.empty((0, features)), np.empty((0, objectives)))
