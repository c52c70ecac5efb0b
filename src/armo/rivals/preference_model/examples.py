"""Pairs as a preference model is trained on them: a question, and the token that answers it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armo.conversation import conversation_key, is_blank
from armo.data import PreferenceRow
from armo.errors import DataError
from armo.rivals.preference_model.tokens import PairTemplate
from armo.rivals.system import Pair
from armo.tuning.tokens import TooLongError


@dataclass(frozen=True)
class Example:
    """A pair as it is trained on.

    Attributes:
        ids: The question, and after it the token that answers it.
        pair: The pair, `a` the chosen response.
        chosen_first: Whether the chosen response is called A.
        marked: Whether a text holds what separates the parts.
        key: Decides which validation pairs are measured.
    """

    ids: NDArray[np.int32]
    pair: Pair
    chosen_first: bool
    marked: bool
    key: str


def example_of(row: PreferenceRow, template: PairTemplate, max_tokens: int, seed: int) -> Example:
    """Return a row as question and answer.

    Args:
        row: Of the training data.
        template: Writes pairs.
        max_tokens: Most tokens, the answer included.
        seed: Decides, with the row, which response is called A.

    Raises:
        DataError: If it can't be used.
    """
    for index, message in enumerate(row.prompt):
        if is_blank(message):
            raise DataError(f"prompt[{index}]: the turn is empty")
    pair = Pair(str(row.id), row.prompt, row.chosen[0], row.rejected[0])
    tokens = template.encode(pair)
    if tokens.longest() + 1 > max_tokens:
        raise TooLongError(
            f"prompt and both responses take {tokens.longest()} tokens and the answer one, more than "
            f"the {max_tokens} that are trained on; nothing is cut in training: raise max_tokens if "
            "the backbone allows it"
        )
    key = hashlib.sha256(f"{seed} {identity(row)}".encode()).hexdigest()
    first = int(key[0], 16) % 2 == 0
    question, answer = (tokens.ab, 0) if first else (tokens.ba, 1)
    ids = np.append(question, np.int32(template.answers[answer]))
    return Example(ids, pair, first, tokens.marked, key)


def identity(row: PreferenceRow) -> list[str]:
    """Return what names a row's texts and group."""
    chosen, rejected = row.conversations()
    return [conversation_key(chosen), conversation_key(rejected), row.split_group()]
