"""The three parts of foreign heads, each from a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from armo.errors import InputError, ModelError
from armo.gating import Gate
from armo.persistence.imported.tensor_file import Tensors, read_tensors

_GATE_KEY = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?:layers\.(?P<layer>0|[1-9][0-9]{0,2})\.(?P<part>weight|bias))"
)
_SCALE = "logit_scale"
_TRANSFORMS = ("reward_transform_matrix", "matrix")


@dataclass(frozen=True)
class ForeignRegression:
    """A regression layer.

    Attributes:
        weight: Shape `[objectives, hidden]`.
        bias: Shape `[objectives]`; zeros if the file has none.
    """

    weight: Float[np.ndarray, "objectives hidden"]
    bias: Float[np.ndarray, " objectives"]


@dataclass(frozen=True)
class ForeignGate:
    """A gate and what multiplies its softmax.

    Attributes:
        gate: Its weights sum to 1.
        scale: The file's `logit_scale`, our score scale.
    """

    gate: Gate
    scale: float


def read_regression(file: Path) -> ForeignRegression:
    """Read `weight` `[objectives, hidden]`, as the authors' first stage saves it, and a `bias` if any.

    Raises:
        ModelError: If the file can't be read, or holds something else.
    """
    tensors = read_tensors(file)
    _refuse_unknown(tensors, ("weight", "bias"), file, "a regression file")
    if "weight" not in tensors:
        raise ModelError(f"{file} lacks 'weight', the regression layer [objectives, hidden]")
    weight = tensors["weight"]
    if weight.ndim != 2 or 0 in weight.shape:
        raise _misshapen(file, "weight", weight, "[objectives, hidden]")
    bias = tensors.get("bias", np.zeros(len(weight), dtype=weight.dtype))
    if bias.shape != (len(weight),):
        raise _misshapen(file, "bias", bias, f"[{len(weight)}], one number an objective")
    return ForeignRegression(weight, bias)


def read_transform(file: Path | None, objectives: int) -> NDArray[Any]:
    """Read `reward_transform_matrix`, or `matrix`, with `debiased = rewards @ matrix`.

    Args:
        file: None for no debiasing, the identity.
        objectives: Rows of the regression.

    Raises:
        ModelError: If the file can't be read, or holds something else.
    """
    if file is None:
        return np.eye(objectives, dtype=np.float32)
    tensors = read_tensors(file)
    _refuse_unknown(tensors, _TRANSFORMS, file, "a transform file")
    if len(tensors) != 1:
        raise ModelError(f"{file} holds both of {', '.join(_TRANSFORMS)}; leave one of them")
    (name, matrix), *_ = tensors.items()
    if matrix.shape != (objectives, objectives):
        raise _misshapen(
            file, name, matrix, f"[{objectives}, {objectives}], as the regression has it"
        )
    return matrix


def read_gate(file: Path, temperature: float) -> ForeignGate:
    """Read a state dict as the authors' second stage saves it.

    Its keys are `layers.{i}.weight`, `layers.{i}.bias` and `logit_scale`, all with one prefix or none.

    Args:
        file: The file.
        temperature: Divides the last layer's output before the softmax; the file does not hold it.

    Raises:
        ModelError: If the file can't be read, keys are missing or unknown, or shapes don't chain.
        InputError: If the temperature is not above 0.
    """
    tensors = read_tensors(file)
    prefix = _prefix(tensors, file)
    count = 1 + max(
        (int(found["layer"]) for name in tensors if (found := _GATE_KEY.fullmatch(name))),
        default=-1,
    )
    keys = [
        (f"{prefix}layers.{layer}.weight", f"{prefix}layers.{layer}.bias") for layer in range(count)
    ]
    wanted = [*(key for pair in keys for key in pair), prefix + _SCALE]
    _refuse_unknown(tensors, wanted, file, "a gate's state dict")
    missing = [key for key in wanted if key not in tensors]
    if missing or not count:
        raise ModelError(
            f"{file} lacks {', '.join(missing[:3]) or 'layers.0.weight'}; a gate is saved with all of "
            "its layers and logit_scale (a tensor [1.0] if nothing multiplies the softmax)"
        )
    if not temperature > 0:
        raise InputError(f"the gate's temperature must be above 0, got {temperature:g}")
    layers = [(tensors[weight], tensors[bias]) for weight, bias in keys]
    try:
        gate = Gate.from_layers(layers, temperature=temperature)
    except InputError as error:
        raise ModelError(f"{file}: {error}") from None
    return ForeignGate(gate, _scale(tensors[prefix + _SCALE], file))


def _prefix(tensors: Tensors, file: Path) -> str:
    found = {match["prefix"] for name in tensors if (match := _GATE_KEY.fullmatch(name))}
    if len(found) > 1:
        raise ModelError(
            f"{file} holds the layers of {len(found)} gates, with {', '.join(map(repr, sorted(found)))} "
            "before 'layers.'; save one of them"
        )
    return found.pop() if found else ""


def _scale(tensor: NDArray[Any], file: Path) -> float:
    if tensor.size != 1:
        raise _misshapen(file, _SCALE, tensor, "[1]")
    scale = float(tensor.reshape(()))
    if not scale > 0:
        raise ModelError(
            f"{file}: '{_SCALE}' must be above 0, got {scale:g}: the better response would not score "
            "higher"
        )
    return scale


def _refuse_unknown(
    tensors: Tensors, known: tuple[str, ...] | list[str], file: Path, what: str
) -> None:
    unknown = sorted(set(tensors) - set(known))
    if unknown:
        shown = ", ".join(f"'{name}'" for name in unknown[:3]) + (", …" if len(unknown) > 3 else "")
        wanted = ", ".join(known[:4]) + (", …" if len(known) > 4 else "")
        raise ModelError(
            f"{file} holds {shown}, which {what} does not have; it may have: {wanted}. Leave out what "
            "is not part of it, or rename it"
        )


def _misshapen(file: Path, name: str, tensor: NDArray[Any], wanted: str) -> ModelError:
    return ModelError(f"{file}: '{name}' has shape {list(tensor.shape)}, it must be {wanted}")
