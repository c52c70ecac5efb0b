"""One pass over native files, which keeps numbers and a few examples of their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from armo.atomic import file_sha256
from armo.conversation import (
    Conversation,
    as_prompt,
    conversation_group,
    conversation_key,
    text_of,
)
from armo.data.counting import row_count
from armo.data.files import read_rows
from armo.data.kinds import ROW_TYPES, kind_of_file
from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    RatingRow,
    ResponsesRow,
)
from armo.errors import InputError
from armo.progress import Reporter
from armo.reasons import Reasons
from armo.rejects import Reject
from armo.survey.columns import Columns
from armo.survey.examples import Examples
from armo.survey.tables import Part, hashed

NO_SOURCE = "(no source)"
_ADVANCE_EVERY = 256
_LARGEST = 1e100


class _Place(NamedTuple):
    """What a response belongs to, both as hashes: see `Responses`."""

    prompt: int
    group: int


class FileFacts(msgspec.Struct, frozen=True):
    """What a file is.

    Attributes:
        name: The path, as given.
        sha256: Of its bytes, in hexadecimal.
        kind: Kind of its rows, a key of `armo.data.kinds.ROW_TYPES`.
        rows: Rows that can be used.
        unusable: Rows that can't.
    """

    name: str
    sha256: str
    kind: str
    rows: int
    unusable: int


@dataclass
class Gathered:
    """What a pass over the files leaves.

    Attributes:
        files: What each file is.
        columns: The numbers.
        rows: Usable rows by kind and source.
        examples: Some rows.
        unusable: The rest, by reason.
    """

    files: list[FileFacts] = field(default_factory=list)
    columns: Columns = field(default_factory=Columns)
    rows: Counter[Part] = field(default_factory=Counter)
    examples: Examples = field(default_factory=Examples)
    unusable: Reasons = field(default_factory=Reasons)


def gather(paths: Sequence[Path], reporter: Reporter) -> Gathered:
    """Read native files of any kinds, one row at a time.

    Args:
        paths: Files of ratings, preferences, benchmark pairs, labelled responses or conversations.
        reporter: Told of the rows read.

    Raises:
        InputError: If no file is given, or one twice.
        DataError: If a file can't be read, holds no rows, or rows of no native kind.
    """
    if not paths:
        raise InputError("give at least one file to report on")
    twice = [str(path) for path, times in Counter(p.resolve() for p in paths).items() if times > 1]
    if twice:
        raise InputError(f"{twice[0]} is given twice; all of its rows would look like copies")
    # A wrong file is told before the first one takes its minutes.
    kinds = [kind_of_file(path) for path in paths]
    gathered = Gathered()
    for path, kind in zip(paths, kinds, strict=True):
        gathered.files.append(_read(path, kind, gathered, reporter))
    return gathered


def _read(path: Path, kind: str, gathered: Gathered, reporter: Reporter) -> FileFacts:
    good = bad = 0

    def reject(row: Reject) -> None:
        nonlocal bad
        bad += 1
        gathered.unusable.add(row)

    take = cast("Callable[[str, Any, Gathered], None]", _TAKE[kind])
    row_type = cast("type[RatingRow]", ROW_TYPES[kind])
    with reporter(path.name, row_count(path), "rows") as advance:
        told = 0
        for row_id, row in read_rows(path, row_type, reject):
            good += 1
            take(row_id, row, gathered)
            if good + bad - told >= _ADVANCE_EVERY:
                advance(good + bad - told)
                told = good + bad
        advance(good + bad - told)
    return FileFacts(str(path), file_sha256(path), kind, good, bad)


def _place(messages: Conversation, group: str | None = None) -> _Place:
    """Return what the responses of a row belong to; `messages` are its prompt, or begin with it."""
    prompt = hashed(conversation_group(messages))
    return _Place(prompt, prompt if group is None else hashed(group))


def _add_response(gathered: Gathered, part: Part, place: _Place, messages: Conversation) -> int:
    """Keep the numbers of one response and return its index."""
    columns = gathered.columns.responses
    texts = [text_of(message) for message in messages]
    columns.part.append(gathered.columns.parts.code(part))
    columns.prompt.append(place.prompt)
    columns.group.append(place.group)
    columns.key.append(int(conversation_key(messages)[:16], 16))
    columns.characters.append(len(texts[-1]))
    columns.words.append(len(texts[-1].split()))
    columns.conversation.append(sum(map(len, texts)))
    return len(columns) - 1


def _part(gathered: Gathered, kind: str, source: str) -> Part:
    part = (kind, source.strip() or NO_SOURCE)
    gathered.rows[part] += 1
    return part


def _take_ratings(row_id: str, row: RatingRow, gathered: Gathered) -> None:
    part = _part(gathered, "ratings", row.source)
    index = _add_response(gathered, part, _place(row.messages, row.group), row.messages)
    units = {}
    for name, value in row.rated():
        low, high = cast("tuple[float, float]", row.scale[name])
        native = float(value)
        gathered.columns.of_objective(name).add(index, native, (float(low), float(high)))
        units[name] = ((native - low) / (high - low), native)
    gathered.examples.rated(row_id, part[1], row.messages, units)


def _take_preferences(row_id: str, row: PreferenceRow, gathered: Gathered) -> None:
    margin = row.meta.get("margin")
    if isinstance(margin, int | float) and not isinstance(margin, bool) and abs(margin) < _LARGEST:
        gathered.columns.margin_pairs.append(len(gathered.columns.chosen))
        gathered.columns.margins.append(float(margin))
    _take_pair("preferences", row_id, row, gathered)


def _take_benchmark(row_id: str, row: BenchmarkRow, gathered: Gathered) -> None:
    _take_pair("benchmark", row_id, row, gathered)


def _take_pair(
    kind: str, row_id: str, row: PreferenceRow | BenchmarkRow, gathered: Gathered
) -> None:
    part = _part(gathered, kind, row.source)
    chosen, rejected = row.conversations()
    place = _place(chosen, row.group)
    gathered.columns.chosen.append(_add_response(gathered, part, place, chosen))
    _add_response(gathered, part, place, rejected)
    gathered.examples.pair(row_id, part, chosen, rejected)


def _take_responses(row_id: str, row: ResponsesRow, gathered: Gathered) -> None:
    del row_id
    part = _part(gathered, "responses", row.source)
    number = gathered.columns.set_of[-1] + 1 if gathered.columns.set_of else 0
    place = _place(as_prompt(row.prompt), row.group)
    for response, messages in zip(row.responses, row.conversations(), strict=True):
        gathered.columns.set_rows.append(_add_response(gathered, part, place, messages))
        gathered.columns.set_of.append(number)
        gathered.columns.labels.append(_bounded(response.label))


def _take_conversation(row_id: str, row: ConversationRow, gathered: Gathered) -> None:
    del row_id
    part = _part(gathered, "conversations", "")
    messages = row.conversation()
    _add_response(gathered, part, _place(messages), messages)


def _bounded(label: float) -> float:
    # An integer of JSON may be beyond float64; what it is compared with is not.
    return float(max(-_LARGEST, min(_LARGEST, label)))


_TAKE = {
    "ratings": _take_ratings,
    "preferences": _take_preferences,
    "benchmark": _take_benchmark,
    "responses": _take_responses,
    "conversations": _take_conversation,
}
