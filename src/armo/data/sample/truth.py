"""What the sample was made from, so that what armo finds can be checked."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.conversation import Conversation, conversation_key, first_user_text
from armo.errors import InputError, nearest
from armo.splits import group_of


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The planted truth of a sample.

    Attributes:
        domains: Names of the domains.
        objectives: Names of the objectives, in the sample's order.
        weights: Planted weight by domain and objective; those of a domain sum to one.
        domain_by_group: Domain of every prompt, by its split group.
        quality_by_conversation: True quality on every objective, in unit scale and in the order of
            `objectives`, by `conversation_key`. No rater's bias is in it.
        verbosity_bias: By how much ratings of an objective rise, in unit scale, when the rating of
            verbosity rises by one.
        sharpness: A judge prefers the better answer of a pair with the chance
            `sigmoid(sharpness * margin)`.
        bayes_accuracy: Share of the pairs in which the better answer was chosen: what the planted
            rule itself reaches, so what no model beats but by luck.
    """

    domains: list[str]
    objectives: list[str]
    weights: dict[str, dict[str, float]]
    domain_by_group: dict[str, str]
    quality_by_conversation: dict[str, list[float]]
    verbosity_bias: dict[str, float]
    sharpness: float
    bayes_accuracy: float

    def domain(self, messages: Conversation) -> str:
        """Return the domain of a prompt or conversation of the sample."""
        return self.domain_by_group[group_of(first_user_text(messages))]

    def quality(self, messages: Conversation) -> NDArray[np.float64]:
        """Return the true quality of a conversation of the sample, one value an objective."""
        return np.asarray(self.quality_by_conversation[conversation_key(messages)])

    def weight_matrix(self) -> NDArray[np.float64]:
        """Return the planted weights, shape `[domains, objectives]`."""
        return np.asarray(
            [
                [self.weights[domain].get(name, 0.0) for name in self.objectives]
                for domain in self.domains
            ]
        )

    def expected_top(self, domain: str) -> set[str]:
        """Return the objectives that a gate should weigh most in a domain.

        They are those that weigh at least half as much as the weightiest; what weighs less may get
        lost in the noise.
        """
        if domain not in self.weights:
            raise InputError(f"there is no domain '{domain}'{nearest(domain, self.domains)}")
        weights = self.weights[domain]
        return {name for name, weight in weights.items() if weight >= max(weights.values()) / 2}
