"""Prompts of several turns that stand in one text, with a marker before each turn but the first."""

from __future__ import annotations

import re

from armo.data.sets.fields import Message
from armo.errors import DataError

# As the template of NVIDIA's SteerLM models writes turns.
_MARKER = re.compile(r"\n?<extra_id_1>(User|Assistant)[ \t\r]*(?:\n|\Z)")


def marked_turns(prompt: str) -> list[Message]:
    """Return the messages of a prompt that marks its turns; one without markers is a user message.

    Raises:
        DataError: If users and assistants do not take turns, or the last turn is not the user's.
    """
    head, *marked = _MARKER.split(prompt)
    roles = [role.lower() for role in marked[::2]]
    turns = list(zip(roles, marked[1::2], strict=True))
    # A prompt may also mark its first turn.
    if head.strip() or not turns:
        turns.insert(0, ("user", head))
    for index, (role, content) in enumerate(turns):
        expected = ("user", "assistant")[index % 2]
        if role != expected:
            raise DataError(f"prompt: turn {index + 1} is marked '{role}', expected '{expected}'")
        if len(turns) > 1 and not content.strip():
            raise DataError(f"prompt: turn {index + 1}, of the {role}, is empty")
    if turns[-1][0] != "user":
        raise DataError("prompt: its last turn is the assistant's, so there is nothing to answer")
    return [{"role": role, "content": content} for role, content in turns]
