"""How a request can fail: for the whole run, for this request alone, or only for now."""

from __future__ import annotations

from armo.errors import ArmoError


class EndpointError(ArmoError):
    """The endpoint can't be used as it is described; asking on would be in vain."""


class RefusedError(Exception):
    """One request can't be answered, such as one that is too long; others can."""


class PassingError(Exception):
    """A request failed in a way that may pass.

    Attributes:
        reason: A few words, by which failures are counted.
        wait: Seconds that the server asks to wait, where it says so.
        absent: Why nothing could be reached at all; empty if something was.
    """

    def __init__(self, reason: str, wait: float | None = None, absent: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.absent = absent
