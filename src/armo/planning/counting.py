"""What each source of a recipe holds: counted where it is here, as published where it is on the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from armo.conversation import Conversation, conversation_key, text_of
from armo.data import Dataset, PreferenceRow, RatingRow, Source
from armo.data.columns import RatedColumn
from armo.data.sets import Kind, KnownSet, find_set
from armo.splits import SPLITS, split_codes

# Conversations that are tokenised to know how many characters a token has.
_SAMPLE = 200


@dataclass(frozen=True)
class SourceCount:
    """One line of a plan.

    Attributes:
        kind: What its rows are.
        name: What recipe or rows call it.
        place: `here`, or its place on the hub.
        rows: Native rows; None if nobody has said how many a hub set has.
        paper_rows: How many the paper counts.
        basis: Whether rows were counted here, stand on the set's card, or are the paper's count.
        splits: Rows by split; a hub set's are taken to be 80 : 10 : 10.
        conversations: Distinct conversations of counted rows; of published ones at most so many.
        licence: As its card says; empty where it is the user's own.
        revision: Commit, tag or branch that the recipe pins.
        tested_on: What the reading of a known set was tested on.
        note: What its card or our reading of it warns of.
        objectives: Objectives that a known set of ratings says it has.
        columns: What a column map says of them.
    """

    kind: Kind
    name: str
    place: str
    rows: int | None
    basis: Literal["counted", "card", "paper", "unknown"]
    splits: dict[str, int]
    conversations: int | None
    licence: str = ""
    revision: str = ""
    tested_on: str = ""
    note: str = ""
    objectives: tuple[str, ...] = ()
    columns: Mapping[str, RatedColumn] = field(default_factory=dict)
    paper_rows: int | None = None


class Local:
    """Distinct conversations of the rows that are here.

    Attributes:
        characters: Of their texts together.
        keys: Key of each.
        prompts: Key of each distinct prompt.
    """

    def __init__(self) -> None:
        self.characters = 0
        self.keys: set[bytes] = set()
        self.prompts: set[bytes] = set()
        self._sample: dict[bytes, Conversation] = {}

    def add(self, messages: Conversation) -> None:
        """Count a conversation, unless it was counted before."""
        key = _key(messages)
        if key in self.keys:
            return
        self.keys.add(key)
        self.prompts.add(_key(messages[:-1]))
        self.characters += _characters(messages)
        self._sample[key] = messages
        if len(self._sample) >= 2 * _SAMPLE:
            self._sample = self.sample()

    def sample(self) -> dict[bytes, Conversation]:
        """Return some of the conversations: those with the smallest hashes, so from everywhere."""
        return dict(sorted(self._sample.items())[:_SAMPLE])

    def characters_of_sample(self) -> int:
        """Return the characters of the sample's texts together."""
        return sum(_characters(messages) for messages in self.sample().values())


def is_local(source: str | Source) -> bool:
    """Return whether a source can be read without a hub."""
    return isinstance(source, str) or bool(source.file)


def count_local(data: Dataset) -> tuple[list[SourceCount], Local]:
    """Return a line for every source that the rows of a dataset name, and what they hold together."""
    together = Local()
    lines = [
        *_lines("ratings", data.ratings, together),
        *_lines("preferences", data.preferences, together),
    ]
    return lines, together


def published_count(source: Source, kind: Kind) -> SourceCount:
    """Return the line of a hub set, from what is known without asking the hub."""
    known = find_set(source.set, kind) if source.set else None
    rows, basis = _published_rows(source, known)
    columns = source.columns.objectives if source.columns else {}
    hub = source.hub or (known.hub if known else "")
    subset = source.subset or (known.subset if known else "")
    split = source.split or (known.split if known else "train")
    return SourceCount(
        kind=kind,
        name=source.label,
        place=f"{hub}{f' {subset}' if subset else ''}, {split}",
        rows=rows,
        basis=basis,
        splits={} if rows is None else _usual_splits(rows),
        conversations=None if rows is None else rows * (1 if kind == "ratings" else 2),
        licence=known.licence if known else "",
        revision=source.revision,
        tested_on=known.tested_on if known else "",
        note=known.note if known else "",
        objectives=known.objectives if known else tuple(columns),
        columns=columns,
        paper_rows=known.paper_rows if known else None,
    )


def _published_rows(
    source: Source, known: KnownSet | None
) -> tuple[int | None, Literal["card", "paper", "unknown"]]:
    # Another split or folder of the set has another number of rows, which nobody has told us.
    if known is None or source.split or source.subset or source.hub:
        return None, "unknown"
    if known.native_rows is not None:
        return known.native_rows, "card"
    if known.paper_rows is not None:
        return known.paper_rows, "paper"
    return known.rows, "unknown" if known.rows is None else "card"


def _lines(
    kind: Kind, rows: Sequence[RatingRow] | Sequence[PreferenceRow], together: Local
) -> list[SourceCount]:
    by_source: dict[str, list[RatingRow | PreferenceRow]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    lines = []
    for name, found in by_source.items():
        conversations = [messages for row in found for messages in _conversations(row)]
        for messages in conversations:
            together.add(messages)
        codes = split_codes(row.split_group() for row in found)
        lines.append(
            SourceCount(
                kind=kind,
                name=name or "(no source)",
                place="here",
                rows=len(found),
                basis="counted",
                splits={split: int((codes == code).sum()) for code, split in enumerate(SPLITS)},
                conversations=len({_key(messages) for messages in conversations}),
            )
        )
    return lines


def _conversations(row: RatingRow | PreferenceRow) -> tuple[Conversation, ...]:
    return (row.messages,) if isinstance(row, RatingRow) else row.conversations()


def _usual_splits(rows: int) -> dict[str, int]:
    tenth = round(rows / 10)
    return {"train": rows - 2 * tenth, "validation": tenth, "test": tenth}


def _key(messages: Conversation) -> bytes:
    return bytes.fromhex(conversation_key(messages))


def _characters(messages: Conversation) -> int:
    return sum(len(text_of(message)) for message in messages)
