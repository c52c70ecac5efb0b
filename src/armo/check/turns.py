"""What is odd in a conversation, though training takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from armo.conversation import Message, is_blank

_FIRST = ("system", "developer")


def odd_turns(messages: Sequence[Message]) -> Iterator[str]:
    """Yield a sentence for each thing that is odd in the order of a checked conversation.

    None of it is a fault: many chat templates write such conversations down as they are. Some refuse
    them, and often they tell that turns were lost. That the assistant answers last, and that a user
    speaks at all, is checked before.
    """
    if any(map(is_blank, messages[:-1])):
        yield "messages: a message before the response is blank"
    roles = [message["role"] for message in messages]
    if roles != ["user", "assistant"]:
        yield from _odd_order(roles)


def _odd_order(roles: Sequence[str]) -> Iterator[str]:
    if roles[0] == "assistant":
        yield "messages: the first is the assistant's; some chat templates refuse that"
    # Several tools may answer one call.
    repeated = (role for role, following in pairwise(roles) if role == following != "tool")
    for role in dict.fromkeys(repeated):
        yield (
            f"messages: two in a row have the role '{role}'; some chat templates refuse that, "
            "and a turn may be lost between them"
        )
    opening = next((place for place, role in enumerate(roles) if role not in _FIRST), len(roles))
    for role in _FIRST:
        if role in roles[opening:]:
            yield (
                f"messages: one of the role '{role}' is not first; some chat templates refuse that"
            )
