"""The published scoring rules of benchmarks whose prompts have several labelled responses.

A rule is named by each row of such a benchmark. Pairs need none: their accuracy is in
`armo.evaluate.preferences`, and what RewardBench makes of it in `armo.evaluate.rewardbench`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from armo.errors import InputError, nearest
from armo.evaluate.rules.best_of import BEST_OF
from armo.evaluate.rules.conflict_pairs import CONFLICT_PAIRS
from armo.evaluate.rules.contract import Lost, Measure, Question, Rule, Scores, subset_score
from armo.evaluate.rules.styles import STYLES
from armo.evaluate.rules.ties import TIES

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.name: rule for rule in (BEST_OF, TIES, STYLES, CONFLICT_PAIRS)}
)


def find_rule(name: str) -> Rule:
    """Return the rule of a name.

    Raises:
        InputError: If no rule has it.
    """
    if name not in RULES:
        raise InputError(
            f"no rule is called '{name}'{nearest(name, RULES)}; known: {', '.join(RULES)}"
        )
    return RULES[name]


__all__ = ["RULES", "Lost", "Measure", "Question", "Rule", "Scores", "find_rule", "subset_score"]
