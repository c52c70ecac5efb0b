"""Kill training with `kill -9` at many moments, resume it, and compare with an undisturbed run.

Two moments of five are drawn evenly from the run's duration; the others wait for a file of a stage,
or for the temporary file that will become it. Every run is killed four to eight times, then left to end.

    python -m benchmarks.kills --kills 100 --out benchmarks/kills.json
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.faults.small_run import differences, leftovers, make_small_run
from tests.faults.warm import run, start

from armo.atomic import write_json
from armo.features.manifest import read_manifest

# Folder below the run's, and how the name of the file begins that is waited for.
AIMS = (
    ("features", ".manifest.json."),
    ("features", ".responses-"),
    ("features", "prompts-"),
    ("", "rejects.jsonl"),
    ("stages", ".regression"),
    ("stages", "regression"),
    ("stages", ".debias"),
    ("stages", "debias"),
    ("stages", ".gate"),
    ("stages", "gate"),
    ("", ".model."),
    ("", "model"),
    ("", ".metrics.json."),
    ("", "metrics.json"),
    ("", ".summary.txt."),
)
_LONGEST_AFTER_AIM = 0.02
Seen = dict[str, tuple[int, int]]


@dataclass
class Figures:
    """What the kills hit, and what they did.

    Attributes:
        stages: Kills by what the run was doing.
        in_a_write: Kills that left a temporary file.
        runs: Folders, each killed four to eight times and then finished.
        missed: Moments that a run ended before.
        differences: What was not as in the undisturbed run.
    """

    stages: Counter[str] = field(default_factory=Counter)
    in_a_write: int = 0
    runs: int = 0
    missed: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Kills so far."""
        return self.stages.total()


def kill_runs(work: Path, kills: int, seed: int = 0, seconds: float = 1e9) -> dict[str, Any]:
    """Kill runs in a folder until there have been as many kills, and return the figures.

    Args:
        work: An empty folder.
        kills: How many.
        seed: Of the moments.
        seconds: When to begin no more runs, however few kills there have been.
    """
    began = time.monotonic()
    recipe = make_small_run(work)
    reference = work / "reference"
    _finish(recipe, work / "first", work)  # The first also pays for the imports.
    start_of_reference = time.monotonic()
    _finish(recipe, reference, work)
    duration = time.monotonic() - start_of_reference
    figures = Figures(differences=differences(work / "first", reference))
    generator = random.Random(seed)
    while figures.kills < kills and time.monotonic() - began < seconds:
        out = work / f"run-{figures.runs}"
        figures.runs += 1
        for aim in _aims(generator, min(generator.randint(4, 8), kills - figures.kills)):
            after = generator.uniform(0, duration if aim is None else _LONGEST_AFTER_AIM)
            _kill(start(work / "log", "train", recipe, "--out", out), out, aim, after, figures)
        _finish(recipe, out, work)
        figures.differences += [f"{out.name}: {what}" for what in differences(out, reference)]
    return {
        "kills": figures.kills,
        "runs": figures.runs,
        "kills_by_stage": dict(sorted(figures.stages.items())),
        "kills_in_a_write": figures.in_a_write,
        "moments_after_the_end": figures.missed,
        "conversations": read_manifest(reference / "features").counts.conversations,
        "shards": read_manifest(reference / "features").counts.shards,
        "differences": figures.differences,
        "seconds_of_a_run": duration,
        "seconds": time.monotonic() - began,
    }


def _aims(generator: random.Random, count: int) -> list[tuple[str, str] | None]:
    """Return what to wait for before each kill of a run, in the order of its stages, or None."""
    drawn = generator.sample(range(len(AIMS)), count)
    return [AIMS[aim] if generator.random() < 0.6 else None for aim in sorted(drawn)]


def _finish(recipe: Path, out: Path, work: Path) -> None:
    ended = run(work / "log", "train", recipe, "--out", out)
    if ended.status != 0:
        raise SystemExit(f"a run into {out} that nobody killed ended with {ended}")


def _kill(
    process: BaseProcess, out: Path, aim: tuple[str, str] | None, after: float, figures: Figures
) -> None:
    """Kill a run some seconds after its start, or after it touches the file that is aimed at."""
    before = _seen(out)
    if aim is not None:
        _wait_for(process, out / aim[0], aim[1])
    process.join(after)
    process.kill()
    process.join()
    if process.exitcode == 0:
        figures.missed += 1
        return
    figures.stages[_stage(out, before)] += 1
    figures.in_a_write += any(name.endswith("-tmp") for name in set(leftovers(out)) - set(before))


def _wait_for(process: BaseProcess, folder: Path, prefix: str) -> None:
    before = _named(folder, prefix)
    while process.is_alive() and not _named(folder, prefix) - before:
        time.sleep(0.0005)


def _named(folder: Path, prefix: str) -> set[tuple[str, int]]:
    """Return names and inodes, so that a file which replaces another counts as new."""
    try:
        with os.scandir(folder) as entries:
            return {(one.name, one.inode()) for one in entries if one.name.startswith(prefix)}
    except FileNotFoundError:
        return set()


def _seen(out: Path) -> Seen:
    """Return inode and time of every file but locks."""
    stats = {
        str(path.relative_to(out)): path.stat() for path in out.rglob("*") if path.suffix != ".lock"
    }
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def _stage(out: Path, before: Seen) -> str:
    """Return what a run was doing when it died, from what it had left."""
    now = _seen(out)
    if all(name in before for name in now if name != ".lock") and now == before:
        return "0 loading"
    if not (out / "features" / "manifest.json").exists():
        return "0 loading"
    if not read_manifest(out / "features").complete:
        return "1 extraction"
    for number, stage in enumerate(("regression", "debias", "gate"), start=2):
        if not (out / "stages" / f"{stage}.safetensors").exists():
            return f"{number} {stage}"
    if not (out / "metrics.json").exists():
        saving = (out / "model").exists() or any(out.glob(".model*"))
        return "6 saving" if saving else "5 figures"
    return "7 saving anew, or the summary"


def main() -> None:
    """Kill, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/kills.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        figures = kill_runs(Path(work), options.kills, options.seed, options.minutes * 60)
    write_json(options.out, figures)
    for name, value in figures.items():
        print(f"{name:22s} {value}")


if __name__ == "__main__":
    main()
