"""Rows and texts that the tests of overlap share."""

from __future__ import annotations

from tests.tiny import chat

from armo.data import BenchmarkRow, PreferenceRow, RatingRow, ResponsesRow
from armo.data.rows import LabelledResponse
from armo.overlap import Entry

# 35 words: shingles of three.
LONG = (
    "A farmer counts his geese every evening before he shuts the gate and writes the number into a "
    "small red book that hangs on a nail beside the door of the barn near the pond."
)
# 14 words: shingles of two.
SHORT = "Which of the four large moons of Jupiter was seen first by an astronomer?"
ANSWER = (
    "None was first: all four turned up within a week of each other in the winter of that year, as the "
    "notes tell."
)


def entry(
    name: str, prompt: str, *responses: str, source: str = "s", subset: str = "part"
) -> Entry:
    return Entry(name, prompt, responses, f"{source}.jsonl", source, subset)


def rating(name: str, prompt: str, response: str = "Seven.", source: str = "raters") -> RatingRow:
    return RatingRow(
        id=name,
        source=source,
        messages=chat(prompt, response),
        ratings={"good": 1},
        scale={"good": (0, 1)},
    )


def preference(
    name: str, prompt: str, chosen: str = "Seven.", rejected: str = "Nine."
) -> PreferenceRow:
    first, second = chat(prompt, chosen), chat(prompt, rejected)
    return PreferenceRow(
        id=name, source="pairs", prompt=first[:1], chosen=first[1:], rejected=second[1:]
    )


def benchmark(name: str, prompt: str, chosen: str = "Yes.", rejected: str = "No.") -> BenchmarkRow:
    return BenchmarkRow(id=name, prompt=prompt, chosen=chosen, rejected=rejected, subset="part")


def best_of(name: str, prompt: str, *responses: str) -> ResponsesRow:
    labelled = [
        LabelledResponse(message=response, label=number)
        for number, response in enumerate(responses)
    ]
    return ResponsesRow(id=name, prompt=prompt, responses=labelled, rule="best", subset="best-of")
