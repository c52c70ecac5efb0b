"""What a run reads: the data of a fit, on PyTorch's device, in random batches."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from armo.gating.inputs import InputMap, raw
from armo.gating.network import GateNetwork
from armo.gating.pairs import Pairs
from armo.gating.result import FixedWeights

_BLOCK_ROWS = 8_192


@dataclass(frozen=True, eq=False)
class Task:
    """What every run of a fit shares: its data, and the fixed weights to start from."""

    prompts: Float32[np.ndarray, "prompts features"]
    train: Pairs
    validation: Pairs
    fixed: FixedWeights
    seed: int


class Batches:
    """The task's arrays on the generator's device, batches of training pairs drawn from them."""

    def __init__(self, task: Task, inputs: InputMap, generator: torch.Generator) -> None:
        self.generator = generator
        prompts = task.prompts
        if inputs.basis is not None:
            # Few columns: made once. Standardised rows, as wide as the features, are made by batch.
            prompts = inputs.project(prompts)
            inputs = raw(prompts.shape[1])
        self.prompts = self._tensor(prompts)
        self.mean = self._tensor(inputs.mean.astype(np.float32))
        self.factor = self._tensor(inputs.factor.astype(np.float32))
        train = task.train
        self.index = self._tensor(train.prompt_index)
        self.differences = self._tensor(train.differences.astype(np.float32))
        self.weight = self._tensor((train.weight / train.weight.mean()).astype(np.float32))
        self.validation = task.validation

    def draw(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return standardised prompts, differences and weights of pairs drawn with replacement."""
        device = self.generator.device
        rows = torch.randint(len(self.index), (size,), generator=self.generator, device=device)
        return self._rows(self.index[rows]), self.differences[rows], self.weight[rows]

    def validation_margins(self, network: GateNetwork) -> Float64[np.ndarray, " pairs"]:
        """Return the network's margins of the validation pairs, each distinct prompt read once."""
        distinct, inverse = np.unique(self.validation.prompt_index, return_inverse=True)
        rows = self._tensor(distinct)
        network.eval()
        with torch.inference_mode():
            weights = torch.cat(
                [network(self._rows(block)) for block in torch.split(rows, _BLOCK_ROWS)]
            )
        network.train()
        gate = weights.cpu().numpy().astype(np.float64)
        margins: Float64[np.ndarray, " pairs"] = np.einsum(
            "pk,pk->p", gate[inverse], self.validation.differences
        )
        return margins

    def _rows(self, rows: Tensor) -> Tensor:
        return (self.prompts[rows] - self.mean) * self.factor

    def _tensor(self, array: np.ndarray) -> Tensor:
        with warnings.catch_warnings():
            # Memory-mapped features are read-only; nothing here writes to them.
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            return torch.from_numpy(array).to(self.generator.device)
