"""A training set: checked rows, the objectives that they name, and the rows that were left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from armo.data.files import RowT, read_rows
from armo.data.limits import limit_rows
from armo.data.rows import PreferenceRow, RatingRow
from armo.data.sample import generate
from armo.errors import DataError, nearest
from armo.objectives import Objective
from armo.rejects import Reject

SAMPLE = "sample"


@dataclass(frozen=True)
class SampleSettings:
    """The generated sample; `prompts = 0` means its usual size."""

    seed: int = 0
    prompts: int = 0


@dataclass(frozen=True)
class LimitSettings:
    """Most rows of a source, by source; others are kept whole."""

    ratings: dict[str, int] = field(default_factory=dict)
    preferences: dict[str, int] = field(default_factory=dict)


@dataclass
class Dataset:
    """Rows to train on.

    Attributes:
        ratings: Absolute ratings, stage 1.
        preferences: Pairs, stage 2.
        objectives: Every objective that is rated, in order of first appearance.
        rejects: Rows that can't be used.
        left_out: Rows beyond a source's limit.
    """

    ratings: list[RatingRow] = field(default_factory=list)
    preferences: list[PreferenceRow] = field(default_factory=list)
    objectives: list[Objective] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    left_out: list[Reject] = field(default_factory=list)


def load_dataset(
    ratings: Iterable[str],
    preferences: Iterable[str],
    sample: SampleSettings,
    limits: LimitSettings | None = None,
) -> Dataset:
    """Read all sources of a recipe.

    Args:
        ratings: `sample`, or files of rating rows.
        preferences: `sample`, or files of preference rows.
        sample: Seed and size of the generated sample, where it is named.
        limits: Most rows of a source.

    Raises:
        DataError: If a file can't be read, a limit names a source that has no rows, or two rows give
            one objective different scales.
    """
    ratings, preferences = list(ratings), list(preferences)
    dataset = Dataset()
    if SAMPLE in [*ratings, *preferences]:
        generated = (
            generate(sample.seed, sample.prompts) if sample.prompts else generate(sample.seed)
        )
    for source in ratings:
        if source == SAMPLE:
            dataset.ratings += generated.ratings
        else:
            dataset.ratings += _rows(source, RatingRow, dataset)
    for source in preferences:
        if source == SAMPLE:
            dataset.preferences += generated.preferences
        else:
            dataset.preferences += _rows(source, PreferenceRow, dataset)
    _limit(dataset, limits or LimitSettings())
    dataset.objectives = infer_objectives(dataset.ratings)
    return dataset


def _limit(dataset: Dataset, limits: LimitSettings) -> None:
    dataset.ratings, fewer = limit_rows(dataset.ratings, limits.ratings, "data.limits.ratings")
    dataset.preferences, also = limit_rows(
        dataset.preferences, limits.preferences, "data.limits.preferences"
    )
    dataset.left_out = [*fewer, *also]


def _rows(source: str, row_type: type[RowT], dataset: Dataset) -> list[RowT]:
    return [row for _, row in read_rows(Path(source), row_type, dataset.rejects.append)]


def infer_objectives(rows: Iterable[RatingRow]) -> list[Objective]:
    """Return the objectives that rows rate, with the scale and sources that the rows give.

    Raises:
        DataError: If two rows give one objective different scales.
    """
    scales: dict[str, tuple[float, float]] = {}
    sources: dict[str, dict[str, None]] = {}
    only_booleans: dict[str, bool] = {}
    for row in rows:
        for name, value in row.rated():
            scale = row.scale[name]
            assert scale is not None  # noqa: S101 - RatingRow.check refuses rows without
            if scales.setdefault(name, scale) != scale:
                raise DataError(
                    f"row '{row.id}': objective '{name}' has the scale {list(scale)}, earlier rows "
                    f"{list(scales[name])}; give one of them another name"
                )
            sources.setdefault(name, {})[row.source] = None
            only_booleans[name] = only_booleans.get(name, True) and value in scale
    return [
        Objective(
            name=name,
            low=low,
            high=high,
            source=", ".join(sources[name]),
            boolean=only_booleans[name] and (low, high) == (0, 1),
        )
        for name, (low, high) in scales.items()
    ]


def select_objectives(
    found: list[Objective], keep: list[str] | None, unit_map: Mapping[str, tuple[float, float]]
) -> list[Objective]:
    """Return the objectives to learn: all, or those named, with changed unit maps.

    Raises:
        DataError: If a name is not rated in the data.
    """
    known = {objective.name: objective for objective in found}
    for name in [*(keep or ()), *unit_map]:
        if name not in known:
            raise DataError(f"objective '{name}' is not rated in the data{nearest(name, known)}")
    kept = [known[name] for name in keep] if keep is not None else found
    return [
        msgspec.structs.replace(
            objective, **dict(zip(("unit_low", "unit_high"), unit_map[objective.name], strict=True))
        )
        if objective.name in unit_map
        else objective
        for objective in kept
    ]
