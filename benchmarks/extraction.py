"""Reading speed: tokens a second, as a share of the machine's own matmul peak, beside two peers.

Every round measures the peak, armo, one conversation a forward (as the ArmoRM authors' script does),
and padded batches of eight in the order of the file (as most scripts do), one after the other; the
medians over the rounds are printed and saved.

    python benchmarks/extraction.py --rows 160 --rounds 5 --out benchmarks/extraction.json
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
import transformers

from armo.atomic import write_json
from armo.backbone import Backbone, BackboneSettings, Encoded, load
from armo.data.sample import generate

_PEAK_SIZE = 2048


def matmul_peak() -> float:
    """Return FLOP/s of a square float32 matrix product on all cores."""
    a, b = torch.randn(2, _PEAK_SIZE, _PEAK_SIZE)
    start = perf_counter()
    for _ in range(4):
        a @ b
    return 4 * 2 * _PEAK_SIZE**3 / (perf_counter() - start)


def one_by_one(backbone: Backbone, rows: list[Encoded]) -> None:
    """Read one conversation a forward."""
    for row in rows:
        backbone.read([row])


def padded_by_eight(backbone: Backbone, rows: list[Encoded]) -> None:
    """Read batches of eight in the order given, padded to the longest."""
    for start in range(0, len(rows), 8):
        backbone.read(rows[start : start + 8])


def speed(
    read: Callable[[Backbone, list[Encoded]], object], backbone: Backbone, rows: list[Encoded]
) -> float:
    """Return tokens of the conversations, padding not counted, a second."""
    start = perf_counter()
    read(backbone, rows)
    return sum(len(row.ids) for row in rows) / (perf_counter() - start)


def measure(rows: int, rounds: int) -> dict[str, object]:
    """Return the medians over several rounds."""
    backbone = load(BackboneSettings(layer="last", dtype="float32"))
    sample = generate(0)
    conversations = {repr(row.messages): row.messages for row in sample.ratings}
    # Every n-th, so that all domains are in.
    chosen = list(conversations.values())[:: max(1, len(conversations) // rows)][:rows]
    encoded = [backbone.encode(messages) for messages in chosen]
    readers = {
        "armo": Backbone.read_all,
        "one conversation a forward": one_by_one,
        "padded batches of 8": padded_by_eight,
    }
    speeds: dict[str, list[float]] = {name: [] for name in readers}
    shares: list[float] = []
    peaks: list[float] = []
    flops = 2 * backbone.parameters_per_token
    matmul_peak()
    backbone.read_all(encoded[:32])
    for _ in range(rounds):
        before = matmul_peak()
        for name, read in readers.items():
            speeds[name].append(speed(read, backbone, encoded))
        peaks.append((before + matmul_peak()) / 2)
        shares.append(speeds["armo"][-1] * flops / peaks[-1])
    ours = speeds["armo"]
    return {
        "machine": platform.machine(),
        "cores": torch.get_num_threads(),
        "torch": str(torch.__version__),
        "transformers": transformers.__version__,
        "rows": len(encoded),
        "tokens": sum(len(row.ids) for row in encoded),
        "rounds": rounds,
        "peak_gflops": median(peaks) / 1e9,
        "share_of_peak": median(shares),
        "tokens_per_second": {name: median(values) for name, values in speeds.items()},
        "ratio": {
            name: median(a / b for a, b in zip(ours, values, strict=True))
            for name, values in speeds.items()
        },
    }


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/extraction.json"))
    options = parser.parse_args()
    figures = measure(options.rows, options.rounds)
    write_json(options.out, figures)
    print(
        f"matmul peak {figures['peak_gflops']:.0f} GFLOP/s, armo at {figures['share_of_peak']:.0%} of it"
    )
    speeds, ratios = figures["tokens_per_second"], figures["ratio"]
    assert isinstance(speeds, dict)
    assert isinstance(ratios, dict)
    for name, value in speeds.items():
        print(f"{name:28s} {value:7.0f} tokens/s   armo is {ratios[name]:.2f} × that")


if __name__ == "__main__":
    main()
