"""Text of unknown origin made fit to be shown: what can't be seen, or turns the line, is spelt out."""

from __future__ import annotations

import re
import unicodedata

# Controls, format characters (those that turn the direction of text among them), lone surrogates,
# private and unassigned characters, and separators that break lines.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Indic and Persian scripts and many emoji need the joiners.
_KEPT = frozenset("\n\t\u200c\u200d")
# A letter may carry some marks; dozens would be drawn over the lines around it.
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def visible(text: str) -> str:
    """Return a text in which hidden characters stand as `⟨U+202E⟩`; a carriage return is a new line."""
    lines = _MARKS.sub(r"\1⟨more marks⟩", text.replace("\r\n", "\n").replace("\r", "\n"))
    if lines.isascii() and lines.isprintable():
        return lines
    return "".join(map(_shown, lines))


def one_line(text: str, most: int = 80) -> str:
    """Return a name for a plot or a table: visible, on one line, cut after `most` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[:most] + "…"


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"⟨U+{ord(character):04X}⟩"
