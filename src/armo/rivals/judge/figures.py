"""What a judge's work came to: tokens, price, failures, answers that can't be understood."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from armo.rivals.judge.answers import Answer
from armo.rivals.judge.asking import Failure
from armo.rivals.judge.modes import DISAGREE, UNPARSABLE, Mode
from armo.rivals.judge.verdicts import verdict
from armo.rivals.settings import Judge
from armo.rivals.system import Preference


def judge_figures(
    settings: Judge,
    mode: Mode,
    answers: Collection[Answer],
    failures: Collection[Failure],
    preferences: Collection[Preference],
) -> dict[str, Any]:
    """Return figures over all pairs that were judged, whichever run asked for them.

    Args:
        settings: With prices, where they are known.
        mode: How it was asked.
        answers: Each once, though several pairs may share one.
        failures: Questions that stayed without an answer.
        preferences: Of the pairs that have one.
    """
    unclear = [answer for answer in answers if not mode.is_parsable(answer.text)]
    return {
        "endpoint": settings.base_url,
        "model": settings.model,
        "answered_as": dict(Counter(answer.model for answer in answers)),
        "mode": settings.mode,
        "swap": settings.swap,
        "pairs": {
            "judged": len(preferences),
            "undecided": sum(preference.verdict == 0.5 for preference in preferences),
            "unparsable": _noted(preferences, UNPARSABLE),
            "orders_disagree": _noted(preferences, DISAGREE),
        },
        "requests": {
            "answered": len(answers),
            "failed": dict(Counter(failure.kind for failure in failures)),
            "retries": dict(_retries([*answers, *failures])),
            "unparsable": dict(Counter(_reason(answer) for answer in unclear)),
            "finish_reasons": dict(Counter(answer.finish_reason for answer in answers)),
            "first_wins": _first_wins(settings, answers),
        },
        "tokens": _tokens(answers),
        "price": _price(settings, answers),
        "latency_seconds": _latency([answer.seconds for answer in answers]),
    }


def _noted(preferences: Iterable[Preference], note: str) -> int:
    return sum(note in preference.notes for preference in preferences)


def _retries(outcomes: Iterable[Answer | Failure]) -> Counter[str]:
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome.retries)
    return total


def _reason(answer: Answer) -> str:
    if answer.finish_reason == "length":
        return "cut at max_tokens"
    return "no verdict in it" if answer.text.strip() else "no text"


def _first_wins(settings: Judge, answers: Iterable[Answer]) -> float | None:
    """Return how often the response that stands first wins: 0.5 is no preference for a place."""
    if settings.mode != "pairwise":
        return None
    said = [found for answer in answers if (found := verdict(answer.text))]
    return said.count("A") / len(said) if said else None


def _tokens(answers: Collection[Answer]) -> dict[str, int | None]:
    """Return sums over the answers that say them; None where none does."""
    read = [answer.prompt_tokens for answer in answers if answer.prompt_tokens is not None]
    written = [a.completion_tokens for a in answers if a.completion_tokens is not None]
    unknown = [a for a in answers if None in (a.prompt_tokens, a.completion_tokens)]
    return {
        "input": sum(read) if read else None,
        "output": sum(written) if written else None,
        "answers_without_usage": len(unknown),
    }


def _price(settings: Judge, answers: Collection[Answer]) -> float | None:
    """Return the price of all answers, in the unit of the prices given; None if anything is unknown."""
    counts = _tokens(answers)
    given = (settings.input_price, settings.output_price, counts["input"], counts["output"])
    if None in given or counts["answers_without_usage"]:
        return None
    per_input, per_output, read, written = (float(value or 0) for value in given)
    return (per_input * read + per_output * written) / 1e6


def _latency(seconds: list[float]) -> dict[str, float] | None:
    if not seconds:
        return None
    return {
        "median": round(statistics.median(seconds), 3),
        "longest": max(seconds),
        "sum": round(sum(seconds), 3),
    }
