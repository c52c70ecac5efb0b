"""The layout of ready-made pairs: two whole conversations a row, and their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import Message, assistant, messages, number, text, user
from armo.data.sets.known import Adapter, RawRow, Tally, row_by_row
from armo.data.sets.preferences.pair import make_pair, note_order, score_meta, split_conversations

LAYOUT = "chosen, rejected: whole conversations; chosen_score, rejected_score: number, text or null"
TEXTS = "rows with a prompt and two texts"
CONVERSATIONS = "rows with two whole conversations"
# Which fields hold the scores; both sides of a pair have theirs in the same ones, on one scale.
_SCORES = (
    ("chosen_score", "rejected_score"),
    ("chosen_rating", "rejected_rating"),
    ("rating_chosen", "rating_rejected"),
)
RATINGS = "pairs whose scores stand in fields named by rating; read as their scores"
NO_NUMBER = "pairs with a score that is no number; kept without it"


def standard(source: str) -> Adapter:
    """Return the adapter of a set in this layout, whose rows it names `source`."""

    def convert(row: RawRow, tally: Tally) -> Iterator[PreferenceRow]:
        """Yield the pair; conversations that differ before their last message are rejected."""
        raw = row.value
        is_text = isinstance(raw.get("chosen"), str)
        prompt, chosen, rejected = _texts(raw) if is_text else _conversations(raw)
        fields = _score_fields(raw)
        scores = [_score(raw, field, tally) for field in fields]
        meta = score_meta(*scores)
        if isinstance(raw.get("source"), str):
            meta["origin"] = raw["source"]
        pair = make_pair(row, source, prompt, chosen, rejected, meta)
        tally.note(TEXTS if is_text else CONVERSATIONS)
        if fields != _SCORES[0]:
            tally.note(RATINGS)
        note_order(meta, tally)
        yield pair

    return row_by_row(convert)


def _texts(raw: Mapping[str, Any]) -> tuple[list[Message], Message, Message]:
    prompt = raw.get("prompt")
    history = messages(raw, "prompt") if isinstance(prompt, list) else [user(text(raw, "prompt"))]
    return history, assistant(text(raw, "chosen")), assistant(text(raw, "rejected"))


def _conversations(raw: Mapping[str, Any]) -> tuple[list[Message], Message, Message]:
    return split_conversations(messages(raw, "chosen"), messages(raw, "rejected"))


def _score_fields(raw: Mapping[str, Any]) -> tuple[str, str]:
    given = (pair for pair in _SCORES if any(raw.get(field) is not None for field in pair))
    return next(given, _SCORES[0])


def _score(raw: Mapping[str, Any], field: str, tally: Tally) -> float | None:
    score = number(raw.get(field))
    if score is None and raw.get(field) is not None:
        tally.note(NO_NUMBER)
    return score
