"""The two Arrow tables of a store: one row a conversation, one row a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Float32

from armo.atomic import atomic_path, file_sha256
from armo.backbone import Encoded
from armo.errors import StoreError
from armo.features.manifest import TableFile

# Columns beside the feature.
_PROMPTS = {"key": pa.string()}
_RESPONSES = _PROMPTS | {
    "prompt_key": pa.string(),
    "tokens": pa.int32(),
    "response_tokens": pa.int32(),
    "truncated": pa.bool_(),
    "split_at_boundary": pa.bool_(),
}


def responses_table(
    keys: Sequence[str],
    prompt_keys: Sequence[str],
    encoded: Sequence[Encoded],
    features: Float32[np.ndarray, "rows hidden"],
) -> pa.Table:
    """Return the table of conversations: keys, feature, token counts and flags."""
    return pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "prompt_key": pa.array(prompt_keys, pa.string()),
            "feature": _vectors(features),
            "tokens": pa.array([len(row.ids) for row in encoded], pa.int32()),
            "response_tokens": pa.array([row.response_tokens for row in encoded], pa.int32()),
            "truncated": pa.array([row.truncated for row in encoded], pa.bool_()),
            "split_at_boundary": pa.array([row.split_at_boundary for row in encoded], pa.bool_()),
        }
    )


def prompts_table(keys: Sequence[str], features: Float32[np.ndarray, "rows hidden"]) -> pa.Table:
    """Return the table of prompts: key and feature."""
    return pa.table({"key": pa.array(keys, pa.string()), "feature": _vectors(features)})


def write_table(folder: Path, name: str, table: pa.Table) -> TableFile:
    """Write an Arrow IPC file atomically and return what the manifest says of it."""
    path = folder / name
    with (
        atomic_path(path) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table.combine_chunks())
    return TableFile(name, table.num_rows, file_sha256(path))


def open_table(folder: Path, entry: TableFile) -> pa.Table:
    """Memory-map an Arrow IPC file of a store.

    Raises:
        StoreError: If it is absent, truncated, or not what the manifest says.
    """
    path = folder / entry.file
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        # A damaged offset would otherwise be followed out of the file, into a dead process.
        table.validate(full=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it to read that part anew") from None
    if table.num_rows != entry.rows:
        raise StoreError(f"{path} has {table.num_rows} rows, its manifest says {entry.rows}")
    _check_columns(table, path)
    return table


def prompt_keys(folder: Path, entry: TableFile) -> list[str]:
    """Return the keys of a table."""
    keys: list[str] = open_table(folder, entry).column("key").to_pylist()
    return keys


def check_table(folder: Path, entry: TableFile) -> bool:
    """Return whether a file is there with exactly the bytes that the manifest knows."""
    path = folder / entry.file
    return path.is_file() and file_sha256(path) == entry.sha256


def feature_matrix(table: pa.Table, hidden_size: int) -> Float32[np.ndarray, "rows hidden"]:
    """Return a table's features as a view on the mapped file.

    Raises:
        StoreError: If the features are of another length.
    """
    found = table.schema.field("feature").type.list_size
    if found != hidden_size:
        raise StoreError(
            f"the features are {found} numbers long, the manifest says {hidden_size}; remove the "
            "feature store to read anew"
        )
    chunks = [
        chunk.flatten().to_numpy(zero_copy_only=True) for chunk in table.column("feature").chunks
    ]
    flat = chunks[0] if len(chunks) == 1 else np.concatenate(chunks or [np.empty(0, np.float32)])
    return flat.reshape(-1, hidden_size)


def _check_columns(table: pa.Table, path: Path) -> None:
    found = {field.name: field.type for field in table.schema}
    wanted = _RESPONSES if "prompt_key" in found else _PROMPTS
    vectors = found.get("feature")
    if (
        {name: kind for name, kind in found.items() if name != "feature"} != wanted
        or vectors is None
        or not pa.types.is_fixed_size_list(vectors)
        or vectors.value_type != pa.float32()
        or any(column.null_count for column in table.columns)
    ):
        raise StoreError(f"{path} is damaged: its columns are not those of a feature store")


def _vectors(features: Float32[np.ndarray, "rows hidden"]) -> pa.FixedSizeListArray:
    flat = pa.array(np.ascontiguousarray(features).reshape(-1), pa.float32())
    return pa.FixedSizeListArray.from_arrays(flat, features.shape[1])
