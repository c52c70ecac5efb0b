"""One native row of one row in a foreign layout, by a column map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armo.conversation import as_prompt, as_response
from armo.data.columns import cells
from armo.data.columns.column_map import Columns, RatedColumn
from armo.data.rows import BenchmarkRow, PreferenceRow, RatingRow
from armo.data.sets.known import RawRow, Tally
from armo.errors import DataError


class ColumnReader:
    """Makes native rows of raw ones; a DataError that it raises names the column that is wrong."""

    def __init__(self, columns: Columns, source: str, tally: Tally) -> None:
        self._columns = columns
        self._source = source
        self._tally = tally

    def rating_row(self, row: RawRow) -> RatingRow:
        """Return a rated conversation; an objective without a rating is left out."""
        columns, value = self._columns, row.value
        if columns.messages:
            conversation = cells.messages(value, columns.messages)
        else:
            response = _response(value, columns.response)
            if len(response) > 1:
                raise DataError(f"{columns.response}: expected one message, got {len(response)}")
            conversation = [*_prompt(value, columns.prompt), *response]
        ratings = {
            name: found
            for name, rated in columns.objectives.items()
            if (found := self._rating(value, name, rated)) is not None
        }
        return RatingRow(
            messages=self._with_system(value, conversation),
            ratings=ratings,
            scale={name: columns.objectives[name].scale for name in ratings},
            **self._common(row),
        )

    def preference_row(self, row: RawRow) -> PreferenceRow:
        """Return a pair."""
        prompt, chosen, rejected = self._pair(row.value)
        return PreferenceRow(
            prompt=prompt, chosen=[chosen], rejected=[rejected], **self._common(row)
        )

    def benchmark_row(self, row: RawRow) -> BenchmarkRow:
        """Return a pair of a benchmark."""
        prompt, chosen, rejected = self._pair(row.value)
        category = self._columns.category
        empty = not category or cells.cell(row.value, category) is None
        return BenchmarkRow(
            prompt=prompt,
            chosen=[chosen],
            rejected=[rejected],
            subset=cells.label(row.value, self._columns.subset),
            category="" if empty else cells.label(row.value, category),
            **self._common(row),
        )

    def _common(self, row: RawRow) -> dict[str, Any]:
        columns, value = self._columns, row.value
        found = {
            name: cells.label(value, column)
            for name, column in (("group", columns.group), ("source", columns.source))
            if column and cells.cell(value, column) is not None
        }
        row_id = cells.label(value, columns.id) if columns.id else row.id
        return {"source": self._source} | found | {"id": row_id}

    def _rating(
        self, value: Mapping[str, Any], name: str, rated: RatedColumn
    ) -> bool | int | float | None:
        found = cells.rating(value, rated.column)
        if found is None:
            self._tally.note(f"{name}: no rating, as the cell is empty, NaN or N/A")
        if isinstance(found, bool) and tuple(rated.scale) != (0, 1):
            low, high = rated.scale
            raise DataError(
                f"{rated.column}: yes and no are ratings on the scale [0, 1], not [{low:g}, {high:g}]"
            )
        return found

    def _pair(
        self, value: Mapping[str, Any]
    ) -> tuple[list[cells.Message], cells.Message, cells.Message]:
        columns = self._columns
        chosen = _response(value, columns.chosen)
        rejected = _response(value, columns.rejected)
        if chosen[:-1] != rejected[:-1]:
            raise DataError(
                f"{columns.chosen}, {columns.rejected}: the conversations differ before their last "
                "message, so they are no two responses to one prompt"
            )
        earlier = chosen[:-1]
        if not earlier and not columns.prompt:
            raise DataError(
                f"{columns.chosen}: a response alone needs a prompt; name its column in the map"
            )
        prompt = earlier or _prompt(value, columns.prompt)
        if earlier and columns.prompt and cells.cell(value, columns.prompt) is not None:
            self._compare(_prompt(value, columns.prompt), earlier)
        return self._with_system(value, prompt), chosen[-1], rejected[-1]

    def _compare(self, prompt: list[cells.Message], earlier: list[cells.Message]) -> None:
        if prompt not in (earlier, earlier[-1:], earlier[:1]):
            self._tally.note(
                f"{self._columns.prompt}: differs from the conversations' own turns, which are used"
            )

    def _with_system(
        self, value: Mapping[str, Any], conversation: list[cells.Message]
    ) -> list[cells.Message]:
        column = self._columns.system
        if not column or cells.cell(value, column) is None:
            return conversation
        system = cells.text(value, column)
        if not system.strip():
            return conversation
        if conversation[0]["role"] == "system":
            raise DataError(f"{column}: the conversation has a system message of its own")
        return [{"role": "system", "content": system}, *conversation]


def _prompt(value: Mapping[str, Any], column: str) -> list[cells.Message]:
    found = cells.filled(value, column)
    if isinstance(found, str):
        return [dict(message) for message in as_prompt(found)]
    return cells.message_list(found, column)


def _response(value: Mapping[str, Any], column: str) -> list[cells.Message]:
    found = cells.filled(value, column)
    if isinstance(found, str):
        return [dict(as_response(found))]
    if isinstance(found, Mapping):
        return [cells.message(found, column)]
    return cells.message_list(found, column)
