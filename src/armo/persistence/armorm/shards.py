"""Weights into safetensors files of bounded size."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from armo.atomic import write_json
from armo.errors import InputError
from armo.persistence.armorm.layout import INDEX
from armo.progress import Reporter


def write_shards(
    tensors: Mapping[str, torch.Tensor], folder: Path, max_shard_size: int | str, reporter: Reporter
) -> tuple[str, ...]:
    """Write tensors to one file, or to several with an index, as transformers names them.

    Args:
        tensors: By name.
        folder: Where to.
        max_shard_size: Most bytes of a file, such as "5GB"; a larger tensor has a file of its own.
        reporter: Told of bytes written.

    Returns:
        Names of the files.

    Raises:
        InputError: If `max_shard_size` is no size.
    """
    from huggingface_hub import split_torch_state_dict_into_shards

    try:
        plan = split_torch_state_dict_into_shards(dict(tensors), max_shard_size=max_shard_size)
    except ValueError as error:
        raise InputError(
            f"'{max_shard_size}' is no size of a file ({error}); give one such as 5GB or 500MB"
        ) from None
    total = sum(tensor.nbytes for tensor in tensors.values())
    with reporter("writing", total, "bytes") as advance:
        for file, names in plan.filename_to_tensors.items():
            shard = {name: tensors[name].contiguous() for name in names}
            _save(shard, folder / file)
            advance(sum(tensor.nbytes for tensor in shard.values()))
    if plan.is_sharded:
        write_json(
            folder / INDEX, {"metadata": plan.metadata, "weight_map": plan.tensor_to_filename}
        )
    return tuple(plan.filename_to_tensors)


def _save(shard: dict[str, torch.Tensor], file: Path) -> None:
    from safetensors.torch import save_file

    # The library leaves a file that only its owner can read.
    file.touch()
    mode = file.stat().st_mode
    save_file(shard, file, metadata={"format": "pt"})
    file.chmod(mode)
