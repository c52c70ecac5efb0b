"""Reading a recipe: TOML to checked settings, with the place of every mistake."""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from armo.data import SAMPLE, PreferenceRow, RatingRow, Source
from armo.data.naming import find_named_set, parse_source
from armo.data.sets import Kind, find_set, known_sets
from armo.errors import ArmoError, RecipeError, nearest
from armo.overlap.entries import is_known_benchmark
from armo.overlap.settings import valid_threshold
from armo.training.recipe import MOST, DataSettings, Recipe
from armo.training.stage0 import check_stage0

# What names a set, if it names no file: with a file of its layout or options, or alone.
_WITH_SET = re.compile(rf"({'|'.join(known.name for known in known_sets())})[:,]")
_BARE_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def read_recipe(path: Path, data: Path | None = None) -> Recipe:
    """Read and check a recipe.

    Args:
        path: A TOML file.
        data: Folder of the data files, in place of `data.folder`.

    Raises:
        RecipeError: If it is absent, not valid TOML, has an unknown key, a value out of range, or
            names an environment variable that is not set.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such recipe") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} can't be read: {error}") from None
    # tomllib's own error is a ValueError, as is that of a number with thousands of digits.
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    return parse_recipe(raw, str(path), path.parent, data)


def parse_recipe(
    raw: Mapping[str, Any], name: str, base: Path, data_folder: Path | None = None
) -> Recipe:
    """Check the content of a recipe; relative paths are taken from `base`.

    Raises:
        RecipeError: As `read_recipe`.
    """
    _refuse_unknown(raw, Recipe, name, "")
    try:
        recipe = msgspec.convert(dict(raw), Recipe)
    except (msgspec.ValidationError, ArmoError) as error:
        raise RecipeError(f"{name}: {str(error).replace('$.', '')}") from None
    _check(recipe, name)
    folder = Path(data_folder or base / _expanded(recipe.data, name))
    data = dataclasses.replace(
        recipe.data,
        ratings=[_resolve(source, folder, "ratings", name) for source in recipe.data.ratings],
        preferences=[
            _resolve(source, folder, "preferences", name) for source in recipe.data.preferences
        ],
    )
    guarded = recipe.data.contamination
    data = dataclasses.replace(
        data,
        contamination=dataclasses.replace(
            guarded,
            benchmarks=[
                name if is_known_benchmark(name) else _path(name, folder)
                for name in guarded.benchmarks
            ],
        ),
    )
    backbone = recipe.backbone
    if backbone.name != "smollm2" and os.path.exists(base / backbone.name):  # noqa: PTH110 - never raises
        backbone = dataclasses.replace(backbone, name=str((base / backbone.name).resolve()))
    if backbone.adapter and os.path.exists(base / backbone.adapter):  # noqa: PTH110 - never raises
        backbone = dataclasses.replace(backbone, adapter=str((base / backbone.adapter).resolve()))
    return dataclasses.replace(recipe, data=data, backbone=backbone)


def _check(recipe: Recipe, name: str) -> None:
    evaluation, alphas = recipe.evaluation, recipe.regression.alphas
    weights, keep = recipe.gate.source_weights, recipe.objectives.keep
    complaints = {
        "data.preferences: name at least one source, or make some with data.pairs_from_ratings": not (
            recipe.data.preferences or recipe.data.pairs_from_ratings.by
        ),
        "objectives.keep: name at least one objective, each once": keep is not None
        and len(set(keep)) < max(1, len(keep)),
        **{
            f"data.{kind}: '{twice}' is named twice, and would count double": True
            for kind, twice in _repeated(recipe.data)
        },
        f"data.sample.prompts: must be 0 to {MOST:,}": not 0 <= recipe.data.sample.prompts <= MOST,
        "gate.seed: must be 0 to 2⁶³ − 1": not 0 <= recipe.gate.seed < 2**63,
        "data.limits: must not be negative": any(
            limit < 0
            for limits in (recipe.data.limits.ratings, recipe.data.limits.preferences)
            for limit in limits.values()
        ),
        "data.contamination.threshold: must be 0.1 to 1": not valid_threshold(
            recipe.data.contamination.threshold
        ),
        "gate.source_weights: must be above 0, 1e-100 to 1e100": not isinstance(weights, str)
        and not all(1e-100 <= weight <= 1e100 for weight in weights.values()),
        "regression.alphas: give at least one number above 0": alphas is not None
        and not (alphas and all(0 < alpha < float("inf") for alpha in alphas)),
        f"evaluation.resamples: must be 1 to {MOST:,}": not 1 <= evaluation.resamples <= MOST,
        "evaluation.level: must lie between 0 and 1": not 0 < evaluation.level < 1,
        "backbone.max_tokens: must be at least 1": recipe.backbone.max_tokens < 1,
        "backbone.batch_tokens: must be 'auto' or at least 1": recipe.backbone.batch_tokens
        != "auto"
        and recipe.backbone.batch_tokens < 1,
    }
    for complaint, wrong in complaints.items():
        if wrong:
            raise RecipeError(f"{name}: {complaint}")
    check_stage0(recipe.stage0, name)
    try:
        recipe.data.pairs_from_ratings.check()
    except ArmoError as error:
        raise RecipeError(f"{name}: data.pairs_from_ratings.{error}") from None


def _repeated(data: DataSettings) -> list[tuple[str, str]]:
    """Return the sources that stand twice in one list, with the list's name."""
    return [
        (kind, source if isinstance(source, str) else source.label)
        for kind, sources in (("ratings", data.ratings), ("preferences", data.preferences))
        for place, source in enumerate(sources)
        if source in sources[:place]
    ]


def _refuse_unknown(value: Any, hint: Any, name: str, where: str) -> None:
    """Raise RecipeError for a key that a table's dataclass does not have, with the nearest it has."""
    choices = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    tables = [choice for choice in choices if dataclasses.is_dataclass(choice)]
    if isinstance(value, Mapping) and tables:
        _refuse_unknown_keys(value, tables[0], name, where)
    elif isinstance(value, Mapping) and typing.get_origin(hint) is dict:
        for key, inner in value.items():
            _refuse_unknown(inner, typing.get_args(hint)[1], name, f"{where}{key}.")
    elif isinstance(value, list) and typing.get_origin(hint) is list:
        for index, inner in enumerate(value):
            _refuse_unknown(inner, typing.get_args(hint)[0], name, f"{where[:-1]}[{index}].")


def _refuse_unknown_keys(raw: Mapping[str, Any], kind: Any, name: str, where: str) -> None:
    hints = typing.get_type_hints(kind)
    known = [entry.name for entry in dataclasses.fields(kind)]
    for key, value in raw.items():
        if key not in known:
            raise RecipeError(
                f"{name}: unknown key '{where}{key}'{nearest(key, known)}; "
                f"{'known here' if where else 'known tables'}: {', '.join(known)}"
            )
        _refuse_unknown(value, hints[key], name, f"{where}{key}.")


def _expanded(data: DataSettings, name: str) -> str:
    """Return `data.folder` with environment variables and `~` replaced."""
    folder = os.path.expandvars(data.folder)
    if "$" in folder:
        complaint = f"{name}: data.folder: no such variable in the environment: {data.folder}"
        raise RecipeError(data.with_advice(complaint))
    named = os.path.expanduser(folder)  # noqa: PTH111 - Path's raises where there is no such user
    # What the user sets is meant from where the user stands, what the recipe says from the recipe.
    return str(Path(named).absolute()) if "$" in data.folder else named


def _resolve(source: str | Source, base: Path, kind: Kind, name: str) -> str | Source:
    """Return a source with its file's path in full; a known set's name as what it stands for."""
    try:
        if isinstance(source, Source):
            return _checked_source(source, base, kind)
        return _named(source, base, kind)
    except ArmoError as error:
        raise RecipeError(f"{name}: data.{kind}: {error}") from None


def _checked_source(source: Source, base: Path, kind: Kind) -> Source:
    """Return a table's source; what is wrong with it is told before anything is downloaded."""
    complaint = source.complaint()
    if not complaint and source.columns is not None:
        complaint = source.columns.complaint(RatingRow if kind == "ratings" else PreferenceRow)
    if complaint:
        raise RecipeError(f"source '{source.label}': {complaint}")
    if source.set:
        find_set(source.set, kind).check_options(source.options)
    if not source.file:
        return source
    # Limits and weights name sources, which must not depend on where the folder is.
    label = source.name or ("" if source.set else Path(source.file).name)
    named = label if source.columns is not None else source.name
    return dataclasses.replace(source, file=_path(source.file, base), name=named)


def _named(source: str, base: Path, kind: Kind) -> str | Source:
    if source == SAMPLE:
        return source
    path = _path(source, base)
    if _WITH_SET.match(source) and not os.path.exists(path):  # noqa: PTH110 - never raises
        return parse_source(source, [kind], base)
    if any(source in (known.name, known.hub) for known in known_sets(kind)):
        return Source(set=find_named_set(source, [kind]).name)
    if _BARE_WORD.fullmatch(source) and not os.path.exists(path):  # noqa: PTH110 - never raises
        find_named_set(source, [kind])
    return path


def _path(file: str, base: Path) -> str:
    # Path.expanduser raises where there is no such user.
    return str(base / os.path.expanduser(file))  # noqa: PTH111
