"""Argilla's sets of pairs whose two responses are both rated: Capybara, OpenOrca and mathematics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from armo.data.rows import RatingRow
from armo.data.sets.fields import Message, assistant, messages, number, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.parts import note_older_layout, objects, scale_rating, side_rating
from armo.data.sets.ratings.rated import by_part, rating_row, text_or_none
from armo.errors import DataError
from armo.objectives import Objective
from armo.paper import SCALES

_QUALITY, _JUDGE = "argilla-overall_quality", "argilla-judge_lm"
_FOLLOWING = "ultrafeedback-instruction_following"
_SIDES = ("chosen", "rejected")
_TEN = Objective("up to ten", 1.0, 10.0)
_FIVE = Objective(_FOLLOWING, *SCALES[_FOLLOWING])


def capybara(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make two rating rows, of the conversations `chosen` and `rejected`."""
    note_older_layout(row.value, tally)

    def make(side: str) -> RatingRow:
        field = side_rating(row.value, side)
        rating = scale_rating(field, row.value.get(field), SCALES[_QUALITY])
        meta = {
            "dataset": text_or_none(row.value, "source"),
            "model": text_or_none(row.value, f"{side}_model"),
        }
        conversation = messages(row.value, side)
        return rating_row(f"{row.id}/{side}", "capybara", conversation, {_QUALITY: rating}, meta)

    yield from by_part(row, tally, [(side, partial(make, side)) for side in _SIDES])


def openorca(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row of each of the two `generations`; `rating` is in their order.

    `chosen` and `rejected` are in another order where the pair was swapped, so they are not read.
    """
    if row.value.get("rating") is None:
        raise DataError("rating: the pair was not rated")
    responses, ratings = objects(row.value, "generations"), objects(row.value, "rating")
    if len(responses) != len(ratings):
        raise DataError(f"rating: {len(ratings)} ratings of {len(responses)} generations")
    order = row.value.get("order")
    order = order if isinstance(order, list) and len(order) == len(responses) else None
    if order is not None and _contradicts(order, ratings):
        tally.note("order and rating contradict each other; rating is kept")
    prompt = _with_system(row)

    def make(index: int) -> RatingRow:
        rating = scale_rating(f"rating[{index}]", ratings[index], SCALES[_JUDGE])
        if not isinstance(responses[index], str):
            raise DataError("expected text")
        side = order[index] if order is not None and order[index] in _SIDES else None
        meta = {"status": text_or_none(row.value, "status"), "side": side}
        conversation = [*prompt, assistant(responses[index])]
        return rating_row(f"{row.id}/{index}", "openorca", conversation, {_JUDGE: rating}, meta)

    parts = [(f"generations[{index}]", partial(make, index)) for index in range(len(responses))]
    yield from by_part(row, tally, parts)


def mathematics(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make two rating rows, of `chosen_response` and `rejected_response`.

    The ratings share an objective with UltraFeedback's, from 1 to 5, so theirs, from 1 to 10, are
    mapped linearly: in unit scale nothing changes.
    """
    prompt = text(row.value, "instruction")
    note_older_layout(row.value, tally)

    def make(side: str) -> RatingRow:
        field = side_rating(row.value, side)
        native = scale_rating(field, row.value.get(field), (_TEN.low, _TEN.high))
        rating = _FIVE.to_native(_TEN.to_unit(native))
        conversation = [user(prompt), assistant(text(row.value, f"{side}_response"))]
        meta = {"rating_1_to_10": native}
        return rating_row(f"{row.id}/{side}", "math", conversation, {_FOLLOWING: rating}, meta)

    yield from by_part(row, tally, [(side, partial(make, side)) for side in _SIDES])


def _with_system(row: RawRow) -> list[Message]:
    question = user(text(row.value, "input"))
    if row.value.get("system") is None or not text(row.value, "system").strip():
        return [question]
    return [{"role": "system", "content": text(row.value, "system")}, question]


def _contradicts(order: list[object], ratings: list[object]) -> bool:
    rated = {
        side: number(rating) for side, rating in zip(order, ratings, strict=True) if side in _SIDES
    }
    chosen, rejected = (rated.get(side) for side in _SIDES)
    return chosen is not None and rejected is not None and chosen < rejected


CAPYBARA = KnownSet(
    name="capybara",
    kind="ratings",
    hub="argilla/Capybara-Preferences-Filtered",
    adapter=row_by_row(capybara),
    licence="Apache-2.0",
    layout=(
        "chosen, rejected: messages, the last one rated; chosen_rating, rejected_rating: 1..5 (or "
        "rating_chosen, rating_rejected, as in the older set)"
    ),
    tested_on="documented layout",
    rows=14_811,
    native_rows=29_622,
    paper_rows=15_000,
    objectives=(_QUALITY,),
    paper=True,
    note="The paper counts rows, 15,000; each has two rated responses, so twice as many come of it.",
)

OPENORCA = KnownSet(
    name="openorca",
    kind="ratings",
    hub="argilla/distilabel-intel-orca-dpo-pairs",
    adapter=row_by_row(openorca),
    licence="Apache-2.0",
    layout="system, input: text; generations: 2 texts; rating: 2 numbers in their order, 1..10",
    tested_on="documented layout",
    rows=12_859,
    native_rows=25_634,
    paper_rows=13_000,
    objectives=(_JUDGE,),
    paper=True,
    note=(
        "The paper counts rows, 13,000; each has two rated responses, so nearly twice as many come "
        "of it. 42 rows are not rated."
    ),
)

MATH = KnownSet(
    name="math",
    kind="ratings",
    hub="argilla/distilabel-math-preference-dpo",
    adapter=row_by_row(mathematics),
    licence="Apache-2.0",
    layout="instruction, chosen_response, rejected_response: text; chosen_rating, rejected_rating",
    tested_on="documented layout",
    rows=2_418,
    native_rows=4_836,
    paper_rows=2_400,
    objectives=(_FOLLOWING,),
    paper=True,
    note=(
        "The card gives no scale; users filter at 9, so 1 to 10 is assumed, mapped linearly to the 1 "
        "to 5 of the objective that it shares with UltraFeedback. A rating outside 1 to 10 is "
        "rejected. Each row has two rated responses."
    ),
)
