"""The text that a preference model reads: one prompt, two responses, in the authors' notation."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from armo.backbone.template import Reasoning
from armo.conversation import Conversation, Message, is_blank, strip_reasoning, text_of
from armo.errors import DataError

FORMAT = 1
"""Version of this text; another one would be another question."""

_CONTEXT, _FIRST, _SECOND, _TURN = "[CONTEXT]", "[RESPONSE A]", "[RESPONSE B]", "<turn>"
_MARKERS = (_CONTEXT, _FIRST, _SECOND, _TURN)


def question(prompt: Conversation, first: Message, second: Message) -> str:
    """Return the user turn that asks which response is better, the first (A) or the second (B).

    Args:
        prompt: All messages before the response, the system's included.
        first: The response that is called A.
        second: The one that is called B.
    """
    context = "".join(f"\n\n{_TURN} {message['role']}\n {said(message)}" for message in prompt)
    return f"{_CONTEXT} {context} {_FIRST} {said(first)} {_SECOND} {said(second)} \n"


def said(message: Message) -> str:
    """Return all that a message says: kept reasoning, text, and tool calls as JSON."""
    reasoning = message.get("reasoning_content")
    parts = [
        f"<think>\n{reasoning}\n</think>" if reasoning else "",
        text_of(message),
        *(
            msgspec.json.encode(call, order="sorted").decode()
            for call in message.get("tool_calls") or ()
        ),
    ]
    return "\n".join(part for part in parts if part)


def without_reasoning(
    prompt: Conversation, responses: Sequence[Message], reasoning: Reasoning
) -> tuple[list[Message], list[Message]]:
    """Return prompt and responses as they are shown.

    Raises:
        DataError: If nothing of a response is left.
    """
    if reasoning == "keep":
        return list(prompt), list(responses)
    kept = strip_reasoning(responses)
    if any(is_blank(response) for response in kept):
        raise DataError("a response is empty once its reasoning is stripped")
    return strip_reasoning(prompt), kept


def has_markers(prompt: Conversation, responses: Sequence[Message]) -> bool:
    """Return whether somebody wrote what separates the parts, so that these may be mistaken."""
    return any(marker in said(message) for message in (*prompt, *responses) for marker in _MARKERS)
