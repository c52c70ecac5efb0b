"""The drawing of accuracy against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armo.report.leaderboard.drawing import Drawing, around, colour, ends, point, said
from armo.report.leaderboard.measures import headline
from armo.report.leaderboard.svg import FAINT, INK, inline
from armo.report.leaderboard.systems import available, names

_WIDTH = 480
_HEIGHT = 340
# Labels stand in a column to the right, so that systems of equal cost don't write over each other.
_LABELS = 28
_LINE = 16


def accuracy_by_cost(figures: Mapping[str, Any]) -> Drawing | None:
    """Return accuracy against the seconds that a thousand pairs take."""
    import altair

    rows = _rows(figures)
    if not rows:
        return None
    limits = around(ends(rows))
    _place_labels(rows, limits)
    base = altair.Chart(altair.InlineData(values=rows))
    paint = altair.Color("colour:N", scale=None)
    x = altair.X(
        "seconds:Q",
        title="seconds per 1,000 pairs, logarithmic",
        scale=altair.Scale(
            type="log", domain=_decades([row["seconds"] for row in rows]), nice=False
        ),
        axis=altair.Axis(tickCount=5, format="~g"),
    )
    y = altair.Y(
        "estimate:Q",
        title=f"{headline(figures).title} in %",
        scale=altair.Scale(domain=limits, zero=False, nice=False),
        axis=altair.Axis(tickCount=6),
    )
    label = altair.Y("label:Q", scale=altair.Scale(domain=limits, zero=False, nice=False))
    layers = altair.layer(
        base.mark_rule(color=FAINT, strokeDash=[2, 2]).encode(
            x=x, x2=altair.value(_WIDTH + _LABELS - 4), y=y, y2="label:Q"
        ),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=altair.Y("low:Q"), y2="high:Q", color=paint),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=paint),
        base.mark_text(align="left", baseline="middle", color=INK).encode(
            x=altair.value(_WIDTH + _LABELS), y=label, text="name:N"
        ),
    ).properties(width=_WIDTH, height=_HEIGHT)
    title = "Accuracy against the time it takes"
    times = "; ".join(f"{row['name']} {row['seconds']:.3g} s" for row in rows)
    spoken = f"{title}. In %: {said((row['name'], row) for row in rows)}. Per 1,000 pairs: {times}"
    return Drawing(
        title,
        "Up is better, left is faster. Bars are intervals; dotted lines lead to the names.",
        inline(layers.to_dict(validate=False), "cost", spoken),
    )


def _rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    main, called = headline(figures), names(figures)
    rows = []
    for system in available(figures):
        seconds = (system["cost"] or {}).get("seconds_per_1k_pairs")
        record = main.accuracy(system)
        # A logarithmic axis has no place for nothing.
        if seconds and record is not None:
            is_reference = system["key"] == figures["reference"]
            name = called[system["key"]]
            rows.append(
                {"name": name, "seconds": seconds, "colour": colour(is_reference), **point(record)}
            )
    return rows


def _place_labels(rows: Sequence[dict[str, Any]], limits: Sequence[float]) -> None:
    """Give every row the height of its label, at least a line below the one above it."""
    line = _LINE * (limits[1] - limits[0]) / _HEIGHT
    ordered = sorted(rows, key=lambda row: -row["estimate"])
    above = limits[1] + line
    for row in ordered:
        above = row["label"] = min(row["estimate"], above - line)
    # What was pushed below the plot moves up again, and with it what stands above.
    below = limits[0] - line
    for row in reversed(ordered):
        below = row["label"] = max(row["label"], below + line)


def _decades(seconds: Sequence[float]) -> list[float]:
    low, high = min(seconds), max(seconds)
    return [low / 1.6, high * 1.6] if high / low > 3 else [low / 3, high * 3]
