"""The tables of `armo plan`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from armo.planning import Plan
from armo.planning.counting import SourceCount
from armo.planning.labels import ObjectiveLine
from armo.planning.reading import Reading
from armo.report.parts import folded, heading, number, table, unbroken

_TITLES = {"ratings": "Ratings: stage 1", "preferences": "Preferences: stage 2"}
_UNITS = ("B", "KB", "MB", "GB", "TB")


def plan_view(plan: Plan) -> RenderableType:
    """Return what a recipe would do: sources, objectives, and what reading costs."""
    return Group(
        *_sources(plan),
        heading(f"Objectives: {len(plan.objectives)}, '{plan.verbosity}' taken out of the others"),
        _objectives(plan.objectives),
        heading("Reading"),
        *(Padding(Text(line), (0, 0, 0, 2)) for line in _reading(plan)),
        heading("Stages"),
        *(Padding(Text(f"{name}: {how}"), (0, 0, 0, 2)) for name, how in plan.presets.items()),
        *(Padding(Text(f"• {note}", style="dim"), (0, 0, 0, 2)) for note in _notes(plan)),
    )


def _sources(plan: Plan) -> Iterator[RenderableType]:
    for kind, title in _TITLES.items():
        lines = [line for line in plan.sources if line.kind == kind]
        if lines:
            yield heading(title)
            yield _source_table(lines)
            splits = ", ".join(f"{count:,} {split}" for split, count in plan.splits[kind].items())
            yield Text(f"{splits}\n" if plan.splits[kind] else "")


def _source_table(lines: Sequence[SourceCount]) -> Table:
    """Return a line for each source; what tells of published sets stands only where there are any."""
    published = any(line.place != "here" for line in lines)
    more = (number("paper"), folded("licence"), "reading tested on") if published else ()
    made = table(
        unbroken("source"), folded("where"), number("rows"), Column("", style="dim"), *more
    )
    for line in lines:
        pinned = f" at {line.revision}" if line.revision else ""
        made.add_row(
            Text(line.name),
            Text(line.place + pinned),
            "?" if line.rows is None else f"{line.rows:,}",
            line.basis,
            *(_of_published(line) if published else ()),
        )
    return made


def _of_published(line: SourceCount) -> tuple[str | Text, ...]:
    return (
        "–" if line.paper_rows is None else f"{line.paper_rows:,}",
        Text(line.licence or ("your own" if line.place == "here" else "unknown")),
        line.tested_on or "–",
    )


def _objectives(lines: Sequence[ObjectiveLine]) -> Table:
    made = table(
        unbroken("objective"),
        number("native scale"),
        number("becomes"),
        number("labels here"),
        "rated in",
    )
    for line in lines:
        made.add_row(
            Text(line.name),
            "–" if line.scale is None else f"{line.scale[0]:g} … {line.scale[1]:g}",
            f"{line.unit[0]:g} … {line.unit[1]:g}",
            "–" if line.labels is None else f"{line.labels:,}",
            Text(line.source),
        )
    return made


def _reading(plan: Plan) -> Iterator[str]:
    reading = plan.reading
    yield f"backbone: {plan.backbone}" + ("" if plan.backbone_here else " (from the hub)")
    yield f"conversations: {plan.conversations:,} at most, {reading.tokens:,} tokens"
    yield from reading.tokens_basis
    if reading.overlong:
        yield f"{reading.overlong:.1%} of the local ones sampled can't be read: too long, or malformed"
    if reading.feature_bytes is None:
        yield "features: give --hidden-size, which nobody knows of this backbone without the hub"
    else:
        size = _size(reading.feature_bytes)
        yield f"features on disk: {size} at most (float32, {reading.hidden_size:,} numbers each)"
    yield _hours(reading, plan.backbone_here)


def _hours(reading: Reading, backbone_here: bool) -> str:
    if reading.hours is None or reading.tokens_per_second is None:
        measure = " or --measure" if backbone_here else ""
        return f"hours: give --tokens-per-second{measure}"
    speed = f"{reading.tokens_per_second:,.0f} tokens/s, {reading.speed_basis}"
    return f"time: {_duration(reading.hours)} at {speed}"


def _duration(hours: float) -> str:
    return f"{hours:,.1f} hours" if hours >= 1 else f"{max(1, round(60 * hours))} minutes"


def _size(count: float) -> str:
    power = 0
    while count >= 1000 and power < len(_UNITS) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.1f} {_UNITS[power]}"


def _notes(plan: Plan) -> Iterator[str]:
    if plan.rejected:
        yield f"{plan.rejected:,} local rows can't be used: `armo data check` says why."
    if plan.left_out:
        yield f"{plan.left_out:,} local rows are beyond the recipe's limits."
    yield from plan.notes
    if any(line.place != "here" for line in plan.sources):
        yield "`armo data sets NAME` tells what is special about a set."
