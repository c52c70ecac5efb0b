"""Preference-Collection (Prometheus 2): two responses, compared under a rubric."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, number, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.pair import make_pair, note_order, score_meta
from armo.errors import DataError

NAME = "preference-collection"
FROM_OUTPUT = "rows whose preference was read from the end of the output"
_RESULT = re.compile(r"\[RESULT\]\s*([AB])\s*\Z")


def _convert(row: RawRow, tally: Tally, *, with_rubric: bool = False) -> Iterator[PreferenceRow]:
    """Yield the pair.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        with_rubric: Append the criteria to the prompt. The preference was made under them, but who
            scores a conversation has no rubric, and the ratings of the same authors are learnt
            without one, so by default it is kept in `meta.criteria` only.
    """
    raw = row.value
    better = _preference(raw, tally)
    worse = "B" if better == "A" else "A"
    prompt = text(raw, "orig_instruction")
    scores = (number(raw.get(f"orig_score_{side}")) for side in (better, worse))
    meta = score_meta(*scores)
    if with_rubric:
        prompt = f"{prompt}\n\nThe response is judged by: {text(raw, 'orig_criteria')}"
    elif isinstance(raw.get("orig_criteria"), str):
        meta["criteria"] = raw["orig_criteria"]
    pair = make_pair(
        row,
        NAME,
        [user(prompt)],
        assistant(text(raw, f"orig_response_{better}")),
        assistant(text(raw, f"orig_response_{worse}")),
        meta,
    )
    note_order(meta, tally)
    yield pair


def _preference(raw: Mapping[str, Any], tally: Tally) -> str:
    given, output = raw.get("orig_preference"), raw.get("output")
    ending = _RESULT.search(output) if isinstance(output, str) else None
    if given is None and ending is not None:
        tally.note(FROM_OUTPUT)
        return ending.group(1)
    named = text(raw, "orig_preference").strip()
    if named not in ("A", "B"):
        raise DataError(f"orig_preference: expected A or B, got {named!r}")
    if ending is not None and ending.group(1) != named:
        raise DataError(
            f"orig_preference: it says {named}, but the output ends with {ending.group(1)}"
        )
    return named


PREFERENCE_COLLECTION = KnownSet(
    name=NAME,
    kind="preferences",
    hub="prometheus-eval/Preference-Collection",
    adapter=row_by_row(_convert),
    licence="CC-BY-4.0",
    layout="orig_instruction, orig_response_A, orig_response_B, orig_criteria, orig_preference",
    tested_on="documented layout",
    rows=199_760,
    native_rows=199_760,
    note="each preference was made under a rubric: option with_rubric",
)
