"""One training run of a gate."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from armo.gating.batches import Batches, Task
from armo.gating.gate import Layer
from armo.gating.inputs import InputMap
from armo.gating.loss import preference_loss
from armo.gating.network import GateNetwork
from armo.gating.settings import GateSettings
from armo.gating.temperature import fit_beta

_FLOOR = 0.05


@dataclass(frozen=True, eq=False)
class Run:
    """The kept state of a run: layers for raw prompt features, β as learned, and when."""

    layers: tuple[Layer, ...]
    beta: float
    best_step: int
    steps: int


def train(task: Task, settings: GateSettings, inputs: InputMap, tick: Callable[[int], None]) -> Run:
    """Minimise `−log σ(β gᵀ(r'_chosen − r'_rejected))` over the training pairs.

    Runs on PyTorch's default device. The same seed and thread count give the same gate.

    Args:
        task: The data.
        settings: How to train.
        inputs: From raw prompt features to what the network reads while it trains.
        tick: Called with the step reached, at every look at the validation pairs.
    """
    generator = torch.Generator(device=torch.get_default_device())
    generator.manual_seed(task.seed)
    batches = Batches(task, inputs, generator)
    network = _start(task, settings, batches.prompts.shape[1], generator)
    optimizer = _optimizer(network, settings)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=settings.steps)
    look_every = max(1, settings.steps // settings.evaluations)
    best = _Best(network, settings)
    best.look(0, batches)
    step = 0
    for step in range(1, settings.steps + 1):
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(_loss(network, *batches.draw(settings.batch)))
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
        weights = (1 - _FLOOR) * task.fixed.weights + _FLOOR / objectives
        network.start_at(weights.tolist())
    return network


def _optimizer(network: GateNetwork, settings: GateSettings) -> torch.optim.AdamW:
    rate = settings.learning_rate
    groups: list[dict[str, Any]] = [
        {
            "params": [layer.weight for layer in network.linear],
            "weight_decay": settings.weight_decay,
        },
        {"params": [layer.bias for layer in network.linear]},
        {"params": [network.log_beta], "lr": rate * settings.beta_rate},
    ]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=0.0)


def _loss(network: GateNetwork, prompts: Tensor, differences: Tensor, weight: Tensor) -> Tensor:
    margins = (network(prompts) * differences).sum(dim=-1)
    return (softplus(-network.log_beta.exp() * margins) * weight).mean()


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

    def look(self, step: int, batches: Batches) -> None:
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
            for layer in self.network.linear
        ]
        layers[0] = inputs.fold(*layers[0])
        beta = float(self.network.log_beta.detach().exp())
        return Run(tuple(layers), beta, self.step if self.settings.keep_best else steps, steps)
