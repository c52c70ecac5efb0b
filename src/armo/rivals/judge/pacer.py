"""When the next request may be sent."""

from __future__ import annotations

import asyncio
import time


class Pacer:
    """Spaces requests evenly, and lets all of them wait where the server asks for it.

    Args:
        per_minute: Most requests in a minute; None is no limit.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._paused = 0.0

    async def turn(self) -> None:
        """Wait until a request may be sent."""
        now = time.monotonic()
        due = max(self._next, self._paused, now)
        self._next = due + self._gap
        while now < (due := max(due, self._paused)):
            await asyncio.sleep(due - now)
            now = time.monotonic()

    def pause(self, seconds: float) -> None:
        """Let no request start for some seconds."""
        self._paused = max(self._paused, time.monotonic() + seconds)
