"""Feedback-Collection: responses rated from 1 to 5 under a rubric of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, number, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.parts import scale_rating
from armo.data.sets.ratings.evaluator import Evaluated, read_evaluator_prompt, read_verdict
from armo.data.sets.ratings.rated import rating_row, text_or_none
from armo.errors import DataError
from armo.paper import SCALES

_OBJECTIVE = "prometheus-score"


def feedback_collection(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row; what the `orig_` fields lack is read from the evaluator's prompt and output."""
    parts = _evaluated(row.value, tally)
    rating = scale_rating("orig_score", _score(row.value, tally), SCALES[_OBJECTIVE])
    yield rating_row(
        row.id,
        "feedback-collection",
        [user(parts.instruction), assistant(parts.response)],
        {_OBJECTIVE: rating},
        {"rubric": parts.rubric},
    )


def _evaluated(raw: Mapping[str, Any], tally: Tally) -> Evaluated:
    if raw.get("orig_instruction") is not None and raw.get("orig_response") is not None:
        return Evaluated(
            text(raw, "orig_instruction"),
            text(raw, "orig_response"),
            text_or_none(raw, "orig_criteria") or "",
        )
    if raw.get("instruction") is None:
        raise DataError(
            "orig_instruction, orig_response: a field is missing, and so is instruction"
        )
    parts = read_evaluator_prompt(text(raw, "instruction"))
    tally.note("rows without orig_instruction or orig_response; read from the evaluator's prompt")
    return parts


def _score(raw: Mapping[str, Any], tally: Tally) -> object:
    verdict = read_verdict(text_or_none(raw, "output") or "")
    given = raw.get("orig_score")
    if given is None:
        if verdict is None:
            raise DataError("orig_score: the field is missing, and output has no '[RESULT] 1' to 5")
        tally.note("rows without orig_score; read from the evaluator's output")
        return verdict
    if verdict is not None and number(given) != number(verdict):
        tally.note("orig_score and the evaluator's output differ; orig_score is kept")
    return given


FEEDBACK_COLLECTION = KnownSet(
    name="feedback-collection",
    kind="ratings",
    hub="prometheus-eval/Feedback-Collection",
    adapter=row_by_row(feedback_collection),
    licence="CC-BY-4.0",
    layout=(
        "orig_instruction, orig_response, orig_criteria: text; orig_score: 1..5, text or number; "
        "or instruction and output of the evaluator"
    ),
    tested_on="documented layout",
    rows=100_000,
    native_rows=100_000,
    paper_rows=200_000,
    objectives=(_OBJECTIVE,),
    paper=True,
    note=(
        "The paper counts 200,000 rows, the set has about 100,000: which others the authors took is "
        "not published. Every response is rated under a rubric of its own, kept in meta."
    ),
)
