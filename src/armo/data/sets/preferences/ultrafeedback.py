"""UltraFeedback: up to four completions a row, each with an overall and a fine-grained score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import number, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_choice, check_least
from armo.data.sets.preferences.scored import Scored, all_pairs, entries, entry
from armo.errors import DataError, InputError

NAME = "ultrafeedback"
FINE, OVERALL = "fine-grained_score", "overall_score"
ASPECTS = ("instruction_following", "honesty", "truthfulness", "helpfulness")
SCALES = {FINE: (0, 5), OVERALL: (1, 10)} | dict.fromkeys(ASPECTS, (1, 5))
FEWER = "rows with fewer than four completions"
FIXED = "overall scores of 10 read as 1, since the fine-grained mean is at most 2"


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
        fix_ten_for_one: Only by `overall_score`. The set's first release has 10 for many completions
            that deserve 1. As its authors did, a 10 becomes 1 where the fine-grained mean is at most
            2, and stays above 4; between, they rated again, so here it is left out.
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
            if fix_ten_for_one and score == SCALES[OVERALL][1]:
                score = _ten_or_one(completion, tally)
            response = text(completion, "response")
        except DataError as error:
            tally.reject(row, str(error), f"completions[{index}]")
            continue
        model = completion.get("model")
        scored.append(Scored(str(index), response, score, model if isinstance(model, str) else ""))
    yield from all_pairs(row, tally, NAME, prompt, scored, min_gap)


def _score(completion: Mapping[str, Any], by: str) -> float:
    if by in ASPECTS:
        given = required(entry(entry(completion, "annotations"), by), "Rating")
    else:
        given = required(completion, by)
    score = number(given)
    if score is None:
        raise DataError(f"{by}: expected a number, got {given!r}")
    low, high = SCALES[by]
    if not low <= score <= high:
        raise DataError(f"{by}: {score:g} is outside its scale [{low}, {high}]")
    return score


def _ten_or_one(completion: Mapping[str, Any], tally: Tally) -> float:
    fine = _score(completion, FINE)
    if fine <= 2:
        tally.note(FIXED)
        return 1.0
    if fine <= 4:
        raise DataError(
            f"{OVERALL}: a 10 beside a fine-grained mean of {fine:g} may stand for 1 as well"
        )
    return 10.0


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
