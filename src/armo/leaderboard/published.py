"""What the paper reports in its Tables 1 and 2: quoted figures, none of them measured here.

Source: "Interpretable Preferences via Multi-Objective Reward Modeling and Mixture-of-Experts"
(ArmoRM), arXiv:2406.12845. Accuracy in per cent on RewardBench as of May and June 2024; the score
counts the prior sets at half the weight of a section.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "ArmoRM, arXiv:2406.12845"


@dataclass(frozen=True)
class PublishedRow:
    """A row of one of the paper's tables, in per cent.

    Attributes:
        method: As the paper calls it.
        base: Base model; empty where the table has no such column.
        score: Weighted mean of the five others.
        chat: Accuracy in the section Chat.
        chat_hard: Accuracy in the section Chat Hard.
        safety: Accuracy in the section Safety.
        reasoning: Accuracy in the section Reasoning.
        prior_sets: Accuracy on the prior sets.
    """

    method: str
    base: str
    score: float
    chat: float
    chat_hard: float
    safety: float
    reasoning: float
    prior_sets: float


COLUMNS = ("score", "chat", "chat hard", "safety", "reasoning", "prior sets")
"""Names of the figures of a row, in order."""

TABLE_1 = (
    PublishedRow("HelpSteer2 RM", "Nemotron-4 340B", 89.3, 95.8, 87.1, 91.5, 93.7, 67.4),
    PublishedRow("ArmoRM + MoE", "Llama-3 8B", 89.0, 96.9, 76.8, 92.2, 97.3, 74.3),
    PublishedRow("HelpSteer2 RM", "Llama-3 70B", 86.3, 91.3, 80.3, 92.8, 90.7, 66.5),
    PublishedRow("Preference Model", "Llama-3 8B", 85.7, 98.3, 65.8, 89.7, 94.7, 74.6),
    PublishedRow("LLM-as-a-judge", "GPT-4 Turbo", 84.2, 95.3, 74.3, 87.2, 86.9, 70.9),
    PublishedRow("LLM-as-a-judge", "GPT-4o", 83.3, 96.6, 70.4, 86.7, 84.9, 72.6),
    PublishedRow("Bradley–Terry", "Llama-3 8B", 83.6, 99.4, 65.1, 87.8, 86.4, 74.9),
    PublishedRow("Bradley–Terry", "Yi-34B", 81.4, 96.9, 57.2, 88.2, 88.5, 71.4),
)
"""The paper's comparison, in its order."""

TABLE_2 = (
    PublishedRow("ArmoRM + Fixed Weights", "", 84.9, 99.4, 62.3, 90.2, 92.5, 75.3),
    PublishedRow("ArmoRM + Gating Weights", "", 89.0, 96.9, 76.8, 92.2, 97.3, 74.3),
)
"""The paper's ablation of the gate."""


def figures_of(row: PublishedRow) -> tuple[float, ...]:
    """Return the figures of a row in the order of `COLUMNS`."""
    return row.score, row.chat, row.chat_hard, row.safety, row.reasoning, row.prior_sets
