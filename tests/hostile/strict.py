"""A result or a sentence: what every hostile input must end in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from armo.errors import ArmoError
from armo.training import Recipe
from armo.training.pipeline import Run, train
from armo.training.recipe_file import parse_recipe
from tests.data.test_files import preference, rating, write
from tests.tiny import chat


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in a JSON file")


def strict_json(text: str) -> Any:
    """Parse JSON as the standard has it: no NaN, no Infinity."""
    return json.loads(text, parse_constant=refuse)


def sentence_or(call: Callable[[], Any]) -> Any:
    """Return what a call returns, or the error that says in a sentence why it can't; nothing else."""
    try:
        return call()
    except ArmoError as error:
        check_sentence(str(error))
        return error


def check_sentence(text: str) -> None:
    assert len(text) > 20, text
    for technical in ("Traceback", "object at 0x", "NoneType"):
        assert technical not in text


def check_outputs(folder: Path) -> None:
    """Check that every JSON is strict and every array finite in a run's folder."""
    for path in folder.rglob("*.json"):
        strict_json(path.read_text())
    for path in folder.rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            strict_json(line)
    for path in folder.rglob("*.safetensors"):
        for name, array in load_file(path).items():
            assert np.isfinite(array).all(), (path, name)


def responses(number: int) -> str:
    return "on " * (number % 9 + 1) + "x" * (number % 4)


def good_ratings(count: int = 40) -> list[Any]:
    return [
        rating(
            number,
            messages=chat(f"the {number % 20}", f"{responses(number)} {number}"),
            ratings={"good": 1 + number % 5, "safe": number % 2},
        )
        for number in range(count)
    ]


def good_pairs(count: int = 40) -> list[Any]:
    return [
        preference(
            number,
            prompt=chat(f"the {number % 20}", "")[:1],
            chosen=[{"role": "assistant", "content": f"{responses(number)} {number}"}],
            rejected=[{"role": "assistant", "content": f"in {number}"}],
        )
        for number in range(count)
    ]


def recipe_for(
    backbone: Path, folder: Path, ratings: list[Any], pairs: list[Any], **tables: dict[str, Any]
) -> Recipe:
    raw = {
        "backbone": {"name": str(backbone), "layer": "last", "dtype": "float32"},
        "data": {
            "ratings": [str(write(folder / "r.jsonl", ratings))],
            "preferences": [str(write(folder / "p.jsonl", pairs))],
        },
        "objectives": {"verbosity": "length"},
        "evaluation": {"resamples": 20},
    }
    return parse_recipe(raw | tables, "test", Path())


def train_or_sentence(recipe: Recipe, out: Path) -> Run | ArmoError:
    """Train; a run must score finitely and leave finite files, else there must be a sentence."""
    found = sentence_or(lambda: train(recipe, out))
    if isinstance(found, Run):
        assert np.isfinite(found.model.score([chat("the", "in"), chat("x" * 99, "an " * 40)])).all()
        assert found.metrics["verdict"]
    check_outputs(out)
    return found


def rejects(out: Path) -> dict[str, str]:
    """Return the reason by id of the rows that a run could not use."""
    lines = (out / "rejects.jsonl").read_text().splitlines()
    return {row["id"]: row["reason"] for row in map(strict_json, lines)}
