"""The heads' tensors of a published checkpoint, from whichever shard holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.errors import ModelError
from armo.persistence.armorm.layout import HEAD_PREFIXES, INDEX, WEIGHTS

Tensors = dict[str, NDArray[Any]]

_DECODER_LAYER = re.compile(r"model\.layers\.([0-9]{1,6})\.")
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")


def head_names(folder: Path) -> list[str]:
    """Return the names of the heads' tensors in a folder; none if it holds no readable weights."""
    try:
        return sorted(name for name in _places(folder) if name.startswith(HEAD_PREFIXES))
    except ModelError:
        return []


def decoder_layers(folder: Path) -> int | None:
    """Return how many layers of the decoder the weights hold; None if their names don't tell.

    Raises:
        ModelError: If the folder has no readable safetensors.
    """
    found = [int(layer[1]) for name in _places(folder) if (layer := _DECODER_LAYER.match(name))]
    return 1 + max(found) if found else None


def read_head_tensors(folder: Path) -> Tensors:
    """Return the heads' tensors as float32, or float64 where they are stored so.

    Raises:
        ModelError: If the folder has no safetensors, or a shard is missing, damaged or holds no
            floats.
    """
    places = {
        name: file for name, file in _places(folder).items() if name.startswith(HEAD_PREFIXES)
    }
    tensors: Tensors = {}
    for file in sorted(set(places.values())):
        tensors |= _read(file, sorted(name for name, where in places.items() if where == file))
    return tensors


def _places(folder: Path) -> Mapping[str, Path]:
    """Return the file of every tensor; a single file goes before shards, as in transformers."""
    single, index = folder / WEIGHTS, folder / INDEX
    if single.is_file():
        return dict.fromkeys(_names(single), single)
    if index.is_file():
        return _indexed(index)
    _refuse_pickled(folder)
    raise ModelError(
        f"{folder} holds no weights: neither {WEIGHTS} nor {INDEX} is there; copy the folder anew"
    )


def _indexed(index: Path) -> Mapping[str, Path]:
    try:
        places: dict[str, str] = msgspec.convert(
            msgspec.json.decode(index.read_bytes())["weight_map"], dict[str, str]
        )
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ModelError(
            f"{index} is damaged: it has no readable 'weight_map' ({error}); copy it anew"
        ) from None
    for shard in sorted(set(places.values())):
        # A name is all that an index may give: no path may lead out of the folder.
        if Path(shard).name != shard:
            raise ModelError(f"{index} names the shard '{shard}', which is not a plain file name")
        if not (index.parent / shard).is_file():
            raise ModelError(
                f"{index.parent / shard} is missing, though {INDEX} names it; copy the shard there"
            )
    return {name: index.parent / shard for name, shard in places.items()}


def _refuse_pickled(folder: Path) -> None:
    pickled = sorted(path.name for pattern in _PICKLED for path in folder.glob(pattern))
    if pickled:
        raise ModelError(
            f"{folder} holds pickled weights ({pickled[0]}), which can run any code and are not "
            "loaded; convert each file where you trust it, with "
            f"safetensors.torch.save_file(torch.load('{pickled[0]}', weights_only=True, "
            f"map_location='cpu'), '{WEIGHTS}')"
        )


def _names(file: Path) -> list[str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as shard:
            return list(shard.keys())
    except (SafetensorError, OSError) as error:
        raise _damaged(file, error) from None


def _read(file: Path, names: list[str]) -> Tensors:
    # NumPy has no bfloat16, in which a checkpoint may hold its heads.
    import torch
    from safetensors import SafetensorError, safe_open

    tensors: Tensors = {}
    try:
        with safe_open(file, framework="pt") as shard:
            for name in names:
                tensor = shard.get_tensor(name)
                if not tensor.is_floating_point():
                    raise ModelError(f"{file}: '{name}' holds {tensor.dtype}, not floats")
                wide = tensor if tensor.dtype == torch.float64 else tensor.float()
                tensors[name] = np.array(wide.numpy())
    except (SafetensorError, OSError) as error:
        raise _damaged(file, error) from None
    return tensors


def _damaged(file: Path, error: Exception) -> ModelError:
    return ModelError(f"{file} is damaged: {error}; copy it anew")
