"""A comparison as one page of HTML that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from armo.errors import MissingExtraError
from armo.report.leaderboard.drawing import Drawing
from armo.report.leaderboard.layout import head, parts_of
from armo.report.survey.formats import whole
from armo.report.survey.visible import one_line, visible

_NEEDED = {"altair": "altair", "jinja2": "jinja2", "vl_convert": "vl-convert-python"}
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")


def check_extra() -> None:
    """Raise MissingExtraError unless what draws the page is installed."""
    missing = [package for name, package in _NEEDED.items() if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the page needs {' and '.join(missing)}; install with: pip install 'armo[report]'"
        )


def page(figures: Mapping[str, Any]) -> str:
    """Return the page as HTML; the same figures give the same text.

    It has no script and asks the network for nothing. Names and sentences of the figures are escaped,
    and characters that can't be seen are spelt out.

    Args:
        figures: What leaderboard.json holds.

    Raises:
        MissingExtraError: If jinja2, Altair or vl-convert is not installed.
    """
    check_extra()
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        # Every text that the template puts out passes here, before it is escaped.
        return visible(value) if type(value) is str else value

    environment = Environment(
        loader=PackageLoader("armo.report.leaderboard", "templates"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"whole": whole, "name": one_line, "minus": _minus}
    return environment.get_template("leaderboard.html.j2").render(
        title=f"Comparison on {one_line(figures['benchmark']['name'])}",
        head=head(figures),
        style=Markup(_style()),  # noqa: S704 - our own files
        figures=figures,
        parts=parts_of(figures),
        drawn={
            name: [(one, Markup(one.svg)) for one in found]  # noqa: S704 - text in drawings is escaped
            for name, found in _drawings(figures).items()
        },
    )


def _drawings(figures: Mapping[str, Any]) -> dict[str, list[Drawing]]:
    """Return drawings by the part that they stand in."""
    from armo.report.leaderboard import dots, multiples, tradeoff

    by_part = {
        "comparison": [dots.accuracies(figures), dots.by_part(figures)],
        "ahead": [dots.ahead(figures)],
        "margins": [multiples.margins(figures)],
        "calibration": [multiples.reliability(figures)],
        "length": [dots.longer(figures)],
        "cost": [tradeoff.accuracy_by_cost(figures)],
    }
    return {name: [one for one in found if one is not None] for name, found in by_part.items()}


def _style() -> str:
    # The label report's look, and what only this page has.
    survey = Path(__file__).parents[1] / "survey" / "templates" / "style.css"
    own = Path(__file__).parent / "templates" / "leaderboard.css"
    return survey.read_text("utf-8") + own.read_text("utf-8")


def _minus(cell: str) -> str:
    """Return a number with a true minus sign."""
    return _MINUS.sub("−", cell)
