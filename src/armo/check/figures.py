"""What the good rows of a file hold: labels, sources, prompts and lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from armo.check.turns import odd_turns
from armo.conversation import Message, conversation_group, text_of
from armo.data.alike import bare_text
from armo.data.keys import KeySet
from armo.data.rows import ConversationRow, RatingRow

# A file may name a source for every row, such as an address.
_MOST_SOURCES = 1000
OTHER_SOURCES = "other sources"


class Labels(msgspec.Struct):
    """The ratings of one objective, on its native scale.

    Attributes:
        name: The objective.
        low: Lowest rating that the scale allows.
        high: Highest rating that it allows.
        count: How many rows rate it.
        lowest: Lowest rating met.
        highest: Highest rating met.
        total: Sum of the ratings.
        ends: How many are one end of the scale or the other.
    """

    name: str
    low: float
    high: float
    count: int = 0
    lowest: float = 0.0
    highest: float = 0.0
    total: float = 0.0
    ends: int = 0

    @property
    def boolean(self) -> bool:
        """Whether training takes it for one of yes and no: all ratings are 0 or 1, as is the scale."""
        return (self.low, self.high) == (0, 1) and self.ends == self.count

    def record(self) -> dict[str, Any]:
        """Return what people read of it."""
        return {
            "name": self.name,
            "low": self.low,
            "high": self.high,
            "boolean": self.boolean,
            "count": self.count,
            "lowest": self.lowest,
            "mean": self.total / self.count,
            "highest": self.highest,
        }

    def add(self, value: float) -> None:
        """Count a rating."""
        self.lowest = min(self.lowest, value) if self.count else value
        self.highest = max(self.highest, value) if self.count else value
        self.count += 1
        self.total += value
        self.ends += value in (self.low, self.high)


class Lengths(msgspec.Struct):
    """How long texts are, in characters.

    Attributes:
        count: Texts.
        empty: How many have no text, or white space alone.
        total: Characters of all.
        longest: Characters of the longest.
        longest_at: Where that stands.
    """

    count: int = 0
    empty: int = 0
    total: int = 0
    longest: int = 0
    longest_at: str = ""

    def record(self) -> dict[str, Any]:
        """Return what people read of it."""
        mean = self.total / self.count if self.count else 0.0
        return {
            "mean": mean,
            "empty": self.empty,
            "longest": self.longest,
            "longest_at": self.longest_at,
        }

    def add(self, text: str, where: str) -> None:
        """Count a text."""
        length = len(text)
        self.count += 1
        self.total += length
        self.empty += not text or text.isspace()
        if length > self.longest:
            self.longest, self.longest_at = length, where


class Figures:
    """Counts of the good rows of one file, in bounded memory.

    Attributes:
        labels: Ratings by objective.
        sources: Rows by source.
        prompts: Lengths of the prompts: all messages before the response.
        responses: Lengths of the responses.
    """

    def __init__(self) -> None:
        self.labels: dict[str, Labels] = {}
        self.sources: Counter[str] = Counter()
        self.prompts = Lengths()
        self.responses = Lengths()
        self._distinct_prompts = KeySet()
        self._groups = KeySet()
        self._pairs = KeySet()

    def add(self, row: Any, where: str) -> Iterator[str]:
        """Count a checked row; yield a sentence for each thing that is odd about it."""
        prompt, responses = parts(row)
        yield from odd_turns([*prompt, responses[0]])
        self.prompts.add("".join(map(text_of, prompt)), where)
        for response in responses:
            self.responses.add(text_of(response), where)
        written = _written(prompt)
        self._distinct_prompts.add(written)
        self._groups.add(conversation_group(prompt, getattr(row, "group", None)))
        self._add_source(getattr(row, "source", ""))
        if isinstance(row, RatingRow):
            self._add_ratings(row)
        elif len(responses) == 2:
            yield from self._odd_pair(written, responses)

    @property
    def distinct_prompts(self) -> int:
        """Number of prompts that differ in any character."""
        return len(self._distinct_prompts)

    @property
    def groups(self) -> int:
        """Number of groups, which the split keeps together."""
        return len(self._groups)

    def _add_source(self, source: str) -> None:
        if source not in self.sources and len(self.sources) >= _MOST_SOURCES:
            source = OTHER_SOURCES
        self.sources[source] += 1

    def _add_ratings(self, row: RatingRow) -> None:
        for name, value in row.rated():
            if name not in self.labels:
                low, high = row.scale[name] or (0.0, 1.0)
                self.labels[name] = Labels(name, low, high)
            self.labels[name].add(float(value))

    def _odd_pair(self, prompt: bytes, responses: list[Message]) -> Iterator[str]:
        bare = bare_text(responses[0])
        alike = bare is not None and bare == bare_text(responses[1])
        if alike:
            yield "chosen, rejected: they differ in white space at most"
        first, second = _written(responses[:1]), _written(responses[1:])
        if not self._pairs.add(prompt + first + second):
            yield "chosen, rejected: the same pair stands in an earlier row"
        elif prompt + second + first in self._pairs and not alike:
            yield "chosen, rejected: the same pair stands in an earlier row the other way round"


def _written(messages: list[Message]) -> bytes:
    """Return messages so that equal ones are equal bytes, whatever the order of their fields."""
    return msgspec.json.encode(messages, order="deterministic")


def parts(row: Any) -> tuple[list[Message], list[Message]]:
    """Return the prompt of a checked native row, and its responses."""
    if isinstance(row, RatingRow):
        return list(row.messages[:-1]), [row.messages[-1]]
    if isinstance(row, ConversationRow):
        conversation = row.conversation()
        return conversation[:-1], [conversation[-1]]
    conversations = row.conversations()
    return list(conversations[0][:-1]), [conversation[-1] for conversation in conversations]
