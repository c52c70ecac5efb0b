"""Fields of a row that look like ratings, where no native row has any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def ignored_numbers(content: Any, row: Any) -> Iterator[str]:
    """Yield a sentence for each number among the fields that a native row of this kind lacks.

    Rows of a published layout often look like conversations, and their ratings would be lost unseen.

    Args:
        content: All fields of the file's row.
        row: What was made of them.
    """
    if not isinstance(content, dict):
        return
    known = type(row).__struct_fields__
    for name, value in content.items():
        if name not in known and isinstance(value, int | float):
            yield (
                f"{name}: a number that no such row has, so it is ignored; for ratings in another "
                "layout name the set (SET:FILE) or give --columns"
            )
