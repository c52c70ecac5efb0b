"""`armo eval`: a model over a benchmark file, resumed where an earlier run stopped."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

import armo
from armo.atomic import atomic_path, remove_leftovers, write_json
from armo.benchmark.accuracies import Resampling
from armo.benchmark.figures import figures_of
from armo.benchmark.judging import Judged, baselines, judge, readable
from armo.benchmark.misjudged import misjudged
from armo.benchmark.reading import Benchmark
from armo.errors import DataError
from armo.features import Request, extract
from armo.locks import only_writer
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.rejects import FILE as REJECTS
from armo.rejects import Reject, write_rejects
from armo.training.outcome import plain

SCHEMA = "armo.eval/1"
FEATURES, FIGURES, MISJUDGED = "features", "eval.json", "misjudged.jsonl"


def evaluate(
    model: RewardModel,
    benchmark: Benchmark,
    out: Path,
    reporter: Reporter = silent,
    how: Resampling | None = None,
) -> dict[str, Any]:
    """Judge all pairs of a benchmark and leave figures, lost pairs and rejects in a folder.

    The folder then holds `eval.json` and `misjudged.jsonl` (with the steering in their names, if there
    is one), `rejects.jsonl`, and `features/`, which a second run does not read again. Killed at any
    time and run again, it goes on where it was.

    Args:
        model: The reward model, under a steering if it has one.
        benchmark: What to judge.
        out: The folder; made if absent.
        reporter: Shows progress.
        how: How intervals are drawn.

    Returns:
        The contents of `eval.json`.

    Raises:
        DataError: If no pair can be read.
        StoreError: If `OUT/features` was made from something else, or is being written to.
    """
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out / ".lock", f"evaluating into {out}"):
        remove_leftovers(out)
        return _evaluate(model, benchmark, out, reporter, how or Resampling())


def default_folder(model: Path, benchmark: str) -> Path:
    """Return where an evaluation goes unless told otherwise.

    That is `eval/NAME` in a training run's folder; beside a bare model folder, since saving a model
    anew refuses a folder that holds anything else.
    """
    model = model.resolve()
    if not (model / "config.json").exists():
        return model / "eval" / benchmark
    if model.name == "model" and (model.parent / "stages").is_dir():
        return model.parent / "eval" / benchmark
    return model.with_name(f"{model.name}-eval") / benchmark


def _evaluate(
    model: RewardModel, benchmark: Benchmark, out: Path, reporter: Reporter, how: Resampling
) -> dict[str, Any]:
    extraction = extract(model.backbone, _requests(benchmark), out / FEATURES, reporter)
    rejects = [*benchmark.rejects, *extraction.rejects]
    write_rejects(out / REJECTS, rejects)
    kept = readable(benchmark.rows, extraction.store)
    if not kept:
        raise DataError(
            f"no pair of '{benchmark.name}' could be read; the first reason: {rejects[0].reason}. "
            f"All are in {out / REJECTS}"
        )
    ids, rows = zip(*((benchmark.ids[place], benchmark.rows[place]) for place in kept), strict=True)
    judged = judge(model, ids, rows, extraction.store)
    figures = plain(
        _head(model, benchmark, judged)
        | figures_of(judged, model.objectives, _lost(benchmark, extraction.rejects), how)
    )
    _write_misjudged(out / _named(MISJUDGED, model), judged, model.objectives)
    write_json(out / _named(FIGURES, model), figures)
    checked: dict[str, Any] = figures
    return checked


def _named(file: str, model: RewardModel) -> str:
    """Return a file's name with the steering in it, so that it stands beside the unsteered one."""
    if model.steering is None:
        return file
    stem, _, ending = file.partition(".")
    return f"{stem}.{re.sub(r'[^A-Za-z0-9]+', '-', model.steering.label).strip('-')}.{ending}"


def _head(model: RewardModel, benchmark: Benchmark, judged: Judged) -> dict[str, Any]:
    backbone = model.backbone
    fixed = {name: weights.tolist() for name, weights in baselines(model).items()}
    return {
        "schema": SCHEMA,
        "armo": armo.__version__,
        "model": model.config.hash,
        "steering": model.steering.label if model.steering else None,
        "backbone": {**dataclasses.asdict(backbone.identity), "dtype": backbone.dtype},
        "objectives": model.objectives,
        "verbosity": model.config.verbosity,
        "baselines": fixed,
        "benchmark": {
            "name": benchmark.name,
            "sha256": benchmark.sha256,
            "rows": len(benchmark.rows) + len(benchmark.rejects),
            "pairs": len(judged.rows),
            "malformed": len(benchmark.rejects),
            "unreadable": len(benchmark.rows) + len(benchmark.rejects) - len(judged.rows),
        },
    }


def _requests(benchmark: Benchmark) -> Iterator[Request]:
    for row_id, row in zip(benchmark.ids, benchmark.rows, strict=True):
        chosen, rejected = row.conversations()
        yield Request(row_id, chosen, "chosen")
        yield Request(row_id, rejected, "rejected")


def _lost(benchmark: Benchmark, rejects: Sequence[Reject]) -> Counter[str]:
    """Count by subset the pairs of which a response could not be read."""
    lost = {reject.id for reject in rejects}
    subset_of = dict(zip(benchmark.ids, benchmark.rows, strict=True))
    return Counter(subset_of[row_id].subset for row_id in lost)


def _write_misjudged(path: Path, judged: Judged, objectives: list[str]) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        for record in misjudged(judged, objectives):
            stream.write(msgspec.json.encode(record) + b"\n")
