"""Both features of every conversation at several layers, from one forward each; kept in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from armo.atomic import atomic_path
from armo.backbone import Backbone
from armo.backbone.template import Encoded
from armo.conversation import Conversation, conversation_key
from armo.errors import DataError
from armo.progress import on_terminal

_AT_ONCE = 500


@dataclass(frozen=True)
class Layers:
    """What was read.

    Attributes:
        row: Place of each conversation, by its key.
        features: By layer: prompt and response feature, shape `[2, rows, hidden]`.
        tokens: Tokens of each response.
    """

    row: dict[str, int]
    features: dict[int, np.ndarray]
    tokens: np.ndarray


def read_layers(
    backbone: Backbone, conversations: Sequence[Conversation], layers: Sequence[int], folder: Path
) -> Layers:
    """Read what the folder does not hold yet, and return everything asked for.

    Args:
        backbone: Loaded with `layer = "last"`.
        conversations: What to read; one that can't be read is left out.
        layers: Layers 1 … number of layers.
        folder: Holds what earlier calls read; a killed run loses at most 500 conversations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Encoded] = {}
    for messages in conversations:
        try:
            wanted[conversation_key(messages)] = backbone.encode(messages)
        except DataError:
            continue
    missing = [key for key in wanted if key not in _kept(folder)]
    total = sum(len(wanted[key].ids) for key in missing)
    if missing:
        with on_terminal("read", total, "tokens") as advance:
            for start in range(0, len(missing), _AT_ONCE):
                keys = missing[start : start + _AT_ONCE]
                encoded = [wanted[key] for key in keys]
                _write(folder, keys, encoded, _forward(backbone, encoded, layers), layers)
                advance(sum(len(row.ids) for row in encoded))
    return _collect(folder, layers, set(wanted))


def _forward(backbone: Backbone, encoded: list[Encoded], layers: Sequence[int]) -> np.ndarray:
    """Return features `[layers, 2, rows, hidden]`, a batch a core."""
    plan = backbone.plan(encoded)
    out = np.empty((len(layers), 2, len(encoded), backbone.hidden_size), np.float32)
    cores = torch.get_num_threads()
    torch.set_num_threads(1)
    with ThreadPoolExecutor(cores) as pool:
        read = pool.map(lambda rows: _batch(backbone, [encoded[row] for row in rows], layers), plan)
        for rows, features in zip(plan, read, strict=True):
            out[:, :, rows] = features
    torch.set_num_threads(cores)
    return out


def _batch(backbone: Backbone, batch: list[Encoded], layers: Sequence[int]) -> np.ndarray:
    ids = torch.zeros((len(batch), max(len(row.ids) for row in batch)), dtype=torch.long)
    for index, row in enumerate(batch):
        ids[index, : len(row.ids)] = torch.from_numpy(row.ids.astype(np.int64))
    with torch.inference_mode():
        output = backbone._model(input_ids=ids, use_cache=False, output_hidden_states=True)
        rows = torch.arange(len(batch))
        ends = torch.tensor([len(row.ids) - 1 for row in batch])
        prompts = torch.tensor([row.prompt_length - 1 for row in batch])
        states = output.hidden_states
        picked = [
            torch.stack([states[layer][rows, prompts], states[layer][rows, ends]])
            for layer in layers
        ]
        return torch.stack(picked).float().numpy()


def _write(
    folder: Path,
    keys: list[str],
    encoded: list[Encoded],
    features: np.ndarray,
    layers: Sequence[int],
) -> None:
    tensors = {f"layer {layer}": features[place] for place, layer in enumerate(layers)}
    tensors["tokens"] = np.array([row.response_tokens for row in encoded], dtype=np.int64)
    name = hashlib.sha256("".join(keys).encode()).hexdigest()[:16]
    with atomic_path(folder / f"{name}.safetensors") as temporary:
        save_file(tensors, temporary)
    with atomic_path(folder / f"{name}.keys") as temporary:
        temporary.write_text("\n".join(keys))


def _kept(folder: Path) -> set[str]:
    return {key for path in folder.glob("*.keys") for key in path.read_text().split("\n")}


def _collect(folder: Path, layers: Sequence[int], wanted: set[str]) -> Layers:
    row: dict[str, int] = {}
    parts: dict[int, list[np.ndarray]] = {layer: [] for layer in layers}
    tokens = []
    for path in sorted(folder.glob("*.keys")):
        keys = path.read_text().split("\n")
        places = [place for place, key in enumerate(keys) if key in wanted and key not in row]
        row.update({keys[place]: len(row) + offset for offset, place in enumerate(places)})
        tensors = load_file(path.with_suffix(".safetensors"))
        tokens.append(tensors["tokens"][places])
        for layer in layers:
            parts[layer].append(tensors[f"layer {layer}"][:, places])
    joined = {layer: np.concatenate(arrays, axis=1) for layer, arrays in parts.items()}
    return Layers(row, joined, np.concatenate(tokens))
