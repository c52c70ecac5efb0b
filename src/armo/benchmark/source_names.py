"""What sources are called that are read as one benchmark: short, and no two different ones alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from armo.data.sources import Source

_ENDINGS = (".jsonl", ".json", ".parquet", ".csv", ".tsv")


def source_names(sources: Sequence[Source]) -> list[str]:
    """Return a name of each source: a file's with as many of its folders as tell it from the others.

    Sets of the hub go by their own names, with configuration, split and revision where a set is there
    more than once. Only what is given twice has one name twice.
    """
    parts = [_parts(source) for source in sources]
    return [_shortest(own, parts) for own in parts]


def stem(name: str, source: Source) -> str:
    """Return a source's name as part of a folder's."""
    if source.file:
        name = name.removesuffix(".gz")
        for ending in _ENDINGS:
            name = name.removesuffix(ending)
    return (name or Path(source.file).name).replace("/", "-")


def _parts(source: Source) -> tuple[str, ...]:
    """Return what a name is made of, from the last that may be left out to what is always there."""
    if source.file:
        return tuple(part for part in Path(source.file).absolute().parts if part != "/")
    further = (source.revision, source.split, source.subset)
    return (*(part for part in further if part), source.set or source.hub)


def _shortest(own: tuple[str, ...], everyone: Sequence[tuple[str, ...]]) -> str:
    count = 1
    others = [other for other in everyone if other != own]
    while count < len(own) and any(other[-count:] == own[-count:] for other in others):
        count += 1
    return "/".join(own[-count:])
