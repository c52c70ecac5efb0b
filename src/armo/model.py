"""RewardModel: conversations in; scores, decisions, comparisons and rankings out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from armo.backbone import NOT_FINITE, Backbone, Encoded
from armo.card import card_text
from armo.conversation import Conversation, Message, as_prompt, as_response
from armo.decision import (
    Comparison,
    Decision,
    ObjectivePart,
    Ranked,
    compare_decisions,
    rank_decisions,
)
from armo.errors import DataError, InputError, ModelError
from armo.heads import Heads, Judgement
from armo.persistence import ModelConfig, make_config, open_model, save_folder
from armo.rejects import Reject
from armo.steering import Steering


@dataclass(frozen=True)
class RewardModel:
    """A reward model whose every score is a sum of named objectives.

    Use `RewardModel.from_pretrained`. Instances do not change: `with_steering` gives another.

    Attributes:
        heads: What was trained.
        backbone: The language model that reads.
        config: What config.json says.
        metrics: Figures of the training run, where there was one.
        steering: Changes the gate's weights, if given.
    """

    heads: Heads
    backbone: Backbone
    config: ModelConfig
    metrics: dict[str, Any] | None = None
    steering: Steering | None = None

    @classmethod
    def from_heads(
        cls,
        heads: Heads,
        backbone: Backbone,
        verbosity: str,
        metrics: dict[str, Any] | None = None,
    ) -> RewardModel:
        """Put trained heads on the backbone that gave their features."""
        return cls(heads, backbone, make_config(heads, backbone, verbosity), metrics)

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path,
        *,
        revision: str | None = None,
        backbone: str | None = None,
        dtype: str = "auto",
        device: str = "auto",
    ) -> RewardModel:
        """Load a model: one of armo's own, or one in the layout of the published checkpoint.

        Args:
            path: A model folder, the run folder that `armo train` left, or a hub name such as
                `RLHFlow/ArmoRM-Llama3-8B-v0.1`.
            revision: Branch, tag or commit of a hub name.
            backbone: Where the backbone is now, if it moved; it must hold the same weights.
            dtype: Number format of the forward pass.
            device: Where it runs.

        Raises:
            ModelError: If the folder is absent, damaged or of a newer schema.
            BackboneError: If the backbone is absent, or not the one the model was trained on.
        """
        return cls(*open_model(path, revision, backbone, dtype, device))

    @property
    def objectives(self) -> list[str]:
        """Names of the objectives, in order."""
        return self.heads.names

    def score(self, conversations: Sequence[Conversation]) -> list[float]:
        """Return the score of each conversation; the last message of each is the response.

        Raises:
            DataError: If one is malformed or too long, with its place in the call.
        """
        return [decision.score for decision in self.decide(conversations)]

    def decide(
        self, conversations: Sequence[Conversation], ids: Sequence[str] | None = None
    ) -> list[Decision]:
        """Return the full record of each scoring.

        Args:
            conversations: Lists of messages; the last message of each is the response.
            ids: Put into the records; by default the place in the call.

        Raises:
            DataError: If one is malformed or too long, with its place in the call.
        """
        decisions = []
        for index, outcome in enumerate(self.decide_each(conversations, ids)):
            if isinstance(outcome, Reject):
                raise DataError(f"conversation {index}: {outcome.reason}")
            decisions.append(outcome)
        return decisions

    def decide_each(
        self, conversations: Sequence[Conversation], ids: Sequence[str] | None = None
    ) -> list[Decision | Reject]:
        """Return a decision for each conversation, or why it can't be scored.

        Args:
            conversations: Lists of messages; the last message of each is the response.
            ids: Put into the records; by default the place in the call.
        """
        names = [str(index) for index in range(len(conversations))] if ids is None else list(ids)
        if len(names) != len(conversations):
            raise InputError(f"{len(names)} ids for {len(conversations)} conversations")
        outcomes: dict[int, Decision | Reject] = {}
        encoded: dict[int, Encoded] = {}
        for index, conversation in enumerate(conversations):
            try:
                encoded[index] = self.backbone.encode(conversation)
            except DataError as error:
                outcomes[index] = Reject(names[index], str(error))
        if encoded:
            outcomes |= self._decide_encoded(encoded, names)
        return [outcomes[index] for index in range(len(conversations))]

    def rank(self, prompt: str | Conversation, responses: Sequence[str | Message]) -> list[Ranked]:
        """Return the responses to one prompt from best to worst; equal scores share a rank."""
        return rank_decisions(self.decide(_conversations(prompt, responses)))

    def compare(self, prompt: str | Conversation, a: str | Message, b: str | Message) -> Comparison:
        """Return why one of two responses to a prompt is preferred, objective by objective."""
        first, second = self.decide(_conversations(prompt, [a, b]), ids=["a", "b"])
        return self.compare_decisions(first, second)

    def compare_decisions(self, a: Decision, b: Decision) -> Comparison:
        """Return why one of two decisions of this model on one prompt is ahead."""
        return compare_decisions(a, b, self.heads.preference_beta)

    def with_steering(self, steering: Steering | None) -> RewardModel:
        """Return this model with its weights changed by a rule; None takes the rule off.

        Raises:
            InputError: If the rule names unknown objectives or leaves no weight.
        """
        if steering is not None:
            steering.check(self.objectives)
        return replace(self, steering=steering)

    def save_pretrained(self, path: str | Path) -> None:
        """Write a folder of safetensors and JSON: the heads, and the backbone by name and hash.

        README.md is the model card, made anew unless somebody has edited it.

        Raises:
            ModelError: If the folder holds something that is no model.
        """
        card = card_text(self.config, self.metrics)
        save_folder(Path(path), self.heads, self.config, self.metrics, card)

    def push_to_hub(self, repo_id: str, *, private: bool = True) -> str:
        """Upload what `save_pretrained` writes to a hub repository and return its address.

        Raises:
            ModelError: If the hub can't be reached or refuses.
        """
        from huggingface_hub import HfApi

        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(Path(folder) / "model")
            # The hub client's errors have no common base below Exception.
            try:
                api = HfApi()
                api.create_repo(repo_id, private=private, exist_ok=True)
                return str(
                    api.upload_folder(repo_id=repo_id, folder_path=str(Path(folder) / "model"))
                )
            except Exception as error:
                raise ModelError(f"can't push to '{repo_id}': {error}") from error

    def _decide_encoded(
        self, encoded: Mapping[int, Encoded], names: Sequence[str]
    ) -> dict[int, Decision | Reject]:
        features = self.backbone.read_all(list(encoded.values()))
        finite = features.finite()
        places = np.array(list(encoded))
        outcomes: dict[int, Decision | Reject] = {
            int(place): Reject(names[place], NOT_FINITE) for place in places[~finite]
        }
        if not finite.any():
            return outcomes
        judgement = self._judge(features.prompt[finite], features.response[finite])
        for row, place in enumerate(places[finite]):
            tokens, name = encoded[int(place)], names[place]
            outcomes[int(place)] = self._decision(judgement, row, tokens, name)
        return outcomes

    def _judge(
        self,
        prompt: Float[np.ndarray, "rows hidden"],
        response: Float[np.ndarray, "rows hidden"],
    ) -> Judgement:
        judgement = self.heads.judge(prompt, response)
        if self.steering is None:
            return judgement
        weights = self.steering.apply(judgement.weights, self.objectives)
        return self.heads.weigh(judgement.rewards, weights)

    def _decision(self, judgement: Judgement, row: int, encoded: Encoded, name: str) -> Decision:
        parts = [
            ObjectivePart(
                name=objective.name,
                reward=float(judgement.rewards[row, index]),
                native=float(objective.to_native(float(judgement.rewards[row, index]))),
                debiased=float(judgement.debiased[row, index]),
                weight=float(judgement.weights[row, index]),
                coefficient=float(judgement.coefficients[row, index]),
                contribution=float(judgement.contributions[row, index]),
            )
            for index, objective in enumerate(self.heads.objectives)
        ]
        return Decision(
            id=name,
            score=float(judgement.scores[row]),
            objectives=parts,
            score_scale=self.heads.score_scale,
            tokens=len(encoded.ids),
            response_tokens=encoded.response_tokens,
            truncated=encoded.truncated,
            split_at_boundary=encoded.split_at_boundary,
            steering=self.steering.label if self.steering else None,
            model=self.config.hash,
            backbone=self.backbone.identity.fingerprint,
        )


def _conversations(
    prompt: str | Conversation, responses: Sequence[str | Message]
) -> list[Conversation]:
    messages = as_prompt(prompt)
    return [[*messages, as_response(response)] for response in responses]
