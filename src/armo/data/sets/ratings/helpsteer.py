"""HelpSteer and HelpSteer2: one response a row, five human ratings from 0 to 4."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import RatingRow
from armo.data.sets.fields import Message, assistant, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.ratings.rated import rating_row, ratings_of
from armo.data.sets.ratings.turns import marked_turns
from armo.errors import DataError

_ASPECTS = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
_SCALES = {
    f"{name}-{aspect}": (0.0, 4.0) for name in ("helpsteer", "helpsteer2") for aspect in _ASPECTS
}
_LAYOUT = "prompt, response: text; helpfulness, correctness, coherence, complexity, verbosity: 0..4"


def helpsteer(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row; the prompt is one user message."""
    yield _rated(row, tally, "helpsteer", [user(text(row.value, "prompt"))])


def helpsteer2(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row; a prompt of several turns is taken apart at its markers."""
    turns = marked_turns(text(row.value, "prompt"))
    if len(turns) > 1:
        tally.note("prompts of several turns, taken apart at their markers")
    yield _rated(row, tally, "helpsteer2", turns)


def _rated(row: RawRow, tally: Tally, name: str, prompt: list[Message]) -> RatingRow:
    messages = [*prompt, assistant(text(row.value, "response"))]
    values = {f"{name}-{aspect}": row.value.get(aspect) for aspect in _ASPECTS}
    ratings = ratings_of(tally, values, _SCALES)
    if not ratings:
        raise DataError(f"none of {', '.join(_ASPECTS)} holds a rating from 0 to 4")
    return rating_row(row.id, name, messages, ratings, {}, _SCALES)


HELPSTEER = KnownSet(
    name="helpsteer",
    kind="ratings",
    hub="nvidia/HelpSteer",
    adapter=row_by_row(helpsteer),
    licence="CC-BY-4.0",
    layout=_LAYOUT,
    tested_on="real rows",
    rows=35_331,
    native_rows=35_331,
    paper_rows=35_000,
    objectives=tuple(f"helpsteer-{aspect}" for aspect in _ASPECTS),
    paper=True,
)

HELPSTEER2 = KnownSet(
    name="helpsteer2",
    kind="ratings",
    hub="nvidia/HelpSteer2",
    adapter=row_by_row(helpsteer2),
    licence="CC-BY-4.0",
    layout=f"{_LAYOUT}; later turns of a prompt stand behind <extra_id_1>Assistant or ...User",
    tested_on="real rows",
    rows=20_324,
    native_rows=20_324,
    objectives=tuple(f"helpsteer2-{aspect}" for aspect in _ASPECTS),
    note="Only a row of one turn was at hand; prompts of several turns follow the documented layout.",
)
