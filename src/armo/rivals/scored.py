"""A reward model as a system of a comparison: the response with the higher score is preferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from armo.decision import Decision
from armo.model import RewardModel
from armo.progress import Reporter
from armo.rejects import Reject
from armo.rivals.system import Description, Pair, Preference, from_margin
from armo.training.outcome import content_hash


@dataclass(frozen=True)
class ScoredSystem:
    """A reward model that judges pairs by their scores.

    Attributes:
        model: The model, under its steering if it has one.
        kind: What tables call this kind of system.
        base: Its backbone, as tables name it; by default as the model does.
        details: Anything else worth showing.
    """

    model: RewardModel
    kind: str = "model"
    base: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def description(self) -> Description:
        """What it is; its hash holds heads, backbone, number format and steering."""
        backbone = self.model.backbone
        decides = [self.model.config.hash, backbone.dtype, self.model.steering]
        return Description(
            kind=self.kind,
            base=self.base or backbone.identity.name,
            hash=content_hash(decides)[:16],
            parameters=backbone.parameters_per_token,
            beta=self.model.heads.preference_beta,
            details=self.details,
        )

    def prefer(self, pairs: Sequence[Pair], reporter: Reporter) -> list[Preference | Reject]:
        """Return the preference of each pair, or why there is none, in the order given.

        All of them are read at once, so give them in pieces where there are many.
        """
        conversations = [messages for pair in pairs for messages in pair.conversations()]
        with reporter("score", len(pairs), "pairs") as advance:
            outcomes = self.model.decide_each(conversations)
            advance(len(pairs))
        return [
            _preference(pair, a, b)
            for pair, a, b in zip(pairs, outcomes[::2], outcomes[1::2], strict=True)
        ]


def _preference(pair: Pair, a: Decision | Reject, b: Decision | Reject) -> Preference | Reject:
    if isinstance(a, Reject):
        return Reject(pair.id, a.reason)
    if isinstance(b, Reject):
        return Reject(pair.id, b.reason)
    return from_margin(a.score - b.score, (a.score, b.score), a.tokens + b.tokens)
