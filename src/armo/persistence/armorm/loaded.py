"""What a loaded backbone consists of, for writing it elsewhere."""

from __future__ import annotations

from typing import Any

from armo.backbone import Backbone


def decoder_of(backbone: Backbone) -> Any:
    """Return the transformers decoder, cut to its layer and with its adapter merged."""
    return backbone.model


def tokenizer_of(backbone: Backbone) -> Any:
    """Return the tokenizer whose template writes the conversations."""
    return backbone.template.tokenizer
