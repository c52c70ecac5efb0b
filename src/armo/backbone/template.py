"""From messages to tokens, and the two positions at which features are read.

The response feature is read at the last token of the templated conversation, the prompt feature at
the last token of the templated prompt as it stands inside it, or at the last one there that is not
white space. Both follow from the text that the tokenizer's own chat template renders; no token ids
are hard-coded.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from armo.conversation import Conversation, Message, is_blank, strip_reasoning, text_of
from armo.errors import BackboneError, DataError

Reasoning = Literal["strip", "keep"]
PromptEnd = Literal["template", "turn"]
_ASSISTANT_NAMES = ("assistant", "model", "chatbot", "gpt")
_CACHED_PROMPTS = 4096
# Templates that know reasoning set a block before the answer anew, with line ends of their own.
_WHOLE_BLOCK = re.compile(r"\A\s*<think>(.*?)</think>", re.DOTALL)
# Llama 3.1 and 3.2 write today's date into the system turn unless they are given one; a score must
# not change overnight. This is the date that Llama 3.1's own template falls back to.
_DATE = "26 Jul 2024"


@dataclass(frozen=True)
class Encoded:
    """A conversation as tokens.

    Attributes:
        ids: Token ids of the whole conversation, shape `[length]`.
        prompt_length: Tokens of the prompt.
        split_at_boundary: True if the tokenizer would have merged characters over the end of the
            prompt, so that prompt and rest were tokenised one by one.
        truncated: True if the end of the response was cut off to fit (only by explicit option).
        prompt_trailing: Tokens of the prompt that follow the one at which its feature is read.
    """

    ids: NDArray[np.int32]
    prompt_length: int
    split_at_boundary: bool = False
    truncated: bool = False
    prompt_trailing: int = 0

    @property
    def prompt_at(self) -> int:
        """Place in `ids` at which the prompt feature is read."""
        return self.prompt_length - 1 - self.prompt_trailing

    @property
    def response_tokens(self) -> int:
        """Tokens after the prompt, the template's own included."""
        return len(self.ids) - self.prompt_length


class ChatTemplate:
    """Renders conversations with a tokenizer's chat template and finds the feature positions.

    Args:
        tokenizer: Of transformers, with a chat template.
        reasoning: `strip` or `keep` reasoning blocks.
        prompt_end: Read the prompt feature at the last token of the templated prompt (`template`), or
            at the last one that is not white space (`turn`): the token that closes the user's turn,
            where a template writes a line end behind it. The published checkpoint's gate reads there:
            at the first token of the header pattern that begins with the end of the turn before it.
    """

    def __init__(
        self,
        tokenizer: Any,
        reasoning: Reasoning = "strip",
        prompt_end: PromptEnd = "template",
    ) -> None:
        if not getattr(tokenizer, "chat_template", None):
            raise BackboneError(
                "the tokenizer has no chat template, so there is no agreed way to write a "
                "conversation; use an instruction-tuned model or set `tokenizer.chat_template`"
            )
        source = str(tokenizer.chat_template)
        if "strftime_now" in source and "date_string" not in source:
            raise BackboneError(
                "the chat template writes the current date, so scores would change from day to day; "
                "replace `strftime_now(...)` in it by a fixed date"
            )
        self._tokenizer = tokenizer
        self._reasoning = reasoning
        self._prompt_end = prompt_end
        self._prompts: OrderedDict[str, list[int]] = OrderedDict()
        self._refuse_unasked_header()

    @property
    def tokenizer(self) -> Any:
        """The tokenizer whose chat template this is. To be read, not changed."""
        return self._tokenizer

    @property
    def hash(self) -> str:
        """Hash of what decides tokens and positions: template, vocabulary, and the options."""
        probe = self._ids(
            "".join(chr(code) for code in range(32, 0x250)) + " naïve übermäßig 你好 🙂 don't 12345"
        )
        parts = (
            self._tokenizer.chat_template,
            sorted(map(str, self._tokenizer.special_tokens_map.items())),
            len(self._tokenizer),
            probe,
            self._reasoning,
            _DATE,
            # Not for the default, so that what was hashed before the option existed still fits.
            *(() if self._prompt_end == "template" else (self._prompt_end,)),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def encode(self, messages: Conversation) -> Encoded:
        """Return the tokens of a checked conversation and the length of its prompt.

        Raises:
            DataError: If the template can't render these messages, leaves some of their text out, or
                renders the prompt differently once the response follows it.
        """
        kept = strip_reasoning(messages) if self._reasoning == "strip" else list(messages)
        if is_blank(kept[-1]):
            raise DataError("the response is empty once its reasoning is stripped")
        text, prompt = self._render(kept), self._render(kept[:-1])
        _check_complete(text, kept)
        if not text.startswith(prompt):
            raise DataError(
                "the chat template rewrites the prompt once the response follows it, so the gate "
                "would read another text than at scoring time; use a template that only appends"
            )
        return self._tokenise(text, prompt)

    def _tokenise(self, text: str, prompt: str) -> Encoded:
        prompt_ids, ids = self._prompt_ids(prompt), self._ids(text)
        merged = ids[: len(prompt_ids)] != prompt_ids
        if merged:
            ids = prompt_ids + self._ids(text[len(prompt) :])
        if len(ids) <= len(prompt_ids) or not prompt_ids:
            raise DataError("the prompt or the response has no tokens after templating")
        trailing = self._white_tail(prompt_ids) if self._prompt_end == "turn" else 0
        return Encoded(
            np.asarray(ids, dtype=np.int32), len(prompt_ids), merged, prompt_trailing=trailing
        )

    def _white_tail(self, ids: list[int]) -> int:
        """Return how many tokens at the end are only white space."""
        for trailing, token in enumerate(reversed(ids)):
            if str(self._tokenizer.decode([token])).strip():
                return trailing
        raise DataError("the prompt is nothing but white space after templating")

    def _prompt_ids(self, prompt: str) -> list[int]:
        # Responses to one prompt come in a row, so its tokens are found once.
        if prompt in self._prompts:
            self._prompts.move_to_end(prompt)
            return self._prompts[prompt]
        ids = self._prompts[prompt] = self._ids(prompt)
        if len(self._prompts) > _CACHED_PROMPTS:
            self._prompts.popitem(last=False)
        return ids

    def _ids(self, text: str) -> list[int]:
        # The template writes the special tokens itself; a second BOS would shift every position.
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def _render(self, messages: Conversation) -> str:
        try:
            rendered = self._tokenizer.apply_chat_template(
                [dict(message) for message in messages],
                tokenize=False,
                add_generation_prompt=False,
                date_string=_DATE,
            )
        # A template is a program of its author's; whatever it raises, these messages don't fit it.
        except Exception as error:  # noqa: BLE001
            roles = ", ".join(str(message["role"]) for message in messages)
            raise DataError(
                f"the chat template can't render a conversation of roles [{roles}]: {error}"
            ) from None
        return str(rendered)

    def _refuse_unasked_header(self) -> None:
        """Raise BackboneError for templates that open the assistant's turn without being asked.

        With such a template the last token of a conversation is that of an empty next turn.
        """
        user: Message = {"role": "user", "content": "Qqq"}
        assistant: Message = {"role": "assistant", "content": "Zzz"}
        try:
            prompt, text = self._render([user]), self._render([user, assistant])
        except DataError as error:
            raise BackboneError(
                f"the chat template can't render a user and an assistant turn: {error}"
            ) from None
        before, _, after = text.partition("Qqq")[2].partition("Zzz")
        opened = _common_suffix(before, after).strip()
        tail = prompt.rpartition("Qqq")[2].lower()
        if opened or any(name in tail for name in _ASSISTANT_NAMES):
            raise BackboneError(
                "the chat template appends an assistant header unasked "
                f"({(opened or tail)!r}), so the last token would not be that of the text; change "
                "it to write the header only `if add_generation_prompt`"
            )


def _check_complete(text: str, messages: Conversation) -> None:
    """Refuse a rendering that leaves out or garbles what somebody said or a tool was asked."""
    texts = [_texts(message) for message in messages]
    said = [piece for pieces in texts for piece in pieces]
    for index, message in enumerate(messages):
        # As often as it was said: what is left out here may also stand in another message.
        if any(text.count(piece) < sum(one.count(piece) for one in said) for piece in texts[index]):
            raise DataError(
                f"messages[{index}]: the chat template leaves out or changes the text of this "
                f"'{message['role']}' message; {_way_out(message)}"
            )


def _way_out(message: Message) -> str:
    if message["role"] == "assistant" and ("</think>" in text_of(message) or _reasoning(message)):
        return (
            "it may keep the reasoning of the last answer only: set reasoning = 'strip', or take "
            "the reasoning out of this message"
        )
    if isinstance(message.get("content"), list):
        return "it may have no form for lists of parts: write the content as one string"
    return "move the text to a message of another role, or use a template that has a form for it"


def _texts(message: Message) -> list[str]:
    """Return what must stand in the rendering, whatever white space the template takes or adds."""
    content = message.get("content")
    texts = [content] if isinstance(content, str) else [part["text"] for part in content or ()]
    if message["role"] == "assistant":
        texts = [piece for text in texts for piece in _WHOLE_BLOCK.split(text, maxsplit=1)]
    for call in message.get("tool_calls") or ():
        texts.append(str(call.get("function", call).get("name", "")))
    texts.append(_reasoning(message))
    return [text.strip() for text in texts if text.strip()]


def _reasoning(message: Message) -> str:
    return str(message.get("reasoning_content") or "")


def _common_suffix(a: str, b: str) -> str:
    length = 0
    while length < min(len(a), len(b)) and a[-1 - length] == b[-1 - length]:
        length += 1
    return a[len(a) - length :]
