"""Heads in the published layout without a backbone, for tests of what is read from names and keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

WIDTH = 8


def head_tensors(count: int = 19, verbosity: int | None = 4) -> dict[str, torch.Tensor]:
    """Return random heads with a gate of two linear layers."""
    generator = torch.Generator().manual_seed(count)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    transform = torch.eye(count)
    if verbosity is not None:
        transform[verbosity] = -random(count).abs()
        transform[verbosity, verbosity] = 0
    return {
        "regression_layer.weight": random(count, WIDTH),
        "reward_transform_matrix": transform,
        "gating.logit_scale": torch.tensor([1.5]),
        "gating.layers.0.weight": random(4, WIDTH),
        "gating.layers.0.bias": random(4),
        "gating.layers.1.weight": random(count, 4),
        "gating.layers.1.bias": random(count),
    }


def write_heads(folder: Path, tensors: dict[str, torch.Tensor], **keys: Any) -> Path:
    """Write tensors and a config with the keys and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    config = {"model_type": "llama", "architectures": ["LlamaForRewardModelWithGating"], **keys}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
