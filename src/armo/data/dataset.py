"""A training set: checked rows, the objectives that they name, and the rows that were left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from armo.data.keys import KeySet
from armo.data.limits import RowT, limit_rows
from armo.data.rows import PreferenceRow, RatingRow
from armo.data.sample import generate
from armo.data.sets import Tally
from armo.data.sources import Source, kind_of, open_source
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
        notes: By source, what was met in its rows and how often.
        commits: Commit of each hub set that was read, by what was asked for.
        unit_maps: By objective, what a column map says that the ends of its scale become.
        contamination: What was found of the benchmarks that a recipe guards.
        derived_pairs: What became of the ratings that preferences were made of.
    """

    ratings: list[RatingRow] = field(default_factory=list)
    preferences: list[PreferenceRow] = field(default_factory=list)
    objectives: list[Objective] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    left_out: list[Reject] = field(default_factory=list)
    notes: dict[str, dict[str, int]] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    unit_maps: dict[str, tuple[float, float]] = field(default_factory=dict)
    contamination: dict[str, Any] | None = None
    derived_pairs: dict[str, Any] | None = None


def load_dataset(
    ratings: Iterable[str | Source],
    preferences: Iterable[str | Source],
    sample: SampleSettings,
    limits: LimitSettings | None = None,
) -> Dataset:
    """Read all sources of a recipe.

    Args:
        ratings: `sample`, files of rating rows, or other sources of them.
        preferences: `sample`, files of preference rows, or other sources of them.
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
    seen = KeySet()
    for source in ratings:
        found = generated.ratings if source == SAMPLE else _rows(source, RatingRow, dataset)
        dataset.ratings += _unrepeated(found, seen, dataset)
    seen = KeySet()
    for source in preferences:
        pairs = generated.preferences if source == SAMPLE else _rows(source, PreferenceRow, dataset)
        dataset.preferences += _unrepeated(pairs, seen, dataset)
    _limit(dataset, limits or LimitSettings())
    dataset.objectives = infer_objectives(dataset.ratings)
    return dataset


def _limit(dataset: Dataset, limits: LimitSettings) -> None:
    dataset.ratings, fewer = limit_rows(dataset.ratings, limits.ratings, "data.limits.ratings")
    dataset.preferences, also = limit_rows(
        dataset.preferences, limits.preferences, "data.limits.preferences"
    )
    dataset.left_out = [*fewer, *also]


def _unrepeated(rows: list[RowT], seen: KeySet, dataset: Dataset) -> list[RowT]:
    """Return the rows that no earlier source has; one that stands in two would count double."""
    kept = []
    for row in rows:
        if seen.add(f"{row.source}\0{row.id}"):
            kept.append(row)
            continue
        told = f"id: '{row.id}' of this source stands in an earlier file already"
        dataset.rejects.append(Reject(str(row.id), told, f"source '{row.source}'"))
    return kept


def _rows(source: str | Source, row_type: type[RowT], dataset: Dataset) -> list[RowT]:
    wanted = Source(file=source) if isinstance(source, str) else source
    tally = Tally(dataset.rejects.append)
    known = len(dataset.rejects)
    rows = [row for _, row in open_source(wanted, row_type, tally)]
    if not rows and (refused := dataset.rejects[known:]):
        raise DataError(
            f"source '{wanted.label}': none of its {len(refused):,} rows can be used as "
            f"{kind_of((row_type,))}; the first: {refused[0].where}: {refused[0].reason}"
        )
    # One set may give ratings and preferences, or stand in several files.
    name = f"{wanted.label} ({kind_of((row_type,))})"
    met = dataset.notes.setdefault(name, {}) if tally.notes else {}
    for note, count in tally.notes.items():
        met[note] = met.get(note, 0) + count
    for repo, commit in tally.commits.items():
        asked = (repo, wanted.subset, wanted.split, wanted.revision)
        dataset.commits[" ".join(filter(None, asked))] = commit
    _add_maps(wanted, dataset)
    return rows


def _add_maps(source: Source, dataset: Dataset) -> None:
    """Keep what a column map says of unit scales; two that differ are refused, as scales are."""
    objectives = source.columns.objectives if source.columns is not None else {}
    for name, rated in objectives.items():
        if rated.map is None:
            continue
        if dataset.unit_maps.setdefault(name, rated.map) != rated.map:
            raise DataError(
                f"source '{source.label}': objective '{name}' has the map {list(rated.map)}, an "
                f"earlier source {list(dataset.unit_maps[name])}; give one of them another name"
            )


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
                    f"row '{row.id}'{f' of {row.source}' if row.source else ''}: objective '{name}' has "
                    f"the scale {list(scale)}, earlier rows {list(scales[name])}; give one of them "
                    "another name, or leave out the rows that differ with `armo data check FILE --fix`"
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
