"""UltraFeedback: up to four completions a row, each rated by GPT-4 on four aspects and overall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, number, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.ratings.rated import (
    by_part,
    distinct_names,
    entry,
    field_or_none,
    objects,
    rating_row,
    ratings_of,
    text_or_none,
)
from armo.errors import DataError
from armo.paper import SCALES

_OVERALL = "ultrafeedback-overall_score"
_ASPECTS = ("instruction_following", "truthfulness", "honesty", "helpfulness")
# Below this mean of the aspects the set's own authors take an overall score of 10 for a 1.
_TEN_IS_ONE = 2.0


def ultrafeedback(
    row: RawRow, tally: Tally, *, fix_ten_for_one: bool = False
) -> Iterator[RatingRow]:
    """Make a rating row of every completion.

    Args:
        row: A prompt and its completions.
        tally: Told of missing ratings, missing completions and doubtful overall scores.
        fix_ten_for_one: Take an overall score of 10 for a 1 where the aspects' mean is at most 2, as
            the repair script of the set's authors does: some were misread when the set was made.
    """
    prompt = text(row.value, "instruction")
    completions = objects(row.value, "completions")
    if len(completions) < 4:
        tally.note("rows with fewer than four completions")
    names = distinct_names([field_or_none(completion, "model") for completion in completions])

    def make(index: int) -> RatingRow:
        completion = entry(completions[index])
        messages = [user(prompt), assistant(text(completion, "response"))]
        ratings = _ratings(completion, tally, fix_ten_for_one)
        if not ratings:
            raise DataError("neither overall_score nor an aspect holds a rating within its scale")
        meta = {
            "dataset": text_or_none(row.value, "source"),
            "model": text_or_none(completion, "model"),
        }
        return rating_row(f"{row.id}/{names[index]}", "ultrafeedback", messages, ratings, meta)

    parts = [(f"completions[{index}]", partial(make, index)) for index in range(len(completions))]
    yield from by_part(row, tally, parts)


def _ratings(
    completion: Mapping[str, Any], tally: Tally, fix_ten_for_one: bool
) -> dict[str, float]:
    annotations = completion.get("annotations")
    values: dict[str, object] = {_OVERALL: completion.get("overall_score")}
    for aspect in _ASPECTS:
        annotation = field_or_none(annotations, aspect)
        values[f"ultrafeedback-{aspect}"] = field_or_none(annotation, "Rating")
    ratings = ratings_of(tally, values, SCALES)
    if ratings.get(_OVERALL) == 10 and _aspects_mean(ratings, completion) <= _TEN_IS_ONE:
        doubt = f"{_OVERALL}: 10 where the aspects' mean is at most {_TEN_IS_ONE:g}"
        if fix_ten_for_one:
            ratings[_OVERALL] = 1.0
            tally.note(f"{doubt}; taken as 1")
        else:
            tally.note(f"{doubt}; kept (the option fix_ten_for_one takes it as 1)")
    return ratings


def _aspects_mean(ratings: Mapping[str, float], completion: Mapping[str, Any]) -> float:
    """Return the mean of the aspects, else the set's own, else 5, by which nothing is in doubt."""
    aspects = [rating for name, rating in ratings.items() if name != _OVERALL]
    if aspects:
        return sum(aspects) / len(aspects)
    stored = number(completion.get("fine-grained_score"))
    return 5.0 if stored is None else stored


ULTRAFEEDBACK = KnownSet(
    name="ultrafeedback",
    kind="ratings",
    hub="openbmb/UltraFeedback",
    adapter=row_by_row(ultrafeedback),
    licence="MIT",
    layout=(
        "instruction: text; completions: list of {model, response, overall_score: 1..10, "
        "annotations: {aspect: {Rating: text, 1..5}}}"
    ),
    tested_on="documented layout",
    rows=63_967,
    native_rows=240_000,
    objectives=(_OVERALL, *(f"ultrafeedback-{aspect}" for aspect in _ASPECTS)),
    paper=True,
    note=(
        "The paper counts 240,000 responses, the set has 255,865. Some overall scores of 10 stand for "
        "1: they are counted, and mended by the option fix_ten_for_one."
    ),
)
