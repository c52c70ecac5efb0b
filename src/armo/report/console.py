"""Where tables are printed: a terminal as it is, a file or pipe at a width that fits them."""

from __future__ import annotations

import sys

from rich.console import Console

# The widest table fits; a pipe has no width of its own, and rich would take 80.
_WIDTH = 140


def console() -> Console:
    """Return a console on standard output."""
    return Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)


def plain_console() -> Console:
    """Return a console without colours, to capture text from."""
    return Console(width=_WIDTH, color_system=None, force_terminal=False, highlight=False)
