"""Running a reward model over a benchmark: its rows read once, judged, and counted."""

from armo.benchmark.named import benchmark_sources, parse_options
from armo.benchmark.reading import Benchmark, read_benchmark, read_sources
from armo.benchmark.run import default_folder, evaluate

__all__ = [
    "Benchmark",
    "benchmark_sources",
    "default_folder",
    "evaluate",
    "parse_options",
    "read_benchmark",
    "read_sources",
]
