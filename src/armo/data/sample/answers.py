"""Prompts and the answers to them, each with the latent qualities that it was written from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from random import Random

from armo.conversation import first_user_text
from armo.data.sample.domain import Domain, Quality, Scene, balanced
from armo.data.sample.domains import DOMAINS
from armo.data.sample.tone import dress
from armo.data.sample.wording import prompt_messages

ANSWERS = 4
# Requests to draw in search of a new one, before an old one in other words will do.
_PATIENCE = 50
# What an answer is where its domain does not vary it.
_ORDINARY: Quality = {
    "helpfulness": 0.5,
    "correctness": 0.5,
    "verbosity": 0.0,
    "politeness": 0.5,
    "is_safe": 1.0,
    "readability": 0.5,
    "faithfulness": 0.5,
    "coverage": 0.5,
    "fluency": 1.0,
}


@dataclass(frozen=True)
class Answer:
    """One response to one prompt, and the truth about it.

    Attributes:
        prompt: Number of the prompt.
        number: Number of the answer among those to the prompt.
        domain: Name of the prompt's domain.
        messages: The whole conversation.
        quality: Latent quality on every objective, in unit scale and free of any rater's bias.
    """

    prompt: int
    number: int
    domain: str
    messages: list[dict[str, str]]
    quality: Quality


def write_answers(seed: int, prompts: int) -> list[list[Answer]]:
    """Write `prompts` different prompts with several answers each; domains take turns.

    A smaller sample is the beginning of a larger one with the same seed.
    """
    seen: set[str] = set()
    return [_answers(seed, number, seen) for number in range(prompts)]


def _answers(seed: int, number: int, seen: set[str]) -> list[Answer]:
    rng = Random(f"armo sample answers {seed} {number}")
    domain = DOMAINS[number % len(DOMAINS)]
    scene, prompt = _new_prompt(rng, domain, seen)
    qualities = _qualities(rng, domain, scene)
    texts: list[str] = []
    for quality in qualities:
        texts.append(_new_text(rng, domain, scene, quality, texts))
    return [
        Answer(number, index, domain.name, [*prompt, _assistant(text)], quality)
        for index, (text, quality) in enumerate(zip(texts, qualities, strict=True))
    ]


def _new_prompt(rng: Random, domain: Domain, seen: set[str]) -> tuple[Scene, list[dict[str, str]]]:
    """Draw until no prompt asks the same, or where all has been asked, none in the same words.

    Equal first messages would be one group of the split.
    """
    for attempt in count():
        scene = domain.scene(rng)
        prompt = prompt_messages(rng, scene.ask)
        ask, words = scene.ask.casefold(), first_user_text(prompt).casefold()
        if words not in seen and (ask not in seen or attempt > _PATIENCE):
            seen.update((ask, words))
            return scene, prompt
    raise AssertionError("unreachable: count() does not end")


def _qualities(rng: Random, domain: Domain, scene: Scene) -> list[Quality]:
    own = domain.qualities(rng, scene, ANSWERS)
    politeness = balanced(rng, (0.0, 0.5, 1.0), ANSWERS)
    verbosity = balanced(rng, (0.0, 0.0, 0.5, 1.0), ANSWERS)
    return [
        {**_ORDINARY, "politeness": manners, "verbosity": filler, **quality}
        for manners, filler, quality in zip(politeness, verbosity, own, strict=True)
    ]


def _new_text(
    rng: Random, domain: Domain, scene: Scene, quality: Quality, others: list[str]
) -> str:
    while True:
        core = domain.write(rng, scene, quality)
        text = dress(rng, core, quality["politeness"], quality["verbosity"])
        if text not in others:
            return text


def _assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}
