"""The published model's documented forward, written for tests from its description, in torch alone.

It finds positions its own way, by token ids: the end of a conversation is the token before the first
padding token, and the end of the prompt is the first token of the last occurrence of the pattern that
opens the assistant's turn. Nothing here uses armo.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from transformers import (
    Gemma2Model,
    Gemma2PreTrainedModel,
    LlamaModel,
    LlamaPreTrainedModel,
    MistralModel,
    MistralPreTrainedModel,
    Qwen2Model,
    Qwen2PreTrainedModel,
    Qwen3Model,
    Qwen3PreTrainedModel,
)


@dataclass
class Outputs:
    """What a forward gives, row by row.

    Attributes:
        rewards: Not transformed, `[rows, objectives]`.
        gating_output: Softmax times logit scale, `[rows, objectives]`.
        score: `[rows]`.
        coefficients: What multiplies the rewards, `[rows, objectives]`.
        prompt_at: Place of the gate's feature.
        response_at: Place of the regression's feature.
    """

    rewards: torch.Tensor
    gating_output: torch.Tensor
    score: torch.Tensor
    coefficients: torch.Tensor
    prompt_at: torch.Tensor
    response_at: torch.Tensor


class Gating(nn.Module):
    """Linear layers with ReLU between them, then a softmax at a temperature, scaled."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        hidden = [config.gating_hidden_dim] * config.gating_n_hidden
        widths = [config.hidden_size, *hidden, config.num_objectives]
        self.temperature = config.gating_temperature
        self.logit_scale = nn.Parameter(torch.ones(1))
        self.layers = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))

    def forward(self, prompt: torch.Tensor) -> torch.Tensor:
        """Return the gating output of prompt features."""
        *hidden, last = self.layers
        for layer in hidden:
            prompt = torch.relu(layer(prompt))
        return torch.softmax(last(prompt) / self.temperature, dim=1) * self.logit_scale


class WithGating:
    """The heads on a decoder; the families below mix it with their own base class."""

    _decoder: type

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.model = self._decoder(config)
        self.regression_layer = nn.Linear(config.hidden_size, config.num_objectives, bias=False)
        self.reward_transform_matrix = nn.Parameter(
            torch.eye(config.num_objectives), requires_grad=False
        )
        self.gating = Gating(config)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        pattern: list[int],
        attention_mask: torch.Tensor | None = None,
    ) -> Outputs:
        """Score token ids; `pattern` is what opens the assistant's turn."""
        hidden = self.model(input_ids, attention_mask=attention_mask).last_hidden_state
        rows, length = torch.arange(len(input_ids)), input_ids.shape[1]
        first_pad = (input_ids == self.config.pad_token_id).int().argmax(dim=1)
        ends = (first_pad - 1) % length
        prompts = torch.tensor([_last_place(ids, pattern) for ids in input_ids.tolist()])
        rewards = self.regression_layer(hidden[rows, ends])
        gating = self.gating(hidden[rows, prompts])
        transformed = rewards @ self.reward_transform_matrix
        return Outputs(
            rewards=rewards,
            gating_output=gating,
            score=(gating * transformed).sum(dim=1),
            coefficients=gating @ self.reward_transform_matrix.T,
            prompt_at=prompts,
            response_at=ends,
        )


def _last_place(ids: list[int], pattern: list[int]) -> int:
    starts = range(len(ids) - len(pattern), -1, -1)
    return next(at for at in starts if ids[at : at + len(pattern)] == pattern)


class LlamaForRewardModelWithGating(WithGating, LlamaPreTrainedModel):
    _decoder = LlamaModel


class Gemma2ForRewardModelWithGating(WithGating, Gemma2PreTrainedModel):
    _decoder = Gemma2Model


class MistralForRewardModelWithGating(WithGating, MistralPreTrainedModel):
    _decoder = MistralModel


class Qwen2ForRewardModelWithGating(WithGating, Qwen2PreTrainedModel):
    _decoder = Qwen2Model


class Qwen3ForRewardModelWithGating(WithGating, Qwen3PreTrainedModel):
    _decoder = Qwen3Model


CLASSES = {
    "llama": LlamaForRewardModelWithGating,
    "gemma2": Gemma2ForRewardModelWithGating,
    "mistral": MistralForRewardModelWithGating,
    "qwen2": Qwen2ForRewardModelWithGating,
    "qwen3": Qwen3ForRewardModelWithGating,
}
"""The class of each `model_type`."""
