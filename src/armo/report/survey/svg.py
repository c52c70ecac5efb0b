"""Drawings by Matplotlib that stand in the page itself and take its colours."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours that stand for those of the page, which differ in light and dark.
INK, FAINT, FILL, OTHER = "#010203", "#040506", "#070809", "#0a0b0c"
_OF_PAGE = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    FILL: "var(--fill)",
    OTHER: "var(--other)",
}
_PIXELS = 96
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_NAMESPACES = re.compile(r'\s+xmlns(:xlink)?="[^"]*"')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SIZE = re.compile(r'\s(?:width|height)="[\d.]+pt"')


@contextmanager
def drawing() -> Iterator[None]:
    """Set what makes drawings the same every time, and safe with names of unknown origin."""
    import matplotlib

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "armo",
        # A name with a dollar sign is no formula.
        "text.parse_math": False,
        "text.usetex": False,
        "font.family": ["sans-serif"],
        "font.sans-serif": ["DejaVu Sans", "Arial"],
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 9,
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": FAINT,
        "grid.linewidth": 0.5,
        "figure.dpi": 72,
    }
    # Glyphs that the measuring font lacks are drawn by the browser's.
    fonts = logging.getLogger("matplotlib.font_manager")
    level = fonts.level
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        # A user's own style must not change the page.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        fonts.setLevel(logging.ERROR)
        try:
            yield
        finally:
            fonts.setLevel(level)


def inline(figure: Figure, name: str, label: str) -> str:
    """Return a figure as an SVG element.

    Args:
        figure: What was drawn, within `drawing()`.
        name: Goes before every id, which must be unique on the page: letters, digits, dashes.
        label: What the drawing shows, for those who can't see it.
    """
    from markupsafe import escape

    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for pattern in (_METADATA, _STYLE, _COMMENT):
        text = pattern.sub("", text)
    head, bracket, body = text.partition(">")
    head = _SIZE.sub("", _NAMESPACES.sub("", head))
    width = round(float(figure.get_figwidth()) * _PIXELS)
    # A narrow screen scrolls a wide drawing, whose words would else be too small to read.
    head += f' width="{width}" style="min-width: min(44rem, {width}px)"'
    head += f' role="img" aria-label="{escape(label)}"'
    body = _prefixed(body, name)
    for stands_for, colour in _OF_PAGE.items():
        body = body.replace(stands_for, colour)
    return head + bracket + body


def _prefixed(body: str, name: str) -> str:
    # Only within tags: text between them may hold the same words.
    def mend(tag: re.Match[str]) -> str:
        inner = re.sub(r'\bid="', f'id="{name}-', tag.group())
        inner = inner.replace("url(#", f"url(#{name}-")
        return inner.replace('href="#', f'href="#{name}-')

    return re.sub(r"<[^>]*>", mend, body)
