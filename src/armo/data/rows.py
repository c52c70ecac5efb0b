"""The native rows: absolute ratings and preferences, as they stand in JSONL files."""

from __future__ import annotations

from typing import Any

import msgspec

from armo.conversation import Message, check_conversation, conversation_group
from armo.errors import DataError


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

    id: str
    messages: list[dict[str, Any]]
    ratings: dict[str, float | bool | None]
    scale: dict[str, tuple[float, float]] = {}
    source: str = ""
    group: str | None = None
    meta: dict[str, Any] = {}

    def check(self) -> None:
        """Raise DataError, naming the field, if the row can't be used."""
        check_conversation(self.messages)
        if all(value is None for value in self.ratings.values()):
            raise DataError("ratings: no objective is rated")
        for name, value in self.ratings.items():
            if value is None:
                continue
            if name not in self.scale:
                raise DataError(f"scale: no scale is given for objective '{name}'")
            low, high = self.scale[name]
            if not low <= value <= high:
                raise DataError(f"ratings.{name}: {value} is outside its scale [{low:g}, {high:g}]")

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

    id: str
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
