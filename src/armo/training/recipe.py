"""Recipes: what a run is told of backbone, data, objectives, stages and evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from armo.backbone import BackboneSettings
from armo.data import LimitSettings, SampleSettings, Source
from armo.data.criterion import Criterion
from armo.overlap.settings import OverlapSettings
from armo.tuning.stage0 import Stage0Settings

LENGTH, VERBOSITY = "length", "verbosity"
MOST = 1_000_000
"""More prompts or resamples than anybody has memory for."""


@dataclass(frozen=True)
class DerivedPairs:
    """`[data.pairs_from_ratings]`: preferences made of the ratings, beside those that are named.

    Attributes:
        by: Weight of each objective in the mean that decides; none are made where it is empty.
        min_gap: Least difference of two responses, in unit scale; equal ones never make a pair.
        per_prompt: Most pairs of a prompt; all where it is absent.
    """

    by: dict[str, float] = field(default_factory=dict)
    min_gap: float = 0.0
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
class LeaderboardSettings:
    """`[leaderboard]`: what `armo leaderboard` judges the systems on.

    Attributes:
        benchmark: Files or known sets of pairs, named as on the command line of `armo eval`.
        cost_pairs: Pairs that each system judges anew to measure its speed.
    """

    benchmark: list[str] = field(default_factory=list)
    cost_pairs: int = 32


@dataclass(frozen=True)
class Recipe:
    """A checked recipe; `armo.training.read_recipe` makes one."""

    data: DataSettings
    backbone: BackboneSettings = field(default_factory=BackboneSettings)
    objectives: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    regression: RegressionSettings = field(default_factory=RegressionSettings)
    debias: DebiasSettings = field(default_factory=DebiasSettings)
    gate: GateRecipe = field(default_factory=GateRecipe)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    stage0: Stage0Settings = field(default_factory=Stage0Settings)
    leaderboard: LeaderboardSettings = field(default_factory=LeaderboardSettings)
    systems: dict[str, dict[str, Any]] = field(default_factory=dict)
