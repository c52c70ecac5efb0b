"""The lines that the hub reads: a card's YAML head."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_EMBEDDED = {"smollm2": "HuggingFaceTB/SmolLM2-135M-Instruct"}
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_TAGS = ("reward-model", "rlhf", "preference", "interpretability", "armo")


def yaml_head(backbone: str, datasets: Sequence[str]) -> str:
    """Return the head, without the lines of dashes around it.

    Args:
        backbone: As the model names it.
        datasets: Names of hub sets that it was trained on.
    """
    lines = [
        "library_name: armo",
        "license: unknown  # yours to set; the data and the backbone have terms of their own",
        "pipeline_tag: text-classification",
    ]
    if base := hub_model(backbone):
        lines.append(f"base_model: {json.dumps(base)}")
    lines += ["tags:", *(f"- {tag}" for tag in _TAGS)]
    if datasets:
        # JSON strings are YAML strings, whatever stands in them.
        lines += ["datasets:", *(f"- {json.dumps(name)}" for name in datasets)]
    return "\n".join(lines)


def hub_model(backbone: str) -> str:
    """Return the hub name of a backbone, or an empty string if it is known by a path alone."""
    if backbone in _EMBEDDED:
        return _EMBEDDED[backbone]
    return backbone if _HUB_NAME.fullmatch(backbone) and not backbone.startswith(".") else ""
