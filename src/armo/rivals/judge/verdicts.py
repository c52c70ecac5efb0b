"""What an answer of a judge comes to."""

from __future__ import annotations

import re
from typing import Literal

from armo.conversation import strip_reasoning

_RATING = re.compile(r"\[\[\s*(\d+(?:\.\d+)?)\s*(?:/\s*10\s*)?\]\]", re.ASCII)
_LOWEST, _HIGHEST = 1.0, 10.0


def verdict(text: str) -> Literal["A", "B"] | None:
    """Return which answer wins, None if the text does not say.

    RewardBench's rule: `[[A]]` anywhere is A, else `[[B]]` anywhere is B, to the letter. Reasoning in
    `<think>` is left out, where a judge may weigh both.
    """
    said = _said(text)
    if "[[A]]" in said:
        return "A"
    return "B" if "[[B]]" in said else None


def rating(text: str) -> float | None:
    """Return the last number in double brackets, None if there is none from 1 to 10."""
    found = _RATING.findall(_said(text))
    value = float(found[-1]) if found else 0.0
    return value if _LOWEST <= value <= _HIGHEST else None


def _said(text: str) -> str:
    (message,) = strip_reasoning([{"role": "assistant", "content": text}])
    return str(message["content"])
