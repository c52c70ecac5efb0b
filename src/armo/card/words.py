"""Names and numbers as they stand in Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

NOTHING = "–"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#$&!])")
_LONGEST = 200
_LISTED = 30


def plain(text: object) -> str:
    """Return a text of unknown origin on one line: nothing in it is markup, a link or HTML."""
    line = " ".join(str(text).split())
    seen = "".join(one if one.isprintable() else f"⟨U+{ord(one):04X}⟩" for one in line)
    cut = seen if len(seen) <= _LONGEST else seen[:_LONGEST] + "…"
    return _SPECIAL.sub(r"\\\1", cut)


def sentence(text: str) -> str:
    """Return a sentence of any length in which no word is markup."""
    return " ".join(plain(word) for word in text.split())


def listed(names: Sequence[object]) -> str:
    """Return names behind each other, the first thirty of them."""
    shown = ", ".join(plain(name) for name in names[:_LISTED])
    return f"{shown} and {len(names) - _LISTED} more" if len(names) > _LISTED else shown


def counted(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number(value: float | None, form: str = ".2f") -> str:
    """Return a number, or a dash where there is none."""
    if value is None:
        return NOTHING
    text = format(value, form)
    # What rounds to zero has no sign.
    return (
        text
        if float(text.replace(",", ""))
        else text.replace("-", "+" if form.startswith("+") else "")
    )


def interval(record: Mapping[str, Any] | None, digits: int = 2, unit: float = 1) -> str:
    """Return an estimate with its interval times `unit`, or a dash where there is none."""
    if record is None:
        return NOTHING
    form = f".{digits}f"
    estimate = number(unit * record["estimate"], form)
    if record["low"] is None or record["high"] is None:
        return estimate
    return (
        f"{estimate} [{number(unit * record['low'], form)}, {number(unit * record['high'], form)}]"
    )


def change(record: Mapping[str, Any] | None) -> str:
    """Return a correlation before and after."""
    if record is None:
        return NOTHING
    return f"{number(record['before'], '+.2f')} → {number(record['after'], '+.2f')}"
