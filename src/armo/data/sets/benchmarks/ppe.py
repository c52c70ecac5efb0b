"""PPE, Preference Proxy Evaluations: human preferences, and responses with known correctness."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Any

from armo.data.rows import BenchmarkRow, LabelledResponse, ResponsesRow
from armo.data.sets.benchmarks.own_id import with_own_id
from armo.data.sets.fields import required, text, whole
from armo.data.sets.known import Adapter, KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError


@row_by_row
def human_rows(row: RawRow, tally: Tally) -> Iterator[BenchmarkRow]:
    """Yield the pair of a row that has a winner; a tie is given up, with that as the reason."""
    winner = text(row.value, "winner")
    if winner.startswith("tie"):
        raise DataError(f"winner: '{winner}', so neither response is preferred")
    if winner not in ("model_a", "model_b"):
        raise DataError(f"winner: expected 'model_a', 'model_b' or a tie, got '{winner}'")
    first, second = text(row.value, "response_1"), text(row.value, "response_2")
    chosen, rejected = (first, second) if winner == "model_a" else (second, first)
    english = text(row.value, "language") == "English"
    yield BenchmarkRow(
        id=with_own_id(row, "question_id"),
        prompt=text(row.value, "prompt"),
        chosen=chosen,
        rejected=rejected,
        subset="English" if english else "other languages",
        category="human preference",
        source="ppe-human",
    )


def correctness_rows(name: str, subset: str) -> Adapter:
    """Return the adapter of one of the correctness sets, which all have one layout."""

    def convert(row: RawRow, tally: Tally) -> Iterator[ResponsesRow]:
        """Yield a prompt with its responses; right ones tell which wrong ones they are paired with."""
        correct = _correct(row)
        metas = _pairs(row, correct, tally)
        responses = [
            LabelledResponse(
                message=text(row.value, f"response_{place}"), label=int(right), meta=meta
            )
            for place, (right, meta) in enumerate(zip(correct, metas, strict=True), start=1)
        ]
        yield ResponsesRow(
            id=with_own_id(row, "question_id"),
            prompt=text(row.value, "prompt"),
            responses=responses,
            rule="conflict-pairs",
            subset=subset,
            category="correctness",
            source=name,
        )

    return row_by_row(convert)


def _correct(row: RawRow) -> list[bool]:
    scores = required(row.value, "scores")
    if not isinstance(scores, list) or not all(score in (0, 1) for score in scores):
        raise DataError("scores: expected a list of true and false, one a response")
    return [bool(score) for score in scores]


def _pairs(row: RawRow, correct: list[bool], tally: Tally) -> list[dict[str, Any]]:
    """Return the meta of each response; pairs are counted from 0, while fields are from 1."""
    metas: list[dict[str, Any]] = [{} for _ in correct]
    sampled = row.value.get("sampled_conflict_pairs")
    if not isinstance(sampled, list | None):
        raise DataError(
            f"sampled_conflict_pairs: expected a list of pairs, got {type(sampled).__name__}"
        )
    for pair in sampled or []:
        one, other = _places(pair, len(correct))
        if correct[one] == correct[other]:
            raise DataError(
                f"sampled_conflict_pairs: {pair!r} is no pair of a right and a wrong response"
            )
        first, second = (one, other) if correct[one] else (other, one)
        metas[first].setdefault("beats", []).append(second)
    if not any(metas):
        tally.note("prompts without pairs, since their responses are all right or all wrong")
    return metas


def _places(pair: object, responses: int) -> tuple[int, int]:
    """Return the two places that a pair names; tables may hold them as 0.0 and 1.0."""
    places = [whole(place) for place in pair] if isinstance(pair, list) else []
    found = [place for place in places if place is not None and 0 <= place < responses]
    if len(places) != 2 or len(found) != 2:
        raise DataError(
            f"sampled_conflict_pairs: {reprlib.repr(pair)} is no pair of responses, counted from 0 "
            f"to {responses - 1}"
        )
    return found[0], found[1]


def _correctness_set(subset: str, rows: int | None) -> KnownSet:
    name = f"ppe-{subset.lower()}"
    return KnownSet(
        name=name,
        kind="benchmark",
        hub=f"lmarena-ai/PPE-{subset}-Best-of-K",
        adapter=correctness_rows(name, subset),
        licence="not stated where we looked; see its card",
        layout="prompt, response_1 … response_32, scores[32], sampled_conflict_pairs[][2], model_name",
        tested_on="documented layout",
        rows=rows,
        native_rows=rows,
        note="scored by the accuracy of its sampled pairs and by the last point of the best-of-K "
        "curve; the benchmark's area under the ROC curve and the rest of that curve are not computed",
    )


PPE_SETS: tuple[KnownSet, ...] = (
    KnownSet(
        name="ppe-human",
        kind="benchmark",
        hub="lmarena-ai/PPE-Human-Preference-V1",
        adapter=human_rows,
        licence="prompts CC-BY-4.0; responses under the terms of the models' providers",
        layout="question_id, model_a, model_b, winner, prompt, response_1, response_2, language, …",
        tested_on="documented layout",
        split="test",
        rows=16038,
        note="votes of people; ties are given up, so there are fewer pairs than rows. Scored by "
        "accuracy; the benchmark's figures on the ranking of models are not computed",
    ),
    _correctness_set("MMLU-Pro", None),
    _correctness_set("MATH", 512),
    _correctness_set("GPQA", 512),
    _correctness_set("MBPP-Plus", None),
    _correctness_set("IFEval", 512),
)
