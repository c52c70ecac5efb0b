"""JudgeBench: pairs of one model's responses to hard questions, of which one is correct."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import BenchmarkRow
from armo.data.sets.benchmarks.own_id import with_own_id
from armo.data.sets.fields import text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError

# The four categories that the benchmark reports, by what the names of their sources begin with.
_CATEGORIES = {
    "mmlu-pro": "knowledge",
    "livebench-reasoning": "reasoning",
    "livebench-math": "math",
    "livecodebench": "coding",
}


@row_by_row
def judgebench_rows(row: RawRow, tally: Tally) -> Iterator[BenchmarkRow]:
    """Yield the pair of a row: the response that its label puts above the other first."""
    source = text(row.value, "source")
    first, second = text(row.value, "response_A"), text(row.value, "response_B")
    label = text(row.value, "label")
    if label not in ("A>B", "B>A"):
        raise DataError(f"label: expected 'A>B' or 'B>A', got '{label}'")
    chosen, rejected = (first, second) if label == "A>B" else (second, first)
    yield BenchmarkRow(
        id=with_own_id(row, "pair_id"),
        prompt=text(row.value, "question"),
        chosen=chosen,
        rejected=rejected,
        subset=source,
        category=_category(source),
        source="judgebench",
    )


def _category(source: str) -> str:
    for start, category in _CATEGORIES.items():
        if source.startswith(start):
            return category
    raise DataError(f"source: '{source}' begins with none of {', '.join(_CATEGORIES)}")


JUDGEBENCH = KnownSet(
    name="judgebench",
    kind="benchmark",
    hub="ScalerLab/JudgeBench",
    adapter=judgebench_rows,
    licence="MIT",
    layout="pair_id, original_id, source, question, response_model, response_A, response_B, label",
    tested_on="real rows",
    split="gpt",
    rows=350,
    native_rows=350,
    note="split gpt is what most report; split claude has 270 more pairs. A pair of the two splits has "
    "two equal responses, which no model can win",
)
