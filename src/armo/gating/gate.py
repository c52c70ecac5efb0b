"""The gate: weights that depend on the prompt, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from armo.errors import InputError
from armo.gating.pairs import check_differences, check_prompt_index, check_prompts
from armo.gating.result import Validation, check_objectives

Layer = tuple[Float32[np.ndarray, "_ _"], Float32[np.ndarray, " _"]]
_BLOCK_ROWS = 8_192
# Logits divided by less could overflow.
_COLDEST = 1e-100


@dataclass(frozen=True, eq=False, kw_only=True)
class Gate:
    """Weights that depend on the prompt: an MLP with ReLU, then a softmax over the objectives.

    Attributes:
        layers: `(weight [out, in], bias [out])` of each layer, float32, for raw prompt features.
        beta: Turns a margin of scores into a probability, `σ(β · margin)`.
        temperature: Divides the last layer's output before the softmax.
        validation: Figures on the validation pairs, and the candidates they chose from.
        notes: Sentences for the reader of a report.
    """

    layers: tuple[Layer, ...]
    beta: float
    temperature: float = 1.0
    validation: Validation = field(default_factory=Validation)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[tuple[Float[np.ndarray, "_ _"], Float[np.ndarray, _]]],
        *,
        beta: float = 1.0,
        temperature: float = 1.0,
        validation: Validation | None = None,
        notes: Sequence[str] = (),
    ) -> Gate:
        """Make a gate of saved arrays.

        Raises:
            InputError: If the layers don't chain, hold NaN or infinity, or β or the temperature is
                not positive.
        """
        if not (0 < beta < np.inf and _COLDEST < temperature < np.inf):
            raise InputError(f"beta and temperature must be positive, got {beta} and {temperature}")
        return cls(
            layers=_check_layers(layers),
            beta=float(beta),
            temperature=float(temperature),
            validation=validation or Validation(),
            notes=tuple(notes),
        )

    @property
    def features(self) -> int:
        """Prompt features read."""
        return int(self.layers[0][0].shape[1])

    @property
    def objectives(self) -> int:
        """Objectives weighted."""
        return int(self.layers[-1][0].shape[0])

    def weights(
        self, prompts: Float[np.ndarray, "prompts features"]
    ) -> Float64[np.ndarray, "prompts objectives"]:
        """Return the weights of each prompt, ≥ 0, each row's sum 1.

        Raises:
            InputError: If prompts are not `[prompts, features]`, finite, and of the gate's width.
        """
        checked = check_prompts(prompts, self.features)
        weights = np.empty((len(checked), self.objectives))
        for start in range(0, len(checked), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            weights[block] = self._softmax(checked[block])
        return weights

    def margins(
        self,
        differences: Float[np.ndarray, "pairs objectives"],
        prompts: Float[np.ndarray, "prompts features"] | None = None,
        prompt_index: Int[np.ndarray, " pairs"] | None = None,
    ) -> Float64[np.ndarray, " pairs"]:
        """Return the score differences `Σ g(prompt) · r'` of pairs.

        Args:
            differences: Debiased rewards of the first minus the second response.
            prompts: One row a pair, or with `prompt_index` one row a distinct prompt.
            prompt_index: Row of each pair's prompt.
        """
        if prompts is None:
            raise InputError("a gate's weights depend on the prompt; pass prompts as well")
        checked = check_differences(differences)
        check_objectives(checked.shape[1], self.objectives)
        index = check_prompt_index(prompt_index, len(prompts), len(checked))
        weights = self.weights(prompts)
        weights = weights if index is None else weights[index]
        margins: Float64[np.ndarray, " pairs"] = np.einsum("pk,pk->p", weights, checked)
        return margins

    def _softmax(
        self, hidden: Float32[np.ndarray, "prompts _"]
    ) -> Float64[np.ndarray, "prompts _"]:
        with np.errstate(over="ignore", invalid="ignore"):
            logits = self._logits(hidden)
            if not np.isfinite(logits).all():
                # Prompts far from those of the training overflow float32.
                logits = self._logits(hidden.astype(np.float64))
        if not np.isfinite(logits).all():
            raise InputError("the gate overflows on these prompts; look for immense features")
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights: Float64[np.ndarray, "prompts _"] = powers / powers.sum(axis=1, keepdims=True)
        return weights

    def _logits(
        self, hidden: Float[np.ndarray, "prompts _"]
    ) -> Float64[np.ndarray, "prompts objectives"]:
        for depth, (weight, bias) in enumerate(self.layers):
            hidden = (np.maximum(hidden, 0) if depth else hidden) @ weight.T + bias
        logits: Float64[np.ndarray, "prompts objectives"]
        logits = hidden.astype(np.float64) / self.temperature
        return logits


def _check_layers(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[Layer, ...]:
    if not layers:
        raise InputError("a gate needs at least one layer")
    width = None
    checked = []
    for depth, (weight, bias) in enumerate(layers):
        if weight.ndim != 2 or bias.shape != weight.shape[:1] or 0 in weight.shape:
            raise InputError(
                f"gate layer {depth} must be a weight [out, in] and a bias [out], got "
                f"{weight.shape} and {bias.shape}"
            )
        if width not in (None, weight.shape[1]):
            raise InputError(
                f"gate layer {depth} reads {weight.shape[1]} values, but {width} arrive"
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise InputError(f"gate layer {depth} holds NaN or infinity")
        checked.append((np.asarray(weight, np.float32), np.asarray(bias, np.float32)))
        width = weight.shape[0]
    return tuple(checked)
