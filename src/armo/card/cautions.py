"""What a reader of a model should beware of, found in its figures by fixed rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from armo.card.words import interval, listed, number, plain
from armo.persistence.layout import ModelConfig

# Fewer labels than this leave a linear reward of hundreds of features to its penalty.
_FEW_LABELS = 200
_IDLE = 0.005
_TIED_TO_LENGTH = 0.3


def cautions(config: ModelConfig, metrics: Mapping[str, Any]) -> list[str]:
    """Return sentences, each of which names what it is about; empty if no rule found anything."""
    return [
        *_of_labels(metrics),
        *_of_quality(metrics),
        *_of_sources(config),
        *_of_length(metrics),
        *_of_weights(config, metrics),
    ]


def _of_labels(metrics: Mapping[str, Any]) -> Iterator[str]:
    records = (metrics.get("regression") or {}).get("objectives") or []
    few = [one["name"] for one in records if one["labels"]["train"] < _FEW_LABELS]
    edge = [one["name"] for one in records if one["alpha_at_edge"]]
    if few:
        yield f"Fewer than {_FEW_LABELS} labels to train on: {listed(few)}."
    if edge:
        yield (
            f"The ridge penalty α is at the edge of its grid, so another may be better: {listed(edge)}."
        )


def _of_quality(metrics: Mapping[str, Any]) -> Iterator[str]:
    ratings = metrics.get("ratings") or {}
    unproven = [
        name
        for name, one in ratings.items()
        if one.get("r2") is None or one["r2"]["low"] is None or one["r2"]["low"] <= 0
    ]
    if unproven:
        yield (
            "Not shown to be predicted better than by their mean (the interval of R² on test reaches "
            f"zero, or too few labels tell): {listed(unproven)}."
        )


def _of_sources(config: ModelConfig) -> Iterator[str]:
    single = [
        one.name
        for one in config.objectives
        if one.source and not one.computed and "," not in one.source
    ]
    if single:
        yield (
            "Rated by one source alone, so that the objective can't be told from what that source's "
            f"prompts and responses are like: {listed(single)}."
        )


def _of_length(metrics: Mapping[str, Any]) -> Iterator[str]:
    taken_out = metrics.get("verbosity")
    for one in length_records(metrics):
        within, overall = one.get("length_within"), one["length"]
        after = (within or overall)["after"]
        if one["name"] != taken_out and after is not None and abs(after) >= _TIED_TO_LENGTH:
            where = "within prompts" if within else "over all responses"
            liking = "longer" if after > 0 else "shorter"
            yield (
                f"{plain(one['name'])} still favours {liking} responses after debiasing: rank "
                f"correlation with length {number(after, '+.2f')} {where}."
            )


def _of_weights(config: ModelConfig, metrics: Mapping[str, Any]) -> Iterator[str]:
    weights: Sequence[Mapping[str, Any]] = (metrics.get("preferences") or {}).get("weights") or []
    mean = {one["name"]: one["mean"] for one in weights}
    idle = mean.get(config.verbosity)
    if idle is not None and idle["estimate"] > _IDLE:
        yield (
            f"The gate puts {interval(idle, 1, 100)} % of its weight on {plain(config.verbosity)}, which "
            "debiasing has set to zero: that weight is idle."
        )
    unused = [
        name for name, one in mean.items() if one["estimate"] < _IDLE and name != config.verbosity
    ]
    if unused:
        yield f"Next to no weight on the test pairs, so they hardly enter a score: {listed(unused)}."


def length_records(metrics: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the correlations with length on test, or on the reference set where test has none."""
    bias = metrics.get("bias") or {}
    return list(bias.get("test") or bias.get("reference") or [])
