"""Recipes: one TOML file that names backbone, data, objectives, stages and evaluation."""

from __future__ import annotations

import dataclasses
import os
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from armo.backbone import BackboneSettings
from armo.data import SAMPLE, LimitSettings, SampleSettings, Source
from armo.data.criterion import Criterion
from armo.data.sets import Kind, known_sets
from armo.errors import ArmoError, RecipeError, nearest
from armo.overlap.entries import is_known_benchmark
from armo.overlap.settings import OverlapSettings, valid_threshold

LENGTH, VERBOSITY = "length", "verbosity"
# More prompts or resamples than anybody has memory for.
_MOST = 1_000_000


@dataclass(frozen=True)
class DerivedPairs:
    """`[data.pairs_from_ratings]`: preferences made of the ratings, beside those that are named.

    Attributes:
        by: Weight of each objective in the mean that decides; none are made where it is empty.
        min_gap: Least difference of two responses, in unit scale.
        per_prompt: Most pairs of a prompt; all where it is absent.
    """

    by: dict[str, float] = field(default_factory=dict)
    min_gap: float = 0.25
    per_prompt: int | None = None

    def check(self) -> None:
        """Raise InputError if weights, gap or cap make no sense."""
        if self.by:
            Criterion(self.by, self.min_gap, self.per_prompt)


@dataclass(frozen=True)
class DataSettings:
    """`[data]`: what to train on.

    Attributes:
        preferences: `sample`, known sets by name, files of preference rows, or tables that say more.
        ratings: Likewise, of rating rows; none where training starts from a model.
        folder: Where the files are, relative to the recipe; may name an environment variable, as in
            `$MY_DATA`. The recipe's own folder where it is empty.
        if_absent: What to tell a user whose files or variable are missing.
        sample: Seed and size of the generated sample.
        limits: Most rows of a source.
        contamination: Benchmarks that training rows must not repeat.
        pairs_from_ratings: Preferences that are made of the ratings.
    """

    preferences: list[str | Source] = field(default_factory=list)
    ratings: list[str | Source] = field(default_factory=list)
    folder: str = ""
    if_absent: str = ""
    sample: SampleSettings = field(default_factory=SampleSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    contamination: OverlapSettings = field(default_factory=OverlapSettings)
    pairs_from_ratings: DerivedPairs = field(default_factory=DerivedPairs)

    def with_advice(self, complaint: str) -> str:
        """Return a complaint of missing data, with what the recipe tells its users."""
        return ". ".join(filter(None, (complaint, self.if_absent)))


@dataclass(frozen=True)
class ObjectiveSettings:
    """`[objectives]`: what to learn.

    Attributes:
        verbosity: Objective that debiasing takes out of the others: a rated one, or `length`. Where it
            is absent, `verbosity`, or what the model that training starts from takes out.
        keep: Rated objectives to learn; all of them where this is absent.
        computed: Objectives that armo rates by itself; so far `length`, log(1 + response tokens).
        unit_map: By objective, what the lowest and highest native rating become in unit scale.
        maps: What the scales of the paper's own objectives become: `paper` has all from 0 to 1,
            `published` HelpSteer's from 0.1 to 0.9, as the published checkpoint.
    """

    verbosity: str | None = None
    keep: list[str] | None = None
    computed: list[Literal["length"]] = field(default_factory=list)
    unit_map: dict[str, tuple[float, float]] = field(default_factory=dict)
    maps: Literal["paper", "published"] = "paper"

    @property
    def with_length(self) -> bool:
        """Whether the computed objective `length` is learned."""
        return LENGTH in self.computed or self.verbosity == LENGTH

    @property
    def taken_out(self) -> str:
        """The objective that debiasing takes out, where no model says another."""
        return VERBOSITY if self.verbosity is None else self.verbosity


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
        reference: Sources of pairs whose responses the correlation is taken over (the paper:
            UltraFeedback); all pairs where it is empty.
    """

    method: Literal["spearman", "pearson"] = "spearman"
    center: Literal["none", "prompt"] = "none"
    nonnegative: bool = False
    reference: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class GateRecipe:
    """`[gate]`: stage 2.

    Attributes:
        preset: `auto` chooses size and regularisation on validation; `paper` is the paper's.
        seed: Of initialisation, batches and dropout.
        source_weights: What a source's pairs count together: `equal`, in proportion to its `pairs`,
            or a number by source.
    """

    preset: Literal["auto", "paper"] = "auto"
    seed: int = 0
    source_weights: Literal["equal", "pairs"] | dict[str, float] = "pairs"


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
        f"data.sample.prompts: must be 0 to {_MOST:,}": not 0
        <= recipe.data.sample.prompts
        <= _MOST,
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
        f"evaluation.resamples: must be 1 to {_MOST:,}": not 1 <= evaluation.resamples <= _MOST,
        "evaluation.level: must lie between 0 and 1": not 0 < evaluation.level < 1,
        "backbone.max_tokens: must be at least 1": recipe.backbone.max_tokens < 1,
        "backbone.batch_tokens: must be 'auto' or at least 1": recipe.backbone.batch_tokens
        != "auto"
        and recipe.backbone.batch_tokens < 1,
    }
    for complaint, wrong in complaints.items():
        if wrong:
            raise RecipeError(f"{name}: {complaint}")
    try:
        recipe.data.pairs_from_ratings.check()
    except ArmoError as error:
        raise RecipeError(f"{name}: data.pairs_from_ratings.{error}") from None


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
    if isinstance(source, Source):
        if complaint := source.complaint():
            raise RecipeError(f"{name}: data.{kind}: source '{source.label}': {complaint}")
        file = _path(source.file, base) if source.file else ""
        return dataclasses.replace(source, file=file)
    if source == SAMPLE:
        return source
    named = [known for known in known_sets(kind) if source in (known.name, known.hub)]
    if len(named) > 1:
        raise RecipeError(
            f"{name}: data.{kind}: '{source}' holds several known sets; name one of "
            f"{', '.join(known.name for known in named)}"
        )
    return Source(set=named[0].name) if named else _path(source, base)


def _path(file: str, base: Path) -> str:
    # Path.expanduser raises where there is no such user.
    return str(base / os.path.expanduser(file))  # noqa: PTH111
