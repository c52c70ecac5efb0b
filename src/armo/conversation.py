"""Conversations: lists of `{"role", "content"}` messages, the last of which is the rated response."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from armo.errors import DataError
from armo.splits import group_of

Message: TypeAlias = Mapping[str, Any]
Conversation: TypeAlias = Sequence[Message]

ROLES = ("system", "developer", "user", "assistant", "tool")
# Deeper messages could be read but no longer be written, which needs more of Python's stack.
_DEEPEST = 64
# What ends in a `</think>` on a line of its own opened in the prompt: such policies write no `<think>`.
_REASONING = re.compile(
    r"\A(?:(?!<think>).)*?^</think>[ \t\r]*(?:\n\s*|\Z)|(?:\A\s*|^[ \t]*)<think>.*?(?:</think>\s*|\Z)",
    re.DOTALL | re.MULTILINE,
)


def as_prompt(prompt: str | Conversation) -> list[Message]:
    """Return a prompt as messages; a string is one user message."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    return list(prompt)


def as_response(response: str | Message) -> Message:
    """Return a response as an assistant message."""
    if isinstance(response, str):
        return {"role": "assistant", "content": response}
    return response


def check_conversation(messages: object) -> None:
    """Raise DataError, naming the message and field, unless `messages` is a scorable conversation.

    A conversation has at least one message before the response, known roles, text in every message
    that has no tool calls, and ends with a response of the assistant that is not blank.
    """
    if isinstance(messages, list | tuple) and messages[1:] and _is_of_another(messages[-1]):
        raise DataError(_not_assistant(messages))
    check_prompt(messages[:-1] if isinstance(messages, list | tuple) and messages else messages)
    assert isinstance(messages, list | tuple)  # noqa: S101 - check_prompt refused all else
    last = len(messages) - 1
    _check_message(messages[last], last)
    if is_blank(messages[last]):
        raise DataError(f"messages[{last}].content: the response is empty")


def _is_of_another(message: object) -> bool:
    role = message.get("role") if isinstance(message, Mapping) else None
    return role in ROLES and role != "assistant"


def _not_assistant(messages: Sequence[Message]) -> str:
    last = len(messages) - 1
    return (
        f"messages[{last}].role: the last message must be the assistant's response, "
        f"not '{messages[last]['role']}'"
    )


def check_prompt(messages: object) -> None:
    """Raise DataError unless `messages` is a non-empty list of well-formed messages with a user turn."""
    if not isinstance(messages, list | tuple):
        raise DataError(f"messages: expected a list of messages, got {_kind(messages)}")
    if not messages:
        raise DataError("messages: a conversation needs a prompt and a response")
    for index, message in enumerate(messages):
        _check_message(message, index)
    if not any(message["role"] == "user" for message in messages):
        raise DataError("messages: no message has the role 'user', so there is no prompt")


def text_of(message: Message) -> str:
    """Return all text of a message's content, whether a string or a list of typed parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content or () if "text" in part)


def is_blank(message: Message) -> bool:
    """Return whether a message says nothing and calls no tool."""
    return not text_of(message).strip() and not message.get("tool_calls")


def strip_reasoning(messages: Conversation) -> list[Message]:
    """Return the messages without `<think>` blocks and `reasoning_content`, as policies emit them."""
    return [_without_reasoning(message) for message in messages]


def first_user_text(messages: Conversation) -> str:
    """Return the text of the first user message, which decides the split."""
    return next(text_of(message) for message in messages if message["role"] == "user")


def conversation_group(messages: Conversation, group: str | None = None) -> str:
    """Return the row's own group, or else the hash of its first user message."""
    return group if group is not None else group_of(first_user_text(messages))


def conversation_key(messages: Conversation) -> str:
    """Return a stable key of the exact messages: equal keys mean equal text, so one reading."""
    canonical = msgspec.json.encode([dict(message) for message in messages], order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:32]


def _without_reasoning(message: Message) -> Message:
    if message["role"] != "assistant":
        return message
    kept = {name: value for name, value in message.items() if name != "reasoning_content"}
    content = kept.get("content")
    if isinstance(content, str):
        kept["content"] = _REASONING.sub(_cut, content)
    elif isinstance(content, list):
        kept["content"] = [{**part, "text": _REASONING.sub(_cut, part["text"])} for part in content]
    return kept


def _cut(block: re.Match[str]) -> str:
    """Return what stays of a block: nothing, unless it is but a mention of the tag."""
    # A first block that is never closed is all reasoning: the policy ran out of tokens before its
    # answer. Further on it is an answer that speaks of `<think>`, and its rest is no reasoning.
    first = not block.string[: block.start()].strip()
    return "" if first or "</think>" in block.group() else block.group()


def _check_message(message: object, index: int) -> None:
    where = f"messages[{index}]"
    # Nearly all are plain dicts, and an abstract class takes its time to say so.
    if type(message) is not dict and not isinstance(message, Mapping):
        raise DataError(
            f"{where}: expected an object with 'role' and 'content', got {_kind(message)}"
        )
    role = message.get("role")
    if role not in ROLES:
        raise DataError(f"{where}.role: unknown role {role!r}; use one of {', '.join(ROLES)}")
    _check_tool_calls(message.get("tool_calls"), f"{where}.tool_calls")
    content = message.get("content")
    if isinstance(content, str):
        _check_text(content, f"{where}.content")
    elif isinstance(content, list):
        for number, part in enumerate(content):
            _check_part(part, f"{where}.content[{number}]")
    elif not (content is None and message.get("tool_calls")):
        raise DataError(f"{where}.content: expected text, got {_kind(content)}")
    _check_storable(message, where)


def _check_storable(message: Message, where: str) -> None:
    """Raise DataError for what no JSON file could hold, whatever the template makes of it."""
    _check_depth(message, where, _DEEPEST)
    try:
        msgspec.json.encode(dict(message))
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{where}: {error}, so it can't be written as JSON") from None


def _check_depth(value: object, where: str, left: int) -> None:
    if type(value) is str or not isinstance(value, Mapping | list | tuple):
        return
    if not left:
        raise DataError(f"{where}: it is nested more than {_DEEPEST} levels deep")
    for inner in value.values() if isinstance(value, Mapping) else value:
        _check_depth(inner, where, left - 1)


def _check_tool_calls(calls: object, where: str) -> None:
    if calls is None:
        return
    if not isinstance(calls, list):
        raise DataError(f"{where}: expected a list of calls, got {_kind(calls)}")
    for number, call in enumerate(calls):
        function = call.get("function", call) if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            raise DataError(f"{where}[{number}]: a call needs a function with a 'name'")


def _check_part(part: object, where: str) -> None:
    if not isinstance(part, Mapping) or not isinstance(part.get("text"), str):
        raise DataError(f"{where}: only text parts can be scored, each with a 'text' string")
    _check_text(part["text"], f"{where}.text")


def _check_text(text: str, where: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(
            f"{where}: character {error.start} is a lone surrogate, which is no valid Unicode text"
        ) from None


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__
