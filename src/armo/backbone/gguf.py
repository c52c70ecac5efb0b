"""GGUF files, dequantised into a plain dense model."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path
from typing import Any

from armo.errors import BackboneError, MissingExtraError


def load_gguf(file: Path, dtype: Any = None) -> tuple[Any, Any]:
    """Return model and tokenizer of a GGUF file, in float32 unless `dtype` says otherwise.

    Raises:
        MissingExtraError: If the packages `gguf` and `accelerate` are absent.
        BackboneError: If transformers can't read the file.
    """
    missing = [name for name in ("gguf", "accelerate") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"reading {file.name} needs {' and '.join(missing)}; install with: pip install 'armo[gguf]'"
        )
    import torch
    from transformers import AutoModel, AutoTokenizer, GgufConfig

    source = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    try:
        # transformers shows the conversion on its own bar, which no switch of its own turns off.
        with contextlib.redirect_stderr(io.StringIO()):
            tokenizer = AutoTokenizer.from_pretrained(**source, trust_remote_code=False)
            packed = AutoModel.from_pretrained(
                **source,
                dtype=torch.float32,
                quantization_config=GgufConfig(dequantize=True),
                trust_remote_code=False,
            )
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        raise BackboneError(f"can't read the GGUF file {file}: {error}") from error
    # A model that was loaded from GGUF refuses to be saved; the same weights in a fresh one do not.
    dense = AutoModel.from_config(packed.config, dtype=torch.float32)
    dense.load_state_dict(packed.state_dict())
    return dense.to(dtype or torch.float32), tokenizer
