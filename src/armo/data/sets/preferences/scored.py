"""Pairs of scored responses to one prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import Message, assistant, required
from armo.data.sets.known import RawRow, Tally
from armo.data.sets.preferences.pair import make_pair, model_meta, score_meta
from armo.errors import DataError

TIES = "pairs of equal score, left out"
CLOSE = "pairs whose scores differ by less than min_gap, left out"


class Scored(NamedTuple):
    """A response with the score that ranks it.

    Attributes:
        part: What it is called within its row.
        response: Its text.
        score: Higher is better.
        model: What wrote it, if that is known.
    """

    part: str
    response: str
    score: float
    model: str = ""


def far_apart(one: float, other: float, min_gap: float, tally: Tally) -> bool:
    """Return whether two scores make a preference; count those that don't."""
    if one == other:
        tally.note(TIES)
        return False
    if abs(one - other) < min_gap:
        tally.note(CLOSE)
        return False
    return True


def all_pairs(
    row: RawRow,
    tally: Tally,
    source: str,
    prompt: list[Message],
    responses: Sequence[Scored],
    min_gap: float,
) -> Iterator[PreferenceRow]:
    """Yield a pair for every two responses whose scores differ, the higher score chosen.

    A pair that can't be used is rejected by itself.

    Raises:
        DataError: If there are fewer than two responses.
    """
    if len(responses) < 2:
        raise DataError(f"{len(responses)} usable responses: a pair needs two")
    for one, other in combinations(responses, 2):
        if not far_apart(one.score, other.score, min_gap, tally):
            continue
        better, worse = (one, other) if one.score > other.score else (other, one)
        part = f"{better.part}-{worse.part}"
        meta = score_meta(better.score, worse.score) | model_meta(better.model, worse.model)
        chosen, rejected = assistant(better.response), assistant(worse.response)
        try:
            pair = make_pair(row, source, prompt, chosen, rejected, meta, part)
        except DataError as error:
            tally.reject(row, str(error), part)
        else:
            yield pair


def entries(raw: Mapping[str, Any], field: str, holder: str = "the row") -> list[Mapping[str, Any]]:
    """Return a field that is a list of objects.

    Raises:
        DataError: If it is absent or anything else.
    """
    value = required(raw, field, holder)
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise DataError(f"{field}: expected a list of objects")
    return value


def entry(raw: Mapping[str, Any], field: str, holder: str = "the row") -> Mapping[str, Any]:
    """Return a field that is an object; DataError if it is absent or anything else."""
    value = required(raw, field, holder)
    if not isinstance(value, Mapping):
        raise DataError(f"{field}: expected an object, got {type(value).__name__}")
    return value
