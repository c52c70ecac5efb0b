"""Backbones in 8 or 4 bits: made as they are loaded, or quantised checkpoints read as they are."""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch.nn import functional

from armo.errors import BackboneError, InputError, MissingExtraError

Quantization = Literal["none", "int8", "int4"]
_LIBRARY = "bitsandbytes"
_EXTRA = "pip install 'armo[quantized]'"
# What transformers needs to read a checkpoint of each method, as module and as what pip calls it.
_READERS = {
    "bitsandbytes": (_LIBRARY, "'armo[quantized]'"),
    "gptq": ("gptqmodel", "gptqmodel"),
    "awq": ("gptqmodel", "gptqmodel"),
    "compressed-tensors": ("compressed_tensors", "compressed-tensors"),
    "torchao": ("torchao", "torchao"),
    "hqq": ("hqq", "hqq"),
    "quanto": ("optimum.quanto", "optimum-quanto"),
}


class Int8Linear(torch.nn.Module):
    """A linear layer with 8-bit weights, each row scaled by its largest one.

    Only the weights are rounded. Schemes that round activations too are faster on some devices, but
    either lose the large ones or pick them out by what else is in the batch, and a batch must not
    change a score.

    Args:
        layer: What is quantised.
    """

    scale: torch.Tensor

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach().float()
        # A row of zeros has no largest weight; any scale gives it back.
        scale = weight.abs().amax(dim=1).clamp_min(torch.finfo(torch.float32).tiny) / 127
        rounded = (weight / scale[:, None]).round().to(torch.int8)
        self.weight = torch.nn.Parameter(rounded, requires_grad=False)
        self.register_buffer("scale", scale)
        self.bias = layer.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `x Wᵀ + b`, shape `[…, outputs]`, in the number format of `x`."""
        # Eight bits are exact in every format; a power of two keeps sums within half precision.
        product = functional.linear(x, self.weight.to(x.dtype) / 128)
        output = (product.float() * (self.scale * 128)).to(x.dtype)
        return output if self.bias is None else output + self.bias


class Int4Linear(torch.nn.Module):
    """A linear layer with weights in the 4-bit normal float of bitsandbytes, a scale for every 64.

    Weights are unpacked for each product. The library's own layer repacks them as it is first used,
    which threads that read at once would do twice, and computes in bfloat16 on some processors.

    Args:
        layer: What is quantised, on the device where it will run.
    """

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        self._library = _bitsandbytes().functional
        packed, self._state = self._library.quantize_4bit(
            layer.weight.detach(), blocksize=64, quant_type="nf4"
        )
        self.weight = torch.nn.Parameter(packed, requires_grad=False)
        self.bias = layer.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `x Wᵀ + b`, shape `[…, outputs]`, in the number format of `x`."""
        weight = self._library.dequantize_4bit(self.weight, self._state)
        return functional.linear(x, weight.to(x.dtype), self.bias)


def quantize(model: Any, to: Quantization, device: torch.device) -> None:
    """Quantise the linear layers of a model in place, one at a time, and move them to the device.

    Embeddings and norms stay as they are.

    Args:
        model: A decoder, whole or cut; adapters are merged by then.
        to: How far.
        device: Where it will run.

    Raises:
        MissingExtraError: If `int4` is asked for and bitsandbytes is not installed.
        BackboneError: If most of the weights are in layers that can't be quantised.
    """
    if to == "none":
        return
    _check_share(model)
    small = Int8Linear if to == "int8" else Int4Linear
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, torch.nn.Linear):
                setattr(parent, name, small(layer.to(device)))


def check_available(to: Quantization) -> None:
    """Check, before anything is loaded, that weights can be made so small here.

    Raises:
        InputError: If there is no such width.
        MissingExtraError: If a library is missing for it.
    """
    if to not in get_args(Quantization):
        raise InputError(f"quantization '{to}' is unknown; use {', '.join(get_args(Quantization))}")
    if to == "int4" and importlib.util.find_spec(_LIBRARY) is None:
        raise MissingExtraError(
            f"quantization = 'int4' needs {_LIBRARY}; install with: {_EXTRA}, or use 'int8', which "
            "needs nothing"
        )


def method_of(path: Path) -> str:
    """Return the method by which a checkpoint is quantised already; empty if it is not.

    Raises:
        MissingExtraError: If the library that reads it is not installed.
    """
    try:
        config: Any = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        # Loading says what is wrong with it.
        return ""
    found = config.get("quantization_config") if isinstance(config, dict) else None
    if not isinstance(found, dict):
        return ""
    method = str(found.get("quant_method") or _LIBRARY).replace("_", "-")
    module, package = _READERS.get(method, ("", ""))
    missing = [
        (name, pip) for name, pip in ((module, package), ("accelerate", "accelerate")) if name
    ]
    missing = [(name, pip) for name, pip in missing if not _is_installed(name)]
    if missing:
        raise MissingExtraError(
            f"the backbone in {path} is quantised ({method}); reading it needs "
            f"{' and '.join(name for name, _ in missing)}; install with: pip install "
            f"{' '.join(pip for _, pip in missing)}"
        )
    return method


def import_reader(method: str) -> None:
    """Import what reads a quantised checkpoint, as it is installed here, before transformers does."""
    if method == _LIBRARY:
        _bitsandbytes()


def steady(model: Any) -> None:
    """Have layers of a bitsandbytes checkpoint leave their weights as they are; see `Int4Linear`."""
    for layer in model.modules():
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False


def refuse_twice(path: Path, method: str, to: Quantization, adapter: str) -> None:
    """Raise BackboneError if a quantised checkpoint is to be quantised again, or to take an adapter."""
    if method and to != "none":
        raise BackboneError(
            f"the backbone in {path} is quantised already ({method}); leave out quantization = '{to}'"
        )
    if method and adapter:
        raise BackboneError(
            f"the backbone in {path} is quantised ({method}), so the adapter '{adapter}' can't be "
            "merged into it exactly; name the backbone that is not quantised, with quantization = "
            "'int8' or 'int4'"
        )


@contextmanager
def only_installed_code() -> Iterator[None]:
    """Keep bitsandbytes from fetching compiled kernels from the hub as it is imported.

    It does so on some processors where the package `kernels` is installed, and falls back to its own.
    """
    log = logging.getLogger(_LIBRARY)
    level, known, held = log.level, "kernels" in sys.modules, sys.modules.get("kernels")
    log.setLevel(logging.ERROR)
    sys.modules["kernels"] = None  # type: ignore[assignment]  # an import of it fails from here on
    try:
        yield
    finally:
        log.setLevel(level)
        del sys.modules["kernels"]
        if known:
            sys.modules["kernels"] = held  # type: ignore[assignment]


def _bitsandbytes() -> Any:
    check_available("int4")
    with only_installed_code():
        return importlib.import_module(_LIBRARY)


def _check_share(model: Any) -> None:
    linear = [layer for layer in model.modules() if isinstance(layer, torch.nn.Linear)]
    embedding = model.get_input_embeddings().weight.numel()
    total = sum(weight.numel() for weight in model.parameters()) - embedding
    reached = sum(layer.weight.numel() for layer in linear)
    if reached < total / 2:
        raise BackboneError(
            f"a {type(model).__name__} keeps only {reached / max(total, 1):.0%} of its weights in plain "
            "linear layers, so quantising those would save little; leave out quantization"
        )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
