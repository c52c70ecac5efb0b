"""Small native rows, written to files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def rating(
    number: int,
    ratings: dict[str, Any],
    *,
    prompt: str = "What is a lake?",
    response: str = "Water with land around it.",
    source: str = "one",
    scale: tuple[float, float] = (0, 4),
) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "source": source,
        "messages": [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": response},
        ],
        "ratings": ratings,
        "scale": dict.fromkeys(ratings, scale),
    }


def pair(
    number: int,
    chosen: str,
    rejected: str,
    *,
    prompt: str = "What is a lake?",
    source: str = "one",
    meta: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "source": source,
        "prompt": [{"role": "user", "content": prompt}],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "meta": meta or {},
    }


def labelled(number: int, labels: list[float], *, prompt: str = "A?") -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "prompt": prompt,
        "rule": "best-of-n",
        "subset": "facts",
        "source": "many",
        "responses": [
            {"message": "word " * (place + 1), "label": label} for place, label in enumerate(labels)
        ],
    }


def write(path: Path, rows: list[Any]) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
