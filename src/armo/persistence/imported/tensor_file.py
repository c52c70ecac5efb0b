"""A safetensors file of floats, checked number by number; a pickled one is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from armo.errors import ModelError

Tensors = dict[str, NDArray[Any]]

_PICKLED = {".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle"}
# Products of larger numbers with features could overflow float64.
_LARGEST = 1e60


def read_tensors(file: Path) -> Tensors:
    """Return the tensors of a file as float32, or float64 where they are stored so.

    Raises:
        ModelError: If the file is absent, pickled, damaged or empty, or holds what is no finite float.
    """
    _refuse_pickled(file)
    if not file.is_file():
        raise ModelError(f"{file}: no such file; give a .safetensors file")
    tensors = _read(file)
    if not tensors:
        raise ModelError(f"{file} holds no tensors; save the weights into it")
    for name, tensor in tensors.items():
        if not (np.abs(tensor.astype(np.float64)) <= _LARGEST).all():
            raise ModelError(
                f"{file}: '{name}' holds numbers that are not finite or beyond {_LARGEST:g}; train or "
                "save it anew"
            )
    return tensors


def _refuse_pickled(file: Path) -> None:
    if file.suffix.lower() not in _PICKLED:
        return
    wanted = file.with_suffix(".safetensors")
    raise ModelError(
        f"{file} is a pickled file, which can run any code as it is opened, so armo does not open it. "
        "Where you trust it, convert it with:\n\n"
        "    import torch, safetensors.torch\n"
        f"    tensors = torch.load({str(file)!r}, weights_only=True, map_location='cpu')\n"
        "    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}\n"
        f"    safetensors.torch.save_file(tensors, {str(wanted)!r})\n\n"
        f"and give {wanted}"
    )


def _read(file: Path) -> Tensors:
    # NumPy has no bfloat16, in which heads may be stored.
    import torch
    from safetensors import SafetensorError, safe_open

    tensors: Tensors = {}
    try:
        with safe_open(file, framework="pt") as stored:
            for name in stored.keys():  # noqa: SIM118
                tensor = stored.get_tensor(name)
                if not tensor.is_floating_point():
                    raise ModelError(
                        f"{file}: '{name}' holds {str(tensor.dtype).removeprefix('torch.')}, not floats"
                    )
                wide = tensor if tensor.dtype == torch.float64 else tensor.float()
                tensors[name] = np.array(wide.numpy())
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{file} can't be read as safetensors: {error}; copy it anew") from None
    return tensors
