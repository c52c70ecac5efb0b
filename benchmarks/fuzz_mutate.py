"""Mutations for the fuzzer: bytes of any file, and the structure of JSON, TOML and tables."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]

# Written into JSON as they stand, since no encoder would write them.
_RAW = {
    "@nan": "NaN",
    "@inf": "-Infinity",
    "@1e999": "1e999",
    "@huge": "1" + "0" * 400,
    "@huger": "9" * 5000,
    "@surrogate": '"\\ud800"',
    "@deep": "[" * 60 + "]" * 60,
    "@deeper": "[" * 900 + "]" * 900,
    "@deepest": '{"a":' * 3000 + "1" + "}" * 3000,
    "@twice": '{"role": "user", "role": 3}',
}
_VALUES: tuple[Any, ...] = (
    *_RAW,
    None,
    True,
    0,
    -1,
    1,
    3,
    2**31,
    2**63,
    2**64,
    10**25,
    0.5,
    -0.0,
    5e-324,
    1e-150,
    1e30,
    1e154,
    1e308,
    -1e308,
    "",
    " ",
    "a",
    "user",
    "assistant",
    "tool",
    "\0",
    "line\nbreak",
    "../../x",
    "~nobody/x",
    "$NOTHING",
    "\u202eשלום",
    "🙂" * 500,
    "x" * 20_000,
    "<think>",
    [],
    {},
    [[]],
    [None],
    [0, 1],
    [1, 0],
    [0, 1e308],
    [0, 5e-324],
    [-1e308, 1e308],
    {"role": "user", "content": "x"},
    {"role": "assistant", "content": "y"},
    [{"text": "x"}],
    [{"function": {"name": "f", "arguments": {"a": [1]}}}],
    {"": 1},
)
_TOML = (
    *("nan", "inf", "-inf", "1e308", "5e-324", "-1", "0", "true", '""', '"\\u0000"', "[]", "{}"),
    *("1" + "0" * 30, "9" * 5000, "[" * 2000, '"~nobody/x"', '"$NOTHING"', "1979-05-27", "'x'"),
    *('"sample"', '"length"', "[0, 1]", "[1e308, -1e308]", '["sample"]', "{ a = 1e308 }"),
    '"' + "x" * 5000 + '"',
)
_BYTES = (b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\n", b'"', b"{", b"[", b"\\", b"\r")


def mutate_bytes(rng: random.Random, data: bytes) -> bytes:
    """Flip, cut, repeat or insert some bytes."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place = rng.randrange(len(raw) + 1)
        length = rng.choice((1, 1, 2, 4, 8, 64))
        choice = rng.randrange(6)
        if choice == 0 and place < len(raw):
            raw[place] ^= 1 << rng.randrange(8)
        elif choice == 1:
            del raw[place : place + length]
        elif choice == 2:
            raw[place:place] = raw[place : place + length]
        elif choice == 3:
            raw[place : place + length] = rng.randbytes(length)
        elif choice == 4:
            raw[place:place] = rng.choice(_BYTES)
        elif rng.random() < 0.2:
            del raw[place:]
    return bytes(raw)


def mutate_json(rng: random.Random, data: bytes) -> bytes:
    """Change the values of one JSON document, or of one line of JSON lines."""
    lines = data.decode("utf-8", "surrogatepass").splitlines()
    try:
        documents = [json.loads(data)] if len(lines) < 2 else [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        try:
            documents = [json.loads(data)]
        except (ValueError, RecursionError):
            return mutate_bytes(rng, data)
    place = rng.randrange(len(documents))
    documents[place] = mutate_tree(rng, documents[place])
    text = "\n".join(json.dumps(document) for document in documents)
    for name, raw in _RAW.items():
        text = text.replace(f'"{name}"', raw)
    return (text + "\n").encode("utf-8", "surrogatepass")


def mutate_tree(rng: random.Random, tree: Any) -> Any:
    """Return a copy of a JSON value with one to three of its parts replaced, removed or renamed."""
    root = [copy.deepcopy(tree)]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        holders = list(_holders(root))
        _change(rng, *rng.choice(holders))
    return root[0]


def mutate_toml(rng: random.Random, data: bytes) -> bytes:
    """Change values and lines of a TOML file."""
    lines = data.decode("utf-8", "replace").splitlines()
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(lines)) if lines else 0
        choice = rng.randrange(8)
        if not lines or choice == 0:
            lines.insert(place, f"x = {rng.choice(_TOML)}")
        elif choice == 1:
            del lines[place]
        elif choice == 2:
            lines.insert(place, rng.choice(lines))
        elif "=" in lines[place]:
            key = lines[place].partition("=")[0]
            lines[place] = f"{key}= {rng.choice(_TOML)}"
        else:
            lines[place] = lines[place].replace("]", rng.choice(("]]", ".x]", "", '."\\u0000"]')))
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


def _holders(root: list[Any]) -> Any:
    stack: list[Any] = [root]
    while stack:
        holder = stack.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    choice = rng.randrange(10)
    if choice == 0 and not (isinstance(holder, list) and len(holder) == 1):
        del holder[key]
    elif choice == 1 and isinstance(holder, dict):
        holder[rng.choice(("", "\0", "x", "role", "text", "id", "name" * 99))] = holder.pop(key)
    elif choice == 2:
        holder[key] = [holder[key]] * rng.choice((1, 2, 200))
    elif choice == 3:
        holder[key] = {"text": holder[key], "name": holder[key]}
    elif choice == 4 and isinstance(holder[key], str):
        holder[key] = mutate_bytes(rng, holder[key].encode()).decode("utf-8", "replace")
    elif choice == 5 and isinstance(holder[key], int | float):
        holder[key] = holder[key] * rng.choice((-1, 1e30, 1e-30, 1e300, 2)) + rng.choice((0, 1))
    else:
        holder[key] = copy.deepcopy(rng.choice(_VALUES))
