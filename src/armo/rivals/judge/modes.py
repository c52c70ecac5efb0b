"""The two ways to ask: for a comparison of both responses, or for a rating of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

from armo.rivals.judge.answers import Answer
from armo.rivals.judge.prompts import pairwise_messages, rating_messages
from armo.rivals.judge.verdicts import rating, verdict
from armo.rivals.settings import Judge
from armo.rivals.system import Pair, Preference

UNPARSABLE = "unparsable"
DISAGREE = "orders disagree"

Messages: TypeAlias = list[dict[str, str]]


class Pairwise:
    """Both responses in one request, as in RewardBench: once in a random order, or in both orders.

    Args:
        swap: Ask in both orders, and average.
        seed: Of the order, which depends on it and on the pair's id alone.
    """

    def __init__(self, swap: bool, seed: int) -> None:
        self._swap = swap
        self._seed = seed

    def asks(self, pair: Pair) -> list[tuple[str, Messages]]:
        """Return one request an order."""
        shown = {
            True: ("a first", pairwise_messages(pair.prompt, pair.a, pair.b)),
            False: ("b first", pairwise_messages(pair.prompt, pair.b, pair.a)),
        }
        return [shown[a_first] for a_first in self._orders(pair)]

    def preference(self, pair: Pair, answers: Sequence[Answer]) -> Preference:
        """Return the mean verdict; an answer that can't be parsed counts 0.5."""
        said = [verdict(answer.text) for answer in answers]
        values = [
            0.5 if found is None else float((found == "A") == a_first)
            for found, a_first in zip(said, self._orders(pair), strict=True)
        ]
        notes = _unparsable(
            [found is None for found in said], [name for name, _ in self.asks(pair)], answers
        )
        if None not in said and len(set(values)) > 1:
            notes += (DISAGREE,)
        return Preference(None, sum(values) / len(values), tokens=_tokens(answers), notes=notes)

    def is_parsable(self, text: str) -> bool:
        """Return whether there is a verdict."""
        return verdict(text) is not None

    def _orders(self, pair: Pair) -> list[bool]:
        """Return, for each request, whether response `a` is shown first."""
        digest = hashlib.sha256(f"{self._seed}:{pair.id}".encode("utf-8", "surrogatepass")).digest()
        a_first = digest[0] % 2 == 0
        return [a_first, not a_first] if self._swap else [a_first]


class Rating:
    """Each response in a request of its own, rated from 1 to 10; the higher one wins."""

    def asks(self, pair: Pair) -> list[tuple[str, Messages]]:
        """Return one request a response."""
        return [
            ("a", rating_messages(pair.prompt, pair.a)),
            ("b", rating_messages(pair.prompt, pair.b)),
        ]

    def preference(self, pair: Pair, answers: Sequence[Answer]) -> Preference:
        """Return the difference of the ratings; without both there is no margin, and 0.5."""
        del pair
        a, b = (rating(answer.text) for answer in answers)
        tokens = _tokens(answers)
        if a is None or b is None:
            notes = _unparsable([a is None, b is None], ["a", "b"], answers)
            return Preference(None, 0.5, tokens=tokens, notes=notes)
        winner = 0.5 if a == b else float(a > b)
        return Preference(a - b, winner, scores=(a, b), tokens=tokens)

    def is_parsable(self, text: str) -> bool:
        """Return whether there is a rating."""
        return rating(text) is not None


Mode: TypeAlias = Pairwise | Rating
"""How a pair becomes requests, and their answers a preference."""


def mode_of(settings: Judge, seed: int) -> Mode:
    """Return the mode that the settings ask for."""
    return Rating() if settings.mode == "rating" else Pairwise(settings.swap, seed)


def _unparsable(
    missing: Sequence[bool], names: Sequence[str], answers: Sequence[Answer]
) -> tuple[str, ...]:
    """Return one note to count by, and one for each answer that can't be understood."""
    each = [
        f"{UNPARSABLE} ({name}{_why(answer)})"
        for absent, name, answer in zip(missing, names, answers, strict=True)
        if absent
    ]
    return (UNPARSABLE, *each) if each else ()


def _why(answer: Answer) -> str:
    if answer.finish_reason == "length":
        return ", cut at max_tokens"
    return "" if answer.text.strip() else ", no text"


def _tokens(answers: Sequence[Answer]) -> int:
    return sum((answer.prompt_tokens or 0) + (answer.completion_tokens or 0) for answer in answers)
