"""The sets that distilabel made: Capybara, Math and OpenOrca, one rated pair a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, messages, number, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.parts import note_older_layout, side_rating
from armo.data.sets.preferences.options import check_least
from armo.data.sets.preferences.pair import (
    make_pair,
    model_meta,
    note_order,
    score_meta,
    split_conversations,
)
from armo.data.sets.preferences.scored import TIES

UNRATED = "pairs without both ratings; kept"
TIE_STATUS = "rows with the status 'tie', left out"
LOW_SCORE = "rows whose chosen response scores below min_score, left out"
UNPLACED = "rows whose ratings could not be matched to their responses; kept without scores"


def _capybara(row: RawRow, tally: Tally) -> Iterator[PreferenceRow]:
    """Yield the pair, unless both responses are rated the same."""
    raw = row.value
    sides = split_conversations(messages(raw, "chosen"), messages(raw, "rejected"))
    meta = _ratings(raw, tally)
    meta |= model_meta(raw.get("chosen_model"), raw.get("rejected_model"))
    pair = make_pair(row, "capybara", *sides, meta)
    if _decided(meta, tally):
        yield pair


def _math(row: RawRow, tally: Tally) -> Iterator[PreferenceRow]:
    """Yield the pair, unless both responses are rated the same."""
    raw = row.value
    meta = _ratings(raw, tally)
    pair = make_pair(
        row,
        "math",
        [user(text(raw, "instruction"))],
        assistant(text(raw, "chosen_response")),
        assistant(text(raw, "rejected_response")),
        meta,
    )
    if _decided(meta, tally):
        yield pair


def _ratings(raw: Mapping[str, Any], tally: Tally) -> dict[str, Any]:
    note_older_layout(raw, tally)
    chosen, rejected = (number(raw.get(side_rating(raw, side))) for side in ("chosen", "rejected"))
    return score_meta(chosen, rejected)


def _decided(meta: dict[str, Any], tally: Tally) -> bool:
    """Return whether the ratings leave a preference; count ties, contradictions and missing ones."""
    if "margin" not in meta:
        tally.note(UNRATED)
        return True
    if meta["margin"] == 0:
        tally.note(TIES)
        return False
    note_order(meta, tally)
    return True


def _openorca(row: RawRow, tally: Tally, *, min_score: float = 0.0) -> Iterator[PreferenceRow]:
    """Yield the pair, unless the judge called it a tie.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        min_score: Least `chosen_score` (1 to 10); rows without one are kept.
    """
    check_least("openorca", "min_score", min_score, 0)
    raw = row.value
    chosen, rejected = text(raw, "chosen"), text(raw, "rejected")
    prompt = [user(text(raw, "input"))]
    if raw.get("system"):
        prompt.insert(0, {"role": "system", "content": text(raw, "system")})
    meta = _placed_ratings(raw, chosen, rejected, tally)
    if isinstance(raw.get("in_gsm8k_train"), bool):
        meta["in_gsm8k_train"] = raw["in_gsm8k_train"]
    pair = make_pair(row, "openorca", prompt, assistant(chosen), assistant(rejected), meta)
    if raw.get("status") == "tie":
        tally.note(TIE_STATUS)
        return
    score = number(raw.get("chosen_score"))
    if score is not None and score < min_score:
        tally.note(LOW_SCORE)
        return
    note_order(meta, tally)
    yield pair


def _placed_ratings(
    raw: Mapping[str, Any], chosen: str, rejected: str, tally: Tally
) -> dict[str, Any]:
    """Return the scores of both responses; ratings stand in the order of `generations`."""
    generations, ratings = raw.get("generations"), raw.get("rating")
    if not isinstance(ratings, list):
        tally.note(UNRATED)
        return {}
    for order in ([chosen, rejected], [rejected, chosen]):
        if generations == order and len(ratings) == 2:
            by_text = dict(zip(order, map(number, ratings), strict=True))
            return score_meta(by_text[chosen], by_text[rejected])
    tally.note(UNPLACED)
    return {}


CAPYBARA = KnownSet(
    name="capybara",
    kind="preferences",
    hub="argilla/Capybara-Preferences-Filtered",
    adapter=row_by_row(_capybara),
    licence="Apache-2.0",
    layout="chosen and rejected conversations, chosen_rating, rejected_rating (1 to 5; or the older "
    "rating_chosen, rating_rejected)",
    tested_on="documented layout",
    rows=14_811,
)
MATH = KnownSet(
    name="math",
    kind="preferences",
    hub="argilla/distilabel-math-preference-dpo",
    adapter=row_by_row(_math),
    licence="Apache-2.0",
    layout="instruction, chosen_response, rejected_response, chosen_rating, rejected_rating",
    tested_on="documented layout",
    rows=2_418,
)
OPENORCA = KnownSet(
    name="openorca",
    kind="preferences",
    hub="argilla/distilabel-intel-orca-dpo-pairs",
    adapter=row_by_row(_openorca),
    licence="Apache-2.0",
    layout="system, input, chosen, rejected, status, rating in the order of generations",
    tested_on="documented layout",
    rows=12_859,
    note="the paper uses it for ratings only; meta.in_gsm8k_train marks questions of GSM8K",
)
