"""Recipes: one TOML file that names backbone, data, objectives, stages and evaluation."""

from __future__ import annotations

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from armo.backbone import BackboneSettings
from armo.data import SAMPLE, SampleSettings
from armo.errors import ArmoError, RecipeError, nearest

LENGTH = "length"


@dataclass(frozen=True)
class DataSettings:
    """`[data]`: what to train on.

    Attributes:
        ratings: `sample`, or files of rating rows; paths are relative to the recipe.
        preferences: `sample`, or files of preference rows.
        sample: Seed and size of the generated sample.
    """

    ratings: list[str]
    preferences: list[str]
    sample: SampleSettings = field(default_factory=SampleSettings)


@dataclass(frozen=True)
class ObjectiveSettings:
    """`[objectives]`: what to learn.

    Attributes:
        verbosity: Objective that debiasing takes out of the others: a rated one, or `length`.
        keep: Rated objectives to learn; all of them where this is absent.
        computed: Objectives that armo rates by itself; so far `length`, log(1 + response tokens).
        unit_map: By objective, what the lowest and highest native rating become in unit scale.
    """

    verbosity: str = "verbosity"
    keep: list[str] | None = None
    computed: list[Literal["length"]] = field(default_factory=list)
    unit_map: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def with_length(self) -> bool:
        """Whether the computed objective `length` is learned."""
        return LENGTH in self.computed or self.verbosity == LENGTH


@dataclass(frozen=True)
class RegressionSettings:
    """`[regression]`: stage 1.

    Attributes:
        preset: `auto` decides on validation; `paper` has neither intercept nor standardisation.
        alphas: Penalties to choose from, by objective.
        intercept: Overrides the preset.
        standardize: Overrides the preset.
    """

    preset: Literal["auto", "paper"] = "auto"
    alphas: list[float] | None = None
    intercept: bool | None = None
    standardize: bool | None = None


@dataclass(frozen=True)
class DebiasSettings:
    """`[debias]`: how verbosity is taken out.

    Attributes:
        method: The correlation that becomes zero.
        center: `none`, or `prompt` for correlations within prompts.
        nonnegative: Never add verbosity back, as the authors' script does.
    """

    method: Literal["spearman", "pearson"] = "spearman"
    center: Literal["none", "prompt"] = "none"
    nonnegative: bool = False


@dataclass(frozen=True)
class GateRecipe:
    """`[gate]`: stage 2.

    Attributes:
        preset: `auto` chooses size and regularisation on validation; `paper` is the paper's.
        seed: Of initialisation, batches and dropout.
    """

    preset: Literal["auto", "paper"] = "auto"
    seed: int = 0


@dataclass(frozen=True)
class EvaluationSettings:
    """`[evaluation]`: intervals of the figures on the test split.

    Attributes:
        resamples: Bootstrap resamples of the groups.
        level: Coverage of the intervals.
    """

    resamples: int = 2000
    level: float = 0.95


@dataclass(frozen=True)
class Recipe:
    """A checked recipe; `read_recipe` makes one."""

    data: DataSettings
    backbone: BackboneSettings = field(default_factory=BackboneSettings)
    objectives: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    regression: RegressionSettings = field(default_factory=RegressionSettings)
    debias: DebiasSettings = field(default_factory=DebiasSettings)
    gate: GateRecipe = field(default_factory=GateRecipe)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        RecipeError: If it is absent, not valid TOML, has an unknown key, or a value out of range.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such recipe") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    return parse_recipe(raw, str(path), path.parent)


def parse_recipe(raw: Mapping[str, Any], name: str, base: Path) -> Recipe:
    """Check the content of a recipe; relative data paths are taken from `base`.

    Raises:
        RecipeError: As `read_recipe`.
    """
    _refuse_unknown(raw, Recipe, name, "")
    try:
        recipe = msgspec.convert(dict(raw), Recipe)
    except (msgspec.ValidationError, ArmoError) as error:
        raise RecipeError(f"{name}: {str(error).replace('$.', '')}") from None
    _check(recipe, name)
    data = dataclasses.replace(
        recipe.data,
        ratings=[_resolve(source, base) for source in recipe.data.ratings],
        preferences=[_resolve(source, base) for source in recipe.data.preferences],
    )
    backbone = recipe.backbone
    if backbone.name != "smollm2" and (base / backbone.name).exists():
        backbone = dataclasses.replace(backbone, name=str((base / backbone.name).resolve()))
    return dataclasses.replace(recipe, data=data, backbone=backbone)


def _check(recipe: Recipe, name: str) -> None:
    evaluation, alphas = recipe.evaluation, recipe.regression.alphas
    complaints = {
        "data.ratings: name at least one source": not recipe.data.ratings,
        "data.preferences: name at least one source": not recipe.data.preferences,
        "data.sample.prompts: must not be negative": recipe.data.sample.prompts < 0,
        "regression.alphas: give at least one number above 0": alphas is not None
        and not (alphas and all(0 < alpha < float("inf") for alpha in alphas)),
        "evaluation.resamples: must be at least 1": evaluation.resamples < 1,
        "evaluation.level: must lie between 0 and 1": not 0 < evaluation.level < 1,
        "backbone.max_tokens: must be at least 1": recipe.backbone.max_tokens < 1,
        "backbone.batch_tokens: must be 'auto' or at least 1": recipe.backbone.batch_tokens
        != "auto"
        and recipe.backbone.batch_tokens < 1,
    }
    for complaint, wrong in complaints.items():
        if wrong:
            raise RecipeError(f"{name}: {complaint}")


def _refuse_unknown(raw: Mapping[str, Any], kind: type, name: str, where: str) -> None:
    """Raise RecipeError for a key that the dataclass does not have, with the nearest one it has."""
    known = {entry.name: entry.type for entry in dataclasses.fields(kind)}
    types_of = typing.get_type_hints(kind)
    for key, value in raw.items():
        if key not in known:
            raise RecipeError(
                f"{name}: unknown key '{where}{key}'{nearest(key, known)}; "
                f"{'known here' if where else 'known tables'}: {', '.join(known)}"
            )
        if isinstance(value, Mapping) and dataclasses.is_dataclass(types_of[key]):
            _refuse_unknown(value, types_of[key], name, f"{where}{key}.")


def _resolve(source: str, base: Path) -> str:
    return source if source == SAMPLE else str(base / Path(source).expanduser())
