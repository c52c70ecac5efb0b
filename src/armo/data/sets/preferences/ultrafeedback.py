"""UltraFeedback: up to four completions a row, each with an overall and a fine-grained score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import number, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_choice, check_least
from armo.data.sets.preferences.scored import Scored, all_pairs, entries, entry
from armo.data.sets.ten_for_one import ASPECTS, FINE, OVERALL, SCALES, mended_overall
from armo.errors import DataError, InputError

NAME = "ultrafeedback"
FEWER = "rows with fewer than four completions"


def _convert(
    row: RawRow,
    tally: Tally,
    *,
    by: str = FINE,
    min_gap: float = 0.0,
    fix_ten_for_one: bool = False,
) -> Iterator[PreferenceRow]:
    """Yield a pair for every two completions whose scores differ.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        by: The score that ranks: `fine-grained_score`, `overall_score` or an aspect.
        min_gap: Least difference of scores.
        fix_ten_for_one: Only by `overall_score`. Take a 10 for a 1 where the fine-grained score is at
            most 2, as the set's authors did: some were misread when it was made. From 2 to 4, where
            they rated again, the completion is left out.
    """
    check_choice(NAME, "by", by, tuple(SCALES))
    check_least(NAME, "min_gap", min_gap, 0)
    if fix_ten_for_one and by != OVERALL:
        raise InputError(f"set '{NAME}': option 'fix_ten_for_one' needs by = '{OVERALL}'")
    prompt = [user(text(row.value, "instruction"))]
    completions = entries(row.value, "completions")
    if len(completions) < 4:
        tally.note(FEWER)
    scored = []
    for index, completion in enumerate(completions):
        try:
            score = _score(completion, by)
            if by == OVERALL:
                score = _mended(completion, score, tally, fix_ten_for_one)
            response = text(completion, "response", "the completion")
        except DataError as error:
            tally.reject(row, str(error), f"completions[{index}]")
            continue
        model = completion.get("model")
        scored.append(Scored(str(index), response, score, model if isinstance(model, str) else ""))
    yield from all_pairs(row, tally, NAME, prompt, scored, min_gap)


def _score(completion: Mapping[str, Any], by: str) -> float:
    if by in ASPECTS:
        annotations = entry(completion, "annotations", "the completion")
        given = required(entry(annotations, by, "annotations"), "Rating", f"annotations.{by}")
    else:
        given = required(completion, by, "the completion")
    score = number(given)
    if score is None:
        raise DataError(f"{by}: expected a number, got {given!r}")
    low, high = SCALES[by]
    if not low <= score <= high:
        raise DataError(f"{by}: {score:g} is outside its scale [{low:g}, {high:g}]")
    return score


def _mended(
    completion: Mapping[str, Any], score: float, tally: Tally, fix_ten_for_one: bool
) -> float:
    mended = mended_overall(completion, score, tally, fix_ten_for_one)
    if mended is None:
        raise DataError(
            f"{OVERALL}: the aspects do not bear out its 10, so it may stand for 1 as well"
        )
    return mended


ULTRAFEEDBACK = KnownSet(
    name=NAME,
    kind="preferences",
    hub="openbmb/UltraFeedback",
    adapter=row_by_row(_convert),
    licence="MIT",
    layout="instruction, and completions with overall_score, fine-grained_score and annotations",
    tested_on="documented layout",
    rows=63_967,
    native_rows=340_025,
    note="the system prompts that the completions were written under are left out",
)
