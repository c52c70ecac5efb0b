"""The decision record: one scoring, taken apart so that its parts sum to the score."""

from __future__ import annotations

import math

import msgspec

SCHEMA = "armo.decision/1"


class ObjectivePart(msgspec.Struct, frozen=True):
    """One objective's part in a score.

    Attributes:
        name: The objective.
        reward: Predicted rating in unit scale, unclipped.
        native: The same in the objective's native scale.
        debiased: Reward with its share of verbosity taken out; unit scale only.
        weight: Gate weight, after steering.
        coefficient: What multiplies the raw rewards: the score is the sum of coefficient × reward.
        contribution: Score scale × weight × debiased; the contributions sum to the score.
    """

    name: str
    reward: float
    native: float
    debiased: float
    weight: float
    coefficient: float
    contribution: float


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one scoring.

    Attributes:
        id: Of the row that was scored, or its place in the call.
        score: Sum of the contributions.
        objectives: One part an objective, in the model's order.
        score_scale: `s`, which multiplies every contribution.
        tokens: Tokens that were read.
        response_tokens: Those after the prompt, the template's own included.
        truncated: True if the end of the response was cut off (only by explicit option).
        split_at_boundary: True if prompt and response were tokenised one by one, since their
            tokens would have merged.
        steering: Name and version of the steering that changed the weights, or null.
        model: Hash of the heads.
        backbone: Fingerprint of the language model.
        schema: Version of this record.
    """

    id: str
    score: float
    objectives: list[ObjectivePart]
    score_scale: float
    tokens: int
    response_tokens: int
    truncated: bool
    split_at_boundary: bool
    steering: str | None
    model: str
    backbone: str
    schema: str = SCHEMA

    def top(self, count: int = 3) -> list[ObjectivePart]:
        """Return the objectives that contribute most, by size of contribution."""
        return sorted(self.objectives, key=lambda part: -abs(part.contribution))[:count]

    def __getitem__(self, name: str) -> ObjectivePart:
        """Return the part of the objective with this name."""
        for part in self.objectives:
            if part.name == name:
                return part
        raise KeyError(name)


class MarginPart(msgspec.Struct, frozen=True):
    """One objective's part in a margin.

    Attributes:
        name: The objective.
        weight: Gate weight, after steering; the same for both responses, since it sees the prompt.
        difference: Debiased reward of A minus that of B.
        contribution: Its part of the margin; the parts sum to the margin.
    """

    name: str
    weight: float
    difference: float
    contribution: float


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Why one response to a prompt beats another.

    Attributes:
        a: Decision on the first response.
        b: Decision on the second.
        margin: Score of A minus score of B.
        probability: That A is preferred, σ(β · margin).
        objectives: One part an objective, in the model's order.
    """

    a: Decision
    b: Decision
    margin: float
    probability: float
    objectives: list[MarginPart]

    @property
    def winner(self) -> str:
        """`a`, `b`, or `tie`."""
        return "tie" if self.margin == 0 else "a" if self.margin > 0 else "b"


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """One response in an order of many.

    Attributes:
        rank: 1 for the best; equal scores share a rank.
        index: Place of the response in the call.
        decision: Its decision.
    """

    rank: int
    index: int
    decision: Decision


def compare_decisions(a: Decision, b: Decision, preference_beta: float) -> Comparison:
    """Return the margin between two decisions on one prompt as a sum over objectives."""
    parts = [
        MarginPart(
            name=left.name,
            weight=left.weight,
            difference=left.debiased - right.debiased,
            contribution=left.contribution - right.contribution,
        )
        for left, right in zip(a.objectives, b.objectives, strict=True)
    ]
    margin = a.score - b.score
    return Comparison(
        a=a, b=b, margin=margin, probability=_sigmoid(preference_beta * margin), objectives=parts
    )


def rank_decisions(decisions: list[Decision]) -> list[Ranked]:
    """Return decisions on one prompt from best to worst; equal scores share a rank."""
    order = sorted(range(len(decisions)), key=lambda index: -decisions[index].score)
    ranked: list[Ranked] = []
    for place, index in enumerate(order, start=1):
        decision = decisions[index]
        tied = bool(ranked) and ranked[-1].decision.score == decision.score
        ranked.append(
            Ranked(rank=ranked[-1].rank if tied else place, index=index, decision=decision)
        )
    return ranked


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
