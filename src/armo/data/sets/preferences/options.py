"""Checks of the options that adapters take."""

from __future__ import annotations

from collections.abc import Sequence

from armo.errors import InputError, nearest


def check_choice(source: str, option: str, value: str, known: Sequence[str]) -> None:
    """Raise InputError unless an option's value is one of those known."""
    if value not in known:
        raise InputError(
            f"set '{source}': option '{option}' is '{value}'{nearest(value, known)}; "
            f"give one of {', '.join(known)}"
        )


def check_least(source: str, option: str, value: float, least: float) -> None:
    """Raise InputError if an option's value is below the least that has a meaning."""
    if not value >= least:  # NaN is not below it either
        raise InputError(
            f"set '{source}': option '{option}' must be at least {least:g}, got {value}"
        )
