"""A padding token that stands nowhere in a conversation, so that padding can't change a score."""

from __future__ import annotations

from typing import Any

import torch

PAD = "[PAD]"


def set_padding(tokenizer: Any) -> None:
    """Keep the tokenizer's padding token if no template writes it, else add one of its own.

    A sequence classifier takes the last token that is no padding. Many chat models pad with the token
    that ends a turn, the very one that is to be read.
    """
    pad = tokenizer.pad_token_id
    if pad is None or pad in _written(tokenizer) or pad == tokenizer.eos_token_id:
        tokenizer.add_special_tokens({"pad_token": PAD})
    tokenizer.padding_side = "right"


def fit_embeddings(model: Any, tokenizer: Any) -> None:
    """Give the model a row for a padding token that was added, and tell it which one pads.

    The new row is the mean of the others; no conversation reads it.
    """
    table = model.get_input_embeddings().weight
    rows = int(table.shape[0])
    if len(tokenizer) > rows:
        mean = table.detach().float().mean(dim=0)
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        for layer in (model.get_input_embeddings(), model.get_output_embeddings()):
            if layer is not None:
                with torch.no_grad():
                    layer.weight[rows:] = mean.to(layer.weight.dtype)
    model.config.get_text_config().pad_token_id = tokenizer.pad_token_id


def _written(tokenizer: Any) -> set[int]:
    """Return the tokens that the template writes around two turns."""
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}] * 2,
        tokenize=False,
    )
    return set(tokenizer(str(text), add_special_tokens=False)["input_ids"])
