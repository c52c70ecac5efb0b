"""Running a reward model over a benchmark: its rows read once, judged, and counted."""

from armo.benchmark.reading import Benchmark, read_benchmark, read_sources
from armo.benchmark.run import default_folder, evaluate

__all__ = [
    "Benchmark",
    "default_folder",
    "evaluate",
    "read_benchmark",
    "read_sources",
]
