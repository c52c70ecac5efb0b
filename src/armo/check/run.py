"""Checking files: one pass over the rows, in bounded memory, with or without writing the good ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from armo.check.beside import Beside
from armo.check.expected import expected_rows
from armo.check.faults import Faults
from armo.check.figures import Figures
from armo.check.ignored import ignored_numbers
from armo.check.plan import FixPlan
from armo.check.result import Check, FileCheck
from armo.check.stream import Found, Target
from armo.check.writing import WriteLine, encode_row, rejects_file, rows_file
from armo.data.sets import Tally
from armo.errors import DataError
from armo.progress import Advance, Reporter, silent
from armo.reasons import Reasons, shortened
from armo.rejects import Reject

# The rate and ETA of the progress need no more.
_ADVANCE_EVERY = 500
SHOWN = 20


@dataclass(frozen=True)
class Job:
    """A file to check, and where its good rows go, if anywhere."""

    target: Target
    fix: FixPlan | None = None


def check_files(jobs: Sequence[Job], shown: int = SHOWN, progress: Reporter = silent) -> Check:
    """Check files one after the other, and what is odd about them together.

    Args:
        jobs: What to check. A file that can't be read does not keep the others from being checked.
        shown: How many faults of a file are kept one by one; all are counted.
        progress: Where progress is reported.

    Raises:
        OSError: If good rows or rejects can't be written.
    """
    if len(jobs) == 1:
        return Check(files=[check_file(jobs[0], None, shown, progress)])
    beside = Beside()
    files = [check_file(job, beside, shown, progress) for job in jobs]
    return Check(files=files, warnings=list(beside.warnings))


def check_file(
    job: Job, beside: Beside | None = None, shown: int = SHOWN, progress: Reporter = silent
) -> FileCheck:
    """Check one file; see `check_files`."""
    reading = _Reading(job, beside, shown)
    total = None if progress is silent else expected_rows(job.target.source)
    reporter = progress if total else silent
    try:
        with reporter(f"check {job.target.name}", total or 0, "rows") as advance:
            reading.run(advance)
    except DataError as error:
        reading.result.unreadable = str(error)
    return reading.finished()


class _NoGoodRow(Exception):  # noqa: N818 - it takes back the file of good rows, and is no error
    """There is nothing to write."""


class _Reading:
    """One pass over the rows of a file.

    Attributes:
        result: What was found so far.
    """

    def __init__(self, job: Job, beside: Beside | None, shown: int) -> None:
        self.result = FileCheck(name=job.target.name)
        self._job = job
        self._beside = beside
        self._shown = shown
        self._faults = Faults()
        self._figures = Figures()
        self._reasons, self._warnings = Reasons(), Reasons()
        self._tally = Tally(self._reject)
        self._write_reject: Callable[[Reject], object] = _drop

    def run(self, advance: Advance) -> None:
        """Read all rows, and write them where that is wanted."""
        fix = self._job.fix
        if fix is None:
            self._read(advance, None)
            return
        with (
            rejects_file(fix.rejects) as self._write_reject,
            suppress(_NoGoodRow),
            rows_file(fix.rows) as write,
        ):
            self._read(advance, write)
            if not self.result.good:
                raise _NoGoodRow
        self.result.rejects = str(fix.rejects)
        self.result.written = str(fix.rows) if self.result.good else ""

    def finished(self) -> FileCheck:
        """Return what was found."""
        figures, result = self._figures, self.result
        for labels in figures.labels.values():
            if labels.count > 1 and labels.lowest == labels.highest:
                alike = f"ratings.{labels.name}: all are {labels.lowest:g}, so they teach nothing"
                self._warnings.count(alike, Reject("", alike), labels.count)
        if self._beside is not None:
            self._beside.add_scales(result.name, self._faults.scales)
        result.reasons = list(self._reasons)
        result.warnings = list(self._warnings)
        result.notes = dict(self._tally.notes.most_common())
        result.objectives = [labels.record() for labels in figures.labels.values()]
        result.sources = dict(figures.sources.most_common())
        result.prompts, result.groups = figures.distinct_prompts, figures.groups
        result.prompt_characters = figures.prompts.record()
        result.response_characters = figures.responses.record()
        return result

    def _read(self, advance: Advance, write: WriteLine | None) -> None:
        told = 0
        target = self._job.target
        self.result.kind = target.find_kind()
        for found in target.stream(self.result.kind, self._tally):
            self._take(found, write)
            if self.result.rows - told >= _ADVANCE_EVERY:
                advance(self.result.rows - told)
                told = self.result.rows
        advance(self.result.rows - told)

    def _take(self, found: Found, write: WriteLine | None) -> None:
        row, where = found.row, found.where
        row_id = where if row.id is None else str(row.id)
        try:
            line = None if write is None else encode_row(found.content)
            self._faults.check(row, row_id)
        except DataError as error:
            self._reject(Reject(row_id, str(error), where))
            return
        self.result.good += 1
        if write is not None and line is not None:
            write(line)
        if self._beside is not None:
            self._beside.add_id(self.result.kind, row_id, where)
        for odd in (*self._figures.add(row, where), *ignored_numbers(found.content, row)):
            self._warnings.count(odd, Reject(row_id, odd, where))

    def _reject(self, reject: Reject) -> None:
        self.result.faulty += 1
        self._reasons.add(reject)
        if len(self.result.faults) < self._shown:
            self.result.faults.append(shortened(reject))
        self._write_reject(reject)


def _drop(reject: Reject) -> None:
    del reject
