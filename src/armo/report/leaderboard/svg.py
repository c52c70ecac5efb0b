"""Drawings by Vega-Lite that stand in the page itself and take its colours."""

from __future__ import annotations

import re
from typing import Any

# Colours that stand for those of the page, which differ in light and dark.
INK, QUIET, FAINT, FILL, OTHER, PAPER = (
    "#010203",
    "#040506",
    "#070809",
    "#0a0b0c",
    "#0d0e0f",
    "#101112",
)
_OF_PAGE = {
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    FAINT: "var(--faint)",
    FILL: "var(--fill)",
    OTHER: "var(--other)",
    PAPER: "var(--paper)",
}
_NAMESPACES = re.compile(r'\s+xmlns(:xlink)?="[^"]*"')
_COLOURS = re.compile("|".join(_OF_PAGE))
_SPOKEN = re.compile(r'\s(?:aria-[a-z]+|role)="[^"]*"')

CONFIG: dict[str, Any] = {
    "background": None,
    "aria": False,
    "font": "DejaVu Sans, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": FAINT,
        "gridColor": FAINT,
        "gridOpacity": 0.5,
        "tickColor": FAINT,
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 0,
        "titleLimit": 0,
        "labelFlush": False,
    },
    "title": {"color": INK, "fontSize": 12, "fontWeight": "bold", "limit": 0, "offset": 6},
    "concat": {"spacing": 24},
    "text": {"color": INK, "fontSize": 11},
}


def inline(chart: dict[str, Any], name: str, label: str) -> str:
    """Return a chart as an SVG element.

    Args:
        chart: A specification of Vega-Lite, with its data in it.
        name: Goes before every id, which must be unique on the page: letters, digits, dashes.
        label: What the drawing shows, for those who can't see it.
    """
    import vl_convert
    from markupsafe import escape

    # An address in the data would be fetched; there is none, and none is allowed.
    drawn = str(vl_convert.vegalite_to_svg({**chart, "config": CONFIG}, allowed_base_urls=[]))
    head, bracket, body = drawn.partition(">")
    head = _NAMESPACES.sub("", head)
    width = int(float(re.findall(r'\swidth="([\d.]+)"', head)[0]))
    head = re.sub(r'\s(?:width|height|class)="[^"]*"', "", head)
    # A narrow screen scrolls a wide drawing, whose words would else be too small to read.
    head += f' width="{width}" style="min-width: min(40rem, {width}px)"'
    head += f' role="img" aria-label="{escape(label)}"'
    return head + bracket + _tags_mended(body, name)


def _tags_mended(body: str, name: str) -> str:
    # Only within tags: text between them may hold the same words.
    def mend(tag: re.Match[str]) -> str:
        inner = _SPOKEN.sub("", tag.group())
        inner = re.sub(r'\bid="', f'id="{name}-', inner)
        inner = inner.replace("url(#", f"url(#{name}-")
        inner = inner.replace('href="#', f'href="#{name}-')
        return _COLOURS.sub(lambda found: _OF_PAGE[found.group()], inner)

    return re.sub(r"<[^>]*>", mend, body)
