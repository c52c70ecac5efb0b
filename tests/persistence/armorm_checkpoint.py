"""Small random checkpoints in the published layout: bfloat16 backbone, float32 heads, a tokenizer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig

from tests.backbone import templates
from tests.backbone.template_qwen3 import QWEN3
from tests.backbone.templates import Family
from tests.persistence.armorm_forward import CLASSES

PAD = "[PAD]"
# As in the published folder: a class of its own, in a file that armo must never run.
CODE = "raise SystemExit('the checkpoint ran its code')\n"


@dataclass(frozen=True)
class Kind:
    """A family's decoder, chat format, and what opens the assistant's turn."""

    model_type: str
    family: Family
    header: str


KINDS = {
    "llama-3": Kind(
        "llama", templates.LLAMA3, "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "gemma-2": Kind("gemma2", templates.GEMMA2, "<end_of_turn>\n<start_of_turn>model\n"),
    "mistral": Kind("mistral", templates.MISTRAL_FIRST, "[/INST]"),
    "qwen2.5": Kind("qwen2", templates.QWEN25, "<|im_end|>\n<|im_start|>assistant\n"),
    "qwen3": Kind("qwen3", QWEN3, "<|im_end|>\n<|im_start|>assistant\n"),
}


def make_published(
    folder: Path,
    kind: str = "llama-3",
    *,
    count: int = 19,
    verbosity: int = 4,
    temperature: float = 10.0,
    logit_scale: float = 1.7,
    shard: str = "5GB",
    heads_dtype: torch.dtype = torch.float32,
) -> Path:
    """Write a checkpoint and return its folder.

    Args:
        folder: Where to.
        kind: A key of `KINDS`.
        count: Objectives.
        verbosity: The objective that the transform takes out.
        temperature: Of the gate.
        logit_scale: Of the gate.
        shard: Largest size of a file.
        heads_dtype: Number format of the heads.
    """
    made = KINDS[kind]
    tokenizer = made.family.tokenizer()
    tokenizer.add_special_tokens({"pad_token": PAD})
    torch.manual_seed(count)
    config = AutoConfig.for_model(
        made.model_type,
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        num_labels=1,
        num_objectives=count,
        gating_temperature=temperature,
        gating_hidden_dim=24,
        gating_n_hidden=3,
        **_small(made.model_type),
    )
    model = CLASSES[made.model_type](config)
    with torch.no_grad():
        _randomise(model, verbosity, logit_scale)
    model.to(heads_dtype)
    model.model.to(torch.bfloat16)
    model.save_pretrained(folder, max_shard_size=shard)
    tokenizer.save_pretrained(folder)
    edit_config(folder, auto_map={"AutoModelForSequenceClassification": "modeling_custom.Heads"})
    (folder / "modeling_custom.py").write_text(CODE)
    return folder


def edit_config(folder: Path, **keys: Any) -> None:
    """Set keys of config.json; None takes a key out."""
    path = folder / "config.json"
    config = json.loads(path.read_text()) | keys
    path.write_text(json.dumps({key: value for key, value in config.items() if value is not None}))


def _small(model_type: str) -> dict[str, Any]:
    small: dict[str, Any] = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 512,
    }
    if model_type == "gemma2":
        small["query_pre_attn_scalar"] = 8
    return small


def _randomise(model: Any, verbosity: int, logit_scale: float) -> None:
    """Give the weights a size at which prompts and responses differ clearly."""
    for name, weight in model.named_parameters():
        if weight.ndim == 2 and name != "reward_transform_matrix":
            weight.normal_(std=1.5 * weight.shape[1] ** -0.5)
        elif name.startswith("gating.") and name.endswith("bias"):
            weight.normal_(std=0.3)
    # So that the weights differ whatever temperature divides the logits.
    model.gating.layers[-1].weight.mul_(2 * model.gating.temperature)
    model.gating.logit_scale.fill_(logit_scale)
    transform = model.reward_transform_matrix
    transform[verbosity] = -torch.rand(len(transform))
    transform[verbosity, verbosity] = 0
