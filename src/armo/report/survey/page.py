"""Writes what a survey found as one page of HTML."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import armo
from armo.atomic import write_text
from armo.errors import MissingExtraError
from armo.report.survey import formats, plots
from armo.report.survey.cells import alone, correlation_blocks, responses_in_steps, source_cells
from armo.report.survey.svg import drawing
from armo.report.survey.visible import one_line, visible
from armo.survey import Survey
from armo.survey.finding import counted
from armo.survey.objectives import ObjectiveFigures
from armo.survey.pairs import PairFigures

TITLE = "Label report"
_TEMPLATE = "page.html.j2"


def check_extra() -> None:
    """Raise MissingExtraError unless what draws the page is installed."""
    missing = [name for name in ("jinja2", "matplotlib") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the page needs {' and '.join(missing)}; install with: pip install 'armo[report]'"
        )


def write_page(found: Survey, path: Path, title: str = TITLE) -> None:
    """Write the page atomically, as UTF-8.

    Args:
        found: What `armo.survey.survey` returned.
        path: The HTML file.
        title: Its heading.

    Raises:
        MissingExtraError: If jinja2 or matplotlib is not installed.
        OSError: If the file can't be written.
    """
    write_text(path, render(found, title))


def render(found: Survey, title: str = TITLE) -> str:
    """Return the page as HTML; the same survey gives the same text.

    It needs no other file, no script and no network. Text of the data is escaped, and characters
    that can't be seen or that change the direction of a line are spelt out.

    Raises:
        MissingExtraError: If jinja2 or matplotlib is not installed.
    """
    check_extra()
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        # Every text that the template puts out passes here, before it is escaped.
        return visible(value) if type(value) is str else value

    environment = Environment(
        loader=PackageLoader("armo.report.survey", "templates"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "whole": formats.whole,
        "decimal": formats.decimal,
        "signed": formats.signed,
        "plain": formats.plain,
        "share": formats.share,
        "ranged": formats.ranged,
        "counted": counted,
        "name": one_line,
    }
    with drawing():
        drawings = {name: Markup(svg) for name, svg in _drawings(found).items()}  # noqa: S704
        histograms = [
            _histograms(one, number) for number, one in enumerate(found.figures.objectives)
        ]
    return environment.get_template(_TEMPLATE).render(
        title=title,
        version=armo.__version__,
        style=Markup(_style()),  # noqa: S704 - our own file
        figures=found.figures,
        findings=found.findings,
        objectives=[
            (one, [Markup(svg) for svg in drawn])  # noqa: S704 - text in drawings is escaped
            for one, drawn in zip(found.figures.objectives, histograms, strict=True)
        ],
        rated_examples=found.rated_examples,
        pair_examples=found.pair_examples,
        source_cells=source_cells(found.figures.together),
        blocks=correlation_blocks(found.figures.together),
        alone=alone(found.figures.together),
        drawings=drawings,
        responses_each=responses_in_steps(found.figures.responses_each),
    )


def _style() -> str:
    return (Path(__file__).parent / "templates" / "style.css").read_text("utf-8")


def _drawings(found: Survey) -> dict[str, str]:
    figures = found.figures
    drawn = {
        "boxes": plots.length_boxes(figures.lengths) if figures.lengths else "",
        "trends": plots.length_trends(figures.trends, figures.objectives),
        "longer": plots.longer_shares(figures.pairs),
    }
    for number, one in enumerate(figures.pairs):
        drawn[f"margins-{number}"] = _margins(one, number)
    return drawn


def _margins(one: PairFigures, number: int) -> str:
    if one.margins is None:
        return ""
    ends = one.margins.spread.lowest, one.margins.spread.highest
    return plots.small_histogram(one.margins.bars, *ends, f"margins-{number}")


def _histograms(one: ObjectiveFigures, number: int) -> list[str]:
    """Return the histogram of all ratings, then one a source where there are several."""
    named = [(f"all-{number}", one.overall)]
    if len(one.by_source) > 1:
        named += [(f"source-{number}-{place}", part) for place, part in enumerate(one.by_source)]
    return [plots.small_histogram(part.bars, one.low, one.high, name) for name, part in named]
