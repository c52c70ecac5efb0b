"""HH-RLHF: two transcripts a row that share all but the last turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.pair import make_pair, split_conversations
from armo.data.sets.preferences.transcript import parse_transcript

Tested: TypeAlias = Literal["real rows", "documented layout"]
_SAME = "same layout as hh-harmless-base, of which real rows were at hand"


def _folder(folder: str, rows: int, tested_on: Tested, note: str = "") -> KnownSet:
    name = f"hh-{folder}"

    def convert(row: RawRow, tally: Tally) -> Iterator[PreferenceRow]:
        """Yield the pair; two transcripts that differ before their last turn are rejected."""
        chosen = parse_transcript(text(row.value, "chosen"), "chosen")
        rejected = parse_transcript(text(row.value, "rejected"), "rejected")
        yield make_pair(row, name, *split_conversations(chosen, rejected), {})

    return KnownSet(
        name=name,
        kind="preferences",
        hub="Anthropic/hh-rlhf",
        subset=folder,
        adapter=row_by_row(convert),
        licence="MIT",
        layout="chosen and rejected: transcripts in one text, turns by 'Human:' and 'Assistant:'",
        tested_on=tested_on,
        rows=rows,
        note=note,
    )


HH = (
    _folder("helpful-base", 43_835, "documented layout", _SAME),
    _folder("helpful-online", 22_007, "documented layout", _SAME),
    _folder("helpful-rejection-sampled", 52_421, "documented layout", _SAME),
    _folder("harmless-base", 42_537, "real rows", "holds harmful text"),
)
