"""CodeUltraFeedback: responses and ratings in two lists, joined by model."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_least
from armo.data.sets.preferences.scored import Scored, all_pairs
from armo.data.sets.rated_code import CodeRow
from armo.errors import DataError

NAME = "code-ultrafeedback"


def _convert(row: RawRow, tally: Tally, *, min_gap: float = 0.0) -> Iterator[PreferenceRow]:
    """Yield a pair for every two responses whose ratings differ.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        min_gap: Least difference of ratings (1 to 5).
    """
    check_least(NAME, "min_gap", min_gap, 0)
    code = CodeRow(row.value, tally)
    scored = []
    for index in range(len(code.names)):
        try:
            rated = code.read(index)
        except DataError as error:
            tally.reject(row, str(error), f"responses[{index}]")
            continue
        scored.append(Scored(str(index), rated.response, rated.rating, rated.model or ""))
    for pair in all_pairs(row, tally, NAME, [user(code.prompt)], scored, min_gap):
        pair.meta["preference"] = code.preference
        yield pair


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
