"""The subset of rows that don't tell it themselves, where the name of their file or folder does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from armo.data.sets.known import RawRow, Tally


def told_by_file(row: RawRow, subsets: Sequence[str], tally: Tally) -> str:
    """Return the one subset that the name of a row's file holds, or else that of its folder.

    Upper and lower case are one, and so are `-` and `_`; a subset counts as a whole word alone. The
    tally tells that the name was gone by.

    Args:
        row: The row.
        subsets: All that there are.
        tally: Takes a note.

    Returns:
        A subset, or an empty string where none is told, or more than one.
    """
    found = _told(row.file, tuple(subsets)) if row.file is not None else ""
    if found:
        tally.note(
            f"rows put into the subset {found}, since the name of their file or folder says so"
        )
    return found


@lru_cache(maxsize=64)
def _told(file: Path, subsets: tuple[str, ...]) -> str:
    for name in (file.name, file.absolute().parent.name):
        words = _words(name)
        named = [subset for subset in subsets if _words(subset) in words]
        if named:
            return named[0] if len(named) == 1 else ""
    return ""


def _words(name: str) -> str:
    """Return a name in lower case with `-` around every word of it."""
    return "-" + "-".join(re.findall(r"[a-z0-9]+", name.lower())) + "-"
