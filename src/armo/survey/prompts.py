"""How rows spread over prompts, and what stands in several places."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.survey.gather import Gathered
from armo.survey.tables import Part, Ratings, Responses, kind_order

TRAINING = ("ratings", "preferences")
BENCHMARKS = ("benchmark", "responses")


class PartFacts(msgspec.Struct, frozen=True):
    """One source in files of one kind.

    Attributes:
        kind: Kind of the rows.
        source: Their source.
        rows: Usable rows.
        prompts: Distinct prompts.
    """

    kind: str
    source: str
    rows: int
    prompts: int


class PromptFigures(msgspec.Struct, frozen=True):
    """Prompts, over all files.

    Attributes:
        prompts: Distinct prompts, by their first user message.
        responses: Responses read.
        most: Responses of the prompt that has most.
        top_share: Share of all responses that belongs to the most frequent 1% of the prompts.
        training: Prompts of ratings and preferences.
        benchmark: Prompts of benchmarks.
        in_both: Prompts that stand in both.
        copies: Rated rows whose conversation stands in an earlier rated row.
        equal_copies: Those of the copies whose ratings are equal too, all of them, to an earlier row's.
        repeated: Conversations that stand in several rated rows.
    """

    prompts: int
    responses: int
    most: int
    top_share: float
    training: int
    benchmark: int
    in_both: int
    copies: int
    equal_copies: int
    repeated: int


def part_facts(gathered: Gathered, responses: Responses) -> list[PartFacts]:
    """Return rows and prompts of every kind and source, in order."""
    met = np.unique(np.stack([responses.part.astype(np.uint64), responses.prompt], axis=1), axis=0)
    prompts = np.bincount(met[:, 0].astype(np.intp), minlength=len(responses.parts))
    code: dict[Part, int] = {part: number for number, part in enumerate(responses.parts)}
    return [
        PartFacts(kind, source, gathered.rows[kind, source], int(prompts[code[kind, source]]))
        for kind, source in sorted(gathered.rows, key=_order)
    ]


def prompt_figures(ratings: Sequence[Ratings], responses: Responses) -> PromptFigures:
    """Return how responses spread over prompts."""
    _, counts = np.unique(responses.prompt, return_counts=True)
    frequent = np.sort(counts)[::-1][: -(-len(counts) // 100)]
    training = _prompts(responses, TRAINING)
    benchmark = _prompts(responses, BENCHMARKS)
    _, rated = np.unique(responses.key[responses.of_kind("ratings")], return_counts=True)
    return PromptFigures(
        prompts=len(counts),
        responses=len(responses.part),
        most=int(counts.max(initial=0)),
        top_share=float(frequent.sum() / max(1, counts.sum())),
        training=len(training),
        benchmark=len(benchmark),
        in_both=len(np.intersect1d(training, benchmark, assume_unique=True)),
        copies=int((rated - 1).sum()),
        equal_copies=_equal_copies(ratings, responses),
        repeated=int((rated > 1).sum()),
    )


def _equal_copies(ratings: Sequence[Ratings], responses: Responses) -> int:
    rows = np.flatnonzero(responses.of_kind("ratings"))
    _, key, counts = np.unique(responses.key[rows], return_inverse=True, return_counts=True)
    repeated = counts[key] > 1
    rows, same = rows[repeated], key[repeated]
    for objective in ratings:
        given = np.full(len(responses.key), np.nan)
        given[objective.rows] = objective.unit
        # Rows stay the same as long as they have one rating, or one and all have none.
        values, code = np.unique(given[rows], return_inverse=True)
        same = np.unique(same * len(values) + code, return_inverse=True)[1]
    return len(rows) - len(np.unique(same)) if len(rows) else 0


def _order(part: Part) -> tuple[int, str]:
    return kind_order(part[0]), part[1]


def _prompts(responses: Responses, kinds: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.unique(responses.prompt[responses.of_kind(*kinds)])
