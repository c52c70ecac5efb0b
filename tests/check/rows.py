"""Small native rows, good ones and one for each thing that can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from armo.check import Check, FileCheck, Job, Target, check_file, check_files
from armo.data.sources import Source


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def rated(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "source": "hand",
        "messages": [user(f"How far is {number}?"), assistant(f"About {number} miles.")],
        "ratings": {"depth": 1 + number % 5},
        "scale": {"depth": [1, 5]},
    } | changes


def paired(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "prompt": [user(f"Which of {number}?")],
        "chosen": [assistant("The first.")],
        "rejected": [assistant("The second.")],
    } | changes


def save(path: Path, rows: list[Any]) -> Path:
    """Write rows as JSON lines; texts and bytes stand as they are."""
    lines = [
        row
        if isinstance(row, bytes)
        else (row if isinstance(row, str) else json.dumps(row)).encode()
        for row in rows
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def look(path: Path, kind: str = "", shown: int = 20) -> FileCheck:
    return check_file(Job(Target(Source(file=str(path)), kind)), None, shown)


def look_at_all(*paths: Path) -> Check:
    return check_files([Job(Target(Source(file=str(path)))) for path in paths])
