"""One writer at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from armo.errors import StoreError


@contextmanager
def only_writer(lock: Path, doing: str) -> Iterator[None]:
    """Hold a lock file, or raise StoreError that another process is `doing` this."""
    try:
        with filelock.FileLock(lock, timeout=0):
            yield
    except filelock.Timeout:
        raise StoreError(
            f"another process is {doing}; wait for it, or give another place"
        ) from None
