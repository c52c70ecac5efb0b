"""Models as `armo train` leaves them, on small random backbones, and their exports."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from transformers import AutoConfig, AutoModel, AutoTokenizer

from armo import RewardModel
from armo.backbone import BackboneSettings, load
from armo.gating import Gate
from armo.heads import Heads
from armo.objectives import Objective
from armo.persistence.armorm.writing import Exported, write_published
from tests.persistence.armorm_checkpoint import KINDS
from tests.persistence.armorm_forward import CLASSES, Outputs
from tests.tiny import make_tokenizer

NAMES = ("helpful", "safe", "depth", "length", "clear")
# Rotary scaling of Llama 3.1, at the size of these models.
SCALED = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


def make_backbone(
    folder: Path, kind: str = "llama-3", pad: str | None = None, spare: int = 0, **keys: Any
) -> Path:
    """Write a decoder of a family, without any head.

    Args:
        folder: Where to.
        kind: A key of `KINDS`, or `chatml` for a Llama whose pad token ends each turn, as SmolLM2's.
        pad: Pad token; None for none.
        spare: Rows of the embedding that no token uses.
        keys: Of the config.
    """
    if kind == "chatml":
        model_type, tokenizer = "llama", make_tokenizer(pad_token="<|im_end|>")
    else:
        model_type, tokenizer = KINDS[kind].model_type, KINDS[kind].family.tokenizer()
    if pad is not None:
        tokenizer.add_special_tokens({"pad_token": pad})
    torch.manual_seed(3)
    sizes = {
        "vocab_size": len(tokenizer) + spare,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 512,
    }
    if model_type == "gemma2":
        sizes["query_pre_attn_scalar"] = 8
    model = AutoModel.from_config(AutoConfig.for_model(model_type, **sizes, **keys))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight.normal_(std=1.5 * weight.shape[1] ** -0.5)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_heads(hidden_layers: int = 2, seed: int = 0) -> Heads:
    """Return heads in float64, as training leaves them, with numbers that float32 can't hold."""
    generator = np.random.default_rng(seed)
    count, widths = len(NAMES), [32, *[12] * hidden_layers, len(NAMES)]
    layers = [
        (
            generator.normal(size=(after, before)).astype(np.float32) / before**0.5,
            generator.normal(size=after).astype(np.float32) / 3,
        )
        for before, after in itertools.pairwise(widths)
    ]
    transform = np.eye(count)
    transform[3] -= [*generator.uniform(-0.3, 0.6, size=3), 1, 0.1]
    return Heads(
        objectives=(
            Objective(name="helpful", low=1, high=5, source="raters"),
            Objective(name="safe", low=0, high=1, boolean=True),
            Objective(name="depth", low=0, high=4, unit_low=0.1, unit_high=0.9),
            Objective(name="length", low=2.079441, high=6.594413, computed=True),
            Objective(name="clear", low=0, high=1),
        ),
        weight=generator.normal(size=(count, 32)) / 3,
        intercept=np.zeros(count),
        transform=transform,
        gate=Gate.from_layers(layers, beta=3.1, temperature=0.7),
        score_scale=1.3,
        preference_beta=3.1,
    )


def make_trained(
    folder: Path, kind: str = "llama-3", heads: Heads | None = None, **settings: Any
) -> RewardModel:
    """Return a model on a fresh backbone of a family; settings are those of the backbone."""
    make_backbone(folder, kind)
    return on_backbone(folder, heads or make_heads(), **settings)


def on_backbone(folder: Path, heads: Heads, **settings: Any) -> RewardModel:
    """Return heads on a backbone."""
    wanted = {"layer": "last", "dtype": "float32", "max_tokens": 300, **settings}
    return RewardModel.from_heads(
        heads, load(BackboneSettings(name=str(folder), **wanted)), "length"
    )


def export(model: RewardModel, folder: Path, **options: Any) -> Exported:
    """Write a model in the published layout."""
    return write_published(
        folder, model.heads, model.config, model.backbone, steering=model.steering, **options
    )


def stored(folder: Path) -> dict[str, torch.Tensor]:
    """Return all tensors of a folder."""
    tensors = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as opened:
            tensors |= {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    return tensors


@dataclass
class Theirs:
    """An export in the documented class."""

    model: Any
    tokenizer: Any
    pattern: list[int]

    @classmethod
    def load(cls, folder: Path, dtype: torch.dtype = torch.float32) -> Theirs:
        """Load an export as a user of the class does."""
        model_type = AutoConfig.from_pretrained(folder).model_type
        model = CLASSES[model_type].from_pretrained(folder, dtype=dtype).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return cls(model, tokenizer, list(model.config.gating_token_pattern))

    def forward(self, conversations: list[list[dict[str, str]]], side: str) -> Outputs:
        """Score a batch that the tokenizer pads on one side."""
        self.tokenizer.padding_side = side
        rows = self.tokenizer.apply_chat_template(
            conversations, return_tensors="pt", padding=True, return_dict=True
        )
        with torch.no_grad():
            return self.model(rows["input_ids"], self.pattern, rows["attention_mask"])
