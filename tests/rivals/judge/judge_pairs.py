"""Pairs, settings and a server that the tests of the judge share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from armo.progress import silent
from armo.rejects import Reject
from armo.rivals.judge import JudgeSystem
from armo.rivals.settings import Judge
from armo.rivals.system import Pair, Preference


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def pair(name: str, a: str = "good", b: str = "poor", prompt: str = "Name a prime.") -> Pair:
    """Return a pair whose texts are its own."""
    return Pair(name, [user(f"{prompt} ({name})")], assistant(a), assistant(b))


PAIRS = [pair(str(n)) for n in range(60)]


def settings(base_url: str, **changed: Any) -> Judge:
    values: dict[str, Any] = {"base_url": base_url, "model": "m", "timeout": 10.0, "max_tokens": 64}
    return Judge(**(values | changed))


def ask(given: Judge, folder: Path, *pairs: Pair) -> list[Preference | Reject]:
    return JudgeSystem(given, folder).prefer(pairs, silent)


def verdicts(found: list[Preference | Reject]) -> list[float | None]:
    return [None if isinstance(one, Reject) else one.verdict for one in found]
