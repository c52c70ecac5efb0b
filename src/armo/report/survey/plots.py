"""The drawings of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from armo.report.survey.formats import decimal, plain, share, whole
from armo.report.survey.svg import FAINT, FILL, INK, OTHER, inline
from armo.report.survey.visible import one_line
from armo.survey.lengths import PartLengths, Trend
from armo.survey.objectives import Bar, ObjectiveFigures
from armo.survey.pairs import PairFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 4
_WIDTH = 11.0
_MOST_SAID = 12


def small_histogram(bars: Sequence[Bar], low: float, high: float, name: str) -> str:
    """Return a histogram the size of a word, from `low` to `high`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.25, 0.36))
    axes = figure.add_axes((0.02, 0.04, 0.96, 0.92))
    axes.set_axis_off()
    span = (high - low) or 1.0
    least = min(_gap(bars, span), span)
    for bar in bars:
        width = 0.8 * least if bar.low == bar.high else bar.high - bar.low
        middle = (bar.low + bar.high) / 2
        axes.bar(middle, bar.count, width, color=FILL, linewidth=0, clip_on=False)
    pad = 0.45 * least
    axes.plot([low - pad, high + pad], [0, 0], color=INK, linewidth=0.8, clip_on=False)
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(0, max((bar.count for bar in bars), default=1))
    return inline(figure, name, f"Histogram. {_said(bars)}")


def length_boxes(lengths: Sequence[PartLengths]) -> str:
    """Return one box a source: the middle half, the median, and 5 to 95% of its responses."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, 0.9 + 0.24 * len(lengths)), layout="constrained")
    axes = figure.add_subplot()
    boxes = [
        {
            "med": _seen(part.characters.median),
            "q1": _seen(part.characters.p25),
            "q3": _seen(part.characters.p75),
            "whislo": _seen(part.characters.p5),
            "whishi": _seen(part.characters.p95),
            "fliers": [],
        }
        for part in lengths
    ]
    axes.bxp(
        boxes,
        orientation="horizontal",
        widths=0.55,
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": FILL, "edgecolor": FILL},
        medianprops={"color": INK, "linewidth": 1.6},
        whiskerprops={"color": INK},
        capprops={"color": INK},
    )
    axes.set_yticks(
        range(1, len(lengths) + 1),
        [f"{one_line(part.source, 34)} ({part.kind})" for part in lengths],
    )
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("characters of the response, logarithmic")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    medians = "; ".join(
        f"{one_line(part.source)}, {part.kind}: {whole(part.characters.median)}"
        for part in lengths[:_MOST_SAID]
    )
    return inline(figure, "boxes", f"Characters of responses by source. Medians: {medians}")


def length_trends(trends: Sequence[Trend], objectives: Sequence[ObjectiveFigures]) -> str:
    """Return a small plot an objective: mean rating against length, over the whole scale."""
    from matplotlib.figure import Figure

    shown = [
        (trend, objective)
        for trend, objective in zip(trends, objectives, strict=True)
        if len(trend.steps) >= 2
    ]
    if not shown:
        return ""
    columns = min(_COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(_WIDTH / _COLUMNS * columns, 1.85 * rows), layout="constrained")
    for number, (trend, objective) in enumerate(shown, start=1):
        _trend(figure.add_subplot(rows, columns, number), trend, objective)
    said = "; ".join(
        f"{one_line(trend.name)} from {decimal(trend.steps[0].rating)} for the shortest to "
        f"{decimal(trend.steps[-1].rating)} for the longest"
        for trend, _ in shown[:_MOST_SAID]
    )
    return inline(figure, "trends", f"Mean ratings by length of the response: {said}")


def longer_shares(pairs: Sequence[PairFigures]) -> str:
    """Return the share of pairs with the longer response chosen, with intervals, by source."""
    from matplotlib.figure import Figure

    shown = [(one, one.longer) for one in pairs if one.longer is not None]
    if not shown:
        return ""
    figure = Figure(figsize=(_WIDTH, 0.9 + 0.24 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    for place, (one, found) in enumerate(shown):
        colour = OTHER if one.source == "all" else FILL
        if found.low is not None and found.high is not None:
            axes.plot([found.low, found.high], [place, place], color=colour, linewidth=2.5)
        axes.plot([found.estimate], [place], "o", color=colour, markersize=5)
    axes.axvline(0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(shown)), [_pair_name(one) for one, _ in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.set_xlabel("share of pairs in which the chosen response is the longer one")
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    said = "; ".join(
        f"{_pair_name(one)} {share(found.estimate)}" for one, found in shown[:_MOST_SAID]
    )
    return inline(figure, "longer", f"Share of pairs whose chosen response is longer: {said}")


def _trend(axes: Axes, trend: Trend, objective: ObjectiveFigures) -> None:
    lengths = [_seen(step.characters) for step in trend.steps]
    axes.plot(lengths, [step.rating for step in trend.steps], "o-", color=FILL, markersize=3.5)
    axes.set_xscale("log")
    pad = 0.06 * (objective.high - objective.low)
    axes.set_ylim(objective.low - pad, objective.high + pad)
    axes.set_yticks([objective.low, objective.high], [plain(objective.low), plain(objective.high)])
    axes.set_xlim(lengths[0] / 1.25, lengths[-1] * 1.25)
    ends = [lengths[0], lengths[-1]]
    axes.set_xticks(ends, [whole(end) for end in ends])
    axes.set_xticks([], minor=True)
    axes.set_title(one_line(trend.name, 30), loc="left")
    axes.grid(axis="y", color=FAINT)


def _seen(characters: float) -> float:
    # Responses that only call a tool have no characters, which a logarithmic axis can't show.
    return max(1.0, characters)


def _pair_name(one: PairFigures) -> str:
    return f"all {one.kind}" if one.source == "all" else f"{one_line(one.source, 34)} ({one.kind})"


def _gap(bars: Sequence[Bar], span: float) -> float:
    """Return the least distance of neighbouring values; that of the scale's ends if there is one."""
    values = [bar.low for bar in bars]
    gaps = [after - before for before, after in pairwise(values)]
    # Very close values would give bars that can't be seen.
    return max(min(gaps, default=span / 5), span / 40)


def _said(bars: Sequence[Bar]) -> str:
    largest = sorted(bars, key=lambda bar: -bar.count)[:_MOST_SAID]
    parts = [
        f"{plain(bar.low)}: {whole(bar.count)}"
        if bar.low == bar.high
        else f"{plain(bar.low)} to {plain(bar.high)}: {whole(bar.count)}"
        for bar in sorted(largest, key=lambda bar: bar.low)
    ]
    return "; ".join(parts)
