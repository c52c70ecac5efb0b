"""Drawings with one small plot a system: reliability, and accuracy by margin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from armo.report.leaderboard.behaviour import margin_name
from armo.report.leaderboard.drawing import Drawing, around, colour, ends, point, wrapped
from armo.report.leaderboard.svg import FAINT, INK, QUIET, inline
from armo.report.leaderboard.systems import available, names

_WIDTH = 190
_HEIGHT = 180
_COLUMNS = 4
# Bars at the foot of a plot take this share of its height.
_FOOT = 0.14
_BROAD = 4.0


def reliability(figures: Mapping[str, Any]) -> Drawing | None:
    """Return confidence against accuracy, with the number of pairs of each part."""
    import altair

    rows = _bins(figures)
    if not rows:
        return None
    limits = _with_feet(rows)
    base = altair.Chart()
    x = _x("confidence:Q", "confidence in %", [50.0, 100.0])
    y = _y("accuracy:Q", limits, list(_ticks(limits)))
    paint = altair.Color("colour:N", scale=None)
    layers = altair.layer(
        base.mark_rule(color=INK, strokeDash=[4, 3], opacity=0.6).encode(
            x=altair.XDatum(50), x2=altair.X2Datum(100), y=altair.YDatum(50), y2=altair.Y2Datum(100)
        ),
        base.mark_rect(color=FAINT).encode(x="from:Q", x2="to:Q", y="foot:Q", y2="top:Q"),
        base.transform_filter("datum.count != ''")
        .mark_text(color=QUIET, fontSize=9, baseline="bottom", dy=-1)
        .encode(x=altair.X("middle:Q"), y=altair.Y("top:Q"), text="count:N"),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=altair.Y("low:Q"), y2="high:Q", color=paint),
        base.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=paint),
    ).properties(width=_WIDTH, height=_HEIGHT)
    title = "Reliability of σ(β · margin)"
    return Drawing(
        title,
        "Right: how sure the system was of its preference. Up: how often that was the better response. "
        "On the dashed line confidence is earned; below it, the system is too sure. Bars are intervals; "
        "at the foot stands how many pairs each point is of.",
        inline(_each(layers, rows), "reliability", f"{title}. {_spoken(rows)}"),
    )


def margins(figures: Mapping[str, Any]) -> Drawing | None:
    """Return accuracies by the size of the margin."""
    import altair

    rows = _steps(figures)
    if not rows:
        return None
    base = altair.Chart()
    limits = around([*ends(rows), 50.0], 10)
    x = altair.X(
        "place:O", title="margin, closest to farthest", axis=altair.Axis(labelAngle=0, grid=False)
    )
    y = _y("estimate:Q", limits, None)
    paint = altair.Color("colour:N", scale=None)
    layers = altair.layer(
        base.mark_rule(color=INK, strokeDash=[4, 3], opacity=0.6).encode(y=altair.YDatum(50)),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=altair.Y("low:Q"), y2="high:Q", color=paint),
        base.mark_line(strokeWidth=1.5).encode(x=x, y=y, color=paint),
        base.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=paint),
    ).properties(width=_WIDTH, height=_HEIGHT - 30)
    title = "Accuracy by the size of the margin"
    return Drawing(
        title,
        "Each system’s pairs in parts of equal size, by how far apart its two scores are. Bars are "
        "intervals; dashed: 50 %, a coin’s accuracy. Sound margins rise to the right.",
        inline(_each(layers, rows), "margins", f"{title}. {_spoken_steps(rows)}"),
    )


def _with_feet(rows: list[dict[str, Any]]) -> list[float]:
    """Give every row the bar at the foot of its plot, and return the ends of the axis above it."""
    values = [row[name] for row in rows for name in ("accuracy", "low", "high")]
    low, high = around([*values, 50.0], 10)
    high = min(100.0, high)
    foot = low - _FOOT * 1.6 * (high - low)
    for row in rows:
        row["foot"] = foot
        row["top"] = foot + _FOOT * (high - low) * row["pairs"] / row["most"]
    return [foot, high]


def _each(layers: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one plot a system, beside and below each other."""
    import altair

    charts = []
    for name in dict.fromkeys(row["system"] for row in rows):
        own = [row for row in rows if row["system"] == name]
        title = altair.TitleParams(name.split("\n"))
        charts.append(layers.properties(data=altair.InlineData(values=own), title=title))
    found: dict[str, Any] = altair.concat(*charts, columns=_COLUMNS).to_dict(validate=False)
    return found


def _bins(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    called = names(figures)
    rows = []
    for system in available(figures):
        bins = [part for part in (system["calibration"] or {}).get("bins", []) if part["pairs"]]
        most = max((part["pairs"] for part in bins), default=1)
        for part in bins:
            low, high = 100 * part["low"], 100 * part["high"]
            rows.append(
                {
                    "system": wrapped(called[system["key"]], 28),
                    "colour": colour(system["key"] == figures["reference"]),
                    "confidence": 100 * part["confidence"],
                    "accuracy": 100 * part["accuracy"],
                    "low": _hundred(part["accuracy_low"]),
                    "high": _hundred(part["accuracy_high"]),
                    "from": low,
                    "to": high,
                    "middle": (low + high) / 2,
                    "pairs": part["pairs"],
                    "count": f"{part['pairs']}" if high - low >= _BROAD else "",
                    "most": most,
                }
            )
    return rows


def _steps(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    called = names(figures)
    return [
        {
            "system": wrapped(called[system["key"]], 28),
            "colour": colour(system["key"] == figures["reference"]),
            "place": place + 1,
            "said": margin_name(place, len(system["by_margin"])),
            **point(part["accuracy"]),
        }
        for system in available(figures)
        for place, part in enumerate(system["by_margin"] or [])
        if part["accuracy"] is not None
    ]


def _x(field: str, title: str, limits: list[float]) -> Any:
    import altair

    scale = altair.Scale(domain=limits, zero=False, nice=False)
    return altair.X(
        field, title=title, scale=scale, axis=altair.Axis(values=[50, 75, 100], grid=False)
    )


def _y(field: str, limits: list[float], ticks: list[float] | None) -> Any:
    import altair

    scale = altair.Scale(domain=limits, zero=False, nice=False)
    axis = altair.Axis(tickCount=5) if ticks is None else altair.Axis(values=ticks)
    return altair.Y(field, title="accuracy in %", scale=scale, axis=axis)


def _ticks(limits: list[float]) -> range:
    step = 10 if limits[1] - limits[0] <= 60 else 25
    return range(step * math.ceil(limits[0] / step), int(limits[1]) + 1, step)


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _spoken(rows: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{row['system']}: confidence {row['confidence']:.0f} %, accuracy {row['accuracy']:.0f} %, "
        f"{row['pairs']} pairs".replace("\n", " ")
        for row in rows[:24]
    )


def _spoken_steps(rows: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{row['system']}, {row['said']}: {row['estimate']:.0f} %".replace("\n", " ")
        for row in rows[:24]
    )
