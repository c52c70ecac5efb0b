"""HelpSteer: one rated response a row, the same prompt in several rows."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, number, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally
from armo.data.sets.preferences.options import check_choice, check_least
from armo.data.sets.preferences.pair import make_pair, score_meta
from armo.data.sets.preferences.scored import far_apart
from armo.errors import DataError

NAME = "helpsteer"
ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
LOW, HIGH = 0, 4
# About 10k prompts have up to four responses each, so all of them fit; what is held and what is paired
# stay bounded however long another set of this layout is.
_HELD = 16_384
_PER_PROMPT = 16
RETURNED = "rows whose prompt was last seen too long ago, so not paired with its earlier responses"
BEYOND = "responses to a prompt that has had 16 since, so not paired with later ones"
SINGLE = "prompts with one usable response, so without a pair"


class _Response(NamedTuple):
    row: RawRow
    text: str
    score: float


class _Held:
    """The latest prompts with their responses, and the hashes of those let go."""

    def __init__(self, tally: Tally) -> None:
        self._responses: OrderedDict[str, list[_Response]] = OrderedDict()
        self._gone: set[bytes] = set()
        self._tally = tally

    def earlier(self, prompt: str, response: _Response) -> list[_Response]:
        """Return the prompt's responses so far, and keep this one beside them."""
        if prompt not in self._responses and _digest(prompt) in self._gone:
            self._tally.note(RETURNED)
        known = self._responses.setdefault(prompt, [])
        self._responses.move_to_end(prompt)
        before = list(known)
        known.append(response)
        if len(known) > _PER_PROMPT:
            known.pop(0)
            self._tally.note(BEYOND)
        if len(self._responses) > _HELD:
            old, responses = self._responses.popitem(last=False)
            self._gone.add(_digest(old))
            self._count(responses)
        return before

    def close(self) -> None:
        """Count the prompts that are still held."""
        for responses in self._responses.values():
            self._count(responses)

    def _count(self, responses: list[_Response]) -> None:
        if len(responses) == 1:
            self._tally.note(SINGLE)


def helpsteer(
    rows: Iterable[RawRow], tally: Tally, *, by: str = "helpfulness", min_gap: float = 0.0
) -> Iterator[PreferenceRow]:
    """Yield a pair for every two responses to one prompt whose ratings differ.

    How the paper's pairs were made of the ratings was not found; this rule is ours.

    Args:
        rows: Raw rows.
        tally: Rejects and notes.
        by: The attribute that ranks, or several joined by `+`, of which the mean ranks.
        min_gap: Least difference of ratings (0 to 4).
    """
    attributes = by.split("+")
    for attribute in attributes:
        check_choice(NAME, "by", attribute, ATTRIBUTES)
    check_least(NAME, "min_gap", min_gap, 0)
    held = _Held(tally)
    for row in rows:
        try:
            prompt = text(row.value, "prompt")
            response = _Response(
                RawRow(row.id, row.where, {}),
                text(row.value, "response"),
                _score(row.value, attributes),
            )
        except DataError as error:
            tally.reject(row, str(error))
            continue
        for other in held.earlier(prompt, response):
            yield from _pair(prompt, other, response, min_gap, tally)
    held.close()


def _score(raw: Mapping[str, Any], attributes: list[str]) -> float:
    return sum(_rating(raw, attribute) for attribute in attributes) / len(attributes)


def _rating(raw: Mapping[str, Any], attribute: str) -> float:
    rating = number(required(raw, attribute))
    if rating is None or not LOW <= rating <= HIGH:
        raise DataError(f"{attribute}: expected {LOW} to {HIGH}, got {raw[attribute]!r}")
    return rating


def _pair(
    prompt: str, first: _Response, second: _Response, min_gap: float, tally: Tally
) -> Iterator[PreferenceRow]:
    if not far_apart(first.score, second.score, min_gap, tally):
        return
    better, worse = (first, second) if first.score > second.score else (second, first)
    both = RawRow(
        f"{first.row.id}/{second.row.id}", f"{first.row.where} and {second.row.where}", {}
    )
    try:
        pair = make_pair(
            both,
            NAME,
            [user(prompt)],
            assistant(better.text),
            assistant(worse.text),
            score_meta(better.score, worse.score),
        )
    except DataError as error:
        tally.reject(both, str(error))
    else:
        yield pair


def _digest(prompt: str) -> bytes:
    return hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=8).digest()


HELPSTEER = KnownSet(
    name=NAME,
    kind="preferences",
    hub="nvidia/HelpSteer",
    adapter=helpsteer,
    licence="CC-BY-4.0",
    layout="prompt, response and five ratings of 0 to 4; one response a row",
    tested_on="documented layout",
    rows=35_331,
    note="the rule that pairs responses is ours; helpsteer-standard is the ready-made one",
)
