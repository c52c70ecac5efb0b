"""A comparison on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.report import parts
from armo.report.leaderboard.grid import Grid
from armo.report.leaderboard.layout import head, parts_of
from armo.report.parts import folded, heading, number
from armo.report.survey.visible import one_line


def leaderboard_view(figures: Mapping[str, Any]) -> RenderableType:
    """Return what a comparison found: all tables, then the findings in words.

    Args:
        figures: What leaderboard.json holds.
    """
    return Group(*_blocks(figures))


def _blocks(figures: Mapping[str, Any]) -> Iterator[RenderableType]:
    yield heading(f"Comparison on '{one_line(figures['benchmark']['name'])}'")
    yield Text(head(figures))
    for part in parts_of(figures):
        yield heading(part.title)
        for grid in part.grids:
            yield _Fitted(grid)
        yield from _bullets(part.said)
    if figures["findings"]:
        yield heading("What it says")
        for finding in figures["findings"]:
            yield Text(f"• {one_line(finding, 1000)}")


class _Fitted:
    """A grid as one table, or as several below each other where the terminal is narrow."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Yield as many tables as it takes, each with the names of its rows."""
        grid = self._grid
        yield Text(grid.title, style="dim")
        rest = list(range(grid.names, len(grid.columns)))
        while rest:
            taken = _most_that_fit(grid, rest, options.max_width)
            yield _table(grid, rest[:taken], options.max_width)
            rest = rest[taken:]
        yield from _bullets(grid.notes)


def _most_that_fit(grid: Grid, columns: list[int], room: int) -> int:
    """Return how many of some columns have room for their words, but at least one."""
    for taken in range(len(columns), 1, -1):
        places = [*range(grid.names), *columns[:taken]]
        if sum(word for word, _ in _needs(grid, places)) <= _for_text(room, len(places)):
            return taken
    return 1


def _table(grid: Grid, columns: list[int], room: int) -> Table:
    places = [*range(grid.names), *columns]
    heads = []
    for place, width in zip(places, _widths(grid, places, room), strict=True):
        is_name = place < grid.names or grid.kind == "text"
        column = folded(grid.columns[place]) if is_name else number(grid.columns[place])
        column.width = width
        column.overflow = "fold"
        heads.append(column)
    table = parts.table(*heads)
    for place, row in enumerate(grid.rows):
        style = "bold" if place in grid.reference else ""
        table.add_row(*(Text(row[column]) for column in places), style=style)
    return table


def _widths(grid: Grid, places: list[int], room: int) -> list[int]:
    """Return widths that fill the room: first what words need, then what whole lines need."""
    needs = _needs(grid, places)
    left = _for_text(room, len(places)) - sum(word for word, _ in needs)
    wanted = sum(line - word for word, line in needs)
    if left >= wanted:
        return [line for _, line in needs]
    if left >= 0:
        return [word + left * (line - word) // max(1, wanted) for word, line in needs]
    # Not even the words fit: all columns give way alike, and words go on below.
    share = _for_text(room, len(places)) // len(places)
    return [max(1, min(word, share)) for word, _ in needs]


def _needs(grid: Grid, places: list[int]) -> list[tuple[int, int]]:
    """Return the width of the longest word and of the longest text of each column."""
    found = []
    for place in places:
        texts = [grid.columns[place], *(row[place] for row in grid.rows)]
        words = [cell_len(word) for text in texts for word in text.split()]
        found.append((max(words, default=1), max(1, *(cell_len(text) for text in texts))))
    return found


def _for_text(room: int, columns: int) -> int:
    # A column takes a space on its right and one between it and the next; the table one more.
    return room - 2 * columns - 1


def _bullets(notes: list[str]) -> Iterator[RenderableType]:
    for note in notes:
        yield Padding(Text(f"• {note}", style="dim"), (0, 0, 0, 2))
