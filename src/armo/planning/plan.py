"""The whole plan of a recipe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from armo.data import Dataset, Source, infer_objectives, limit_rows, load_dataset
from armo.data.sets import Kind
from armo.errors import RecipeError, nearest
from armo.overlap import OverlapSettings, contaminated_rows
from armo.overlap.entries import is_known_benchmark
from armo.planning.counting import SourceCount, count_local, is_local, published_count
from armo.planning.labels import ObjectiveLine, objective_lines
from armo.planning.reading import Assumptions, Reading, estimate, is_here
from armo.splits import SPLITS
from armo.training.checks import check_files, check_sources
from armo.training.reading import derive_pairs
from armo.training.recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """What a recipe would do.

    Attributes:
        backbone: Name of the backbone.
        backbone_here: Whether it can be loaded without a hub.
        sources: A line for each source.
        objectives: What would be learned, in order; those of hub sets as their cards say.
        verbosity: The objective that debiasing takes out.
        splits: Rows by kind and split, as far as known.
        conversations: Distinct conversations, at most.
        reading: What reading them costs.
        presets: How the stages are set.
        rejected: Local rows that can't be used.
        left_out: Local rows beyond the recipe's limits.
        notes: What a user should know before starting.
    """

    backbone: str
    backbone_here: bool
    sources: list[SourceCount]
    objectives: list[ObjectiveLine]
    verbosity: str
    splits: dict[str, dict[str, int]]
    conversations: int
    reading: Reading
    presets: dict[str, str]
    rejected: int
    left_out: int
    notes: list[str]


def make_plan(recipe: Recipe, given: Assumptions) -> Plan:
    """Return what a recipe would do; nothing is downloaded, and no hub is asked.

    Args:
        recipe: A checked recipe.
        given: What to take for granted.

    Raises:
        DataError: If a file of the recipe can't be read.
        RecipeError: If the speed is to be measured of a backbone that is not here, or a limit or an
            objective is of no source.
    """
    if given.measure and not is_here(recipe.backbone):
        raise RecipeError(
            f"the backbone '{recipe.backbone.name}' is not here, so its speed can't be measured; give "
            "--tokens-per-second"
        )
    hub = _hub_lines(recipe)
    notes: list[str] = []
    here = _local_data(recipe, hub, notes)
    lines, local = count_local(here)
    sources = [*lines, *(_limited(line, _limits(recipe, line.kind)) for line in hub)]
    hub_conversations = sum(line.conversations or 0 for line in sources if line.place != "here")
    return Plan(
        backbone=recipe.backbone.name,
        backbone_here=is_here(recipe.backbone),
        sources=sources,
        objectives=objective_lines(recipe, here, hub),
        verbosity=recipe.objectives.taken_out,
        splits=_splits(sources),
        conversations=len(local.keys) + hub_conversations,
        reading=estimate(recipe.backbone, local, hub_conversations, given),
        presets={
            "regression": recipe.regression.preset,
            "debiasing": f"{recipe.debias.method}, center {recipe.debias.center}",
            "gate": recipe.gate.preset,
        },
        rejected=len(here.rejects),
        left_out=len(here.left_out),
        notes=[*notes, *_notes(recipe, sources)],
    )


def _hub_lines(recipe: Recipe) -> list[SourceCount]:
    kinds: tuple[tuple[Kind, Sequence[str | Source]], ...] = (
        ("ratings", recipe.data.ratings),
        ("preferences", recipe.data.preferences),
    )
    return [
        published_count(source, kind)
        for kind, sources in kinds
        for source in sources
        if isinstance(source, Source) and not is_local(source)
    ]


def _local_data(recipe: Recipe, hub: Sequence[SourceCount], notes: list[str]) -> Dataset:
    """Return the rows that are here, as training would take them as far as they alone can tell."""
    data = recipe.data
    check_files(data, [*data.ratings, *data.preferences])
    found = _limited_rows(recipe, hub)
    if data.contamination.benchmarks:
        notes.append(_guarded(found, data.contamination))
    found.objectives = infer_objectives(found.ratings)
    if data.pairs_from_ratings.by:
        notes.append(_derived(found, recipe, hub))
    sources = {row.source for row in found.preferences}
    # Native rows of the hub name their sources themselves.
    if all(line.tested_on or line.columns for line in hub):
        check_sources(recipe, sources | {line.name for line in hub if line.kind == "preferences"})
    return found


def _guarded(found: Dataset, settings: OverlapSettings) -> str:
    """Take out the rows that repeat a guarded benchmark; tell what training would do."""
    if any(is_known_benchmark(name) for name in settings.benchmarks):
        return "Guarded benchmarks come from the hub: what repeats them is found when training."
    outcome = contaminated_rows(
        found.ratings, found.preferences, [Path(name) for name in settings.benchmarks], settings
    )
    if not outcome:
        return "No local row repeats a guarded benchmark."
    if settings.action == "refuse":
        return f"Training would refuse: {outcome.complaint()}."
    count = len(outcome.ratings) + len(outcome.preferences)
    if settings.action == "remove":
        found.ratings = outcome.clean_ratings(found.ratings)
        found.preferences = outcome.clean_preferences(found.preferences)
        return f"{count:,} local rows repeat a guarded benchmark, and are left out."
    return f"{count:,} local rows repeat a guarded benchmark, and would be trained on."


def _derived(found: Dataset, recipe: Recipe, hub: Sequence[SourceCount]) -> str:
    """Add the pairs that the local ratings make; those of hub sets can't be known."""
    settings = recipe.data.pairs_from_ratings
    if any(line.kind == "ratings" for line in hub):
        return "Pairs are made of the ratings, which are on the hub: how many is not known yet."
    before = len(found.preferences)
    derive_pairs(found, settings)
    return f"{len(found.preferences) - before:,} of the pairs are made of the ratings."


def _limited_rows(recipe: Recipe, hub: Sequence[SourceCount]) -> Dataset:
    data = recipe.data
    found = load_dataset(
        [source for source in data.ratings if is_local(source)],
        [source for source in data.preferences if is_local(source)],
        data.sample,
    )
    found.ratings, fewer = limit_rows(
        found.ratings, _of_local(recipe, "ratings", found, hub), "data.limits.ratings"
    )
    found.preferences, also = limit_rows(
        found.preferences, _of_local(recipe, "preferences", found, hub), "data.limits.preferences"
    )
    found.left_out = [*fewer, *also]
    return found


def _of_local(
    recipe: Recipe, kind: Kind, found: Dataset, hub: Sequence[SourceCount]
) -> dict[str, int]:
    """Return the limits of sources that are here; one that names no source at all is refused."""
    rows = found.ratings if kind == "ratings" else found.preferences
    here = {row.source for row in rows}
    there = {line.name for line in hub if line.kind == kind}
    limits = _limits(recipe, kind)
    for name in limits:
        if name not in here | there:
            raise RecipeError(
                f"data.limits.{kind}: no source is named '{name}'{nearest(name, here | there)}"
            )
    return {name: limit for name, limit in limits.items() if name in here}


def _limits(recipe: Recipe, kind: Kind) -> dict[str, int]:
    limits = recipe.data.limits
    return limits.ratings if kind == "ratings" else limits.preferences


def _limited(line: SourceCount, limits: Mapping[str, int]) -> SourceCount:
    """Return a hub set's line with no more rows than its limit."""
    limit = limits.get(line.name)
    if limit is None or line.rows is None or limit >= line.rows:
        return line
    share = limit / line.rows
    return dataclasses.replace(
        line,
        rows=limit,
        splits={split: round(share * count) for split, count in line.splits.items()},
        conversations=None if line.conversations is None else round(share * line.conversations),
    )


def _splits(sources: Sequence[SourceCount]) -> dict[str, dict[str, int]]:
    return {
        kind: {
            split: sum(line.splits.get(split, 0) for line in sources if line.kind == kind)
            for split in SPLITS
        }
        for kind in ("ratings", "preferences")
    }


def _notes(recipe: Recipe, sources: Sequence[SourceCount]) -> list[str]:
    there = [line for line in sources if line.place != "here"]
    notes = []
    if there:
        notes.append(
            "Rows of hub sets stand as their cards say, or as the paper counts them; rows that can't be "
            "used still count, and conversations that several sets share count for each."
        )
    if not recipe.data.ratings:
        notes.append(
            "There are no ratings: train it from a model on, with armo train --from MODEL."
        )
    if unknown := [line.name for line in there if line.rows is None]:
        notes.append(f"Nobody has said how many rows these have: {', '.join(unknown)}.")
    if unpinned := [line.name for line in there if not line.revision]:
        notes.append(
            f"{len(unpinned)} hub sets are not pinned: give each a revision; a run records the commit "
            "that it read in metrics.json."
        )
    if not is_here(recipe.backbone):
        notes.append(f"The backbone '{recipe.backbone.name}' is not here; it comes from the hub.")
    noncommercial = [line.name for line in there if "NC" in line.licence.upper().split("-")]
    if noncommercial:
        notes.append(f"Licences bar commercial use: {', '.join(dict.fromkeys(noncommercial))}.")
    return notes
