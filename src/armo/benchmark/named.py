"""What `--benchmark` names: a file, or a benchmark that armo knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from armo.data.sets import KnownSet, known_sets
from armo.data.sources import Source
from armo.errors import DataError, InputError, nearest

# Options that say what is read of a hub set, not what is made of its rows.
_OF_HUB = ("split", "configuration", "revision")


def benchmark_sources(
    names: Sequence[str], layout: str = "", options: Mapping[str, Any] | None = None
) -> list[Source]:
    """Return what is to be read.

    Args:
        names: Files, or known benchmarks by their own name or that of their hub set.
        layout: The known set in whose layout the files are; native rows without it.
        options: Of each of the known sets; `split`, `configuration` and `revision` say what is read
            of the hub set.

    Raises:
        DataError: If a name is neither a file nor known.
        InputError: If options go with native rows, or options of the hub with a file.
    """
    given = dict(options or {})
    of_hub = {name: str(given.pop(name)) for name in _OF_HUB if name in given}
    return [_source(name, layout, given, of_hub) for name in names]


def parse_options(given: Sequence[str]) -> dict[str, Any]:
    """Return options given as `name=value`; a value that is JSON is read as such, else it is text.

    Raises:
        InputError: If one has no `=`, or is given twice.
    """
    options: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise InputError(f"option '{one}': write it as name=value")
        if name in options:
            raise InputError(f"option '{name}' is given twice")
        # A commit may look like a number.
        options[name] = value if name in _OF_HUB else _value(value)
    return options


def _source(name: str, layout: str, options: dict[str, Any], of_hub: dict[str, str]) -> Source:
    path = Path(name)
    if path.is_file() or layout:
        if options and not layout:
            raise InputError(f"--option belongs to a known set: say with --layout which {name} is")
        if of_hub:
            raise InputError(f"--option {', '.join(of_hub)}: of a set of the hub; {name} is a file")
        # Rows of a known layout are numbered below this name, and several files may have one layout.
        return Source(file=name, set=layout, name=path.name if layout else "", options=options)
    known = _known(name)
    if known is None:
        names = [one.name for one in known_sets("benchmark")]
        raise DataError(
            f"{name}: no such file, and no benchmark is known by that name{nearest(name, names)}; "
            "give a file of benchmark rows, or a set that `armo data sets` lists"
        )
    return Source(
        set=known.name,
        split=of_hub.get("split", ""),
        subset=of_hub.get("configuration", ""),
        revision=of_hub.get("revision", ""),
        options=options,
    )


def _known(name: str) -> KnownSet | None:
    wanted = name.lower()
    sets = known_sets("benchmark")
    by_name = [one for one in sets if one.name == wanted]
    # A hub set may hold several benchmarks, and then it names none.
    by_hub = [one for one in sets if one.hub.lower() == wanted]
    found = by_name or by_hub
    return found[0] if len(found) == 1 else None


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
