"""Systems that need no training, and a benchmark for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmark.small import rows as raw_rows
from tests.benchmark.test_benchmark_reading import write

from armo.benchmark import Benchmark, read_benchmark
from armo.conversation import text_of
from armo.leaderboard.judging import Rows
from armo.progress import Reporter
from armo.rejects import Reject
from armo.rivals.system import Description, Pair, Preference


def benchmark(folder: Path, count: int = 60) -> Benchmark:
    return read_benchmark(write(folder / "pairs.jsonl", raw_rows(count)))


def rows_of(found: Benchmark) -> Rows:
    return list(zip(found.ids, found.rows, strict=True))


class LikesTheFirst:
    """Prefers the response that stands first, whatever it says."""

    description = Description(kind="first", base="nothing", hash="1", beta=1.0)

    def prefer(self, pairs: Sequence[Pair], reporter: Reporter) -> list[Preference | Reject]:
        del reporter
        return [Preference(1.0, 1.0, tokens=3) for _ in pairs]


class LikesLong:
    """Prefers the longer response; leaves pairs open that are as long; counts what it is asked."""

    def __init__(
        self, kind: str = "judge", unreadable: Sequence[str] = (), die_at: int = 0
    ) -> None:
        self.description = Description(kind=kind, base="lengths", hash=f"{kind}{list(unreadable)}")
        self.asked: list[str] = []
        self._unreadable = unreadable
        self._die_at = die_at

    def prefer(self, pairs: Sequence[Pair], reporter: Reporter) -> list[Preference | Reject]:
        del reporter
        self.asked += [pair.id for pair in pairs]
        if self._die_at and len(self.asked) >= self._die_at:
            raise KeyboardInterrupt
        return [self._judged(pair) for pair in pairs]

    def _judged(self, pair: Pair) -> Preference | Reject:
        if pair.id in self._unreadable:
            return Reject(pair.id, "too much of it")
        more = len(text_of(pair.a)) - len(text_of(pair.b))
        verdict = 0.5 if more == 0 else float(more > 0)
        return Preference(None, verdict, tokens=7, notes=("open",) if more == 0 else ())
