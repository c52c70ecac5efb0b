"""Rows a second and peak memory of `armo data check --fix`, at 100,000 and at 1,000,000 rows.

Short rows are made in a temporary folder: native ratings, native pairs, and rows in HelpSteer's own
layout, which become native. The command runs in a process of its own,
whose peak resident memory the system tells. Its peer, in the same rounds and in a process of its own
too, is what a script would do at the least: json.loads and json.dumps, line by line, without a check.

    python benchmarks/data.py --rounds 3 --out benchmarks/data.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from armo.atomic import write_json

MIB = 1 << 20
ARMO = "from armo.cli import main; main()"
PEER = """
import json, sys
with open(sys.argv[1], encoding="utf-8") as rows, open(sys.argv[2], "w", encoding="utf-8") as out:
    for line in rows:
        out.write(json.dumps(json.loads(line)) + "\\n")
"""


def rating(number: int) -> dict[str, Any]:
    """Return a short rating row; four responses share a prompt."""
    minutes = number // 4
    return {
        "id": f"rating-{number}",
        "source": "made",
        "messages": [
            {"role": "user", "content": f"How many seconds are there in {minutes} minutes?"},
            {
                "role": "assistant",
                "content": f"There are {60 * minutes + number % 4} seconds, as a minute has sixty.",
            },
        ],
        "ratings": {"correctness": number % 5, "is_short": number % 3 == 0},
        "scale": {"correctness": [0, 4], "is_short": [0, 1]},
    }


def pair(number: int) -> dict[str, Any]:
    """Return a short preference row; two pairs share a prompt."""
    minutes = number // 2
    return {
        "id": f"pair-{number}",
        "source": "made",
        "prompt": [
            {"role": "user", "content": f"How many seconds are there in {minutes} minutes?"}
        ],
        "chosen": [{"role": "assistant", "content": f"There are {60 * minutes} seconds in these."}],
        "rejected": [{"role": "assistant", "content": f"About {number}, if I am not mistaken."}],
    }


def helpsteer(number: int) -> dict[str, Any]:
    """Return a short row in HelpSteer's own layout; four responses share a prompt."""
    row = rating(number)
    prompt, response = (message["content"] for message in row["messages"])
    aspects = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
    return {"prompt": prompt, "response": response} | {
        aspect: (number + place) % 5 for place, aspect in enumerate(aspects)
    }


def lines(make: Callable[[int], dict[str, Any]], rows: int) -> Iterator[bytes]:
    """Yield rows as lines of JSON; one of a thousand is faulty, so that there are rejects to write."""
    for number in range(rows):
        row = make(number)
        if number % 1000 == 999:
            row |= {"group": "", "response": ""}
        yield msgspec.json.encode(row) + b"\n"


class Kind(NamedTuple):
    """Rows to check: their kind, the set whose layout they have (`SET:`), and what makes them."""

    name: str
    layout: str
    make: Callable[[int], dict[str, Any]]


KINDS = {
    "ratings": Kind("ratings", "", rating),
    "pairs": Kind("preferences", "", pair),
    "helpsteer": Kind("ratings", "helpsteer:", helpsteer),
}


class Run(NamedTuple):
    """What a process took: seconds of the clock, of a core, and MiB of memory at its peak."""

    elapsed: float
    busy: float
    peak_mib: float


def run(code: str, *arguments: object) -> Run:
    """Run Python in a process of its own.

    A process begins with the peak of the one that starts it, so this one must stay small.
    """
    start = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    # Linux counts KiB, macOS bytes.
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else MIB)
    return Run(elapsed, usage.ru_utime + usage.ru_stime, peak)


def measure(folder: Path, kind: Kind, rows: int, rounds: int) -> dict[str, Any]:
    """Return medians over rounds in which the command and its peer take turns."""
    path = folder / "rows.jsonl"
    with path.open("wb") as stream:
        stream.writelines(lines(kind.make, rows))
    check = (f"{kind.layout}{path}", "--kind", kind.name, "--fix", "--force")
    found: dict[str, list[Run]] = {"armo data check --fix": [], "json": []}
    for _ in range(rounds):
        found["armo data check --fix"].append(
            run(ARMO, "data", "check", *check, "--out", folder / "out.jsonl")
        )
        found["json"].append(run(PEER, path, folder / "peer.jsonl"))
    with (folder / "out.jsonl").open("rb") as stream:
        kept = sum(1 for _ in stream)
    assert kept == rows - rows // 1000, kept
    record: dict[str, Any] = {
        "rows": rows,
        "megabytes": path.stat().st_size / 1e6,
        "rounds": rounds,
    }
    for name, runs in found.items():
        record[name] = {
            "rows_per_second": rows / median(run.elapsed for run in runs),
            # Where other work keeps the cores from it, this tells more than the clock does.
            "rows_per_core_second": rows / median(run.busy for run in runs),
            "peak_mib": median(run.peak_mib for run in runs),
        }
    ours, peer = record["armo data check --fix"], record["json"]
    record["share_of_json_speed"] = ours["rows_per_core_second"] / peer["rows_per_core_second"]
    for left in folder.iterdir():
        left.unlink()
    return record


def main() -> None:
    """Measure all sizes of both kinds, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="of the small; the large has one")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/data.json"))
    options = parser.parse_args()
    record: dict[str, Any] = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "msgspec": msgspec.__version__,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in KINDS.items():
            record[name] = [
                measure(Path(folder), kind, options.small, options.rounds),
                measure(Path(folder), kind, options.large, 1),
            ]
            print(json.dumps({name: record[name]}, indent=1), flush=True)
    write_json(options.out, record)


if __name__ == "__main__":
    main()
