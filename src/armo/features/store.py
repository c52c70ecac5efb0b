"""Reading a complete feature store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Float32, Int64

from armo.errors import StoreError
from armo.features.manifest import Manifest, TableFile, read_manifest
from armo.features.tables import check_table, feature_matrix, open_table


@dataclass(frozen=True)
class Block:
    """A run of conversations of one shard: keys and features, as a view on the mapped file."""

    keys: list[str]
    features: Float32[np.ndarray, "rows hidden"]


class FeatureStore:
    """Memory-mapped features of many conversations, by key.

    Args:
        folder: A complete store.
        verify: Check every file against its checksum first.

    Raises:
        StoreError: If the store is damaged or not complete.
    """

    def __init__(self, folder: Path, *, verify: bool = False) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        if not self.manifest.complete:
            raise StoreError(
                f"{folder} is not complete: {len(self.manifest.shards)} of "
                f"{self.manifest.counts.shards} shards; run the same command again to finish it"
            )
        if verify:
            self._verify()
        shards = self.manifest.shards
        self._responses = _Mapped(folder, [shard.responses for shard in shards], self.hidden_size)
        self._prompts = _Mapped(folder, [shard.prompts for shard in shards], self.hidden_size)

    @property
    def hidden_size(self) -> int:
        """Length of a feature."""
        return self.manifest.origin.hidden_size

    def __contains__(self, key: str) -> bool:
        return key in self._responses.index

    def __len__(self) -> int:
        return len(self._responses.index)

    def responses(self, keys: Sequence[str]) -> Float32[np.ndarray, "rows hidden"]:
        """Return `f(x⊕y)` of the conversations with these keys, in this order."""
        return self._responses.gather(keys)

    def prompts(self, keys: Sequence[str]) -> Float32[np.ndarray, "rows hidden"]:
        """Return `f(x)` of the prompts with these keys, in this order."""
        return self._prompts.gather(keys)

    def response_tokens(self, keys: Sequence[str]) -> Int64[np.ndarray, " rows"]:
        """Return the number of tokens after the prompt of each conversation."""
        return self._responses.numbers("response_tokens", keys)

    def blocks(self) -> Iterator[Block]:
        """Yield all conversations, shard by shard, without copying them."""
        for table in self._responses.tables:
            yield Block(table.column("key").to_pylist(), feature_matrix(table, self.hidden_size))

    def _verify(self) -> None:
        for shard in self.manifest.shards:
            for entry in (shard.responses, shard.prompts):
                if not check_table(self.folder, entry):
                    raise StoreError(
                        f"{self.folder / entry.file} is damaged: its checksum is not the one in the "
                        "manifest; run the extraction again to mend it"
                    )


class _Mapped:
    """Several mapped tables, and where each key stands in them."""

    def __init__(self, folder: Path, entries: Sequence[TableFile], hidden_size: int) -> None:
        self.tables: list[pa.Table] = [open_table(folder, entry) for entry in entries]
        self._matrices = [feature_matrix(table, hidden_size) for table in self.tables]
        self._hidden_size = hidden_size
        self.index: dict[str, tuple[int, int]] = {}
        for number, table in enumerate(self.tables):
            for row, key in enumerate(table.column("key").to_pylist()):
                self.index[key] = (number, row)

    def gather(self, keys: Sequence[str]) -> Float32[np.ndarray, "rows hidden"]:
        rows = np.empty((len(keys), self._hidden_size), dtype=np.float32)
        for position, key in enumerate(keys):
            table, row = self.index[key]
            rows[position] = self._matrices[table][row]
        return rows

    def numbers(self, column: str, keys: Sequence[str]) -> Int64[np.ndarray, " rows"]:
        columns = [table.column(column).to_numpy() for table in self.tables]
        places = (self.index[key] for key in keys)
        return np.fromiter((columns[table][row] for table, row in places), np.int64, len(keys))
