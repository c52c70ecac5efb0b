"""The reading plan: which distinct conversations are read, in which batches and shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from armo.backbone import Backbone, Encoded
from armo.conversation import Conversation, conversation_key
from armo.errors import DataError
from armo.progress import Advance
from armo.rejects import Reject

_MIN_SHARD_BATCHES = 16
_MAX_SHARDS = 512


@dataclass(frozen=True)
class Request:
    """A row's wish to have a conversation read; `messages` are not checked yet."""

    id: str
    messages: Any
    where: str = ""


@dataclass(frozen=True)
class Item:
    """A distinct conversation to read."""

    key: str
    prompt_key: str
    encoded: Encoded


@dataclass(frozen=True)
class Plan:
    """Distinct conversations in reading order.

    Attributes:
        items: What is read.
        batches: Indices into `items`, one array a forward pass.
        rejects: Rows whose conversation can't be read.
        requested: Rows by the key of the conversation that they name.
    """

    items: list[Item]
    batches: list[NDArray[np.int64]]
    rejects: list[Reject]
    requested: list[tuple[str, Request]]

    @property
    def data_hash(self) -> str:
        """Hash of the conversations in reading order."""
        digest = hashlib.sha256()
        for batch in self.batches:
            for row in batch:
                digest.update(self.items[row].key.encode())
            digest.update(b"\n")
        return digest.hexdigest()

    @property
    def tokens(self) -> int:
        """Tokens to read."""
        return sum(len(item.encoded.ids) for item in self.items)

    def shards(self) -> list[list[NDArray[np.int64]]]:
        """Return the batches in runs that are written together.

        A shard is what a killed run loses at most, so it is small; but never so small that a large
        set becomes thousands of files.
        """
        size = max(_MIN_SHARD_BATCHES, -(-len(self.batches) // _MAX_SHARDS))
        return [self.batches[start : start + size] for start in range(0, len(self.batches), size)]

    def rejects_for(self, reasons: dict[str, str]) -> Iterator[Reject]:
        """Yield all rejects, with those rows added whose conversation failed while being read."""
        yield from self.rejects
        for key, request in self.requested:
            if key in reasons:
                yield Reject(request.id, reasons[key], request.where)


def make_plan(
    backbone: Backbone, requests: Iterable[Request], advance: Advance = lambda _: None
) -> Plan:
    """Tokenise what is asked for, each distinct conversation once, and order it for reading."""
    items: list[Item] = []
    reasons: dict[str, str | None] = {}
    rejects: list[Reject] = []
    requested: list[tuple[str, Request]] = []
    for request in requests:
        advance(1)
        try:
            key = conversation_key(request.messages)
            if key not in reasons:
                reasons[key] = _encode(backbone, request.messages, key, items)
            reason = reasons[key]
        except (TypeError, AttributeError, UnicodeEncodeError, DataError) as error:
            key, reason = "", f"messages: not a conversation ({error})"
        if reason is None:
            requested.append((key, request))
        else:
            rejects.append(Reject(request.id, reason, request.where))
    return Plan(items, backbone.plan([item.encoded for item in items]), rejects, requested)


def _encode(backbone: Backbone, messages: Conversation, key: str, items: list[Item]) -> str | None:
    """Append the conversation to `items`, or return why it can't be read."""
    try:
        encoded = backbone.encode(messages)
    except DataError as error:
        return str(error)
    items.append(Item(key, conversation_key(messages[:-1]), encoded))
    return None
