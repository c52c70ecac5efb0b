"""CodeUltraFeedback: responses and ratings in two lists, joined by model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import number, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_least
from armo.data.sets.preferences.scored import Scored, all_pairs, entries
from armo.errors import DataError

NAME = "code-ultrafeedback"
LOW, HIGH = 1, 5


def _convert(row: RawRow, tally: Tally, *, min_gap: float = 0.0) -> Iterator[PreferenceRow]:
    """Yield a pair for every two responses whose ratings differ.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        min_gap: Least difference of ratings (1 to 5).
    """
    check_least(NAME, "min_gap", min_gap, 0)
    prompt = [user(text(row.value, "instruction"))]
    preference = text(row.value, "preference").removeprefix("code-")
    ratings = _ratings(row.value)
    responses = entries(row.value, "responses")
    times = Counter(str(response.get("model")) for response in responses)
    scored = []
    for index, response in enumerate(responses):
        try:
            model = text(response, "model")
            if times[model] > 1:
                raise DataError(f"model: '{model}' has several responses, so its rating is unclear")
            score = _score(ratings, model)
            scored.append(Scored(str(index), text(response, "response"), score, model))
        except DataError as error:
            tally.reject(row, str(error), f"responses[{index}]")
    for pair in all_pairs(row, tally, NAME, prompt, scored, min_gap):
        pair.meta["preference"] = preference
        yield pair


def _ratings(raw: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what every model was rated."""
    ratings: dict[str, list[Any]] = {}
    for annotation in entries(raw, "annotations"):
        ratings.setdefault(text(annotation, "model"), []).append(required(annotation, "rating"))
    return ratings


def _score(ratings: dict[str, list[Any]], model: str) -> float:
    given = ratings.get(model, [])
    if len(given) != 1:
        raise DataError(f"annotations: {len(given)} ratings of '{model}', expected one")
    score = number(given[0])
    if score is None or not LOW <= score <= HIGH:
        raise DataError(f"rating of '{model}': expected {LOW} to {HIGH}, got {given[0]!r}")
    return score


CODE_ULTRAFEEDBACK = KnownSet(
    name=NAME,
    kind="preferences",
    hub="coseal/CodeUltraFeedback",
    adapter=row_by_row(_convert),
    licence="MIT",
    layout="instruction, preference, responses and annotations (rating as text) joined by model",
    tested_on="documented layout",
    rows=10_000,
    native_rows=50_156,
    note="each row ranks by one coding preference, which meta.preference names",
)
