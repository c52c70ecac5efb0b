"""What is compared: the prompt and the responses of a row of any native kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from armo.conversation import Message, as_prompt, as_response, text_of
from armo.data import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    RatingRow,
    ResponsesRow,
    read_rows,
)
from armo.data.files import OnReject
from armo.data.kinds import ROW_TYPES, kind_of_file
from armo.data.sets import Tally, find_set, known_sets
from armo.data.sources import BENCHMARK_ROWS, Source, open_source

Row: TypeAlias = RatingRow | PreferenceRow | BenchmarkRow | ResponsesRow | ConversationRow

# They say how to answer, seldom what, and one set has them where its copy has none.
_INSTRUCTIONS = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, as far as overlap is concerned.

    Attributes:
        id: Of the row.
        prompt: Text of all turns before the response, system messages left out.
        responses: Texts of the responses, in the row's order.
        file: Where the row stands; may be empty.
        source: Data set that it comes from.
        subset: Part of the benchmark; the source where the row has none.
    """

    id: str
    prompt: str
    responses: tuple[str, ...]
    file: str = ""
    source: str = ""
    subset: str = ""


def entry_of(row: Row, row_id: str, file: str = "") -> Entry:
    """Return what a row is compared by.

    Args:
        row: A checked row of any native kind.
        row_id: The row's id, or where it stands if it has none.
        file: Where the row stands; also stands in for a source that the row does not name.
    """
    prompt, responses = _parts(row)
    source = getattr(row, "source", "") or file or "(no source)"
    return Entry(
        id=row_id,
        prompt="\n".join(
            text_of(message) for message in prompt if message["role"] not in _INSTRUCTIONS
        ),
        responses=tuple(text_of(response) for response in responses),
        file=file,
        source=source,
        subset=getattr(row, "subset", "") or source,
    )


def read_entries(path: Path, on_reject: OnReject) -> Iterator[Entry]:
    """Yield the rows of a file of any native kind, or of a known benchmark, one at a time.

    Args:
        path: File of ratings, preferences, a benchmark or conversations; or the name of a benchmark
            that is read from the hub, where there is no such file.
        on_reject: Called for every row that can't be used.

    Raises:
        DataError: If the file can't be read, or its rows are of no native kind.
    """
    rows: Iterator[tuple[str, Row]]
    if not path.is_file() and is_known_benchmark(str(path)):
        source = Source(set=find_set(str(path), "benchmark").name)
        rows = open_source(source, BENCHMARK_ROWS, Tally(on_reject))
    else:
        row_type: Any = ROW_TYPES[kind_of_file(path)]
        rows = read_rows(path, row_type, on_reject)
    for row_id, row in rows:
        yield entry_of(row, row_id, str(path))


def is_known_benchmark(name: str) -> bool:
    """Return whether a name is that of a benchmark which armo reads from the hub."""
    return any(name == known.name for known in known_sets("benchmark"))


def _parts(row: Row) -> tuple[Sequence[Message], list[Message]]:
    if isinstance(row, RatingRow):
        return row.messages[:-1], [row.messages[-1]]
    if isinstance(row, ConversationRow):
        messages = row.conversation()
        return messages[:-1], [messages[-1]]
    if isinstance(row, ResponsesRow):
        return as_prompt(row.prompt), [as_response(given.message) for given in row.responses]
    sides = (row.chosen, row.rejected)
    return as_prompt(row.prompt), [
        as_response(side if isinstance(side, str) else side[0]) for side in sides
    ]
