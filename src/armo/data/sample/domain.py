"""What a domain of the sample is: a kind of prompt, what its answers vary in, and what matters there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar

Quality: TypeAlias = dict[str, float]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Scene:
    """One request, with all that a writer must know to answer it.

    Attributes:
        ask: What the user asks, without an opening.
        facts: The slots that were filled, for the writer of the responses.
    """

    ask: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Domain:
    """A kind of prompt.

    Attributes:
        name: Name of the domain, as in `meta["domain"]`.
        weights: What decides preferences here: weight by objective, all others weigh nothing.
        scene: Draws a request.
        qualities: Draws the latent qualities of several responses to one request: those that vary
            here, in unit scale. Politeness and verbosity vary everywhere and are drawn elsewhere.
        write: Writes the core of a response with the given qualities.
    """

    name: str
    weights: Mapping[str, float]
    scene: Callable[[Random], Scene]
    qualities: Callable[[Random, Scene, int], list[Quality]]
    write: Callable[[Random, Scene, Quality], str]


def balanced(rng: Random, levels: Sequence[Item], count: int) -> list[Item]:
    """Deal `count` levels, each as often as any other, in random order.

    Responses to one prompt then differ in every quality, and no quality tells anything of another.
    """
    deck: list[Item] = []
    while len(deck) < count:
        deck += rng.sample(levels, len(levels))
    deck = deck[:count]
    rng.shuffle(deck)
    return deck
