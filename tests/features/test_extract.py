from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from tests.tiny import chat, make_tiny_llama

from armo.backbone import Backbone, BackboneSettings, load
from armo.conversation import conversation_key
from armo.errors import StoreError
from armo.features import FeatureStore, Request, extract


def conversations(count: int, seed: int = 0) -> list[list[dict[str, str]]]:
    generator = np.random.default_rng(seed)
    words = ["the ", "in ", "on ", "x ", "an "]
    return [
        chat(
            f"{number % 7} " + "".join(generator.choice(words, generator.integers(1, 30))),
            f"{number} " + "".join(generator.choice(words, generator.integers(1, 60))),
        )
        for number in range(count)
    ]


def wanted(messages: list[list[dict[str, str]]]) -> list[Request]:
    return [Request(f"row {number}", one) for number, one in enumerate(messages)]


def content(folder: Path) -> dict[str, str]:
    """Hash of every file of a store but its lock."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != ".lock"
    }


def test_the_store_gives_back_what_the_backbone_says(tiny, tmp_path):
    messages = conversations(30)
    store = extract(tiny, wanted(messages), tmp_path).store
    keys = [conversation_key(one) for one in messages]
    for row, one in enumerate(messages):
        alone = tiny.read([tiny.encode(one)])
        assert np.abs(store.responses(keys)[row] - alone.response[0]).max() < 1e-5
        prompt = store.prompts([conversation_key(one[:-1])])
        assert np.abs(prompt - alone.prompt).max() < 1e-5
        assert store.response_tokens([keys[row]])[0] == tiny.encode(one).response_tokens
    blocks = {
        key: row
        for block in store.blocks()
        for key, row in zip(block.keys, block.features, strict=True)
    }
    np.testing.assert_array_equal(np.stack([blocks[key] for key in keys]), store.responses(keys))
    FeatureStore(tmp_path, verify=True)


def test_each_distinct_conversation_is_read_once(tiny, tmp_path):
    messages = conversations(10)
    found = extract(tiny, wanted(messages + messages[:5]), tmp_path)
    counts = found.store.manifest.counts
    assert (counts.rows, counts.conversations) == (15, 10)
    assert counts.tokens == found.tokens == sum(len(tiny.encode(one).ids) for one in messages)
    assert len(found.store) == 10
    assert counts.prompts == len({conversation_key(one[:-1]) for one in messages})


def test_rows_that_cannot_be_used_are_named_with_a_reason(tiny, tmp_path):
    good = conversations(3)
    rows = [
        *wanted(good),
        Request("long", chat("the", "on " * 2000)),
        Request("no response", [{"role": "user", "content": "the"}]),
        Request("blank", chat("the", "  ")),
        Request("role", [{"role": "wizard", "content": "the"}, *good[0]]),
        Request("surrogate", chat("the", "\ud800")),
        Request("not a list", "hello"),
        Request("numbers", [{"role": "user", "content": 3}, {"role": "assistant", "content": "x"}]),
    ]
    found = extract(tiny, rows, tmp_path)
    reasons = {reject.id: reject.reason for reject in found.rejects}
    assert set(reasons) == {row.id for row in rows[3:]}
    assert "more than the 512" in reasons["long"]
    assert "empty" in reasons["blank"]
    assert "wizard" in reasons["role"]
    written = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert {row["id"]: row["reason"] for row in written} == reasons
    assert len(found.store) == 3


def test_features_that_are_not_finite_are_rejected_by_row(tiny_folder, tmp_path):
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    x = backbone.encode(chat("x", "x")).ids
    x_id = int(x[backbone.encode(chat("x", "x")).prompt_length - 3])
    backbone._model.get_input_embeddings().weight.data[x_id] = float("nan")
    rows = [
        Request("good", chat("the", "in")),
        Request("bad", chat("the", "x")),
        Request("bad again", chat("the", "x")),
        Request("bad prompt", chat("x", "in")),
    ]
    found = extract(backbone, rows, tmp_path)
    assert {reject.id for reject in found.rejects} == {"bad", "bad again", "bad prompt"}
    assert all("not finite" in reject.reason for reject in found.rejects)
    assert conversation_key(chat("the", "in")) in found.store
    assert np.isfinite(found.store.prompts([conversation_key(chat("the", "in")[:-1])])).all()


def test_a_second_run_reads_nothing(tiny, tmp_path):
    rows = wanted(conversations(20))
    extract(tiny, rows, tmp_path)
    before = content(tmp_path)
    assert extract(tiny, rows, tmp_path).tokens == 0
    assert content(tmp_path) == before


def _extract_in_process(folder: Path, store: Path) -> None:
    backbone = load(BackboneSettings(name=str(folder), dtype="float32", batch_tokens=256))
    slow = backbone.read

    def read(batch):
        time.sleep(0.02)
        return slow(batch)

    backbone.read = read  # type: ignore[method-assign]
    extract(backbone, wanted(conversations(400)), store)


def test_killed_at_any_time_the_store_ends_with_the_same_bytes(tiny_folder, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32", batch_tokens=256))
    rows = wanted(conversations(400))
    extract(backbone, rows, whole)
    context = multiprocessing.get_context("spawn")
    kills = 0
    for wait in (0.05, 0.3, 0.1):
        process = context.Process(target=_extract_in_process, args=(tiny_folder, broken))
        process.start()
        deadline = time.monotonic() + 60
        shards = len(list(broken.glob("responses-*"))) if broken.exists() else 0
        # Wait until this run has written something, so that the kill is in the middle of the work.
        while time.monotonic() < deadline and process.is_alive():
            if broken.exists() and len(list(broken.glob("responses-*"))) > shards:
                break
            time.sleep(0.005)
        time.sleep(wait)
        if process.is_alive():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.join()
    assert kills >= 2
    found = extract(backbone, rows, broken)
    assert found.tokens < found.store.manifest.counts.tokens
    # What a killed write left behind is a hidden temporary file, never one of the store's own.
    kept = {name: hash for name, hash in content(broken).items() if not name.endswith(".tmp")}
    assert kept == content(whole)
    assert len(found.store) == 400


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_a_damaged_shard_is_found_and_mended(tiny, tmp_path, damage):
    rows = wanted(conversations(300))
    extract(tiny, rows, tmp_path)
    before = content(tmp_path)
    shard = sorted(tmp_path.glob("responses-*"))[1]
    raw = bytearray(shard.read_bytes())
    if damage == "remove":
        shard.unlink()
    else:
        raw[len(raw) // 2] ^= 1
        shard.write_bytes(raw[:-10] if damage == "truncate" else raw)
    with pytest.raises(StoreError, match="damaged"):
        FeatureStore(tmp_path, verify=True)
    assert 0 < extract(tiny, rows, tmp_path).tokens < 300 * 90
    assert content(tmp_path) == before


def other_data(folder: Path, tmp_path: Path) -> tuple[Backbone, list[Request]]:
    del tmp_path
    return load(BackboneSettings(name=str(folder), dtype="float32")), wanted(conversations(9))


def other_weights(folder: Path, tmp_path: Path) -> tuple[Backbone, list[Request]]:
    del folder
    other = make_tiny_llama(tmp_path / "other", seed=1)
    return load(BackboneSettings(name=str(other), dtype="float32")), wanted(conversations(8))


def other_layer(folder: Path, tmp_path: Path) -> tuple[Backbone, list[Request]]:
    del tmp_path
    return load(BackboneSettings(name=str(folder), layer=2)), wanted(conversations(8))


def other_template(folder: Path, tmp_path: Path) -> tuple[Backbone, list[Request]]:
    del tmp_path
    settings = BackboneSettings(name=str(folder), reasoning="keep")
    return load(settings), wanted(conversations(8))


@pytest.mark.parametrize("other", [other_data, other_weights, other_layer, other_template])
def test_a_store_of_something_else_is_refused_and_left_alone(tiny_folder, tmp_path, other):
    store = tmp_path / "store"
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    extract(backbone, wanted(conversations(8)), store)
    before = content(store)
    changed, rows = other(tiny_folder, tmp_path)
    with pytest.raises(StoreError, match="made from something else"):
        extract(changed, rows, store)
    assert content(store) == before


def test_two_writers_at_once_are_refused(tiny, tmp_path):
    import filelock

    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(StoreError, match="another process"):
        extract(tiny, wanted(conversations(3)), tmp_path)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "damaged"),
        ('{"schema": 99}', "update armo"),
        ('{"schema": 1}', "damaged"),
        ("[]", "damaged"),
    ],
)
def test_a_damaged_or_newer_manifest_is_a_sentence(tiny, tmp_path, text, match):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=match):
        extract(tiny, wanted(conversations(3)), tmp_path)
    with pytest.raises(StoreError, match=match):
        FeatureStore(tmp_path)


def test_an_unfinished_store_is_not_read(tiny, tmp_path):
    extract(tiny, wanted(conversations(300)), tmp_path)
    path = tmp_path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["shards"][-1], manifest["checksum"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match="not complete"):
        FeatureStore(tmp_path)


def test_no_rows_at_all_make_an_empty_store(tiny, tmp_path):
    store = extract(tiny, [], tmp_path).store
    assert len(store) == 0
    assert store.responses([]).shape == (0, 32)


def test_a_prompt_outlives_its_first_response(tiny_folder, tmp_path):
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    bad, good = chat("the", "x" * 40), chat("the", "in")
    x_id = int(backbone.encode(bad).ids[-5])
    backbone._model.get_input_embeddings().weight.data[x_id] = float("nan")
    store = extract(backbone, [Request("bad", bad), Request("good", good)], tmp_path).store
    assert conversation_key(bad) not in store
    assert np.isfinite(store.prompts([conversation_key(good[:-1])])).all()
