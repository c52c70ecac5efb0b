"""BeaverTails: whether a response is safe, and which of 14 kinds of harm it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.ratings.rated import rating_row
from armo.errors import DataError, nearest

_OBJECTIVE = "beavertails-is_safe"
HARMS = (
    "animal_abuse",
    "child_abuse",
    "controversial_topics,politics",
    "discrimination,stereotype,injustice",
    "drug_abuse,weapons,banned_substance",
    "financial_crime,property_crime,theft",
    "hate_speech,offensive_language",
    "misinformation_regarding_ethics,laws_and_safety",
    "non_violent_unethical_behavior",
    "privacy_violation",
    "self_harm",
    "sexually_explicit,adult_content",
    "terrorism,organized_crime",
    "violence,aiding_and_abetting,incitement",
)
_YES_OR_NO = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}


def beavertails(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row, 1 if the response is safe and 0 if not; a prompt recurs over several rows."""
    harms = _harms(row.value.get("category"), tally)
    messages = [user(text(row.value, "prompt")), assistant(text(row.value, "response"))]
    ratings = {_OBJECTIVE: int(_is_safe(row.value.get("is_safe"), harms, tally))}
    yield rating_row(row.id, "beavertails-30k", messages, ratings, {"harms": harms or None})


def _harms(category: object, tally: Tally) -> list[str] | None:
    """Return the harms that a row names; None if it says nothing of them."""
    if category is None or category == {}:
        return None
    if isinstance(category, str):
        if category not in HARMS:
            raise DataError(f"category: unknown harm '{category[:80]}'{nearest(category, HARMS)}")
        tally.note("rows of the layout with one harm by name instead of 14 yes or no")
        return [category]
    if not isinstance(category, Mapping):
        raise DataError("category: expected 14 harms, each true or false")
    return [harm for harm, done in category.items() if _answer(f"category.{harm}", done)]


def _is_safe(given: object, harms: list[str] | None, tally: Tally) -> bool:
    if given is None:
        if harms is None:
            raise DataError("is_safe: the field is missing, and so is category, which implies it")
        tally.note("is_safe is missing; taken from the harms, as no harm means safe")
        return not harms
    safe = _answer("is_safe", given)
    if harms is not None and safe == bool(harms):
        tally.note("is_safe and the harms contradict each other; is_safe is kept")
    return safe


def _answer(field: str, value: Any) -> bool:
    key = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(key, str | bool | int | float) or key not in _YES_OR_NO:
        raise DataError(f"{field}: expected true or false, got {type(value).__name__}")
    return _YES_OR_NO[key]


BEAVERTAILS_30K = KnownSet(
    name="beavertails-30k",
    kind="ratings",
    hub="PKU-Alignment/BeaverTails",
    adapter=row_by_row(beavertails),
    licence="CC-BY-NC-4.0",
    layout="prompt, response: text; is_safe: true or false; category: 14 harms, each true or false",
    tested_on="documented layout",
    split="30k_train",
    paper_rows=30_000,
    objectives=(_OBJECTIVE,),
    paper=True,
    note=(
        "Bars commercial use; texts are harmful. Tables with one harm by name in place of the 14, as "
        "in a public sample of 50 rows, are read too: a harm without is_safe means unsafe."
    ),
)
