"""UltraFeedback: up to four completions a row, each rated by GPT-4 on four aspects and overall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.parts import distinct_names, entry, field_or_none, objects
from armo.data.sets.ratings.rated import by_part, rating_row, ratings_of, text_or_none
from armo.data.sets.ten_for_one import ASPECTS, mended_overall
from armo.errors import DataError
from armo.paper import SCALES

_OVERALL = "ultrafeedback-overall_score"


def ultrafeedback(
    row: RawRow, tally: Tally, *, fix_ten_for_one: bool = False
) -> Iterator[RatingRow]:
    """Make a rating row of every completion.

    Args:
        row: A prompt and its completions.
        tally: Told of missing ratings, missing completions and doubtful overall scores.
        fix_ten_for_one: Take an overall score of 10 for a 1 where the fine-grained score is at most
            2, as the set's authors did: some were misread when it was made. From 2 to 4, where they
            rated again, the score counts as missing.
    """
    prompt = text(row.value, "instruction")
    completions = objects(row.value, "completions")
    if len(completions) < 4:
        tally.note("rows with fewer than four completions")
    names = distinct_names([field_or_none(completion, "model") for completion in completions])

    def make(index: int) -> RatingRow:
        completion = entry(completions[index])
        messages = [user(prompt), assistant(text(completion, "response", "the completion"))]
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
    for aspect in ASPECTS:
        annotation = field_or_none(annotations, aspect)
        values[f"ultrafeedback-{aspect}"] = field_or_none(annotation, "Rating")
    ratings = ratings_of(tally, values, SCALES)
    if _OVERALL in ratings:
        overall = mended_overall(completion, ratings[_OVERALL], tally, fix_ten_for_one)
        if overall is None:
            del ratings[_OVERALL]
        else:
            ratings[_OVERALL] = overall
    return ratings


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
    native_rows=255_865,
    paper_rows=240_000,
    objectives=(_OVERALL, *(f"ultrafeedback-{aspect}" for aspect in ASPECTS)),
    paper=True,
    note=(
        "The paper counts 240,000 responses, the set has 255,865. Some overall scores of 10 stand for "
        "1: they are counted, and mended or left out by the option fix_ten_for_one."
    ),
)
