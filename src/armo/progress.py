"""Progress with a rate and an ETA, for anything that takes more than a few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

Advance: TypeAlias = Callable[[int], None]
# A reporter opens a task (name, total, unit) and gives a function that advances it.
Reporter: TypeAlias = Callable[[str, int, str], AbstractContextManager[Advance]]

_LINE_EVERY_SECONDS = 10.0


@contextmanager
def silent(name: str, total: int, unit: str) -> Iterator[Advance]:
    """Report nothing."""
    del name, total, unit
    yield lambda _: None


@contextmanager
def on_terminal(name: str, total: int, unit: str) -> Iterator[Advance]:
    """Report on standard error: a live bar on a terminal, else a line every ten seconds."""
    reporter = _bar if sys.stderr.isatty() else _lines
    with reporter(name, total, unit) as advance:
        yield advance


@contextmanager
def _bar(name: str, total: int, unit: str) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        _Rate(unit),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=total)
        yield lambda amount: progress.update(task, advance=amount)


@contextmanager
def _lines(name: str, total: int, unit: str) -> Iterator[Advance]:
    start = last = time.monotonic()
    done = 0

    def advance(amount: int) -> None:
        nonlocal done, last
        done += amount
        now = time.monotonic()
        if now - last >= _LINE_EVERY_SECONDS and done:
            last = now
            rate = done / (now - start)
            left = (total - done) / rate
            print(  # noqa: T201 - this is the log that people read where there is no terminal
                f"{name}: {done:,} of {total:,} {unit} ({done / total:.0%}), "
                f"{rate:,.0f} {unit}/s, ETA {int(left // 60)}:{int(left % 60):02d}",
                file=sys.stderr,
                flush=True,
            )

    yield advance


class _Rate(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} {self._unit}/s" if speed else f"– {self._unit}/s")
