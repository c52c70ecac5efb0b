"""Drawings with one line a system: accuracy, what the gate is ahead, length, and parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armo.report.leaderboard.drawing import (
    LINES,
    Drawing,
    around,
    colour,
    ends,
    point,
    said,
    wrapped,
)
from armo.report.leaderboard.measures import Measure, headline, measures
from armo.report.leaderboard.svg import INK, inline
from armo.report.leaderboard.systems import Record, available, names, reference_name

_WIDTH = 560
_STEP = 30
_PARTS = 12
_PART_WIDTH = 210
_PART_COLUMNS = 3

Rows = list[dict[str, Any]]


def accuracies(figures: Mapping[str, Any]) -> Drawing | None:
    """Return the accuracy of every system with its interval."""
    main = headline(figures)
    rows = _rows(figures, main.accuracy)
    if not rows:
        return None
    what = "RewardBench’s score" if main.title == "score" else "Accuracy over all pairs"
    limits = around([*ends(rows), 50.0 if _near_chance(rows) else None])
    return Drawing(
        f"{what}, best first",
        f"Bars are {_level(figures)} intervals. Dashed: 50 %, a coin’s accuracy, where it is in view.",
        _dots(rows, f"{main.title} in %", limits, 50.0, "accuracies", what, ".1f"),
    )


def ahead(figures: Mapping[str, Any]) -> Drawing | None:
    """Return the reference's accuracy minus that of each system, with a line at zero."""
    main, reference = headline(figures), reference_name(figures)
    rows = _rows(figures, main.minus)
    if not rows:
        return None
    title = f"{reference} minus each system, in points"
    for row in rows:
        row["colour"] = colour(_clear_of_zero(row))
    return Drawing(
        title,
        f"Right of the line, {reference} is ahead; left of it, behind. Orange: the {_level(figures)} "
        "interval is clear of zero. Blue: it spans zero, so neither is shown to be better.",
        _dots(
            rows, "percentage points", around([*ends(rows), 0.0], 2), 0.0, "ahead", title, "+.1f"
        ),
    )


def longer(figures: Mapping[str, Any]) -> Drawing | None:
    """Return how often each system prefers the longer response."""
    rows = _rows(figures, _prefers_longer)
    if not rows:
        return None
    title = "How often the longer response is preferred"
    limits = around([*ends(rows), 50.0])
    return Drawing(
        title,
        "Over all pairs whose responses differ in length. Dashed: 50 %, no preference for either.",
        _dots(rows, "share of pairs in %", limits, 50.0, "longer", title, ".1f"),
    )


def by_part(figures: Mapping[str, Any]) -> Drawing | None:
    """Return a small plot for each section or category, with a line at the reference's accuracy."""
    import altair

    found = [one for one in measures(figures) if one.title not in _WHOLE][:_PARTS]
    rows = [row for measure in found for row in _part_rows(figures, measure)]
    if not rows:
        return None
    reference = reference_name(figures)
    order = [row["name"] for row in _rows(figures, headline(figures).accuracy)]
    limits = around(ends(rows))
    charts = []
    for place, part in enumerate(dict.fromkeys(row["part"] for row in rows)):
        own = [row for row in rows if row["part"] == part]
        # Names stand once a row of plots.
        named = place % _PART_COLUMNS == 0
        charts.append(_small(own, order, limits, named=named))
    chart = altair.concat(*charts, columns=_PART_COLUMNS)
    spoken = said((f"{row['part']}, {row['name']}".replace("\n", " "), row) for row in rows)
    title = "Accuracy by part of the benchmark"
    return Drawing(
        title,
        f"Bars are {_level(figures)} intervals; the dashed line is where {reference} is in that part.",
        inline(chart.to_dict(validate=False), "by-part", f"{title}, in %: {spoken}"),
    )


_WHOLE = ("score", "without prior sets", "partial score", "all pairs")


def _rows(figures: Mapping[str, Any], taken: Any) -> Rows:
    called = names(figures)
    return [
        {
            "name": wrapped(called[system["key"]]),
            "colour": colour(system["key"] == figures["reference"]),
            **point(record),
        }
        for system in available(figures)
        if (record := taken(system)) is not None
    ]


def _small(rows: Rows, order: list[str], limits: list[float], *, named: bool) -> Any:
    import altair

    base = altair.Chart()
    y, x = _names(order, named=named), _across("accuracy in %", limits, 4)
    paint = altair.Color("colour:N", scale=None)
    return altair.layer(
        base.transform_filter("isValid(datum.reference)")
        .mark_rule(color=INK, strokeDash=[4, 3], opacity=0.6)
        .encode(x="reference:Q"),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2.5)
        .encode(x=x, x2="high:Q", y=y, color=paint),
        base.mark_point(filled=True, size=55, opacity=1).encode(
            x=altair.X("estimate:Q"), y=y, color=paint
        ),
        data=altair.InlineData(values=rows),
        title=altair.TitleParams(rows[0]["part"].split("\n")),
    ).properties(width=_PART_WIDTH, height=altair.Step(22))


def _part_rows(figures: Mapping[str, Any], measure: Measure) -> Rows:
    reference = [one for one in available(figures) if one["key"] == figures["reference"]]
    record = measure.accuracy(reference[0]) if reference else None
    line = None if record is None else 100 * record["estimate"]
    more = {"part": wrapped(measure.title, 28), "reference": line}
    return [{**row, **more} for row in _rows(figures, measure.accuracy)]


def _prefers_longer(system: Mapping[str, Any]) -> Record | None:
    found = (system["length"] or {}).get("prefers_longer")
    if found is None or isinstance(found, Mapping):
        return found
    return {"estimate": found, "low": None, "high": None}


def _dots(
    rows: Rows, axis: str, limits: list[float], line: float, name: str, title: str, form: str
) -> str:
    import altair

    for row in rows:
        row["text"] = f"{row['estimate']:{form}}".replace("-", "−")
    base = altair.Chart(altair.InlineData(values=rows))
    y, x = _names([row["name"] for row in rows]), _across(axis, limits)
    paint = altair.Color("colour:N", scale=None)
    layers = [
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3)
        .encode(x=x, x2="high:Q", y=y, color=paint),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=altair.X("estimate:Q"), y=y, color=paint
        ),
        base.mark_text(align="left", color=INK).encode(
            x=altair.value(_WIDTH + 8), y=y, text="text:N"
        ),
    ]
    if limits[0] <= line <= limits[1]:
        mark = altair.Chart(altair.InlineData(values=[{"at": line}]))
        layers.insert(0, mark.mark_rule(color=INK, strokeDash=[5, 4]).encode(x="at:Q"))
    chart = altair.layer(*layers).properties(width=_WIDTH, height=altair.Step(_STEP))
    spoken = said(((row["name"].replace("\n", " "), row) for row in rows), form)
    return inline(chart.to_dict(validate=False), name, f"{title}: {spoken}")


def _names(order: list[str], *, named: bool = True) -> Any:
    import altair

    axis = altair.Axis(
        ticks=False, domain=False, grid=False, labels=named, labelPadding=8, labelExpr=LINES
    )
    scale = altair.Scale(domain=order)
    return altair.Y("name:N", sort=order, title=None, axis=axis, scale=scale)


def _across(title: str, limits: list[float], ticks: int = 6) -> Any:
    import altair

    scale = altair.Scale(domain=limits, zero=False, nice=False)
    return altair.X("low:Q", title=title, scale=scale, axis=altair.Axis(tickCount=ticks))


def _near_chance(rows: Rows) -> bool:
    return any(row["estimate"] < 65 for row in rows)


def _clear_of_zero(row: Mapping[str, Any]) -> bool:
    return row["low"] is not None and not row["low"] <= 0 <= row["high"]


def _level(figures: Mapping[str, Any]) -> str:
    return f"{100 * figures['level']:g} %"
