"""A pad token that no conversation holds: the published class ends a conversation before the first."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from armo.errors import ModelError

_NAMES = ("[PAD]", "<|pad|>", "<|padding|>")


@dataclass(frozen=True)
class Padding:
    """How an exported model pads.

    Attributes:
        tokenizer: A copy of the backbone's, with this pad token.
        token: Its text.
        token_id: Its number.
        instead_of: The pad token of the backbone, which its template writes; None if it was kept.
        added: Whether the token is new to the tokenizer.
    """

    tokenizer: Any = field(repr=False)
    token: str
    token_id: int
    instead_of: str | None
    added: bool


def padded(tokenizer: Any) -> Padding:
    """Return a tokenizer whose pad token stands in no templated conversation.

    The token is the tokenizer's own if its template doesn't write it and it ends no text; else `[PAD]`
    is added, as to the published model.

    Raises:
        ModelError: If every name for a pad token is one that the template writes.
    """
    own = copy.deepcopy(tokenizer)
    own.padding_side = "right"
    written, found = _written(own), own.pad_token_id
    if found is not None and found not in {*written, own.eos_token_id}:
        return Padding(own, str(own.pad_token), int(found), None, added=False)
    for name in _NAMES:
        known = name in own.get_vocab()
        if known and own.convert_tokens_to_ids(name) in written:
            continue
        replaced = None if found is None else str(own.pad_token)
        own.add_special_tokens({"pad_token": name})
        return Padding(own, name, int(own.pad_token_id), replaced, added=not known)
    raise ModelError(
        f"the chat template writes all of {', '.join(_NAMES)}, so none of them can pad; give the "
        "backbone's tokenizer a pad token that its template doesn't write"
    )


def _written(tokenizer: Any) -> set[int]:
    """Return the tokens of two templated turns."""
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}] * 2,
        tokenize=False,
    )
    return set(tokenizer(str(text), add_special_tokens=False)["input_ids"])
