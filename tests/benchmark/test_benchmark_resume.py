"""Runs that are repeated, killed, or begun from something else."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.benchmark.small import QUICK, model_on, rows
from tests.benchmark.test_benchmark_reading import pair, write

from armo.backbone import Backbone, BackboneSettings, load
from armo.benchmark import evaluate, read_benchmark
from armo.errors import StoreError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "small.jsonl", rows())


@contextmanager
def _totals(seen: dict[str, int], name: str, total: int) -> Iterator[Any]:
    seen[name] = total
    yield lambda _: None


def test_a_second_run_reads_nothing_and_says_the_same(tiny: Backbone, source, tmp_path):
    model, out = model_on(tiny), tmp_path / "out"
    evaluate(model, read_benchmark(source), out, how=QUICK)
    before = {file: (out / file).read_bytes() for file in ("eval.json", "misjudged.jsonl")}
    seen: dict[str, int] = {}
    evaluate(
        model,
        read_benchmark(source),
        out,
        lambda name, total, unit: _totals(seen, name, total),
        QUICK,
    )
    assert seen["read"] == 0
    assert {file: (out / file).read_bytes() for file in before} == before


def test_other_pairs_in_the_same_folder_are_refused(tiny: Backbone, source, tmp_path):
    model, out = model_on(tiny), tmp_path / "out"
    evaluate(model, read_benchmark(source), out, how=QUICK)
    other = read_benchmark(write(tmp_path / "other.jsonl", rows(20)))
    before = (out / "eval.json").read_bytes()
    with pytest.raises(StoreError, match="made from something else"):
        evaluate(model, other, out)
    assert (out / "eval.json").read_bytes() == before


def _evaluate_in_process(backbone: Path, source: Path, out: Path) -> None:
    loaded = load(BackboneSettings(name=str(backbone), dtype="float32", batch_tokens=256))
    evaluate(model_on(loaded), read_benchmark(source), out, how=QUICK)


def test_killed_while_reading_it_goes_on_and_says_the_same(tiny_folder, tmp_path):
    source = write(tmp_path / "many.jsonl", [row | {"id": f"k{n}"} for n, row in enumerate(many())])
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    _evaluate_in_process(tiny_folder, source, whole)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_evaluate_in_process, args=(tiny_folder, source, killed))
    process.start()
    while process.is_alive() and not list(killed.glob("features/responses-00001.arrow")):
        time.sleep(0.002)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not (killed / "eval.json").exists()
    kept = {path.name: path.stat().st_mtime_ns for path in killed.glob("features/responses-*")}
    assert 2 <= len(kept) < len(list(whole.glob("features/responses-*")))
    _evaluate_in_process(tiny_folder, source, killed)
    assert (killed / "eval.json").read_bytes() == (whole / "eval.json").read_bytes()
    first = sorted(kept)[0]
    assert (killed / "features" / first).stat().st_mtime_ns == kept[first]


def many() -> list[dict]:
    return [
        pair(n, prompt=f"the {n}", chosen="on " * (n % 31 + 1), rejected="in " * (n % 29 + 1))
        for n in range(600)
    ]
