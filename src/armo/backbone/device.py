"""Device, number format and attention, chosen by what the machine does natively."""

from __future__ import annotations

import importlib.util

import torch

from armo.errors import InputError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(name: str = "auto") -> torch.device:
    """Return the named device, or the first accelerator, or the CPU."""
    if name != "auto":
        try:
            return torch.empty(0, device=name).device
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"device '{name}' is unknown or absent here ({reason}); use 'auto', 'cpu', 'cuda', "
                "'cuda:1' or 'mps'"
            ) from None
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """Return the named number format, or the fastest one that the device computes in hardware.

    On CPUs that is float32 unless they have matrix tiles for bfloat16 (AMX); elsewhere bfloat16 is
    emulated and many times slower.
    """
    if name != "auto":
        if name not in DTYPES:
            raise InputError(f"dtype '{name}' is unknown; use 'auto', {', '.join(DTYPES)}")
        return DTYPES[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device.type == "cpu" and torch.cpu.get_capabilities().get("amx_bf16", False):
        return torch.bfloat16
    return torch.float32


def choose_attention(device: torch.device, dtype: torch.dtype) -> str | None:
    """Return FlashAttention 2 where it is installed and applies.

    None leaves it to transformers, which takes PyTorch's own kernels where the architecture has them
    (Gemma-2, whose logits are capped, has not).
    """
    half = dtype in (torch.bfloat16, torch.float16)
    if device.type == "cuda" and half and importlib.util.find_spec("flash_attn"):
        return "flash_attention_2"
    return None


def dtype_name(dtype: torch.dtype) -> str:
    """Return the name of a number format as recipes and manifests spell it."""
    return str(dtype).removeprefix("torch.")
