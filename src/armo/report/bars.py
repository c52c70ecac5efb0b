"""Bars of text: longer is more, to an eighth of a character."""

from __future__ import annotations

from rich.text import Text

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(value: float, largest: float, width: int = 16) -> Text:
    """Return a bar for a signed value: green for what raises, red and hatched for what lowers."""
    if largest <= 0:
        return Text("")
    if value < 0:
        return Text("▒" * round(min(1.0, -value / largest) * width), style="red")
    eighths = round(min(1.0, abs(value) / largest) * width * 8)
    blocks = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return Text(blocks, style="green")
