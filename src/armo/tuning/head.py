"""The linear head of a fine-tuning, float32 whatever the decoder computes in."""

from __future__ import annotations

from typing import Any

import torch


class Head(torch.nn.Linear):
    """A linear layer that neither autocast nor a decoder in bfloat16 makes coarser.

    Margins of rewards are small differences of numbers of ordinary size: in bfloat16 they would come
    in steps of about one in a hundred.
    """

    @classmethod
    def like(cls, layer: Any, bias: bool) -> Head:
        """Return a float32 head with the weights of another linear layer, its intercept at zero."""
        head = cls(layer.in_features, layer.out_features, bias=bias, dtype=torch.float32)
        with torch.no_grad():
            head.weight.copy_(layer.weight)
            if head.bias is not None:
                head.bias.zero_()
        return head.to(layer.weight.device)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return rewards, shape `[…, outputs]`, of hidden states, shape `[…, hidden]`."""
        with torch.autocast(hidden.device.type, enabled=False):
            return super().forward(hidden.float())
