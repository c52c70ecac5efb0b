"""One training run of a gate."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor
from torch.nn.functional import softplus

from armo.gating.inputs import InputMap, raw
from armo.gating.loss import preference_loss
from armo.gating.network import GateNetwork
from armo.gating.pairs import Pairs
from armo.gating.result import FixedWeights, Layer
from armo.gating.settings import GateSettings
from armo.gating.temperature import fit_beta

_FLOOR = 0.05
_BLOCK_ROWS = 8_192


@dataclass(frozen=True, eq=False)
class Task:
    """What every run of a fit shares: its data, and the fixed weights to start from."""

    prompts: Float32[np.ndarray, "prompts features"]
    train: Pairs
    validation: Pairs
    fixed: FixedWeights
    seed: int


@dataclass(frozen=True, eq=False)
class Run:
    """The kept state of a run: layers for raw prompt features, β as learned, and when."""

    layers: tuple[Layer, ...]
    beta: float
    best_step: int
    steps: int


def train(task: Task, settings: GateSettings, inputs: InputMap, tick: Callable[[int], None]) -> Run:
    """Minimise `−log σ(β gᵀ(r'_chosen − r'_rejected))` over the training pairs (equation 5).

    Runs on PyTorch's default device. The same seed and thread count give the same gate.

    Args:
        task: The data.
        settings: How to train.
        inputs: From raw prompt features to what the network reads while it trains.
        tick: Called with the step reached, at every look at the validation pairs.
    """
    generator = torch.Generator(device=torch.get_default_device())
    generator.manual_seed(task.seed)
    batches = _Batches(task, inputs, generator)
    network = _start(task, settings, batches.prompts.shape[1], generator)
    optimizer = _optimizer(network, settings)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=settings.steps)
    look_every = max(1, settings.steps // settings.evaluations)
    best = _Best(network, settings)
    best.look(0, batches)
    step = 0
    for step in range(1, settings.steps + 1):
        optimizer.zero_grad(set_to_none=True)
        _loss(network, *batches.draw(settings.batch)).backward()
        optimizer.step()
        schedule.step()
        if step % look_every == 0 or step == settings.steps:
            tick(step)
            best.look(step, batches)
            if best.is_stale:
                break
    return best.run(step, inputs)


def _start(
    task: Task, settings: GateSettings, width: int, generator: torch.Generator
) -> GateNetwork:
    objectives = task.train.differences.shape[1]
    network = GateNetwork(
        (width, *settings.hidden, objectives),
        temperature=settings.temperature,
        dropout=settings.dropout,
        beta=task.fixed.beta if settings.beta is None else settings.beta,
        generator=generator,
    )
    if settings.start_at_fixed:
        # A weight of exactly zero has no gradient: the softmax could never raise it.
        network.start_at((1 - _FLOOR) * task.fixed.weights + _FLOOR / objectives)
    return network


def _optimizer(network: GateNetwork, settings: GateSettings) -> torch.optim.AdamW:
    matrices = [layer.weight for layer in network.layers]
    biases = [layer.bias for layer in network.layers]
    rate = settings.learning_rate
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": biases},
            {"params": [network.log_beta], "lr": rate * settings.beta_rate},
        ],
        lr=rate,
        weight_decay=0.0,
    )


def _loss(network: GateNetwork, prompts: Tensor, differences: Tensor, weight: Tensor) -> Tensor:
    margins = (network(prompts) * differences).sum(dim=-1)
    return (softplus(-network.log_beta.exp() * margins) * weight).mean()


class _Batches:
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
            weights = torch.cat([network(self._rows(block)) for block in rows.split(_BLOCK_ROWS)])
        network.train()
        gate = weights.cpu().numpy().astype(np.float64)
        return np.einsum("pk,pk->p", gate[inverse], self.validation.differences)

    def _rows(self, rows: Tensor) -> Tensor:
        return (self.prompts[rows] - self.mean) * self.factor

    def _tensor(self, array: np.ndarray) -> Tensor:
        with warnings.catch_warnings():
            # Memory-mapped features are read-only; nothing here writes to them.
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            return torch.from_numpy(array).to(self.generator.device)


class _Best:
    """The state that a run will keep: the last, or that of the lowest validation loss so far."""

    def __init__(self, network: GateNetwork, settings: GateSettings) -> None:
        self.network = network
        self.settings = settings
        self.loss = math.inf
        self.step = 0
        self.state = copy.deepcopy(network.state_dict())
        self.looks_since = 0

    @property
    def is_stale(self) -> bool:
        patience = self.settings.patience
        return self.settings.keep_best and patience is not None and self.looks_since >= patience

    def look(self, step: int, batches: _Batches) -> None:
        if not self.settings.keep_best:
            return
        margins = batches.validation_margins(self.network)
        weight = batches.validation.weight
        self.looks_since += 1
        if not np.isfinite(margins).all():
            return
        # At the best temperature, because β is refitted on validation in the end anyway.
        loss = preference_loss(margins, fit_beta(margins, weight), weight)
        if loss < self.loss:
            self.loss, self.step, self.looks_since = loss, step, 0
            self.state = copy.deepcopy(self.network.state_dict())

    def run(self, steps: int, inputs: InputMap) -> Run:
        if self.settings.keep_best:
            self.network.load_state_dict(self.state)
        layers = [
            (layer.weight.detach().cpu().numpy(), layer.bias.detach().cpu().numpy())
            for layer in self.network.layers
        ]
        layers[0] = inputs.fold(*layers[0])
        beta = float(self.network.log_beta.detach().exp())
        return Run(tuple(layers), beta, self.step if self.settings.keep_best else steps, steps)
