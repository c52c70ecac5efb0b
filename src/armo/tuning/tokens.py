"""Rows as the tokens that the trained model will read when it scores, and the rows that don't fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from armo.conversation import Conversation, check_conversation
from armo.errors import DataError
from armo.progress import Reporter
from armo.rejects import Reject, write_rejects
from armo.splits import SPLITS, TEST, split_codes
from armo.tuning.base import Base

LEFT_OUT = "left_out.jsonl"
TOO_LONG, UNFIT = "too long", "does not fit the chat template"

Row = TypeVar("Row")
Item = TypeVar("Item")


class TooLongError(DataError):
    """A conversation has more tokens than are trained on."""


@dataclass(frozen=True)
class Selected(Generic[Item]):
    """Rows that can be used, by split; those of the test split are not looked at.

    Attributes:
        train: What is fitted.
        validation: What the result is measured on.
        left_out: The others, by reason.
    """

    train: list[Item]
    validation: list[Item]
    left_out: dict[str, int]


def token_ids(base: Base, messages: Conversation) -> NDArray[np.int32]:
    """Return the tokens of a conversation, without a generation prompt or a second BOS.

    Raises:
        DataError: If it is malformed, does not fit the template, or is too long.
    """
    check_conversation(messages)
    ids = base.template.encode(messages).ids
    if len(ids) > base.max_tokens:
        raise TooLongError(
            f"{len(ids)} tokens are more than the {base.max_tokens} that are trained on; nothing is "
            "cut in training: raise max_tokens if the backbone allows it"
        )
    return ids


def select(
    rows: Sequence[Row],
    groups: Sequence[str],
    encode: Callable[[Row], Item],
    folder: Path,
    reporter: Reporter,
) -> Selected[Item]:
    """Split rows by group, turn each into tokens, and list what can't be used in `left_out.jsonl`.

    Args:
        rows: Rows with an `id`.
        groups: Decide the split.
        encode: Gives a row's tokens, or raises DataError.
        folder: Where the list is written.
        reporter: Shows progress.

    Raises:
        DataError: If no row is left to train on.
    """
    kept: dict[str, list[Item]] = {name: [] for name in SPLITS}
    rejects, reasons = [], Counter[str]()
    codes = split_codes(groups)
    with reporter("tokenise", len(rows), "rows") as advance:
        for row, code in zip(rows, codes, strict=True):
            advance(1)
            if code == TEST:
                continue
            try:
                kept[SPLITS[code]].append(encode(row))
            except DataError as error:
                reasons[TOO_LONG if isinstance(error, TooLongError) else UNFIT] += 1
                rejects.append(Reject(_id(row), str(error), SPLITS[code]))
    write_rejects(folder / LEFT_OUT, rejects)
    if not kept["train"]:
        raise DataError(
            f"no row of the training split is left to fine-tune on: of {len(rows)} rows "
            f"{int((codes == TEST).sum())} are for testing, and {len(rejects)} can't be used "
            f"({folder / LEFT_OUT})"
        )
    return Selected(kept["train"], kept["validation"], dict(reasons))


def _id(row: Any) -> str:
    return str(row.id)
