"""How numbers are written on the page."""

from __future__ import annotations

from armo.survey.agreement import Range
from armo.survey.finding import percent

NOTHING = "–"


def whole(number: float) -> str:
    """Return a count or a length with its thousands parted."""
    return f"{number:,.0f}"


def decimal(number: float | None, digits: int = 2) -> str:
    """Return a number with some digits, or a dash where there is none."""
    return (
        NOTHING
        if number is None
        else f"{_no_minus_zero(number, digits):.{digits}f}".replace("-", "−")
    )


def signed(number: float | None, digits: int = 2) -> str:
    """Return a correlation with its sign, or a dash where there is none."""
    if number is None:
        return NOTHING
    return f"{_no_minus_zero(number, digits):+.{digits}f}".replace("-", "−")


def plain(number: float) -> str:
    """Return a rating or an end of a scale as short as it can be."""
    return f"{number + 0.0:.6g}".replace("-", "−")


def share(number: float | None) -> str:
    """Return a share in per cent, or a dash where there is none."""
    return NOTHING if number is None else percent(number)


def ranged(found: Range | None, digits: int = 2) -> str:
    """Return an estimate with its interval, or a dash where there is none."""
    if found is None:
        return NOTHING
    text = decimal(found.estimate, digits)
    if found.low is None:
        return text
    return f"{text} [{decimal(found.low, digits)}, {decimal(found.high, digits)}]"


def _no_minus_zero(number: float, digits: int) -> float:
    return round(number, digits) + 0.0
