"""Files that broke a reader once, found by hand or by `benchmarks/fuzz.py`: now each is a sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save

from armo import Steering
from armo.backbone import BackboneIdentity, Encoded
from armo.conversation import check_conversation, conversation_key
from armo.data import RatingRow
from armo.data.files import read_rows
from armo.errors import ArmoError, DataError, InputError, ModelError, RecipeError, StoreError
from armo.features import FeatureStore
from armo.features.manifest import Counts, Manifest, Origin, Shard
from armo.features.tables import prompts_table, responses_table, write_table
from armo.gating import Gate
from armo.objectives import Objective
from armo.persistence import load_folder
from armo.persistence.layout import GateConfig, ModelConfig, heads_tensors
from armo.steering import read_steering
from armo.training.recipe_file import read_recipe
from tests.data.test_files import rating, read, write
from tests.heads import random_heads
from tests.tiny import chat

DATA = '[data]\nratings = ["sample"]\npreferences = ["sample"]\n'
HUGE = "9" * 5000


@pytest.mark.parametrize(
    "text",
    [
        DATA + f"[gate]\nseed = {HUGE}",
        DATA + "[gate]\nseed = 123456789012345678901234567890",
        DATA + "[gate]\nseed = -1",
        DATA + "[evaluation]\nresamples = 1000000000000",
        DATA + "[data.sample]\nprompts = 1000000000000",
        DATA + "[gate.source_weights]\na = 1e308",
        DATA + "[gate.source_weights]\na = nan",
        DATA + "[objectives.unit_map]\ngood = [nan, inf, 1]",
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 3000,
        "a." * 5000 + "a = 1",
        "\0",
    ],
)
def test_recipes_that_cannot_be_read(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=r"recipe\.toml"):
        read_recipe(path)


@pytest.mark.parametrize(
    "text",
    [
        DATA + 'folder = "~nobody/x"',
        '[data]\nratings = ["~nobody/x"]\npreferences = ["\\u0000"]',
        DATA + f'[backbone]\nname = "{"x" * 5000}"',
        DATA + '[backbone]\nname = "\\u0000"',
    ],
)
def test_names_that_no_file_has_are_left_to_whoever_opens_them(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    assert read_recipe(path).data.ratings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.toml", f'name = "x"\nversion = {HUGE}'),
        ("s.toml", "a = " + "[" * 100_000),
        ("s.toml", "\0"),
        ("s.json", '{"name": "x", "version": ' + HUGE + "}"),
        ("s.json", '{"name": ' + "[" * 100_000),
    ],
)
def test_steering_files_that_cannot_be_read(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="steering file"):
        read_steering(tmp_path / name)


@pytest.mark.parametrize(
    "change",
    [
        {"fixed": {"a": 1e308, "b": 1e308}},
        {"fixed": {"a": 1e308, "b": 1.0}, "scale": {"a": 1e308}},
        {"scale": {"a": 5e-324, "b": 5e-324}},
        {"fixed": {"a": 1e100, "b": 1e100}, "scale": {"a": 1e100}},
        {"scale": {"a": 1e-300}, "drop": ["b"]},
    ],
)
def test_steering_of_any_size_leaves_weights_that_sum_to_one(change):
    steering = Steering(name="s", **change)
    try:
        steering.check(["a", "b"])
    except InputError as error:
        assert "finite number" in str(error)
        return
    weights = steering.apply(np.array([[0.5, 0.5], [1e-9, 1 - 1e-9]]), ["a", "b"])
    np.testing.assert_allclose(weights.sum(axis=1), 1)


@pytest.mark.parametrize("scale", [(0, 5e-324), (-1e308, 1e308), (0, 1e308), (0, np.inf), (1, 1)])
def test_scales_that_no_map_survives_are_refused_everywhere(tmp_path, scale):
    low, high = map(float, scale)
    with pytest.raises(InputError, match="is no scale"):
        Objective(name="x", low=low, high=high)
    with pytest.raises(InputError, match="is no unit scale"):
        Objective(name="x", low=0, high=1, unit_low=low, unit_high=high)
    if np.isfinite(high):
        row = rating(ratings={"good": low}, scale={"good": [low, high]})
        rows, rejects = read(write(tmp_path / "r.jsonl", [row, rating(1)]))
        assert len(rows) == len(rejects) == 1
        assert "is no scale" in rejects[0].reason


@pytest.mark.parametrize(
    ("extra", "match"),
    [
        (json.loads("[" * 900 + "]" * 900), "nested more than"),
        (object(), "can't be written as JSON"),
        ("\ud800", "can't be written as JSON"),
    ],
)
def test_messages_that_have_no_key_are_refused_before_they_need_one(extra, match):
    messages = chat("the", "on")
    messages[0]["extra"] = extra
    with pytest.raises(DataError, match=match):
        check_conversation(messages)


def test_the_deepest_message_that_is_taken_has_a_key():
    messages = chat("the", "on")
    messages[0]["extra"] = json.loads("[" * 62 + "]" * 62)
    check_conversation(messages)
    assert conversation_key(messages)


@pytest.mark.parametrize(
    "table",
    [
        pa.table([pa.array([b"\xff\xfe"]).cast(pa.binary())], ["id"]),
        pa.table([pa.array(["a"]), pa.array(["b"])], ["id", "id"]),
        pa.table([pa.array([2**62], pa.timestamp("ms"))], ["id"]),
        pa.table([pa.array([1], pa.timestamp("ns"))], ["id"]),
        pa.table([pa.array([], pa.string())], ["id"]),
    ],
)
def test_parquet_of_other_columns(tmp_path, table):
    path = tmp_path / "r.parquet"
    pq.write_table(table, path)
    rejects: list = []
    try:
        assert not list(read_rows(path, RatingRow, rejects.append))
        assert rejects
    except DataError as error:
        assert "r.parquet" in str(error)


def store(folder: Path) -> Path:
    features = np.ones((2, 4), np.float32)
    encoded = [Encoded(np.arange(3, dtype=np.int32), 1)] * 2
    responses = responses_table(["a", "b"], ["p", "p"], encoded, features)
    shard = Shard(
        0,
        write_table(folder, "responses-00000.arrow", responses),
        write_table(folder, "prompts-00000.arrow", prompts_table(["p"], features[:1])),
    )
    origin = Origin("f", "n", "", "t", 1, "float32", 4, "d", 9, 9, "reject")
    Manifest(origin, Counts(2, 2, 1, 6, 1), [shard]).write(folder)
    return folder


def test_every_changed_byte_of_a_table_gives_an_open_store_or_a_sentence(tmp_path):
    folder = store(tmp_path)
    path = folder / "responses-00000.arrow"
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        try:
            opened = FeatureStore(folder)
            keys = [key for block in opened.blocks() for key in block.keys]
            assert opened.responses(keys).shape == (len(keys), 4)
            opened.response_tokens(keys)
        except StoreError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    "table", [pa.table({"key": ["a", "b"]}), pa.table({"feature": [[1.0], [2.0]]})]
)
def test_tables_of_other_columns_are_damaged(tmp_path, table):
    write_table(store(tmp_path), "responses-00000.arrow", table)
    with pytest.raises(StoreError, match="columns"):
        FeatureStore(tmp_path)


def model(folder: Path, tensors: dict[str, np.ndarray], **changes: object) -> Path:
    heads, raw = random_heads(), save(tensors)
    config = ModelConfig(
        objectives=list(heads.objectives),
        backbone=BackboneIdentity("smollm2", "", "f", "t", "strip", 1, 32),
        max_tokens=9,
        overlong="reject",
        gate=GateConfig(2, 1.0),
        score_scale=1.0,
        preference_beta=1.0,
        verbosity="safe",
        heads_sha256=hashlib.sha256(raw).hexdigest(),
    )
    (folder / "heads.safetensors").write_bytes(raw)
    fields = msgspec.to_builtins(config) | changes
    (folder / "config.json").write_bytes(msgspec.json.encode(fields))
    return folder


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("regression.weight", np.float64(1)),
        ("regression.weight", np.ones(3)),
        ("regression.weight", np.ones((3, 31))),
        ("regression.weight", np.ones((3, 32), np.int64)),
        ("regression.weight", np.full((3, 32), 1e300)),
        ("regression.weight", np.full((3, 32), np.inf, np.float16)),
        ("regression.intercept", np.ones((3, 3))),
        ("debias.matrix", np.ones(3)),
        ("debias.matrix", np.float64(1)),
        ("gate.layers.1.weight", np.ones((2, 8), np.float32)),
        ("gate.layers.0.weight", np.ones((8, 31), np.float32)),
        ("gate.layers.1.bias", np.ones(3, bool)),
    ],
)
def test_heads_that_could_not_score_are_not_loaded(tmp_path, name, array):
    tensors = heads_tensors(random_heads()) | {name: np.asarray(array)}
    with pytest.raises(ModelError, match=r"heads\.safetensors"):
        load_folder(model(tmp_path, tensors))


@pytest.mark.parametrize(
    "changes",
    [
        {"score_scale": 1e308},
        {"score_scale": 0.0},
        {"score_scale": -1.0},
        {"gate": {"layers": 2, "temperature": 5e-324}},
        {"gate": {"layers": 10**18, "temperature": 1.0}},
        {"gate": {"layers": -1, "temperature": 1.0}},
    ],
)
def test_configs_that_could_not_score_are_not_loaded(tmp_path, changes):
    tensors = heads_tensors(random_heads())
    load_folder(model(tmp_path, tensors))
    with pytest.raises(ModelError, match=r"config\.json"):
        load_folder(model(tmp_path, tensors, **changes))


@pytest.mark.parametrize("size", [1e30, 3e38])
def test_a_gate_far_from_its_training_still_gives_weights(size):
    heads = random_heads()
    gate = Gate.from_layers([(weight * 100, bias) for weight, bias in heads.gate.layers])
    weights = gate.weights(np.full((2, 32), size, np.float32))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert issubclass(ModelError, ArmoError)
