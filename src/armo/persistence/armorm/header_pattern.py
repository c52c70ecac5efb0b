"""The tokens that mark the end of a prompt, for a class that looks for them."""

from __future__ import annotations

from armo.backbone import Backbone
from armo.conversation import Message

_USER: Message = {"role": "user", "content": "Qqq"}
_ASSISTANT: Message = {"role": "assistant", "content": "Zzz"}
_OTHER: Message = {"role": "assistant", "content": "Aaa, bbb."}


def header_pattern(backbone: Backbone) -> tuple[int, ...]:
    """Return the tokens between prompt and response, from the one at which the gate reads.

    The published class reads the gate's feature at the first token of their last occurrence. Its file
    names those of Llama 3: `<|eot_id|>`, and the assistant's header. They are found here as what two
    responses to one prompt have in common.

    Returns:
        Token ids; empty if their last occurrence is elsewhere in a conversation of two turns.
    """
    encoded = backbone.encode([_USER, _ASSISTANT])
    other = backbone.encode([_USER, _OTHER]).ids
    ids, start = encoded.ids, encoded.prompt_at
    end = start
    while end < min(len(ids), len(other)) and ids[end] == other[end]:
        end += 1
    pattern = tuple(int(token) for token in ids[start:end])
    turns = backbone.encode([_USER, _OTHER, _USER, _ASSISTANT])
    return pattern if _last(turns.ids.tolist(), pattern) == turns.prompt_at else ()


def _last(ids: list[int], pattern: tuple[int, ...]) -> int | None:
    width = len(pattern)
    places = range(len(ids) - width, -1, -1)
    return next((at for at in places if tuple(ids[at : at + width]) == pattern), None)
