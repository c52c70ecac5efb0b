"""When two responses say the same, so that neither can be the better one."""

from __future__ import annotations

from armo.conversation import Message, text_of


def bare_text(response: Message) -> str | None:
    """Return what a response says, without white space: responses that agree in it are alike.

    None for one that calls a tool, which says more than its text and is like no other.
    """
    return None if response.get("tool_calls") else "".join(text_of(response).split())
