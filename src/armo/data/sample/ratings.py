"""The raters: sources that each rate some objectives on some domains, and like long answers too much."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from armo.data.rows import RatingRow
from armo.data.sample.answers import Answer
from armo.data.sample.domains import DOMAINS
from armo.objectives import Objective

# Raters shy away from the ends of a scale. It also leaves room for the bias, so nothing is clipped
# but noise, and the bias stays linear.
_SPREAD = 0.7
# About half a step of the coarsest scale: rounding then averages out and keeps the bias linear too.
_NOISE = 0.1
_FLIPPED = 0.03
_MISSING = 0.03

# By how much a rater's view of each objective rises from the shortest to the longest answer. It is
# what debiasing should find: the penalty of an objective, in units of the rating of verbosity.
VERBOSITY_BIAS = {
    "helpfulness": 0.4,
    "correctness": 0.3,
    "verbosity": 0.0,
    "politeness": 0.2,
    "is_safe": 0.0,
    "readability": 0.25,
    "faithfulness": 0.35,
    "coverage": 0.4,
    "fluency": 0.2,
}


@dataclass(frozen=True)
class Source:
    """A data set as from one team of raters.

    Attributes:
        name: Name of the source.
        scale: Lowest and highest rating.
        rated: Objectives that it rates, by domain.
        share: Share of those prompts that it has rated.
        boolean: True if it only says yes or no.
    """

    name: str
    scale: tuple[float, float]
    rated: dict[str, tuple[str, ...]]
    share: float
    boolean: bool = False

    def objectives(self) -> list[str]:
        """Return the names of all objectives that the source rates anywhere, in order."""
        return list(dict.fromkeys(name for names in self.rated.values() for name in names))


_EVERYWHERE = tuple(domain.name for domain in DOMAINS)
SOURCES = (
    Source(
        "panel",
        (0, 4),
        dict.fromkeys(_EVERYWHERE, ("helpfulness", "correctness", "verbosity")),
        share=0.9,
    ),
    Source(
        "hospitality",
        (1, 7),
        dict.fromkeys(_EVERYWHERE, ("politeness",)),
        share=0.7,
    ),
    Source(
        "guard", (0, 1), dict.fromkeys(("safety", "chat"), ("is_safe",)), share=1.0, boolean=True
    ),
    Source("reviewers", (1, 5), {"code": ("readability",)}, share=1.0),
    Source(
        "news desk",
        (1, 10),
        {"summary": ("faithfulness", "coverage", "fluency"), "chat": ("fluency",)},
        share=1.0,
    ),
)


def objectives() -> list[Objective]:
    """Return all objectives, by source, each with its native scale."""
    return [
        Objective(name, *source.scale, source=source.name, boolean=source.boolean)
        for source in SOURCES
        for name in source.objectives()
    ]


def rate(seed: int, answers: list[Answer]) -> list[RatingRow]:
    """Return the ratings of the answers to one prompt, by every source that has rated it."""
    rng = Random(f"armo sample ratings {seed} {answers[0].prompt}")
    rows = []
    for source in SOURCES:
        chosen = rng.random() < source.share
        if chosen and answers[0].domain in source.rated:
            rows += [_row(rng, source, answer) for answer in answers]
    return rows


def _row(rng: Random, source: Source, answer: Answer) -> RatingRow:
    names = source.rated[answer.domain]
    ratings: dict[str, float | bool | None] = {
        name: _rating(rng, source, name, answer) for name in names
    }
    # A rater skips a question now and then, but never a whole row.
    if len(names) > 1 and rng.random() < _MISSING * len(names):
        ratings[rng.choice(names)] = None
    return RatingRow(
        id=f"{source.name.replace(' ', '-')}-{answer.prompt:04d}-{answer.number}",
        source=source.name,
        messages=list(answer.messages),
        ratings=ratings,
        scale=dict.fromkeys(names, source.scale),
        meta={"domain": answer.domain},
    )


def _rating(rng: Random, source: Source, name: str, answer: Answer) -> float | bool:
    quality = answer.quality[name]
    if source.boolean:
        return rng.random() < _FLIPPED + (1 - 2 * _FLIPPED) * quality
    inflated = quality - 0.5 + VERBOSITY_BIAS[name] * (answer.quality["verbosity"] - 0.5)
    unit = 0.5 + _SPREAD * inflated + rng.gauss(0.0, _NOISE)
    low, high = source.scale
    return min(max(float(round(low + (high - low) * unit)), low), high)
