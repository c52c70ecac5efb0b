"""One writer at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from armo.atomic import writing
from armo.errors import StoreError


@contextmanager
def only_writer(lock: Path, doing: str) -> Iterator[None]:
    """Hold a lock file, or raise StoreError that another process is `doing` this.

    Raises:
        OSError: If the lock's folder can't be written to.
    """
    held = filelock.FileLock(lock, timeout=0)
    with writing(lock.parent):
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            held.acquire()
        except filelock.Timeout:
            raise StoreError(
                f"another process is {doing}; wait for it, or give another place"
            ) from None
    try:
        yield
    finally:
        held.release()
