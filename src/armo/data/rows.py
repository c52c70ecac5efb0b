"""The native rows: absolute ratings and preferences, as they stand in JSONL files."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from armo.conversation import (
    Message,
    as_prompt,
    as_response,
    check_conversation,
    conversation_group,
)
from armo.errors import DataError
from armo.objectives import scale_complaint


class RatingRow(msgspec.Struct, kw_only=True):
    """One response and its absolute ratings, on native scales.

    Attributes:
        id: Unique within its file.
        source: Data set that it comes from.
        messages: The conversation; the last message is the rated response.
        ratings: Rating by objective; an objective that is absent or null is missing.
        scale: Lowest and highest native rating by objective.
        group: Keeps rows together in a split; by default a hash of the first user message.
        meta: Anything else; never read by training.
    """

    id: str | int
    messages: list[dict[str, Any]]
    ratings: dict[str, Any]
    scale: dict[str, tuple[float, float] | None] = {}
    source: str = ""
    group: str | None = None
    meta: dict[str, Any] = {}

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        check_conversation(self.messages)
        if not self.rated():
            raise DataError("ratings: no objective is rated")
        for name, value in self.rated():
            if not name.strip():
                raise DataError("ratings: an objective has an empty name")
            if not isinstance(value, bool | int | float):
                raise DataError(f"ratings.{name}: expected a number, got {value!r}")
            scale = self.scale.get(name)
            if scale is None:
                raise DataError(f"scale.{name}: no scale is given for this objective")
            low, high = scale
            if complaint := scale_complaint(low, high):
                raise DataError(f"scale.{name}: [{low:g}, {high:g}] is no scale: {complaint}")
            if not low <= value <= high:
                raise DataError(f"ratings.{name}: {value} is outside its scale [{low:g}, {high:g}]")

    def rated(self) -> list[tuple[str, Any]]:
        """Return the objectives that are rated, with their native ratings."""
        return [(name, value) for name, value in self.ratings.items() if value is not None]

    def split_group(self) -> str:
        """Return the group that decides this row's split."""
        return conversation_group(self.messages, self.group)


class PreferenceRow(msgspec.Struct, kw_only=True):
    """Two responses to one prompt, of which the first was preferred.

    Attributes:
        id: Unique within its file.
        source: Data set that it comes from.
        prompt: All messages before the response.
        chosen: The preferred response: one assistant message, in a list.
        rejected: The other response, likewise.
        group: Keeps rows together in a split; by default a hash of the first user message.
        meta: Anything else; never read by training.
    """

    id: str | int
    prompt: list[dict[str, Any]]
    chosen: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    source: str = ""
    group: str | None = None
    meta: dict[str, Any] = {}

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        for field, response in (("chosen", self.chosen), ("rejected", self.rejected)):
            if len(response) != 1:
                raise DataError(f"{field}: expected one assistant message, got {len(response)}")
            try:
                check_conversation([*self.prompt, *response])
            except DataError as error:
                raise DataError(f"prompt + {field}: {error}") from None
        if self.chosen == self.rejected:
            raise DataError("chosen, rejected: the two responses are equal")

    def conversations(self) -> tuple[list[Message], list[Message]]:
        """Return the chosen and the rejected conversation."""
        return [*self.prompt, *self.chosen], [*self.prompt, *self.rejected]

    def split_group(self) -> str:
        """Return the group that decides this row's split."""
        return conversation_group(self.prompt, self.group)


class BenchmarkRow(msgspec.Struct, kw_only=True):
    """A preference row of a benchmark, with the subset that it belongs to.

    Prompt and responses may be plain text and the id a number, as in the files of RewardBench itself.

    Attributes:
        id: Unique within its file.
        prompt: One user message as text, or all messages before the response.
        chosen: The preferred response: text, or one assistant message in a list.
        rejected: The other response, likewise.
        subset: Part of the benchmark.
        category: What several subsets have in common; may be absent.
        source: Data set that it comes from.
        group: Keeps rows together when intervals are drawn; by default a hash of the first user
            message.
    """

    id: str | int
    prompt: str | list[dict[str, Any]]
    chosen: str | list[dict[str, Any]]
    rejected: str | list[dict[str, Any]]
    subset: str
    category: str = ""
    source: str = ""
    group: str | None = None

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used.

        Two equal responses are no error here: the benchmark has such pairs, and counts them as lost.
        """
        if not self.subset.strip():
            raise DataError("subset: it is empty, so the pair belongs nowhere")
        for field, response in (("chosen", self.chosen), ("rejected", self.rejected)):
            if not isinstance(response, str) and len(response) != 1:
                raise DataError(f"{field}: expected one assistant message, got {len(response)}")
        for field, messages in zip(("chosen", "rejected"), self.conversations(), strict=True):
            try:
                check_conversation(messages)
            except DataError as error:
                raise DataError(f"prompt + {field}: {error}") from None

    def conversations(self) -> tuple[list[Message], list[Message]]:
        """Return the chosen and the rejected conversation."""
        prompt = as_prompt(self.prompt)
        first, second = (
            as_response(response if isinstance(response, str) else response[0])
            for response in (self.chosen, self.rejected)
        )
        return [*prompt, first], [*prompt, second]

    def split_group(self) -> str:
        """Return the group that this row is drawn with."""
        return conversation_group(as_prompt(self.prompt), self.group)


class LabelledResponse(msgspec.Struct, kw_only=True):
    """One of several responses to a benchmark's prompt.

    Attributes:
        message: Text, or an assistant message.
        label: What the rule reads: 1 for a right response and 0 for a wrong one, or a human grade.
        meta: Anything else that a rule reads, such as the style of a response.
    """

    message: str | dict[str, Any]
    label: int | float
    meta: dict[str, Any] = {}


class ResponsesRow(msgspec.Struct, kw_only=True):
    """A benchmark's prompt with several labelled responses, scored by a named rule.

    Attributes:
        id: Unique within its file.
        prompt: One user message as text, or all messages before the response.
        responses: At least two, each with a label.
        rule: Name of the rule that scores the row.
        subset: Part of the benchmark.
        category: What several subsets have in common; may be absent.
        source: Data set that it comes from.
        group: Keeps rows together when intervals are drawn; by default a hash of the first user
            message.
    """

    id: str | int
    prompt: str | list[dict[str, Any]]
    responses: list[LabelledResponse]
    rule: str
    subset: str
    category: str = ""
    source: str = ""
    group: str | None = None

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        if not self.subset.strip():
            raise DataError("subset: it is empty, so the row belongs nowhere")
        if len(self.responses) < 2:
            raise DataError(f"responses: expected at least two, got {len(self.responses)}")
        for index, messages in enumerate(self.conversations()):
            try:
                check_conversation(messages)
            except DataError as error:
                raise DataError(f"prompt + responses[{index}]: {error}") from None

    def conversations(self) -> list[list[Message]]:
        """Return one conversation a response, in order."""
        prompt = as_prompt(self.prompt)
        return [[*prompt, as_response(response.message)] for response in self.responses]

    def split_group(self) -> str:
        """Return the group that this row is drawn with."""
        return conversation_group(as_prompt(self.prompt), self.group)


NativeRow: TypeAlias = RatingRow | PreferenceRow | BenchmarkRow | ResponsesRow


class ConversationRow(msgspec.Struct, kw_only=True):
    """One conversation to score: `messages`, or a `prompt` and a `response`.

    Attributes:
        id: Unique within its file; the line number where it is absent.
        messages: The conversation; the last message is the response.
        prompt: One user message as text, or all messages before the response.
        response: Text, or an assistant message.
    """

    id: str | int | None = None
    messages: list[dict[str, Any]] | None = None
    prompt: str | list[dict[str, Any]] | None = None
    response: str | dict[str, Any] | None = None

    def conversation(self) -> list[Message]:
        """Return the conversation, checked.

        Raises:
            DataError: If fields are missing or the conversation is malformed.
        """
        if self.messages is not None:
            messages: list[Message] = list(self.messages)
        elif self.prompt is not None and self.response is not None:
            messages = [*as_prompt(self.prompt), as_response(self.response)]
        else:
            raise DataError("a row needs 'messages', or a 'prompt' and a 'response'")
        check_conversation(messages)
        return messages

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        self.conversation()


class QuestionRow(msgspec.Struct, kw_only=True):
    """One prompt with responses to compare or rank.

    Attributes:
        prompt: One user message as text, or all messages before the response.
        responses: Texts or assistant messages; a preference row's `chosen` and `rejected` also do.
        id: Unique within its file; the line number where it is absent.
    """

    prompt: str | list[dict[str, Any]]
    responses: list[str | dict[str, Any]] = []
    chosen: str | list[dict[str, Any]] | None = None
    rejected: str | list[dict[str, Any]] | None = None
    id: str | int | None = None

    def answers(self) -> list[str | Message]:
        """Return the responses in order; those of a preference row chosen first."""
        given: list[str | Message] = list(self.responses)
        for pair_side in (self.chosen, self.rejected):
            if isinstance(pair_side, str):
                given.append(pair_side)
            elif pair_side is not None:
                given.extend(pair_side)
        return given

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        if not self.answers():
            raise DataError("responses: give at least one")
        for index, answer in enumerate(self.answers()):
            try:
                check_conversation([*as_prompt(self.prompt), as_response(answer)])
            except DataError as error:
                raise DataError(f"prompt + response {index + 1}: {error}") from None
