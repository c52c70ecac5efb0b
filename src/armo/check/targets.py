"""What the names on a command line stand for: files, or sets that are known by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from armo.check.column_file import kind_of_columns, read_columns
from armo.check.stream import Target
from armo.data.kinds import ROW_TYPES
from armo.data.sets import KnownSet, known_sets
from armo.data.sources import Source
from armo.errors import InputError, nearest


def find_targets(
    names: Sequence[str], kind: str = "", layout: str = "", columns: Path | None = None
) -> list[Target]:
    """Return what is to be checked, in order.

    Args:
        names: Files; a name that is no file may be that of a known set, which the hub has.
        kind: Kind of the rows; by default what the file, set or column map says.
        layout: The known set in whose layout the files are.
        columns: A column map for files of any other layout.

    Raises:
        InputError: If a name stands for nothing, or the options do not go together.
    """
    if kind and kind not in ROW_TYPES:
        raise InputError(f"no kind '{kind}'{nearest(kind, ROW_TYPES)}; use {', '.join(ROW_TYPES)}")
    if layout and columns is not None:
        raise InputError("a known set has its own layout: give --layout or --columns, not both")
    if layout:
        known = _known(layout, kind)
        return [Target(Source(file=_file(name), set=known.name), known.kind) for name in names]
    if columns is not None:
        mapped = read_columns(columns)
        kind = kind or kind_of_columns(mapped)
        return [Target(Source(file=_file(name), columns=mapped), kind) for name in names]
    return [_native(name, kind) for name in names]


def _native(name: str, kind: str) -> Target:
    if not Path(name).exists() and any(known.name == name for known in known_sets()):
        known = _known(name, kind)
        return Target(Source(set=known.name), known.kind)
    return Target(Source(file=_file(name)), kind)


def _file(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{name!r}: its name is not UTF-8; rename the file") from None
    if not Path(name).is_file():
        known = [one.name for one in known_sets()]
        told = "is a folder" if Path(name).is_dir() else "no such file"
        raise InputError(f"{name}: {told}, and no known set{nearest(name, known)}")
    return name


def _known(name: str, kind: str) -> KnownSet:
    found = [known for known in known_sets() if known.name == name]
    if not found:
        near = nearest(name, [known.name for known in known_sets()])
        raise InputError(
            f"no set is known as '{name}'{near}; `armo data sets` lists those that are"
        )
    fitting = [known for known in found if kind in ("", known.kind)]
    kinds = ", ".join(known.kind for known in found)
    if not fitting:
        raise InputError(f"the set '{name}' has {kinds}, not {kind}")
    if len(fitting) > 1:
        raise InputError(f"the set '{name}' is known for several kinds; give --kind: {kinds}")
    return fitting[0]
