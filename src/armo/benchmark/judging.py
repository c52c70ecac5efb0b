"""The rows of a benchmark as a model judges them, under its gate and under weights without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float64, Int64

from armo.benchmark.baselines import baselines
from armo.conversation import Message, conversation_key
from armo.data import BenchmarkRow, ResponsesRow
from armo.features import FeatureStore
from armo.gating.result import GATE
from armo.model import RewardModel

RowT = TypeVar("RowT", BenchmarkRow, ResponsesRow)


@dataclass(frozen=True)
class Judged(Generic[RowT]):
    """Rows of which every response was read, with the scores of every distinct response.

    Equal responses share one score, so that a tie is a tie to the last bit.

    Attributes:
        ids: Id of each row.
        rows: Each row.
        groups: What each row is drawn with when intervals are made.
        places: Where the responses of each row stand in the arrays below, in the row's own order.
        prompt: Place of each row's prompt in `weights`.
        prompt_of: Place of each response's prompt in `weights`.
        weights: Weight of each objective by prompt, after steering, shape `[prompts, objectives]`.
        contributions: Parts of each response's score, shape `[responses, objectives]`.
        debiased: Debiased rewards, shape `[responses, objectives]`.
        scores: Score of each response under each weighting; the model's own is `gate`.
        tokens: Length of each response.
    """

    ids: list[str]
    rows: list[RowT]
    groups: list[str]
    places: list[Int64[np.ndarray, " _"]]
    prompt: Int64[np.ndarray, " rows"]
    prompt_of: Int64[np.ndarray, " responses"]
    weights: Float64[np.ndarray, "prompts objectives"]
    contributions: Float64[np.ndarray, "responses objectives"]
    debiased: Float64[np.ndarray, "responses objectives"]
    scores: Mapping[str, Float64[np.ndarray, " responses"]]
    tokens: Int64[np.ndarray, " responses"]


def readable(rows: Sequence[RowT], store: FeatureStore) -> list[int]:
    """Return the places of the rows of which all responses were read."""
    return [
        place
        for place, row in enumerate(rows)
        if all(conversation_key(messages) in store for messages in row.conversations())
    ]


def judge(
    model: RewardModel, ids: Sequence[str], rows: Sequence[RowT], store: FeatureStore
) -> Judged[RowT]:
    """Score rows, at least one, of which all responses were read.

    Raises:
        ModelError: If the fixed weights in the model's metrics do not fit its objectives.
        InputError: If a steering leaves a prompt without weight.
    """
    prompts: dict[str, int] = {}
    responses: dict[str, int] = {}
    prompt_of: list[int] = []
    places: list[Int64[np.ndarray, " _"]] = []
    prompt_of_row: list[int] = []
    for row in rows:
        conversations = row.conversations()
        prompt = prompts.setdefault(conversation_key(conversations[0][:-1]), len(prompts))
        keys = _distinct(model, conversations, store)
        for key in keys:
            if key not in responses:
                responses[key] = len(responses)
                prompt_of.append(prompt)
        places.append(np.array([responses[key] for key in keys], dtype=np.int64))
        prompt_of_row.append(prompt)
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
        places=places,
        prompt=np.array(prompt_of_row, dtype=np.int64),
        prompt_of=by_response,
        weights=weights,
        contributions=judgement.contributions,
        debiased=judgement.debiased,
        scores=scores,
        tokens=store.response_tokens(list(responses)),
    )


def _distinct(
    model: RewardModel, conversations: Sequence[Sequence[Message]], store: FeatureStore
) -> list[str]:
    """Return a key for each response, one key for all that the backbone reads as the same tokens.

    Texts that differ only in what is stripped or cut off are read apart, and differ by rounding.
    """
    keys = [conversation_key(messages) for messages in conversations]
    messages_of = dict(zip(keys, conversations, strict=True))
    by_length: dict[int, list[str]] = {}
    for key, length in zip(messages_of, store.response_tokens(list(messages_of)), strict=True):
        by_length.setdefault(int(length), []).append(key)
    same: dict[str, str] = {}
    for alike in by_length.values():
        if len(alike) > 1:
            first_with: dict[bytes, str] = {}
            for key in alike:
                tokens = np.asarray(model.backbone.encode(messages_of[key]).ids).tobytes()
                same[key] = first_with.setdefault(tokens, key)
    return [same.get(key, key) for key in keys]


def _weights(
    model: RewardModel, store: FeatureStore, prompts: Sequence[str]
) -> Float64[np.ndarray, "prompts objectives"]:
    weights = model.heads.gate.weights(store.prompts(prompts)).astype(np.float64)
    if model.steering is None:
        return weights
    return model.steering.apply(weights, model.objectives)
