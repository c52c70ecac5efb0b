"""Fuzz every reader of the product: recipes, data, steering, feature stores, model folders.

A reader must succeed or refuse with a sentence (ArmoError, or OSError, of which the command line makes
one); within ten seconds, without eating memory, and without taking the process down. A child process
runs the cases; its parent sees to hangs and deaths. Inputs that break the rule are kept in a folder.

    python benchmarks/fuzz.py --minutes 60 --seed 1 --out benchmarks/fuzz.json --findings /tmp/findings
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import multiprocessing as mp
import random
import resource
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from time import monotonic, process_time, sleep
from typing import Any

from armo.atomic import write_json
from armo.errors import ArmoError

# Seconds of the processor that a case may take; of the clock, before it is killed.
_SLOW_SECONDS = 10.0
_HANG_SECONDS = 60.0
_LARGEST = 1 << 20
_MEMORY_GROWTH = 512 << 20
_HARD_LIMIT = 16 << 30
_REPORT_SECONDS = 60.0


@dataclass
class Case:
    """One input for one target."""

    target: str
    data: bytes


@dataclass
class Tally:
    """What came of all cases so far."""

    executions: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, target: str, kind: str, where: str, message: str, data: bytes) -> str | None:
        """Count a finding; return a file name for its input if none like it is known."""
        key = f"{target} {kind} {where}"
        if key in self.findings:
            self.findings[key]["times"] += 1
            return None
        name = (
            f"{target.replace('/', '-').replace('*', 'any')}-{hashlib.sha256(data).hexdigest()[:8]}"
        )
        self.findings[key] = {
            "target": target,
            "kind": kind,
            "where": where,
            "message": message[:300],
            "input": name,
            "times": 1,
        }
        return name


def spoil(target: Any, rng: random.Random, data: bytes) -> bytes:
    """Return a mutation; of what has no structure left, the bytes."""
    from fuzz_mutate import mutate_bytes

    try:
        return bytes(target.mutate(rng, data))[:_LARGEST]
    except Exception:  # noqa: BLE001 - whatever the decoders of mutated files raise
        return mutate_bytes(rng, data)


def run_case(target: Any, data: bytes, folder: Path) -> tuple[str, str, str] | str:
    """Return `accepted`, `refused`, or the kind, place and message of what must not happen."""
    try:
        target.run(data, folder)
    except (ArmoError, OSError):
        return "refused"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "/armo/" in f.filename]
        last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
        return type(error).__name__, place, str(error)
    return "accepted"


def check_seeds(folder: Path) -> None:
    """Require that every target accepts its seeds, lest it refuse whatever comes."""
    from fuzz_targets import targets

    (folder / "scratch").mkdir()
    for target in targets(folder / "scratch").values():
        for data in target.seeds:
            target.run(data, folder)


def work(seed: int, current: str, started: Any, results: Any) -> None:
    """Run cases until killed; before each, leave it in the file `current` for the parent."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (_HARD_LIMIT, _HARD_LIMIT))
    warnings.simplefilter("error", RuntimeWarning)
    from fuzz_targets import targets

    rng = random.Random(seed)
    scratch = Path(tempfile.mkdtemp(dir=Path(current).parent))
    known = targets(scratch)
    pools = {name: list(target.seeds) for name, target in known.items()}
    folder = Path(tempfile.mkdtemp(dir=Path(current).parent))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while True:
        name = rng.choice(list(known))
        data = rng.choice(pools[name])
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            data = spoil(known[name], rng, data)
        Path(current).write_bytes(name.encode() + b"\0" + data)
        started.value, spent = monotonic(), process_time()
        outcome = run_case(known[name], data, folder)
        started.value, spent = 0.0, process_time() - spent
        if spent > _SLOW_SECONDS:
            outcome = ("slow", name, f"{spent:.0f} s for {len(data)} bytes")
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if (used - peak) * 1024 > _MEMORY_GROWTH:
            outcome = ("memory", name, f"{(used - peak) >> 10} MiB more for {len(data)} bytes")
        peak = max(peak, used)
        if outcome == "accepted" and len(data) < 4000 and len(pools[name]) < 200:
            pools[name].append(data)  # what is still accepted is a start to go further from
        results.put((name, outcome, data if isinstance(outcome, tuple) else b""))
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()


class Fuzzer:
    """Keeps a worker going, and a tally."""

    def __init__(self, seed: int, findings: Path) -> None:
        self.seed = seed
        self.tally = Tally()
        self.folder = findings
        self.scratch = Path(tempfile.mkdtemp(prefix="armo-fuzz-"))
        self.current = self.scratch / "current"
        self.context = mp.get_context("spawn")

    def run(self, minutes: float, out: Path) -> None:
        """Fuzz for some time, and write the tally every minute and at the end."""
        check_seeds(self.scratch)
        self.current.write_bytes(b"\0")
        begin = told = monotonic()
        restarts = 0
        while monotonic() - begin < minutes * 60:
            started, results = self.context.Value("d", 0.0), self.context.Queue(10_000)
            arguments = (self.seed + 1000 * restarts, str(self.current), started, results)
            worker = self.context.Process(target=work, args=arguments, daemon=True)
            worker.start()
            restarts += 1
            while worker.is_alive() and monotonic() - begin < minutes * 60:
                self._drain(results)
                since = started.value  # read once: it turns to 0 between two looks
                if since and monotonic() - since > _HANG_SECONDS:
                    self._blame("hang", f"no end after {_HANG_SECONDS:g} s")
                    worker.kill()
                if monotonic() - told > _REPORT_SECONDS:
                    told = monotonic()
                    self._report(out, (told - begin) / 60, restarts)
                sleep(0.05)
            self._drain(results)
            if worker.is_alive():
                worker.kill()
            elif worker.exitcode not in (0, -9):
                self._blame("death", f"exit code {worker.exitcode}")
            worker.join()
        self._report(out, (monotonic() - begin) / 60, restarts)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _drain(self, results: Any) -> None:
        try:
            while True:
                name, outcome, data = results.get_nowait()
                self.tally.executions[name] += 1
                if outcome == "refused":
                    self.tally.refused[name] += 1
                elif outcome != "accepted":
                    self._keep(name, *outcome, data)
        except Empty:
            return

    def _blame(self, kind: str, message: str) -> None:
        name, _, data = self.current.read_bytes().partition(b"\0")
        self.tally.executions[name.decode()] += 1
        self._keep(name.decode(), kind, "", message, data)

    def _keep(self, target: str, kind: str, where: str, message: str, data: bytes) -> None:
        name = self.tally.add(target, kind, where, message, data)
        if name is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(data)
            print(f"FOUND {target}: {kind} at {where}: {message[:200]} ({name})", flush=True)

    def _report(self, out: Path, minutes: float, workers: int) -> None:
        total = sum(self.tally.executions.values())
        write_json(
            out,
            {
                "seed": self.seed,
                "minutes": round(minutes, 2),
                "python": sys.version.split()[0],
                "workers": workers,
                "executions": total,
                "targets": {
                    name: {"executions": count, "refused": self.tally.refused[name]}
                    for name, count in sorted(self.tally.executions.items())
                },
                "findings": list(self.tally.findings.values()),
            },
        )
        print(
            f"{minutes:6.1f} min  {total:9,} executions  {len(self.tally.findings)} findings",
            flush=True,
        )


def main() -> None:
    """Fuzz and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/fuzz.json"))
    parser.add_argument(
        "--findings", type=Path, default=Path(tempfile.gettempdir()) / "armo-fuzz-findings"
    )
    options = parser.parse_args()
    Fuzzer(options.seed, options.findings).run(options.minutes, options.out)


if __name__ == "__main__":
    main()
