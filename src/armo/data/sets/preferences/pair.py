"""Making one preference row, checked, of a raw row's parts."""

from __future__ import annotations

import math
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import Message
from armo.data.sets.known import RawRow, Tally
from armo.errors import DataError

CONTRADICTED = "pairs whose scores rank the rejected response higher; kept as they stand"
EQUAL_SCORES = "pairs whose two scores are equal; kept as they stand"


def make_pair(
    row: RawRow,
    source: str,
    prompt: list[Message],
    chosen: Message,
    rejected: Message,
    meta: dict[str, Any],
    part: str = "",
) -> PreferenceRow:
    """Return a preference row.

    Args:
        row: Where it comes from; its id is the pair's.
        source: Name of the known set.
        prompt: All messages before the response.
        chosen: The preferred response.
        rejected: The other response.
        meta: Scores, models and the like.
        part: What tells several pairs of one raw row apart.

    Raises:
        DataError: If the pair can't be used, as when both responses are equal.
    """
    pair = PreferenceRow(
        id=f"{row.id}/{part}" if part else row.id,
        source=source,
        prompt=prompt,
        chosen=[chosen],
        rejected=[rejected],
        meta=meta,
    )
    pair.check()
    return pair


def score_meta(chosen: float | None, rejected: float | None) -> dict[str, Any]:
    """Return both scores and their margin, as far as they are known."""
    meta: dict[str, Any] = {}
    if chosen is not None:
        meta["chosen_score"] = chosen
    if rejected is not None:
        meta["rejected_score"] = rejected
    if chosen is not None and rejected is not None:
        margin = chosen - rejected
        if math.isfinite(margin):
            meta["margin"] = margin
    return meta


def model_meta(chosen: object, rejected: object) -> dict[str, Any]:
    """Return the names of the models that wrote the responses, as far as they are known."""
    named = {"chosen_model": chosen, "rejected_model": rejected}
    return {field: model for field, model in named.items() if isinstance(model, str) and model}


def note_order(meta: dict[str, Any], tally: Tally) -> None:
    """Count a pair whose scores do not rank the chosen response above the rejected one."""
    margin = meta.get("margin")
    if margin is not None and margin <= 0:
        tally.note(EQUAL_SCORES if margin == 0 else CONTRADICTED)


def split_conversations(
    chosen: list[Message], rejected: list[Message]
) -> tuple[list[Message], Message, Message]:
    """Return the prompt that two conversations share, and their last messages.

    Raises:
        DataError: If one of them is empty, or they differ before the last message.
    """
    for field, messages in (("chosen", chosen), ("rejected", rejected)):
        if not messages:
            raise DataError(f"{field}: the conversation is empty")
    if len(chosen) != len(rejected):
        raise DataError(
            f"chosen, rejected: {len(chosen)} and {len(rejected)} messages, so their responses "
            "do not answer one prompt"
        )
    for index, (one, other) in enumerate(zip(chosen[:-1], rejected[:-1], strict=True)):
        if one != other:
            raise DataError(
                f"chosen[{index}], rejected[{index}]: the conversations differ before their last "
                "message, so their responses do not answer one prompt"
            )
    return chosen[:-1], chosen[-1], rejected[-1]
