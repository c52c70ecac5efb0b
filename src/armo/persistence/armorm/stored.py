"""The number format that a backbone's weights are stored in."""

from __future__ import annotations

from collections import Counter
from math import prod
from pathlib import Path

from armo.backbone.checkpoint import locate
from armo.errors import BackboneError
from armo.persistence.armorm.reading import is_published
from armo.persistence.folder import load_folder
from armo.persistence.locating import locate_model

_NAMES = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}


def model_dtype(model: Path | str, backbone: str | None = None) -> str:
    """Return the format in which the backbone of a model is stored.

    Args:
        model: A model folder, a run folder, a folder in the published layout, or a hub name.
        backbone: Where the backbone is now, if it moved.

    Raises:
        ModelError: If the folder is absent or damaged.
        BackboneError: If the backbone can't be found, or a file of it is damaged.
    """
    if backbone is not None:
        return stored_dtype(backbone)
    folder = locate_model(model)
    if is_published(folder):
        return stored_dtype(str(folder))
    made_with = load_folder(folder)[1].backbone
    return stored_dtype(made_with.name, made_with.revision or None)


def stored_dtype(name: str, revision: str | None = None) -> str:
    """Return the format of most weights: `float32`, `bfloat16` or `float16`.

    A GGUF file is read as float32, and so is what is stored in any other format.

    Args:
        name: `smollm2`, a folder, a .gguf file, or a hub name.
        revision: Branch, tag or commit of a hub name.

    Raises:
        BackboneError: If the backbone can't be found, or a file of it is damaged.
    """
    path = locate(name, revision)
    files = [] if path.is_file() else sorted(path.glob("*.safetensors"))
    counts: Counter[str] = Counter()
    for file in files:
        counts.update(_numbers(file))
    most = counts.most_common(1)
    return _NAMES.get(most[0][0], "float32") if most else "float32"


def _numbers(file: Path) -> Counter[str]:
    from safetensors import SafetensorError, safe_open

    counts: Counter[str] = Counter()
    try:
        with safe_open(file, framework="numpy") as tensors:
            for name in tensors.keys():  # noqa: SIM118
                part = tensors.get_slice(name)
                counts[part.get_dtype()] += prod(part.get_shape())
    except (SafetensorError, OSError) as error:
        raise BackboneError(f"{file} is damaged: {error}; copy it anew") from None
    return counts
