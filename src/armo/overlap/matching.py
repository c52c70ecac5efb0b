"""A training row that repeats a benchmark row: what of it, and how surely."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from armo.overlap.entries import Entry
from armo.overlap.index import Hit, Likeness
from armo.overlap.texts import word_start

Kind: TypeAlias = Literal[
    "prompt and response",
    "exact prompt",
    "near prompt",
    "embedded prompt",
    "exact response",
    "near response",
]
# From the gravest to the least grave.
KINDS: tuple[Kind, ...] = (
    "prompt and response",
    "exact prompt",
    "near prompt",
    "embedded prompt",
    "exact response",
    "near response",
)
_PROMPT_KINDS: dict[Likeness, Kind] = {
    "exact": "exact prompt",
    "near": "near prompt",
    "embedded": "embedded prompt",
}
_SNIPPET = 200


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A training row that repeats a benchmark row.

    Attributes:
        kind: What is repeated, and how; one of `KINDS`.
        prompt: How the prompt is: `exact`, `near`, `embedded`, or None where it is another one.
        prompt_jaccard: Jaccard similarity of the prompts; None where embedded, or another one.
        response: How the most similar pair of responses is: `exact`, `near` or None.
        response_jaccard: Jaccard similarity of these responses.
        benchmark_file: File of the benchmark row; empty where it is not from a file.
        benchmark_id: Its id.
        subset: Its part of the benchmark.
        train_file: File of the training row, likewise.
        train_id: Its id.
        train_source: Data set that it comes from.
        benchmark_text: Beginning of the prompt, or of the response where that alone is repeated.
        train_text: Its counterpart; from where the benchmark's begins, if that is embedded.
    """

    kind: Kind
    prompt: Likeness | None
    prompt_jaccard: float | None
    response: Likeness | None
    response_jaccard: float | None
    benchmark_file: str
    benchmark_id: str
    subset: str
    train_file: str
    train_id: str
    train_source: str
    benchmark_text: str
    train_text: str

    def gravity(self) -> tuple[int, float]:
        """Return what sorts matches, the gravest first: the kind, then the similarity."""
        similarities = (self.prompt_jaccard, self.response_jaccard)
        return KINDS.index(self.kind), -sum(value for value in similarities if value is not None)

    def described(self) -> str:
        """Return the kind with its similarity where that says more: `near prompt, Jaccard 0.83`."""
        said = [
            f"Jaccard {value:.2f}"
            for likeness, value in (
                (self.prompt, self.prompt_jaccard),
                (self.response, self.response_jaccard),
            )
            if likeness == "near" and value is not None
        ]
        return ", ".join([self.kind, *said])


class Answer(msgspec.Struct, frozen=True):
    """A response that is repeated: how, the benchmark's text, and the training row's."""

    hit: Hit
    benchmark: str
    train: str


def match_of(benchmark: Entry, train: Entry, prompt: Hit | None, answer: Answer | None) -> Match:
    """Return the match of two rows, of which the prompts, the responses or both are alike."""
    response = answer.hit if answer is not None else None
    texts = (benchmark.prompt, train.prompt)
    if prompt is None and answer is not None:
        texts = (answer.benchmark, answer.train)
    return Match(
        kind=_kind(prompt, response),
        prompt=prompt.likeness if prompt else None,
        prompt_jaccard=prompt.jaccard if prompt else None,
        response=response.likeness if response else None,
        response_jaccard=response.jaccard if response else None,
        benchmark_file=benchmark.file,
        benchmark_id=benchmark.id,
        subset=benchmark.subset,
        train_file=train.file,
        train_id=train.id,
        train_source=train.source,
        benchmark_text=_snippet(texts[0], 0),
        train_text=_snippet(texts[1], prompt.at if prompt else 0),
    )


def _kind(prompt: Hit | None, response: Hit | None) -> Kind:
    if prompt is not None:
        return _PROMPT_KINDS[prompt.likeness] if response is None else "prompt and response"
    assert response is not None  # noqa: S101 - a match has one of the two
    return "exact response" if response.likeness == "exact" else "near response"


def _snippet(text: str, word: int) -> str:
    start = word_start(text, word) if word else 0
    # More than enough characters for a snippet, whatever white space is among them.
    flat = " ".join(text[start : start + 4 * _SNIPPET].split())
    cut = flat if len(flat) <= _SNIPPET else flat[: _SNIPPET - 1] + "…"
    return f"… {cut}" if start else cut
