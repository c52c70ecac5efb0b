"""A small training run of several shards, and what must be equal between two of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from safetensors import safe_open
from tests.tiny import chat, make_tiny_llama

from armo.features import FeatureStore
from armo.training.outcome import array_hash

WORDS = ("the ", "in ", "on ", "x ", "an ")
RECIPE = """
[backbone]
name = "llm"
dtype = "float32"
batch_tokens = 256

[data]
ratings = ["ratings.jsonl"]
preferences = ["pairs.jsonl"]

[objectives]
verbosity = "length"

[evaluation]
resamples = 50
"""
# What a resumed run may say otherwise: how long it took, and how much was there already.
OF_THE_RUN = ("seconds", "tokens", "tokens_per_second", "reused")


def make_small_run(folder: Path, rows: int = 160, seed: int = 0) -> Path:
    """Write a tiny Llama, `rows` ratings, two thirds as many pairs, and return their recipe.

    A few rows can't be used, so that the reject files have something to lose.
    """
    generator = random.Random(seed)
    make_tiny_llama(folder / "llm")
    ratings = [_rating(number, generator) for number in range(rows)]
    ratings[3]["messages"] = chat("the", "on " * 2000)
    pairs = [_pair(number, generator) for number in range(rows * 2 // 3)]
    pairs[5]["chosen"] = [{"role": "assistant", "content": "in " * 2000}]
    for name, content in (("ratings.jsonl", ratings), ("pairs.jsonl", pairs)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in content))
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    return recipe


def differences(out: Path, reference: Path) -> list[str]:
    """Return what distinguishes a finished run's folder from that of an undisturbed one."""
    found = [f"{name} is left over" for name in leftovers(out)]
    ours, theirs = dict(_contents(out)), dict(_contents(reference))
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            found.append(f"{name} is in one folder only")
        elif ours[name] != theirs[name]:
            found.append(f"{name} differs")
    return found + list(_lost_rows(out))


def leftovers(folder: Path) -> list[str]:
    """Return temporary and replaced files that nobody needs any more."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob(".*")
        if path.name != ".lock" and path.suffix != ".lock"
    )


def _contents(out: Path) -> Iterator[tuple[str, Any]]:
    """Yield every file by name: its bytes, or, where it holds times, all but these."""
    for path in sorted(out.rglob("*")):
        name = str(path.relative_to(out))
        if path.is_dir() or path.name.startswith("."):
            continue
        if path.parent.name == "stages":
            yield name, _stage(path)
        elif path.name == "metrics.json":
            yield name, _figures(path)
        elif path.name == "summary.txt":
            yield name, None
        else:
            yield name, path.read_bytes()


def _stage(path: Path) -> Any:
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        arrays = {name: array_hash(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    return metadata["key"], msgspec.json.decode(metadata["body"])["report"], arrays


def _figures(path: Path) -> Any:
    figures = json.loads(path.read_text())
    figures.pop("checksum", None)
    for stage in figures["stages"].values():
        for name in OF_THE_RUN:
            stage.pop(name, None)
    return figures


def _lost_rows(out: Path) -> Iterator[str]:
    store = FeatureStore(out / "features", verify=True)
    keys = [key for block in store.blocks() for key in block.keys]
    wanted = store.manifest.counts.conversations
    if not len(keys) == len(set(keys)) == wanted:
        yield f"{wanted} conversations, {len(keys)} rows, {len(set(keys))} distinct"


def _text(generator: random.Random, most: int) -> str:
    return "".join(generator.choice(WORDS) for _ in range(generator.randint(2, most)))


def _rating(number: int, generator: random.Random) -> dict[str, Any]:
    response = f"{number} " + _text(generator, 30)
    good = min(5, 1 + response.count("the") + generator.randint(0, 1))
    return {
        "id": f"r{number}",
        "messages": chat(f"{number % 90} " + _text(generator, 8), response),
        "ratings": {"good": good, "safe": "x" not in response or generator.random() < 0.1},
        "scale": {"good": [1, 5], "safe": [0, 1]},
    }


def _pair(number: int, generator: random.Random) -> dict[str, Any]:
    prompt = f"{number % 110} " + _text(generator, 8)
    word = "the" if "in" in prompt else "on"
    responses = sorted((_text(generator, 30) for _ in range(2)), key=lambda text: text.count(word))
    rejected, chosen = responses
    return {
        "id": f"p{number}",
        "prompt": chat(prompt, "")[:1],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }
