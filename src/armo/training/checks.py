"""What a recipe names of its data: told wrong before anything is read that takes hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from armo.data import SAMPLE, Source
from armo.errors import DataError, RecipeError, nearest
from armo.overlap.entries import is_known_benchmark
from armo.paper import UNIT_MAPS
from armo.training.recipe import LENGTH, DataSettings, ObjectiveSettings, Recipe
from armo.training.start import Start

Maps = Mapping[str, tuple[float, float]]


def check_files(data: DataSettings, sources: Sequence[str | Source]) -> None:
    """Raise DataError if a file that a recipe names is not there."""
    files = [source if isinstance(source, str) else source.file for source in sources]
    guarded = [name for name in data.contamination.benchmarks if not is_known_benchmark(name)]
    for file in (*files, *guarded):
        if file not in ("", SAMPLE) and not Path(file).is_file():
            raise DataError(data.with_advice(f"{file}: no such file"))


def check_sources(recipe: Recipe, sources: Collection[str]) -> None:
    """Raise RecipeError if the recipe names a source that no pair has.

    Args:
        recipe: A checked recipe.
        sources: Sources of the pairs.
    """
    weights = recipe.gate.source_weights
    named = {
        "debias.reference": recipe.debias.reference,
        "gate.source_weights": [] if isinstance(weights, str) else list(weights),
    }
    for key, names in named.items():
        for name in names:
            if name not in sources:
                raise RecipeError(
                    f"{key}: no pair has the source '{name}'{nearest(name, sources)}; there are "
                    f"{', '.join(sorted(sources))}"
                )


def check_taken_out(settings: ObjectiveSettings, names: Sequence[str]) -> None:
    """Raise RecipeError if the objective that debiasing is to take out is neither rated nor computed."""
    known = [*names, LENGTH]
    if settings.taken_out not in known:
        raise RecipeError(
            f"objectives.verbosity: no objective is named '{settings.taken_out}'"
            f"{nearest(settings.taken_out, known)}; name one of {', '.join(names)}, or '{LENGTH}' "
            "to have it computed from the number of tokens"
        )


def taken_out_from(settings: ObjectiveSettings, start: Start) -> str:
    """Return the objective that debiasing takes out where training goes on from a model.

    It is empty if the model takes out none, and that is kept.

    Raises:
        RecipeError: If the model has no such objective, or keeps a debiasing that takes out another.
    """
    names = start.heads.names
    wanted = settings.verbosity or start.verbosity
    if not wanted and "debias" not in start.stages:
        return ""
    if not wanted:
        raise RecipeError(
            "objectives.verbosity: the model takes no objective out of the others, so say which one "
            f"debiasing is to take out ({', '.join(names)}), or go without, with --stages gate"
        )
    if wanted not in names:
        raise RecipeError(
            f"objectives.verbosity: the model has no objective '{wanted}'{nearest(wanted, names)}; "
            f"it has {', '.join(names)}"
        )
    if "debias" not in start.stages and wanted != start.verbosity:
        raise RecipeError(
            "objectives.verbosity: the model's debiasing, which is kept, takes out "
            f"{repr(start.verbosity) if start.verbosity else 'nothing'}, not '{wanted}'; fit it anew "
            "with --stages debias,gate"
        )
    return wanted


def unit_maps(settings: ObjectiveSettings, names: Collection[str], of_columns: Maps) -> Maps:
    """Return what the ends of scales become, where something says so.

    The recipe's own `unit_map` goes before a column map, which goes before the map of the paper's
    objectives that `maps` names.

    Args:
        settings: The recipe's.
        names: Objectives that are rated.
        of_columns: What column maps say.
    """
    published = {name: unit for name, unit in UNIT_MAPS[settings.maps].items() if name in names}
    return published | dict(of_columns) | settings.unit_map
