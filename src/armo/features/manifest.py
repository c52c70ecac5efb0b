"""What a feature store says of itself: enough to refuse any other backbone, template or data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from armo.errors import StoreError
from armo.sealed import is_intact, write_sealed

SCHEMA = 1
FILE = "manifest.json"


class TableFile(msgspec.Struct, frozen=True):
    """One Arrow file: its name, rows and SHA-256."""

    file: str
    rows: int
    sha256: str


class Shard(msgspec.Struct, frozen=True):
    """One finished part of the reading plan.

    Attributes:
        number: Place in the plan.
        responses: Features of its conversations.
        prompts: Features of the prompts that no earlier shard has.
        rejects: Reason by key, for conversations whose features are not finite.
    """

    number: int
    responses: TableFile
    prompts: TableFile
    rejects: dict[str, str] = {}


class Origin(msgspec.Struct, frozen=True):
    """What the features depend on; a store is resumed or reused only where all of it agrees.

    Attributes:
        backbone: Fingerprint of the weights.
        backbone_name: As given in the recipe.
        revision: Commit of a hub name, else empty.
        template: Hash of chat template, vocabulary and reasoning option.
        layer: Layer that is read.
        dtype: Number format of the forward pass; features are stored as float32.
        hidden_size: Length of a feature.
        positions: Where the features are read.
        data: Hash of the conversations, in reading order.
        max_tokens: Longest conversation that is read.
        batch_tokens: Tokens of a forward pass; batches decide the last bits of a feature.
        overlong: What happens to longer ones.
    """

    backbone: str
    backbone_name: str
    revision: str
    template: str
    layer: int
    dtype: str
    hidden_size: int
    data: str
    max_tokens: int
    batch_tokens: int
    overlong: str
    positions: str = "last token of the prompt, last token of the conversation"


class Counts(msgspec.Struct, frozen=True):
    """What the store will hold once it is complete.

    Attributes:
        rows: Rows that were asked for; several may name one conversation.
        conversations: Distinct conversations that are read.
        prompts: Distinct prompts among them.
        tokens: Tokens of these conversations.
        shards: Shards of the plan.
    """

    rows: int
    conversations: int
    prompts: int
    tokens: int
    shards: int


class Manifest(msgspec.Struct, frozen=True):
    """The manifest of a feature store."""

    origin: Origin
    counts: Counts
    shards: list[Shard] = []
    schema: int = SCHEMA

    @property
    def complete(self) -> bool:
        """True once every shard of the plan is there."""
        return len(self.shards) == self.counts.shards

    def write(self, folder: Path) -> None:
        """Write the manifest into a store's folder, atomically."""
        write_sealed(folder / FILE, self)


def read_manifest(folder: Path) -> Manifest:
    """Read a store's manifest.

    Raises:
        StoreError: If it is absent, damaged, or of a newer schema.
    """
    path = folder / FILE
    try:
        raw: Any = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        raise StoreError(f"{folder} is not a feature store: it has no {FILE}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove the folder to read anew") from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise StoreError(f"{path} has schema {schema}; this armo reads up to {SCHEMA}: update armo")
    try:
        manifest = msgspec.convert(raw, Manifest)
    except msgspec.ValidationError as error:
        raise StoreError(f"{path} is damaged ({error}); remove the folder to read anew") from None
    if not is_intact(raw):
        raise StoreError(
            f"{path} is damaged (its checksum does not fit); remove the folder to read anew"
        )
    return manifest
