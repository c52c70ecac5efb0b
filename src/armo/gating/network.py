"""The gate while it is trained: an MLP in PyTorch, its softmax over the objectives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn


class GateNetwork(nn.Module):
    """ReLU layers, then a softmax over the last axis; β is learned beside them, as its logarithm.

    Initial weights and dropout masks come from `generator`; the global random state stays as it is.

    Args:
        widths: Prompt features, each hidden width, objectives.
        temperature: Divides the logits before the softmax.
        dropout: Share of hidden units dropped while training.
        beta: β at the start.
        generator: Source of randomness.
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        temperature: float,
        dropout: float,
        beta: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        device = generator.device
        # Made without values: nn.Linear would draw them from the global random state.
        self.layers = nn.ModuleList(
            nn.Linear(read, written, device="meta", dtype=torch.float32).to_empty(device=device)
            for read, written in itertools.pairwise(widths)
        )
        for layer in self.linear:
            bound = 1 / math.sqrt(layer.in_features)
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
        self.log_beta = nn.Parameter(torch.tensor(math.log(beta), device=device))
        self.temperature = temperature
        self.dropout = dropout
        self.generator = generator

    @property
    def linear(self) -> list[nn.Linear]:
        """The layers, first to last."""
        return cast(list[nn.Linear], list(self.layers))

    def forward(self, prompts: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch objective"]:
        """Return the weights of each prompt."""
        *hidden, last = self.linear
        state = prompts
        for layer in hidden:
            state = self._drop(torch.relu(layer(state)))
        return torch.softmax(last(state) / self.temperature, dim=-1)

    def start_at(self, weights: Sequence[float]) -> None:
        """Make the network give `weights` (> 0, sum 1) to every prompt."""
        last = self.linear[-1]
        with torch.no_grad():
            last.weight.zero_()
            last.bias.copy_(torch.tensor(weights, device=last.bias.device).log() * self.temperature)

    def _drop(self, state: Float[Tensor, "batch width"]) -> Float[Tensor, "batch width"]:
        # nn.Dropout draws from the global random state.
        if not self.training or self.dropout == 0:
            return state
        keep = 1 - self.dropout
        mask = torch.empty_like(state).bernoulli_(keep, generator=self.generator)
        return state * mask / keep
