"""What reading costs: tokens, hours and disk, measured where the backbone is here, else assumed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from armo.backbone import Backbone, BackboneSettings, Encoded, load, smollm2
from armo.errors import DataError
from armo.planning.counting import Local

Basis = Literal["measured here", "given", "assumed"]

_BYTES_PER_NUMBER = 4
# The paper's backbone is a Llama 3 of 8B parameters.
_PUBLISHED_SIZES = {"sfairXC/FsfairX-LLaMA3-RM-v0.1": 4096}
# English text in the vocabularies of today's models; code and other scripts have fewer.
_CHARACTERS_PER_TOKEN = 4.0
_TOKENS_PER_CONVERSATION = 450.0
_MEASURED_SECONDS = 10.0


@dataclass(frozen=True)
class Assumptions:
    """What to take for granted where nothing can be measured; None leaves it to armo.

    Attributes:
        tokens_per_second: Reading speed.
        tokens_per_conversation: Mean length of a conversation of the hub's sets.
        hidden_size: Length of a feature.
        measure: Measure the reading speed here, with the recipe's backbone.
    """

    tokens_per_second: float | None = None
    tokens_per_conversation: float | None = None
    hidden_size: int | None = None
    measure: bool = False


@dataclass(frozen=True)
class Reading:
    """What reading the conversations of a recipe costs.

    Attributes:
        tokens: To read.
        tokens_basis: For local and hub conversations, where the number is from.
        hidden_size: Length of a feature; None if the backbone is not here and nobody said.
        feature_bytes: On disk, float32, at most (sets may share conversations and prompts).
        tokens_per_second: Reading speed, if known.
        speed_basis: Where it is from.
        hours: Of reading, if the speed is known.
        overlong: Share of the sampled local conversations that are too long to read; None if unknown.
    """

    tokens: int
    tokens_basis: list[str]
    hidden_size: int | None
    feature_bytes: int | None
    tokens_per_second: float | None
    speed_basis: Basis | None
    hours: float | None
    overlong: float | None


def is_here(settings: BackboneSettings) -> bool:
    """Return whether a backbone can be loaded without a hub."""
    return settings.name == smollm2.NAME or Path(settings.name).expanduser().exists()


def estimate(
    settings: BackboneSettings, local: Local, hub_conversations: int, given: Assumptions
) -> Reading:
    """Return what reading costs.

    Args:
        settings: The recipe's backbone.
        local: Conversations that are here.
        hub_conversations: At most so many more are on the hub.
        given: What the user says.
    """
    backbone = load(settings) if is_here(settings) else None
    sampled = [] if backbone is None else _encode(backbone, local)
    tokens, basis = _tokens(local, hub_conversations, sampled, given)
    speed, speed_basis = _speed(backbone, sampled, given)
    hidden = given.hidden_size or (
        backbone.hidden_size if backbone is not None else _PUBLISHED_SIZES.get(settings.name)
    )
    features = 2 * hub_conversations + len(local.keys) + len(local.prompts)
    readable = len(sampled)
    return Reading(
        tokens=tokens,
        tokens_basis=basis,
        hidden_size=hidden,
        feature_bytes=None if hidden is None else features * hidden * _BYTES_PER_NUMBER,
        tokens_per_second=speed,
        speed_basis=speed_basis,
        hours=None if speed is None else tokens / speed / 3600,
        overlong=1 - readable / len(local.sample())
        if backbone is not None and local.keys
        else None,
    )


def _encode(backbone: Backbone, local: Local) -> list[Encoded]:
    encoded = []
    for messages in local.sample().values():
        try:
            encoded.append(backbone.encode(messages))
        except DataError:
            continue
    return encoded


def _tokens(
    local: Local, hub_conversations: int, sampled: Sequence[Encoded], given: Assumptions
) -> tuple[int, list[str]]:
    basis = []
    tokens = 0.0
    if local.keys:
        if sampled:
            share = sum(len(one.ids) for one in sampled) / max(local.characters_of_sample(), 1)
            basis.append(
                f"here: {share:.3f} tokens a character, as in {len(sampled):,} tokenised conversations"
            )
        else:
            share = 1 / _CHARACTERS_PER_TOKEN
            basis.append(f"here: {_CHARACTERS_PER_TOKEN:g} characters a token are assumed")
        tokens += local.characters * share
    if hub_conversations:
        each = given.tokens_per_conversation or _TOKENS_PER_CONVERSATION
        word = "given" if given.tokens_per_conversation else "assumed"
        basis.append(f"on the hub: {each:g} tokens a conversation are {word}")
        tokens += hub_conversations * each
    return round(tokens), basis


def _speed(
    backbone: Backbone | None, sampled: Sequence[Encoded], given: Assumptions
) -> tuple[float | None, Basis | None]:
    if given.tokens_per_second is not None:
        return given.tokens_per_second, "given"
    if not given.measure or backbone is None or not sampled:
        return None, None
    batches = [[sampled[row] for row in batch] for batch in backbone.plan(sampled)]
    done = 0
    start = time.monotonic()
    for batch, _ in zip(batches, backbone.read_batches(batches), strict=True):
        done += sum(len(one.ids) for one in batch)
        if time.monotonic() - start > _MEASURED_SECONDS:
            break
    return done / (time.monotonic() - start), "measured here"
