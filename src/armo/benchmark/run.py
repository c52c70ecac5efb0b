"""`armo eval`: a model over a benchmark, resumed where an earlier run stopped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from armo.atomic import atomic_path, remove_leftovers, write_json
from armo.benchmark.accuracies import Resampling
from armo.benchmark.judging import judge, readable
from armo.benchmark.kinds import KINDS
from armo.benchmark.misjudged import Misjudged, misjudged
from armo.benchmark.reading import Benchmark
from armo.benchmark.record import head
from armo.errors import DataError
from armo.features import Request, extract
from armo.locks import only_writer
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.rejects import FILE as REJECTS
from armo.rejects import Reject, write_rejects
from armo.training.outcome import plain

FEATURES, FIGURES, MISJUDGED = "features", "eval.json", "misjudged.jsonl"


def evaluate(
    model: RewardModel,
    benchmark: Benchmark,
    out: Path,
    reporter: Reporter = silent,
    how: Resampling | None = None,
) -> dict[str, Any]:
    """Judge all rows of a benchmark and leave figures, what was lost and rejects in a folder.

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
        DataError: If no row can be read, or no subset can be scored by its rule.
        StoreError: If `OUT/features` was made from something else, or is being written to.
    """
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out / ".lock", f"evaluating into {out}"):
        remove_leftovers(out)
        return _evaluate(model, benchmark, out, reporter, how or Resampling())


def default_folder(model: Path, benchmark: str) -> Path:
    """Return where an evaluation goes unless told otherwise.

    That is `eval/NAME` in a training run's folder; beside a bare model folder, since saving a model
    anew refuses a folder that holds anything else. For a file, such as that of a judge, it is a folder
    beside it; for a hub name, one in the working directory.
    """
    if not model.exists():
        return Path(f"{str(model).replace('/', '--')}-eval") / benchmark
    model = model.resolve()
    if model.is_file():
        return model.with_name(f"{model.stem}-eval") / benchmark
    if not (model / "config.json").exists():
        return model / "eval" / benchmark
    if model.name == "model" and (model.parent / "stages").is_dir():
        return model.parent / "eval" / benchmark
    return model.with_name(f"{model.name}-eval") / benchmark


def _evaluate(
    model: RewardModel, benchmark: Benchmark, out: Path, reporter: Reporter, how: Resampling
) -> dict[str, Any]:
    kind = KINDS[benchmark.kind]
    extraction = extract(model.backbone, _requests(benchmark), out / FEATURES, reporter)
    rejects = [*benchmark.rejects, *extraction.rejects]
    write_rejects(out / REJECTS, rejects)
    everything: list[Any] = list(benchmark.rows)
    kept = readable(everything, extraction.store)
    if not kept:
        raise DataError(
            f"no {kind.one} of '{benchmark.name}' could be read; the first reason: "
            f"{rejects[0].reason}. All are in {out / REJECTS}"
        )
    ids = [benchmark.ids[place] for place in kept]
    judged = judge(model, ids, [everything[place] for place in kept], extraction.store)
    lost = _lost(benchmark, extraction.rejects)
    figures: dict[str, Any] = plain(
        head(model, benchmark, judged) | kind.figures(judged, model.objectives, lost, how)
    )
    records = misjudged(judged, kind.contests(judged), model.objectives)
    _write_misjudged(out / _named(MISJUDGED, model), records)
    write_json(out / _named(FIGURES, model), figures)
    return figures


def _named(file: str, model: RewardModel) -> str:
    """Return a file's name with the steering in it, so that it stands beside the unsteered one."""
    if model.steering is None:
        return file
    stem, _, ending = file.partition(".")
    return f"{stem}.{re.sub(r'[^A-Za-z0-9]+', '-', model.steering.label).strip('-')}.{ending}"


def _requests(benchmark: Benchmark) -> Iterator[Request]:
    requests = KINDS[benchmark.kind].requests
    for row_id, row in zip(benchmark.ids, benchmark.rows, strict=True):
        yield from requests(row_id, row)


def _lost(benchmark: Benchmark, rejects: Sequence[Reject]) -> Counter[str]:
    """Count by subset the rows of which a response could not be read."""
    lost = {reject.id for reject in rejects}
    rows = zip(benchmark.ids, benchmark.rows, strict=True)
    return Counter(row.subset for row_id, row in rows if row_id in lost)


def _write_misjudged(path: Path, records: Iterable[Misjudged]) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        for record in records:
            stream.write(msgspec.json.encode(record) + b"\n")
