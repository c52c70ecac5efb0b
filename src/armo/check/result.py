"""What a check found, as plain records."""

from __future__ import annotations

from typing import Any

import msgspec

from armo.reasons import Reason
from armo.rejects import Reject


class FileCheck(msgspec.Struct, kw_only=True):
    """What one file holds.

    Attributes:
        name: The file, or the set.
        kind: Kind of its rows; empty where the file can't be read.
        good: Rows that training takes.
        faulty: Rows that it refuses, or that are surely wrong.
        unreadable: Why the file, or its rest, can't be read; empty if it can.
        reasons: Faults by what they have in common, the most frequent first.
        faults: The first of them, one by one.
        warnings: What is odd but used, likewise by sentence.
        notes: What a known set's adapter, or a column map, met: count by sentence.
        objectives: Ratings by objective, in order of first appearance.
        sources: Rows by source, the most frequent first.
        prompts: Distinct prompts.
        groups: Groups of the split.
        prompt_characters: Mean, longest, and where that stands; texts that are empty.
        response_characters: Likewise.
        written: Where the good rows were written; empty if nowhere.
        rejects: Where the faulty rows are listed; empty if nowhere.
    """

    name: str
    kind: str = ""
    good: int = 0
    faulty: int = 0
    unreadable: str = ""
    reasons: list[Reason] = []
    faults: list[Reject] = []
    warnings: list[Reason] = []
    notes: dict[str, int] = {}
    objectives: list[dict[str, Any]] = []
    sources: dict[str, int] = {}
    prompts: int = 0
    groups: int = 0
    prompt_characters: dict[str, Any] = {}
    response_characters: dict[str, Any] = {}
    written: str = ""
    rejects: str = ""

    @property
    def rows(self) -> int:
        """Good and faulty rows."""
        return self.good + self.faulty

    @property
    def clean(self) -> bool:
        """Whether it was read to its end without a fault."""
        return not self.faulty and not self.unreadable


class Check(msgspec.Struct, kw_only=True):
    """What several files hold, and what is odd about them together."""

    files: list[FileCheck]
    warnings: list[Reason] = []

    @property
    def clean(self) -> bool:
        """Whether no file has a fault."""
        return all(file.clean for file in self.files)

    def record(self) -> dict[str, Any]:
        """Return all of it as plain values, for JSON."""
        files = [{"rows": file.rows, **msgspec.to_builtins(file)} for file in self.files]
        total = {
            "files": len(files),
            "rows": sum(file.rows for file in self.files),
            "good": sum(file.good for file in self.files),
            "faulty": sum(file.faulty for file in self.files),
            "unreadable": sum(bool(file.unreadable) for file in self.files),
            "warnings": msgspec.to_builtins(self.warnings),
        }
        return {"clean": self.clean, "files": files, "total": total}
