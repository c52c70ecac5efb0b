"""Whether the rule that a row names can score it."""

from __future__ import annotations

from armo.data import BenchmarkRow, ResponsesRow
from armo.errors import nearest
from armo.evaluate.rules import RULES


class RuleCheck:
    """Looks at rows one after the other; a subset belongs to the rule of its first row."""

    def __init__(self) -> None:
        self._rule_of: dict[str, str] = {}

    def complaint(self, row: BenchmarkRow | ResponsesRow) -> str:
        """Return why the row can't be scored by its rule, or an empty string if it can."""
        if isinstance(row, BenchmarkRow):
            return ""
        if row.rule not in RULES:
            known = ", ".join(RULES)
            return f"rule: none is known as '{row.rule}'{nearest(row.rule, RULES)}; known: {known}"
        first = self._rule_of.setdefault(row.subset, row.rule)
        if first != row.rule:
            return (
                f"rule: subset '{row.subset}' is scored by '{first}', as its first row says, not by "
                f"'{row.rule}'; give the row a subset of its own"
            )
        return ""
