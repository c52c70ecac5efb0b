"""The table of known sets."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.data.sets import KnownSet
from armo.report.parts import folded, heading, number, table, unbroken

_TITLES = {"ratings": "Ratings", "preferences": "Preferences", "benchmark": "Benchmarks"}


def sets_view(known: Sequence[KnownSet]) -> RenderableType:
    """Return known sets by kind: where they lie, how many rows they have, what they were tested on."""
    kinds = [kind for kind in _TITLES if any(one.kind == kind for one in known)]
    return Group(
        *(
            part
            for kind in kinds
            for part in (
                heading(_TITLES[kind]),
                _table([one for one in known if one.kind == kind]),
            )
        ),
        Text("* named in the paper for this use", style="dim"),
    )


def set_view(known: KnownSet) -> RenderableType:
    """Return all that is known of one set."""
    options = [f"{name} = {default!r}" for name, default in known.option_defaults().items()]
    lines = [
        f"hub: {known.hub}{f', {known.subset}' if known.subset else ''}, split {known.split}",
        f"licence: {known.licence}",
        f"layout: {known.layout}",
        f"tested on: {known.tested_on}",
        f"rows: {_count(known.rows)}; native rows: {_count(known.native_rows)}; the paper counts "
        f"{_count(known.paper_rows)}",
        *([f"objectives: {', '.join(known.objectives)}"] if known.objectives else []),
        *([f"options: {', '.join(options)}"] if options else []),
        *([known.note] if known.note else []),
    ]
    return Group(
        heading(f"{known.name} ({known.kind})"),
        *(Padding(Text(line), (0, 0, 0, 2)) for line in lines),
    )


def _table(known: Sequence[KnownSet]) -> Table:
    made = table(
        unbroken("name"), folded("hub set"), number("rows"), folded("licence"), "tested on"
    )
    for one in known:
        made.add_row(
            Text(one.name + (" *" if one.paper else "")),
            Text(one.hub + (f" ({one.subset})" if one.subset else "")),
            _count(one.rows),
            Text(one.licence),
            one.tested_on,
        )
    return made


def _count(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"
