"""The card in a model folder: ours to replace while nobody has edited it.

The last line of a card holds the hash of what stands above it.
"""

from __future__ import annotations

import hashlib
import re

README = "README.md"

_MARK = re.compile(r"<!-- armo card ([0-9a-f]{64}) -->\n?\Z")


def marked(text: str) -> str:
    """Return a card with the line that tells later whether it was edited."""
    body = text.rstrip("\n") + "\n\n"
    return f"{body}<!-- armo card {_hash(body)} -->\n"


def is_untouched(raw: bytes) -> bool:
    """Return whether a README is a card as it was written; other line ends don't count as an edit."""
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return False
    found = _MARK.search(text)
    return found is not None and found.group(1) == _hash(text[: found.start()])


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
