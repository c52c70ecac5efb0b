"""The pairs of a benchmark as a model judges them, under its gate and under weights without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from armo.conversation import conversation_key
from armo.data import BenchmarkRow
from armo.errors import ModelError
from armo.features import FeatureStore
from armo.gating.result import FIXED, GATE, UNIFORM
from armo.model import RewardModel


@dataclass(frozen=True)
class Judged:
    """Pairs whose two responses were read, with the scores of every distinct response.

    Equal responses share one score, so that a tie is a tie to the last bit.

    Attributes:
        ids: Id of each pair.
        rows: Each pair.
        groups: What each pair is drawn with when intervals are made.
        chosen: Place of each preferred response.
        rejected: Place of each other response.
        prompt: Place of each pair's prompt in `weights`.
        prompt_of: Place of each response's prompt in `weights`.
        weights: Weight of each objective by prompt, after steering, shape `[prompts, objectives]`.
        contributions: Parts of each response's score, shape `[responses, objectives]`.
        debiased: Debiased rewards, shape `[responses, objectives]`.
        scores: Score of each response under each weighting; the model's own is `gate`.
        tokens: Length of each response.
    """

    ids: list[str]
    rows: list[BenchmarkRow]
    groups: list[str]
    chosen: Int64[np.ndarray, " pairs"]
    rejected: Int64[np.ndarray, " pairs"]
    prompt: Int64[np.ndarray, " pairs"]
    prompt_of: Int64[np.ndarray, " responses"]
    weights: Float64[np.ndarray, "prompts objectives"]
    contributions: Float64[np.ndarray, "responses objectives"]
    debiased: Float64[np.ndarray, "responses objectives"]
    scores: Mapping[str, Float64[np.ndarray, " responses"]]
    tokens: Int64[np.ndarray, " responses"]

    def margins(self, weighting: str) -> Float64[np.ndarray, " pairs"]:
        """Return score(chosen) − score(rejected) of each pair."""
        scores = self.scores[weighting]
        margins: Float64[np.ndarray, " pairs"] = scores[self.chosen] - scores[self.rejected]
        return margins


def readable(rows: Sequence[BenchmarkRow], store: FeatureStore) -> list[int]:
    """Return the places of the pairs of which both responses were read."""
    return [
        place
        for place, row in enumerate(rows)
        if all(conversation_key(messages) in store for messages in row.conversations())
    ]


def judge(
    model: RewardModel, ids: Sequence[str], rows: Sequence[BenchmarkRow], store: FeatureStore
) -> Judged:
    """Score pairs, at least one, of which both responses were read.

    Raises:
        ModelError: If the fixed weights in the model's metrics do not fit its objectives.
        InputError: If a steering leaves a prompt without weight.
    """
    prompts: dict[str, int] = {}
    responses: dict[str, int] = {}
    prompt_of: list[int] = []
    places = []
    for row in rows:
        pair = _distinct(model, row, store)
        prompt_key = conversation_key(row.conversations()[0][:-1])
        prompt = prompts.setdefault(prompt_key, len(prompts))
        for key in pair:
            if key not in responses:
                responses[key] = len(responses)
                prompt_of.append(prompt)
        places.append((responses[pair[0]], responses[pair[1]], prompt))
    columns = np.array(places, dtype=np.int64).T
    by_response = np.array(prompt_of, dtype=np.int64)
    weights = _weights(model, store, list(prompts))
    rewards = model.heads.rewards(store.responses(list(responses)))
    judgement = model.heads.weigh(rewards, weights[by_response])
    scale = model.heads.score_scale
    scores = {GATE: judgement.scores} | {
        name: scale * (judgement.debiased @ vector) for name, vector in baselines(model).items()
    }
    return Judged(
        ids=list(ids),
        rows=list(rows),
        groups=[row.split_group() for row in rows],
        chosen=columns[0],
        rejected=columns[1],
        prompt=columns[2],
        prompt_of=by_response,
        weights=weights,
        contributions=judgement.contributions,
        debiased=judgement.debiased,
        scores=scores,
        tokens=store.response_tokens(list(responses)),
    )


def _distinct(model: RewardModel, row: BenchmarkRow, store: FeatureStore) -> list[str]:
    """Return the keys of both responses, one key twice where the backbone reads the same tokens.

    Texts that differ only in what is stripped or cut off are read apart, and differ by rounding.
    """
    chosen, rejected = row.conversations()
    keys = [conversation_key(chosen), conversation_key(rejected)]
    lengths = store.response_tokens(keys)
    if keys[0] != keys[1] and lengths[0] == lengths[1]:
        first, second = model.backbone.encode(chosen).ids, model.backbone.encode(rejected).ids
        if np.array_equal(first, second):
            return [keys[0], keys[0]]
    return keys


def baselines(model: RewardModel) -> dict[str, Float64[np.ndarray, " objectives"]]:
    """Return weights that do not depend on the prompt: the optimal fixed ones if known, and uniform.

    Raises:
        ModelError: If the fixed weights in the model's metrics do not fit its objectives.
    """
    count = len(model.objectives)
    uniform = {UNIFORM: np.full(count, 1 / count)}
    fixed = _fixed_weights(model)
    return uniform if fixed is None else {FIXED: fixed} | uniform


def _weights(
    model: RewardModel, store: FeatureStore, prompts: Sequence[str]
) -> Float64[np.ndarray, "prompts objectives"]:
    weights = model.heads.gate.weights(store.prompts(prompts)).astype(np.float64)
    if model.steering is None:
        return weights
    return model.steering.apply(weights, model.objectives)


def _fixed_weights(model: RewardModel) -> Float64[np.ndarray, " objectives"] | None:
    try:
        found = (model.metrics or {})["gate"]["fixed"]["weights"]
    except (KeyError, TypeError):
        return None
    try:
        weights = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        weights = np.empty(0)
    if weights.shape != (len(model.objectives),) or not np.isfinite(weights).all():
        raise ModelError(
            f"the model's metrics.json has fixed weights that do not fit its {len(model.objectives)} "
            "objectives: train it again, or remove metrics.json to evaluate without them"
        )
    return weights
