"""What is done with pairs, and what with questions that have several responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from armo.benchmark.accuracies import Resampling
from armo.benchmark.judging import Judged
from armo.benchmark.misjudged import Contest, pair_contests, question_contests
from armo.benchmark.pair_figures import pair_figures
from armo.benchmark.response_figures import response_figures
from armo.data import BenchmarkRow, ResponsesRow
from armo.features import Request


@dataclass(frozen=True)
class Kind:
    """How rows of a kind are read, counted and shown when they are lost.

    Attributes:
        schema: What eval.json calls itself.
        one: What messages call a row.
        requests: Names the conversations of a row, `(id, row)`.
        figures: Makes figures of what was judged: objectives, lost rows by subset, and resampling.
        contests: Finds what was lost.
    """

    schema: str
    one: str
    requests: Callable[[str, Any], Iterator[Request]]
    figures: Callable[[Judged[Any], list[str], Mapping[str, int], Resampling], dict[str, Any]]
    contests: Callable[[Judged[Any]], list[Contest]]


def _pair_requests(row_id: str, row: BenchmarkRow) -> Iterator[Request]:
    for side, messages in zip(("chosen", "rejected"), row.conversations(), strict=True):
        yield Request(row_id, messages, side)


def _question_requests(row_id: str, row: ResponsesRow) -> Iterator[Request]:
    for place, messages in enumerate(row.conversations()):
        yield Request(row_id, messages, f"responses[{place}]")


KINDS: dict[str, Kind] = {
    "pairs": Kind("armo.eval/1", "pair", _pair_requests, pair_figures, pair_contests),
    "questions": Kind(
        "armo.eval.responses/1",
        "question",
        _question_requests,
        response_figures,
        question_contests,
    ),
}
