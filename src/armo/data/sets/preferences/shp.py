"""SHP: two comments on a post, ranked by their votes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, number, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally
from armo.data.sets.preferences.options import check_least
from armo.data.sets.preferences.pair import make_pair, score_meta
from armo.errors import DataError

NAME = "shp"
CLOSE = "pairs whose ratio of scores is not above min_ratio, left out"
MANY = "pairs beyond per_prompt of one post, left out"


def shp(
    rows: Iterable[RawRow], tally: Tally, *, min_ratio: float = 2.0, per_prompt: int = 5
) -> Iterator[PreferenceRow]:
    """Yield the pairs whose preferred comment has clearly more votes.

    Args:
        rows: Raw rows.
        tally: Rejects and notes.
        min_ratio: The higher score must be more than this many times the lower one.
        per_prompt: Most pairs of one post, the first in the file's order.
    """
    check_least(NAME, "min_ratio", min_ratio, 1)
    check_least(NAME, "per_prompt", per_prompt, 1)
    used: Counter[bytes] = Counter()
    for row in rows:
        try:
            pair = _pair(row)
        except DataError as error:
            tally.reject(row, str(error))
            continue
        if not pair.meta["score_ratio"] > min_ratio:
            tally.note(CLOSE)
            continue
        post = _digest(pair.prompt[0]["content"])
        if used[post] >= per_prompt:
            tally.note(MANY)
            continue
        used[post] += 1
        yield pair


def _pair(row: RawRow) -> PreferenceRow:
    raw = row.value
    label = number(required(raw, "labels"))
    if label not in (0, 1):
        raise DataError(f"labels: expected 1 (A preferred) or 0 (B), got {raw['labels']!r}")
    better, worse = ("A", "B") if label == 1 else ("B", "A")
    high, low = _votes(raw, f"score_{better}"), _votes(raw, f"score_{worse}")
    if high <= low:
        raise DataError(
            f"labels: comment {better} is preferred, but scores {high:g} and the other {low:g}"
        )
    # Comments of the set have two votes or more; a ratio to none or fewer would say nothing.
    meta = score_meta(high, low) | {"score_ratio": high / max(low, 1.0)}
    for field in ("post_id", "domain"):
        if isinstance(raw.get(field), str):
            meta[field] = raw[field]
    return make_pair(
        row,
        NAME,
        [user(text(raw, "history"))],
        assistant(text(raw, f"human_ref_{better}")),
        assistant(text(raw, f"human_ref_{worse}")),
        meta,
    )


def _votes(raw: Mapping[str, Any], field: str) -> float:
    votes = number(required(raw, field))
    if votes is None:
        raise DataError(f"{field}: expected a number, got {raw[field]!r}")
    return votes


def _digest(prompt: str) -> bytes:
    return hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=8).digest()


SHP = KnownSet(
    name=NAME,
    kind="preferences",
    hub="stanfordnlp/SHP",
    adapter=shp,
    licence="no SPDX licence; Reddit's API terms",
    layout="history, human_ref_A, human_ref_B, score_A, score_B, labels (1: A preferred)",
    tested_on="documented layout",
    rows=348_718,
    note="votes are Reddit's; shp-standard is the ready-made selection",
)
