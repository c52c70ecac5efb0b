"""What is fuzzed: each reader of the product, with files that it accepts and how to spoil them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fuzz_mutate import mutate_bytes, mutate_json, mutate_toml, mutate_tree
from safetensors.numpy import save

from armo.backbone import BackboneIdentity, Encoded
from armo.cli.common import read_questions
from armo.conversation import conversation_key
from armo.data import ConversationRow, SampleSettings, load_dataset, read_rows
from armo.features import FeatureStore
from armo.features.manifest import Counts, Manifest, Origin, Shard
from armo.features.tables import prompts_table, responses_table, write_table
from armo.gating import Gate
from armo.heads import Heads
from armo.objectives import Objective
from armo.persistence import load_folder
from armo.persistence.layout import GateConfig, ModelConfig, encode_heads, heads_tensors
from armo.steering import read_steering
from armo.training.outcome import Outcome, run_stage
from armo.training.recipe_file import read_recipe

HIDDEN, NAMES = 4, ["good", "safe"]


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        seeds: Files that it accepts.
        mutate: Spoils one.
        run: Reads bytes, with a folder to write them to; it may raise ArmoError or OSError only.
    """

    seeds: tuple[bytes, ...]
    mutate: Callable[[random.Random, bytes], bytes]
    run: Callable[[bytes, Path], None]


def either(*ways: Callable[[random.Random, bytes], bytes]) -> Callable[..., bytes]:
    """Return a mutation that takes one of several ways."""
    return lambda rng, data: rng.choice(ways)(rng, data)


def strict(value: Any) -> None:
    """Require that a value can be written as JSON and holds no number that JSON can't say."""
    json.loads(msgspec.json.encode(value), parse_constant=lambda word: 1 / 0)


def finite(*arrays: np.ndarray) -> None:
    """Require that arrays hold no NaN and no infinity."""
    for array in arrays:
        assert np.isfinite(array).all(), "a number that is not finite came out"


USER = {"role": "user", "content": "a"}
GOOD, BAD = ({"role": "assistant", "content": text} for text in "bc")
RATING = {
    "id": "r",
    "source": "s",
    "messages": [{"role": "system", "content": "x"}, USER, GOOD],
    "ratings": {"good": 3, "safe": True, "none": None},
    "scale": {"good": [1, 5], "safe": [0, 1]},
    "group": "g",
    "meta": {"a": [1]},
}
TOOLS = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {}}}]}
PARTS = {"role": "assistant", "content": [{"type": "text", "text": "<think>x</think>y"}]}
PAIR = {"id": "p", "source": "s", "prompt": [USER], "chosen": [GOOD], "rejected": [BAD]}
SCORED = ({"id": 1, "messages": [USER, TOOLS, PARTS]}, {"prompt": "a", "response": PARTS})
ASKED = ({"prompt": "a", "responses": ["b", PARTS]}, PAIR)


def lines(*rows: Any) -> bytes:
    """Return rows as JSON lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


RATINGS = lines(RATING, RATING | {"id": "r2", "messages": [USER, PARTS]})
PAIRS = lines(PAIR, PAIR | {"id": "p2", "chosen": [PARTS]})


def run_dataset(ratings: Path, pairs: Path) -> None:
    """Read a training set as a run does, up to the features."""
    data = load_dataset([str(ratings)], [str(pairs)], SampleSettings())
    for row in data.ratings:
        conversation_key(row.messages)
        row.split_group()
    for pair in data.preferences:
        for conversation in pair.conversations():
            conversation_key(conversation)
        pair.split_group()
    for objective in data.objectives:
        native = [row.ratings.get(objective.name) for row in data.ratings]
        unit = [objective.to_unit(float(value)) for value in native if value is not None]
        finite(np.array(unit), np.array([objective.to_native(value) for value in unit]))
    strict([data.objectives, data.rejects])


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path


def run_ratings(suffix: str) -> Callable[[bytes, Path], None]:
    """Return a reader of rating files of one kind."""
    return lambda data, folder: run_dataset(
        put(folder, "r" + suffix, data), put(folder, "good.jsonl", PAIRS)
    )


def run_pairs(data: bytes, folder: Path) -> None:
    """Read preference rows."""
    run_dataset(put(folder, "good.jsonl", RATINGS), put(folder, "p.jsonl", data))


def run_conversations(data: bytes, folder: Path) -> None:
    """Read rows to score."""
    rejects: list[Any] = []
    for _, row in read_rows(put(folder, "c.jsonl", data), ConversationRow, rejects.append):
        conversation_key(row.conversation())
    strict(rejects)


def run_questions(data: bytes, folder: Path) -> None:
    """Read questions as `armo explain` and `armo rank` do."""
    for _, row in read_questions(None, None, put(folder, "q.json", data)):
        row.answers()


def run_recipe(data: bytes, folder: Path) -> None:
    """Read a recipe."""
    strict(read_recipe(put(folder, "recipe.toml", data)))


def run_steering(suffix: str) -> Callable[[bytes, Path], None]:
    """Return a reader of steering files of one kind, that also applies them."""

    def run(data: bytes, folder: Path) -> None:
        steering = read_steering(put(folder, "s" + suffix, data))
        steering.check(NAMES)
        weights = steering.apply(np.array([[0.5, 0.5], [1e-9, 1 - 1e-9]]), NAMES)
        np.testing.assert_allclose(weights.sum(axis=1), 1)

    return run


def mutate_rows_as_parquet(rng: random.Random, data: bytes) -> bytes:
    """Change the structure of rows and write them as Parquet; now and then change its bytes."""
    if rng.random() < 0.5:
        return mutate_bytes(rng, data)
    rows = [mutate_tree(rng, RATING) if rng.random() < 0.7 else RATING for _ in range(2)]
    try:
        return parquet([row for row in rows if isinstance(row, dict)])
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return mutate_bytes(rng, data)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Return rows as a Parquet file."""
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


def model() -> tuple[Heads, ModelConfig]:
    """Return heads of two objectives, and their config."""
    rng = np.random.default_rng(0)
    layer = (rng.normal(size=(2, HIDDEN)).astype(np.float32), np.zeros(2, np.float32))
    objectives = [Objective(name="good", low=1, high=5), Objective(name="safe", low=0, high=1)]
    heads = Heads(
        objectives=tuple(objectives),
        weight=rng.normal(size=(2, HIDDEN)),
        intercept=np.zeros(2),
        transform=np.eye(2),
        gate=Gate.from_layers([layer]),
    )
    config = ModelConfig(
        objectives=objectives,
        backbone=BackboneIdentity("smollm2", "", "f", "t", "strip", 1, HIDDEN),
        max_tokens=9,
        overlong="reject",
        gate=GateConfig(1, 1.0),
        score_scale=1.0,
        preference_beta=1.0,
        verbosity="safe",
        heads_sha256=hashlib.sha256(encode_heads(heads)).hexdigest(),
    )
    return heads, config


HEADS, CONFIG = model()
HEAD_BYTES, CONFIG_BYTES = encode_heads(HEADS), msgspec.json.encode(CONFIG)


def run_config(data: bytes, folder: Path) -> None:
    """Load a model folder with this config and score with it."""
    put(folder, "heads.safetensors", HEAD_BYTES)
    put(folder, "config.json", data)
    heads, _, _ = load_folder(folder)
    features = np.ones((2, HIDDEN), np.float32)
    found = heads.judge(features, features)
    finite(found.scores, found.weights, found.contributions)
    for index, objective in enumerate(heads.objectives):
        finite(np.array(objective.to_native(float(found.rewards[0, index]))))


def run_heads(data: bytes, folder: Path) -> None:
    """Load a model folder with these heads, whose checksum agrees."""
    checksum = hashlib.sha256(data).hexdigest()
    put(folder, "heads.safetensors", data)
    config = msgspec.structs.replace(CONFIG, heads_sha256=checksum)
    put(folder, "config.json", msgspec.json.encode(config))
    heads, _, _ = load_folder(folder)
    features = np.ones((2, HIDDEN), np.float32)
    finite(heads.judge(features, features).scores)


def mutate_heads(rng: random.Random, data: bytes) -> bytes:
    """Change shapes, types and values of the tensors, or the header, or the bytes."""
    choice = rng.randrange(3)
    if choice == 0:
        return mutate_bytes(rng, data)
    if choice == 1:
        size = int.from_bytes(data[:8], "little")
        header = mutate_json(rng, data[8 : 8 + size])
        return len(header).to_bytes(8, "little") + header + data[8 + size :]
    tensors = {name: array.copy() for name, array in heads_tensors(HEADS).items()}
    name = rng.choice(list(tensors))
    change = rng.randrange(5)
    if change == 0:
        del tensors[name]
    elif change == 1:
        shape = [rng.randrange(4) for _ in range(rng.randrange(4))]
        tensors[name] = np.ones(shape, tensors[name].dtype)
    elif change == 2:
        tensors[name] = tensors[name].astype(rng.choice(("i8", "f2", "u1", "?", "i2", "f4")))
    elif change == 3:
        tensors[name].fill(rng.choice((np.nan, np.inf, 1e30, 1e38, 1e300)))
    else:
        tensors[name] = tensors[name].T.copy()
    return save(tensors)


def store(folder: Path) -> dict[str, bytes]:
    """Write a feature store and return its files."""
    features = np.ones((2, HIDDEN), np.float32)
    encoded = [Encoded(np.arange(3, dtype=np.int32), 1)] * 2
    shard = Shard(
        0,
        write_table(
            folder, "responses-00000.arrow", responses_table("ab", "pp", encoded, features)
        ),
        write_table(folder, "prompts-00000.arrow", prompts_table("p", features[:1])),
        {"c": "why"},
    )
    origin = Origin("f", "n", "", "t", 1, "float32", HIDDEN, "d", 9, 9, "reject")
    manifest = Manifest(origin, Counts(2, 2, 1, 6, 1), [shard])
    # Without its checksum, which would refuse every change before the content is looked at.
    put(folder, "manifest.json", msgspec.json.encode(manifest))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_store(folder: Path) -> None:
    """Open a store and read all of it."""
    opened = FeatureStore(folder)
    keys = [key for block in opened.blocks() for key in block.keys]
    assert opened.responses(keys).shape == (len(keys), opened.hidden_size)
    opened.response_tokens(keys)


def run_store(files: dict[str, bytes], name: str) -> Callable[[bytes, Path], None]:
    """Return a reader of a store in which one file is another."""

    def run(data: bytes, folder: Path) -> None:
        for other, content in (files | {name: data}).items():
            put(folder, other, content)
        read_store(folder)

    return run


def run_kept_stage(data: bytes, folder: Path) -> None:
    """Take up a stage that an earlier run left."""
    path = put(folder, "stage.safetensors", data)
    outcome = run_stage(path, "inputs", lambda: Outcome({"a": np.ones(2)}, {"b": 1}))
    finite(*outcome.arrays.values())


def targets(scratch: Path) -> dict[str, Target]:
    """Return all targets; `scratch` is an empty folder to make their seeds in."""
    files, manifest, arrow = store(scratch), "manifest.json", "responses-00000.arrow"
    run_stage(scratch / "s", "inputs", lambda: Outcome({"a": np.ones(2)}, {"b": 1}))
    stage = (scratch / "s").read_bytes()
    text, rows = either(mutate_bytes, mutate_toml), either(mutate_bytes, mutate_json, mutate_json)
    zipped = either(
        mutate_bytes, lambda rng, data: gzip.compress(mutate_json(rng, gzip.decompress(data)), 1)
    )
    steer = b'name = "s"\nversion = 2\ndrop = ["safe"]\n[scale]\ngood = 2.0\n[fixed]\ngood = 1\n'
    asked = lines(*ASKED)
    steered = b'{"name": "s", "scale": {"good": 2}, "fixed": {"safe": 1, "good": 3}, "drop": []}'
    return {
        "recipe": Target((recipe(),), text, run_recipe),
        "ratings.jsonl": Target((RATINGS,), rows, run_ratings(".jsonl")),
        "ratings.jsonl.gz": Target((gzip.compress(RATINGS),), zipped, run_ratings(".jsonl.gz")),
        "ratings.parquet": Target(
            (parquet([RATING]),), mutate_rows_as_parquet, run_ratings(".parquet")
        ),
        "preferences.jsonl": Target((PAIRS,), rows, run_pairs),
        "conversations.jsonl": Target((lines(*SCORED),), rows, run_conversations),
        "questions.jsonl": Target((asked, lines(ASKED[0])), rows, run_questions),
        "steering.toml": Target((steer,), text, run_steering(".toml")),
        "steering.json": Target((steered,), rows, run_steering(".json")),
        "model/config.json": Target((CONFIG_BYTES,), rows, run_config),
        "model/heads.safetensors": Target((HEAD_BYTES,), mutate_heads, run_heads),
        "features/manifest.json": Target((files[manifest],), rows, run_store(files, manifest)),
        "features/responses.arrow": Target((files[arrow],), mutate_bytes, run_store(files, arrow)),
        "stages/*.safetensors": Target((stage,), mutate_bytes, run_kept_stage),
    }


def recipe() -> bytes:
    """Return a recipe that names everything."""
    return b"""[backbone]
name = "smollm2"
layer = 15
max_tokens = 512
batch_tokens = 1024
[data]
ratings = ["sample", "r.jsonl"]
preferences = ["sample"]
folder = "."
[data.sample]
seed = 1
prompts = 10
[data.limits.ratings]
s = 3
[objectives]
verbosity = "length"
keep = ["good"]
computed = ["length"]
[objectives.unit_map]
good = [0.1, 0.9]
[regression]
preset = "auto"
alphas = [1.0, 10.0]
intercept = true
[debias]
method = "spearman"
center = "prompt"
nonnegative = false
[gate]
preset = "auto"
seed = 3
[gate.source_weights]
s = 1.0
[evaluation]
resamples = 20
level = 0.9
"""
