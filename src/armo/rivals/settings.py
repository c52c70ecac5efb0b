"""What a recipe says of the systems to compare: a table each, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from armo.errors import RecipeError, nearest


class SystemSettings(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True
):
    """What all systems have.

    Attributes:
        label: Name in tables; by default the key of its table in the recipe.
        limit: Most pairs of the benchmark that it judges, the same share of every subset.
    """

    label: str = ""
    limit: int | None = None


class Weighted(SystemSettings, frozen=True, tag="weights"):
    """The recipe's own reward model under its gate, or under weights that no prompt changes."""

    weights: Literal["gate", "fixed", "uniform", "best-single"] = "gate"


class LinearBradleyTerry(SystemSettings, frozen=True, tag="linear-bradley-terry"):
    """A linear Bradley–Terry head on the recipe's frozen features.

    Attributes:
        alphas: Ridge penalties to choose from on the validation pairs; a grid where it is None.
    """

    alphas: list[float] | None = None


class BradleyTerry(SystemSettings, frozen=True, tag="bradley-terry"):
    """A backbone fine-tuned with the Bradley–Terry loss.

    Attributes:
        settings: Hyperparameters that differ from the paper's; fields of `TuningSettings`.
    """

    settings: dict[str, Any] = {}


class FineTuned(SystemSettings, frozen=True, tag="fine-tuned"):
    """The recipe's reward model on a backbone that was fine-tuned before its features were read.

    Attributes:
        loss: What the backbone is trained to.
        settings: Hyperparameters; fields of `TuningSettings`.
    """

    loss: Literal["ratings", "bradley-terry"] = "ratings"
    settings: dict[str, Any] = {}


class PreferenceModel(SystemSettings, frozen=True, tag="preference-model"):
    """A causal language model that reads both responses and answers A or B.

    Attributes:
        settings: Hyperparameters; fields of `TuningSettings`.
    """

    settings: dict[str, Any] = {}


class Judge(SystemSettings, frozen=True, tag="judge"):
    """An LLM behind an OpenAI-compatible endpoint.

    Attributes:
        base_url: Of the endpoint, such as `http://127.0.0.1:8000/v1`.
        model: Name that the endpoint knows.
        mode: `pairwise` asks who is better, `rating` for a number from 1 to 10.
        swap: Ask in both orders and average; RewardBench asks once, in a random order.
        api_key_env: Environment variable with the key; none is sent where it is empty.
        max_tokens: Of an answer.
        temperature: Of sampling.
        concurrency: Requests at once.
        requests_per_minute: At most; None is no limit.
        timeout: Seconds until a request has failed.
        retries: Of a request that failed in a way that may pass.
        input_price: Of a million tokens that are read; None leaves cost unknown.
        output_price: Of a million tokens that are written.
    """

    base_url: str
    model: str
    mode: Literal["pairwise", "rating"] = "pairwise"
    swap: bool = False
    api_key_env: str = ""
    max_tokens: int = 2048
    temperature: float = 0.0
    concurrency: int = 8
    requests_per_minute: float | None = None
    timeout: float = 120.0
    retries: int = 5
    input_price: float | None = None
    output_price: float | None = None


class HelpSteer2(SystemSettings, frozen=True, tag="helpsteer2"):
    """Multi-objective regression with fixed published coefficients, without debiasing or gate.

    Attributes:
        coefficients: A published set by name, or a number by objective.
        objectives: What the recipe calls helpfulness, correctness, coherence, complexity, verbosity,
            where it is not just that or `helpsteer-…`.
    """

    coefficients: str | dict[str, float] = "llama-3-70b"
    objectives: dict[str, str] = {}


class TrainedModel(SystemSettings, frozen=True, tag="model"):
    """A model that exists already: a folder of armo's or of the published layout, or a hub name."""

    path: str


AnySystem: TypeAlias = (
    Weighted
    | LinearBradleyTerry
    | BradleyTerry
    | FineTuned
    | PreferenceModel
    | Judge
    | HelpSteer2
    | TrainedModel
)

_KINDS = [
    "weights",
    "linear-bradley-terry",
    "bradley-terry",
    "fine-tuned",
    "preference-model",
    "judge",
    "helpsteer2",
    "model",
]

STANDARD: dict[str, dict[str, Any]] = {
    "gate": {"kind": "weights", "weights": "gate", "label": "ArmoRM + gate"},
    "fixed": {"kind": "weights", "weights": "fixed", "label": "ArmoRM + fixed weights"},
    "single": {"kind": "weights", "weights": "best-single", "label": "best single objective"},
    "uniform": {"kind": "weights", "weights": "uniform", "label": "uniform weights"},
    "linear-bt": {"kind": "linear-bradley-terry", "label": "Bradley–Terry, linear head"},
}
"""Systems that every comparison has, since they cost no training of the backbone."""


def read_systems(raw: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, AnySystem]:
    """Return the systems of a recipe's `[systems]`, the standard ones first.

    A table with the name of a standard system replaces it; one without a `kind` changes the keys that
    it gives.

    Args:
        raw: The tables by name.
        name: Of the recipe, for messages.

    Raises:
        RecipeError: If a kind or key is unknown, or a value is of the wrong type.
    """
    found: dict[str, AnySystem] = {}
    for key, given in (STANDARD | dict(raw)).items():
        table = given if "kind" in given else STANDARD.get(key, {}) | dict(given)
        kind = table.get("kind")
        if kind is None:
            raise RecipeError(f"{name}: systems.{key}: give its kind: {', '.join(_KINDS)}")
        if kind not in _KINDS:
            raise RecipeError(
                f"{name}: systems.{key}.kind: {kind!r} is none{nearest(str(kind), _KINDS)}; give one of "
                f"{', '.join(_KINDS)}"
            )
        try:
            system: AnySystem = msgspec.convert(dict(table), AnySystem)
        except msgspec.ValidationError as error:
            raise RecipeError(f"{name}: systems.{key}: {str(error).replace('$.', '')}") from None
        if system.limit is not None and system.limit < 1:
            raise RecipeError(f"{name}: systems.{key}.limit: must be at least 1")
        found[key] = system if system.label else msgspec.structs.replace(system, label=key)
    return found
