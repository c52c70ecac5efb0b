"""The logits of the two answers, and nothing else of the vocabulary."""

from __future__ import annotations

import threading
from typing import Any

import torch

from armo.errors import BackboneError


class AnswerHead(torch.nn.Module):
    """Stands in for a language-model head: two rows of it, in float32, at one place of each text.

    A whole vocabulary at every token would take more memory than the model itself, and bfloat16 logits
    come in steps so coarse that many a pair would be a tie. Whatever the model does to its logits
    afterwards, such as capping them, it does to these too.

    Args:
        layer: The model's own head.
        answers: Token ids of A and B.
    """

    weight: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, layer: Any, answers: tuple[int, int]) -> None:
        super().__init__()
        if not isinstance(layer, torch.nn.Linear):
            raise BackboneError(
                f"the language-model head is a {type(layer).__name__}, no plain linear layer, so its "
                "answers can't be read one by one"
            )
        rows = list(answers)
        self.register_buffer("weight", layer.weight.detach()[rows].float().clone())
        bias = None if layer.bias is None else layer.bias.detach()[rows].float().clone()
        self.register_buffer("bias", bias)
        # Several threads read batches of their own with one model.
        self._place = threading.local()

    def at(self, ends: torch.Tensor) -> None:
        """Say where this thread's next texts end, shape `[rows]`."""
        self._place.ends = ends

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return logits of A and B, shape `[rows, 1, 2]`, of hidden states `[rows, tokens, hidden]`."""
        rows = torch.arange(len(hidden), device=hidden.device)
        picked = hidden[rows, self._place.ends].float()
        with torch.autocast(hidden.device.type, enabled=False):
            return torch.nn.functional.linear(picked, self.weight, self.bias)[:, None]


def answer_only(model: Any, answers: tuple[int, int]) -> AnswerHead:
    """Replace a causal language model's head by that of the two answers, and return it."""
    head = AnswerHead(model.get_output_embeddings(), answers)
    model.set_output_embeddings(head)
    return head
