"""Rows as arrays: ratings by conversation, and pairs by prompt, each with its split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from armo.conversation import conversation_key
from armo.data import PreferenceRow, RatingRow
from armo.features import FeatureStore, Request
from armo.objectives import Objective
from armo.regression import Block
from armo.splits import TRAIN, split_codes


@dataclass(frozen=True)
class RatingTable:
    """Rated conversations that were read.

    Attributes:
        keys: Conversation of each row.
        ratings: Unit-scale ratings, NaN = missing, shape `[rows, objectives]`.
        groups: Decide the split.
        splits: Index into `armo.splits.SPLITS`.
    """

    keys: list[str]
    ratings: Float64[np.ndarray, "rows objectives"]
    groups: list[str]
    splits: NDArray[np.int8]

    def blocks(self, store: FeatureStore) -> Iterator[Block]:
        """Yield features and ratings, shard by shard of the store."""
        rows_of: dict[str, list[int]] = {}
        for row, key in enumerate(self.keys):
            rows_of.setdefault(key, []).append(row)
        for block in store.blocks():
            places = [
                (place, row) for place, key in enumerate(block.keys) for row in rows_of.get(key, ())
            ]
            if places:
                where, rows = np.array(places).T
                yield Block(block.features[where], self.ratings[rows], self.splits[rows])


@dataclass(frozen=True)
class PairTable:
    """Preference pairs whose responses were both read.

    Attributes:
        prompts: Key of each distinct prompt.
        prompt_index: Place of each pair's prompt in `prompts`.
        chosen: Conversation of each preferred response.
        rejected: Conversation of each other response.
        groups: Decide the split.
        splits: Index into `armo.splits.SPLITS`.
        sources: Data set of each pair.
    """

    prompts: list[str]
    prompt_index: Int64[np.ndarray, " pairs"]
    chosen: list[str]
    rejected: list[str]
    groups: list[str]
    splits: NDArray[np.int8]
    sources: list[str]

    def responses(self, split: int, sources: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        """Return the distinct responses of a split's pairs, with the prompt of each.

        Args:
            split: Index into `armo.splits.SPLITS`.
            sources: Only pairs of these; all of them where it is empty.
        """
        prompt_of: dict[str, str] = {}
        for pair in np.flatnonzero(self.splits == split):
            if sources and self.sources[pair] not in sources:
                continue
            for key in (self.chosen[pair], self.rejected[pair]):
                prompt_of[key] = self.prompts[self.prompt_index[pair]]
        return list(prompt_of), list(prompt_of.values())


def requests(ratings: Sequence[RatingRow], pairs: Sequence[PreferenceRow]) -> Iterator[Request]:
    """Yield what must be read: each rated response, and both responses of each pair."""
    for rating in ratings:
        yield Request(str(rating.id), rating.messages, "ratings")
    for pair in pairs:
        chosen, rejected = pair.conversations()
        yield Request(str(pair.id), chosen, "preferences, chosen")
        yield Request(str(pair.id), rejected, "preferences, rejected")


def rating_table(
    rows: Sequence[RatingRow], objectives: Sequence[Objective], store: FeatureStore
) -> RatingTable:
    """Return the rated rows that were read, with ratings in unit scale."""
    kept, keys = [], []
    for row in rows:
        key = conversation_key(row.messages)
        if key in store:
            kept.append(row)
            keys.append(key)
    ratings = np.full((len(kept), len(objectives)), np.nan)
    for column, objective in enumerate(objectives):
        for index, row in enumerate(kept):
            value = row.ratings.get(objective.name)
            if value is not None:
                ratings[index, column] = objective.to_unit(float(value))
    groups = [row.split_group() for row in kept]
    return RatingTable(keys, ratings, groups, split_codes(groups))


def pair_table(rows: Sequence[PreferenceRow], store: FeatureStore) -> PairTable:
    """Return the pairs whose responses were both read."""
    prompts: dict[str, int] = {}
    index, chosen, rejected, kept = [], [], [], []
    for row in rows:
        good, bad = (conversation_key(messages) for messages in row.conversations())
        if good in store and bad in store:
            index.append(prompts.setdefault(conversation_key(row.prompt), len(prompts)))
            chosen.append(good)
            rejected.append(bad)
            kept.append(row)
    groups = [row.split_group() for row in kept]
    return PairTable(
        prompts=list(prompts),
        prompt_index=np.array(index, dtype=np.int64),
        chosen=chosen,
        rejected=rejected,
        groups=groups,
        splits=split_codes(groups),
        sources=[row.source for row in kept],
    )


def add_length(
    table: RatingTable, objectives: Sequence[Objective], store: FeatureStore, name: str
) -> tuple[RatingTable, list[Objective]]:
    """Add the computed objective log(1 + response tokens), scaled to [0, 1] on the training rows.

    Every row carries it, so the regression learns it like any other objective.
    """
    lengths = np.log1p(store.response_tokens(table.keys))
    train = lengths[table.splits == TRAIN]
    low, high = float(train.min(initial=np.inf)), float(train.max(initial=-np.inf))
    if not low < high:
        low, high = 0.0, 1.0
    objective = Objective(
        name=name, low=low, high=high, source="log(1 + response tokens)", computed=True
    )
    ratings = np.column_stack([table.ratings, objective.to_unit(lengths)])
    added = RatingTable(table.keys, ratings, table.groups, table.splits)
    return added, [*objectives, objective]
