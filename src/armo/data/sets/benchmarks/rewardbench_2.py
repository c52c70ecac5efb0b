"""RewardBench 2: one right response and three wrong ones to a prompt; in Ties many of both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armo.data.rows import LabelledResponse, ResponsesRow
from armo.data.sets.benchmarks.own_id import with_own_id
from armo.data.sets.fields import required, text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError


@row_by_row
def rewardbench_2_rows(row: RawRow, tally: Tally) -> Iterator[ResponsesRow]:
    """Yield a prompt with its responses, right ones first.

    In Ties the benchmark's own id, `ref:N` or `tied:N`, is kept with each response, since the rule
    links the two versions of a prompt by it.
    """
    subset = text(row.value, "subset")
    chosen, rejected = _texts(row, "chosen"), _texts(row, "rejected")
    _check_count(row, "num_correct", chosen, "chosen")
    _check_count(row, "num_incorrect", rejected, "rejected")
    metas = _models(row, len(chosen) + len(rejected))
    ties = subset.lower() == "ties"
    group = None
    if ties:
        benchmark_id = text(row.value, "id")
        number = _number(benchmark_id)
        group = f"rewardbench-2-ties-{number}"
        metas = [{**meta, "benchmark_id": benchmark_id} for meta in metas]
    yield ResponsesRow(
        id=with_own_id(row),
        prompt=text(row.value, "prompt"),
        responses=[
            LabelledResponse(message=message, label=int(place < len(chosen)), meta=meta)
            for place, (message, meta) in enumerate(zip([*chosen, *rejected], metas, strict=True))
        ],
        rule="ties" if ties else "best-of",
        subset=subset,
        source="rewardbench-2",
        group=group,
    )


def _texts(row: RawRow, field: str) -> list[str]:
    values = required(row.value, field)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DataError(f"{field}: expected a list of texts")
    if not values:
        raise DataError(f"{field}: the list is empty")
    return values


def _check_count(row: RawRow, field: str, responses: list[str], named: str) -> None:
    count = row.value.get(field)
    if count is not None and count != len(responses):
        raise DataError(f"{field}: {count!r}, but {named} holds {len(responses)}")


def _models(row: RawRow, count: int) -> list[dict[str, Any]]:
    """Return the meta of each response: its model, where the row names one for all or one for each."""
    models = row.value.get("models")
    if not isinstance(models, list) or len(models) not in (1, count):
        return [{} for _ in range(count)]
    return [{"model": model} for model in (models if len(models) == count else models * count)]


def _number(benchmark_id: str) -> str:
    version, _, number = benchmark_id.partition(":")
    if version not in ("ref", "tied") or not number:
        raise DataError(f"id: '{benchmark_id}' in Ties should be 'ref:N' or 'tied:N'")
    return number


REWARDBENCH_2 = KnownSet(
    name="rewardbench-2",
    kind="benchmark",
    hub="allenai/reward-bench-2",
    adapter=rewardbench_2_rows,
    licence="ODC-BY",
    layout="id, prompt, chosen[], rejected[], num_correct, num_incorrect, total_completions, "
    "models[], subset, additional_metadata",
    tested_on="documented layout",
    split="test",
    rows=1865,
    native_rows=1865,
    note="subsets Factuality, Precise IF, Math, Safety, Focus and Ties; the last has a rule of its own",
)
