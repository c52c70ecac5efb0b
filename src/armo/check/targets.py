"""What the names on a command line stand for: files, or sets that are known by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from armo.check.column_file import kind_of_columns, read_columns
from armo.check.stream import Target
from armo.data.kinds import ROW_TYPES
from armo.data.naming import find_named_set, parse_source
from armo.data.sets import Kind
from armo.errors import InputError, nearest

_KINDS_OF_SETS: dict[str, tuple[Kind, ...]] = {
    "": ("ratings", "preferences", "benchmark"),
    "ratings": ("ratings",),
    "preferences": ("preferences",),
    "benchmark": ("benchmark",),
    # Some benchmarks are pairs, some questions with several responses; each set knows which.
    "responses": ("benchmark",),
    "conversations": (),
}


def find_targets(names: Sequence[str], kind: str = "", columns: Path | None = None) -> list[Target]:
    """Return what is to be checked, in order.

    Args:
        names: Files, known sets, or files in a known set's layout; see `armo.data.naming`.
        kind: Kind of the rows; by default what the file, set or column map says.
        columns: A column map for files of any other layout.

    Raises:
        InputError: If a name stands for nothing, or the options do not go together.
    """
    if kind and kind not in ROW_TYPES:
        raise InputError(f"no kind '{kind}'{nearest(kind, ROW_TYPES)}; use {', '.join(ROW_TYPES)}")
    targets = [_target(name, kind) for name in names]
    return targets if columns is None else _mapped(targets, kind, columns)


def _target(name: str, kind: str) -> Target:
    kinds = _KINDS_OF_SETS[kind]
    source = parse_source(name, kinds)
    return Target(source, find_named_set(source.set, kinds).kind if source.set else kind)


def _mapped(targets: Sequence[Target], kind: str, columns: Path) -> list[Target]:
    mapped = read_columns(columns)
    kind = kind or kind_of_columns(mapped)
    for target in targets:
        if target.source.set:
            raise InputError(
                f"{target.name}: a known set has its own layout; give a file alone with --columns"
            )
    return [Target(dataclasses.replace(target.source, columns=mapped), kind) for target in targets]
