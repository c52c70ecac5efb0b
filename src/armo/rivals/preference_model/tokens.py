"""From a pair to tokens, and the two tokens of which one answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from armo.backbone.template import ChatTemplate, Reasoning
from armo.conversation import Message, check_conversation
from armo.errors import BackboneError, DataError
from armo.rivals.preference_model.text import (
    FORMAT,
    has_markers,
    question,
    without_reasoning,
)
from armo.rivals.system import Pair

ANSWERS = ("A", "B")
# Llama 3.1 and 3.2 write today's date unless they are given one; ChatTemplate gives the same.
_DATE = "26 Jul 2024"


@dataclass(frozen=True)
class PairTokens:
    """A pair as it is read, in both orders.

    Attributes:
        ab: Token ids up to the place of the answer, `a` called A, shape `[length]`.
        ba: The same with `b` called A.
        marked: Whether a text holds what separates the parts.
    """

    ab: NDArray[np.int32]
    ba: NDArray[np.int32]
    marked: bool = False

    def longest(self) -> int:
        """Tokens of the longer one."""
        return max(len(self.ab), len(self.ba))


class PairTemplate:
    """Writes pairs with a tokenizer's chat template, up to where the assistant answers.

    Args:
        tokenizer: Of the language model.
        reasoning: Whether reasoning blocks are shown.

    Raises:
        BackboneError: If there is no usable template, or A and B are not one token each in it.
    """

    def __init__(self, tokenizer: Any, reasoning: Reasoning = "strip") -> None:
        self._tokenizer = tokenizer
        self._reasoning = reasoning
        # It refuses templates that change from day to day or open a turn unasked.
        self._chat_hash = ChatTemplate(tokenizer, reasoning).hash
        self._tail, self.answers = self._find_answers()

    @property
    def hash(self) -> str:
        """Hash of what decides the tokens: chat template, vocabulary, and the text's own format."""
        parts = (self._chat_hash, FORMAT, self._tail, self.answers)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def encode(self, pair: Pair) -> PairTokens:
        """Return the tokens of a pair in both orders.

        Raises:
            DataError: If the pair is malformed, or the template leaves out some of its text.
        """
        for conversation in pair.conversations():
            check_conversation(conversation)
        prompt, (a, b) = without_reasoning(pair.prompt, (pair.a, pair.b), self._reasoning)
        return PairTokens(
            self._question_ids(question(prompt, a, b)),
            self._question_ids(question(prompt, b, a)),
            has_markers(prompt, (a, b)),
        )

    def _question_ids(self, text: str) -> NDArray[np.int32]:
        rendered = self._render([_user(text)])
        if text.strip() not in rendered:
            raise DataError(
                "the chat template changes or leaves out some of the text of a user turn; use a "
                "template that writes it as it is"
            )
        return np.asarray(self._ids(rendered + self._tail), dtype=np.int32)

    def _find_answers(self) -> tuple[str, tuple[int, int]]:
        """Return what stands between the question and the answer, and the tokens of A and B there."""
        asked, tail = self._render([_user("Qqq \n")]), self._header()
        bare = tail.rstrip(" ")
        # Many tokenizers hold a space and the letter after it in one token.
        for before, space in ((tail, ""), (bare, tail[len(bare) :])):
            start = self._ids(asked + before)
            found = [self._ids(asked + before + space + answer) for answer in ANSWERS]
            single = all(len(ids) == len(start) + 1 and ids[:-1] == start for ids in found)
            if single and found[0] != found[1]:
                return before, (found[0][-1], found[1][-1])
        raise BackboneError(
            "the tokenizer does not write A and B as one token each after the assistant's header, so "
            "this language model can't answer with one token; use another one"
        )

    def _header(self) -> str:
        """Return what opens the assistant's turn."""
        user = _user("Qqq \n")
        closed, opened = self._render([user]), self._render([user], opened=True)
        if opened != closed and opened.startswith(closed):
            return opened.removeprefix(closed)
        # A template without a generation prompt shows its header only before an answer.
        answered = self._render([user, {"role": "assistant", "content": "Zzz"}])
        if not answered.startswith(closed):
            raise BackboneError(
                "the chat template has no generation prompt and rewrites a question once it is "
                "answered, so there is no telling where an answer begins; give it a generation prompt"
            )
        return answered.removeprefix(closed).partition("Zzz")[0]

    def _ids(self, text: str) -> list[int]:
        # The template writes the special tokens itself.
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def _render(self, messages: list[Message], opened: bool = False) -> str:
        try:
            return str(
                self._tokenizer.apply_chat_template(
                    [dict(message) for message in messages],
                    tokenize=False,
                    add_generation_prompt=opened,
                    date_string=_DATE,
                )
            )
        # A template is a program of its author's; whatever it raises, this turn doesn't fit it.
        except Exception as error:  # noqa: BLE001
            raise DataError(f"the chat template can't render a user turn: {error}") from None


def _user(text: str) -> Message:
    return {"role": "user", "content": text}
