"""HelpSteer3: human preferences between two responses, from -3 to 3."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, messages, text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.parts import scale_rating
from armo.data.sets.ratings.rated import text_or_none
from armo.errors import DataError


def helpsteer3(row: RawRow, tally: Tally) -> Iterator[PreferenceRow]:
    """Make a preference row; below 0 the first response is the better one, above 0 the second."""
    strength = scale_rating("overall_preference", row.value.get("overall_preference"), (-3.0, 3.0))
    if strength == 0:
        raise DataError("overall_preference: it is 0, so neither response is the better one")
    first, second = (assistant(text(row.value, f"response{number}")) for number in (1, 2))
    chosen, rejected = (first, second) if strength < 0 else (second, first)
    if row.value.get("individual_preference") is None:
        tally.note("rows without the preferences of single raters")
    context = messages(row.value, "context")
    if not context or context[-1]["role"] != "user":
        raise DataError(
            "context: its last message is not the user's, so there is nothing to answer"
        )
    made = PreferenceRow(
        id=row.id,
        source="helpsteer3",
        prompt=context,
        chosen=[chosen],
        rejected=[rejected],
        meta={
            "domain": text_or_none(row.value, "domain"),
            "language": text_or_none(row.value, "language"),
            "strength": abs(strength),
        },
    )
    made.check()
    yield made


HELPSTEER3 = KnownSet(
    name="helpsteer3",
    kind="preferences",
    hub="nvidia/HelpSteer3",
    adapter=row_by_row(helpsteer3),
    licence="CC-BY-4.0",
    layout=(
        "context: messages; response1, response2: text; overall_preference: -3 (the first is much "
        "better) to 3; domain, language; individual_preference: list"
    ),
    tested_on="documented layout",
    subset="preference",
    rows=38_459,
    note=(
        "Not in the paper. Fields and row count as in the metadata of a copy of the set, the sign of "
        "the preference as on the card and in the loader of NVIDIA's NeMo RL. Pairs judged about "
        "equal are rejected."
    ),
)
