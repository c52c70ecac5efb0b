"""CodeUltraFeedback: four responses a row, all rated on one of five coding preferences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.rated_code import PREFERENCES, PREFIX, CodeRow
from armo.data.sets.ratings.rated import by_part, rating_row


def code_ultrafeedback(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row of every response; its rating is the annotation of the same model."""
    code = CodeRow(row.value, tally)

    def make(index: int) -> RatingRow:
        rated = code.read(index)
        messages = [user(code.prompt), assistant(rated.response)]
        ratings = {PREFIX + code.preference: rated.rating}
        row_id = f"{row.id}/{code.names[index]}"
        return rating_row(row_id, "code-ultrafeedback", messages, ratings, {"model": rated.model})

    parts = [(f"responses[{index}]", partial(make, index)) for index in range(len(code.names))]
    yield from by_part(row, tally, parts)


CODE_ULTRAFEEDBACK = KnownSet(
    name="code-ultrafeedback",
    kind="ratings",
    hub="coseal/CodeUltraFeedback",
    adapter=row_by_row(code_ultrafeedback),
    licence="MIT",
    layout=(
        "instruction, preference: text; responses: list of {model, response}; annotations: list of "
        "{model, rating: text, 1..5}"
    ),
    tested_on="documented layout",
    rows=10_000,
    native_rows=40_000,
    paper_rows=50_000,
    objectives=tuple(PREFIX + name for name in PREFERENCES),
    paper=True,
    note=(
        "The paper counts 50,000, the number of pairs; four rated responses a row make at most "
        "40,000 rows. The licence is that of the set's repository."
    ),
)
