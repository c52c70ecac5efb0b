"""Something in a data set that its user should look at, told in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Severity = Literal["fault", "caution", "note"]
SEVERITIES: tuple[Severity, ...] = ("fault", "caution", "note")
_NAMED = 6
_LONGEST_NAME = 120


class Finding(msgspec.Struct, frozen=True):
    """One observation.

    Attributes:
        severity: `fault`: the data contradict themselves or can't be used; `caution`: a model would
            learn it, or its figures would mislead; `note`: good to know.
        head: What it is, in a few words.
        text: A sentence or two with the figures.
        section: Section of the page that shows more.
        weight: How much it matters among findings of one severity, in [0, 1].
    """

    severity: Severity
    head: str
    text: str
    section: str
    weight: float


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings worst first."""
    return sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), -one.weight, one.head))


def listed(entries: Sequence[tuple[str, str]], named: int = _NAMED) -> str:
    """Return names with their figures, and how many more there are."""
    shown = ", ".join(f"{_cut(name)} ({figure})" for name, figure in entries[:named])
    more = len(entries) - named
    return f"{shown} and {more:,} more" if more > 0 else shown


def percent(share: float) -> str:
    """Return a share in per cent; one that is not 0 or 1 is never shown as such."""
    text = f"{share:.0%}"
    if 0 < share < 0.01 or 0.99 < share < 1:
        text = f"{share:.1%}"
    if (text == "0.0%" and share > 0) or (text == "100.0%" and share < 1):
        text = "<0.1%" if share < 0.5 else ">99.9%"
    return text


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _cut(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[:_LONGEST_NAME] + "…"
