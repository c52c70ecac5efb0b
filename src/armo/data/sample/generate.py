"""Puts the sample together: answers, their ratings, the pairs, and the truth behind them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from armo.conversation import conversation_group, conversation_key
from armo.data.rows import PreferenceRow, RatingRow
from armo.data.sample.answers import Answer, write_answers
from armo.data.sample.domains import DOMAINS
from armo.data.sample.preferences import SHARPNESS, compare
from armo.data.sample.ratings import VERBOSITY_BIAS, objectives, rate
from armo.data.sample.truth import Truth
from armo.errors import InputError
from armo.objectives import Objective

DEFAULT_PROMPTS = 360
MOST_PROMPTS = 20_000


class Sample(msgspec.Struct, frozen=True):
    """A generated set of ratings and preferences, with the truth that was planted in it.

    Attributes:
        ratings: Absolute ratings; a response has one row for every source that rated it.
        preferences: Pairs of the same responses.
        objectives: What is rated, each with its native scale and source.
        truth: What it was all made from.
    """

    ratings: list[RatingRow]
    preferences: list[PreferenceRow]
    objectives: list[Objective]
    truth: Truth

    def write(self, folder: str | Path) -> None:
        """Write `ratings.jsonl`, `preferences.jsonl` and `truth.json` into a folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        encode = msgspec.json.Encoder().encode_lines
        (folder / "ratings.jsonl").write_bytes(encode(self.ratings))
        (folder / "preferences.jsonl").write_bytes(encode(self.preferences))
        (folder / "truth.json").write_bytes(msgspec.json.encode(self.truth) + b"\n")


def generate(seed: int = 0, prompts: int = DEFAULT_PROMPTS) -> Sample:
    """Generate a sample in which the prompt's domain decides which objective matters.

    Args:
        seed: Equal seeds give equal samples, on any machine.
        prompts: Number of prompts, each with four responses. The default is read by the embedded
            backbone in a few minutes on two cores.

    Returns:
        Ratings, preferences, objectives and the planted truth.
    """
    if not len(DOMAINS) <= prompts <= MOST_PROMPTS:
        raise InputError(
            f"prompts must be from {len(DOMAINS)}, one a domain, to {MOST_PROMPTS}, beyond which "
            f"there is nothing new to ask; got {prompts}"
        )
    answers = write_answers(seed, prompts)
    weights = {domain.name: dict(domain.weights) for domain in DOMAINS}
    pairs = [row for group in answers for row in compare(seed, weights[group[0].domain], group)]
    return Sample(
        ratings=[row for group in answers for row in rate(seed, group)],
        preferences=pairs,
        objectives=objectives(),
        truth=_truth(answers, pairs, weights),
    )


def _truth(
    answers: list[list[Answer]], pairs: list[PreferenceRow], weights: dict[str, dict[str, float]]
) -> Truth:
    names = [objective.name for objective in objectives()]
    return Truth(
        domains=[domain.name for domain in DOMAINS],
        objectives=names,
        weights=weights,
        domain_by_group={
            conversation_group(group[0].messages): group[0].domain for group in answers
        },
        quality_by_conversation={
            conversation_key(answer.messages): [answer.quality[name] for name in names]
            for group in answers
            for answer in group
        },
        verbosity_bias={name: VERBOSITY_BIAS[name] for name in names},
        sharpness=SHARPNESS,
        bayes_accuracy=sum(row.meta["follows_rule"] for row in pairs) / len(pairs),
    )
