"""What a model in training gives for whole conversations, without training on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64
from numpy.typing import NDArray

from armo.backbone.batching import plan_batches
from armo.errors import ModelError
from armo.progress import Reporter
from armo.tuning.base import Base

_CPU_TOKENS, _GPU_TOKENS = 1024, 16384


def outputs(
    model: Any, sequences: Sequence[NDArray[np.int32]], base: Base, reporter: Reporter
) -> Float64[np.ndarray, "rows outputs"]:
    """Return the head's outputs at the last token of each sequence.

    Args:
        model: A sequence classifier, with or without adapters.
        sequences: Token ids.
        base: Says where and in which number format to compute, and the padding token.
        reporter: Shows progress.

    Raises:
        ModelError: If one is not finite.
    """
    lengths = [len(ids) for ids in sequences]
    device = next(model.parameters()).device
    cast = torch.autocast(device.type, dtype=base.dtype, enabled=base.dtype != torch.float32)
    result = np.zeros((len(sequences), int(model.config.num_labels)))
    was_training = model.training
    model.eval()
    with reporter("validate", sum(lengths), "tokens") as advance, torch.inference_mode(), cast:
        for batch in plan_batches(lengths, _CPU_TOKENS if device.type == "cpu" else _GPU_TOKENS):
            ids = _padded([sequences[row] for row in batch], int(base.tokenizer.pad_token_id))
            given = model(input_ids=ids.to(device), use_cache=False).logits
            result[batch] = given.double().cpu().numpy()
            advance(sum(lengths[row] for row in batch))
    model.train(was_training)
    if not np.isfinite(result).all():
        # Finite weights can be so large that what they give is not.
        raise ModelError(
            "the trained model gives numbers that are not finite, so nothing is kept of it; lower "
            "learning_rate, or set dtype = 'float32'"
        )
    return result


def _padded(sequences: Sequence[NDArray[np.int32]], pad: int) -> torch.Tensor:
    ids = torch.full((len(sequences), max(map(len, sequences))), pad, dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.from_numpy(sequence.astype(np.int64))
    return ids
