"""Writing the published layout: backbone, heads and tokenizer in one folder that its class can load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch

from armo.atomic import atomic_folder, write_json
from armo.backbone import Backbone
from armo.errors import ModelError
from armo.heads import Heads
from armo.persistence.armorm.config_keys import exported_config
from armo.persistence.armorm.exportable import check_exportable
from armo.persistence.armorm.head_tensors import head_tensors, wide_heads
from armo.persistence.armorm.header_pattern import header_pattern
from armo.persistence.armorm.layout import CONFIG, EXTRAS
from armo.persistence.armorm.loaded import decoder_of, tokenizer_of
from armo.persistence.armorm.pad_token import Padding, padded
from armo.persistence.armorm.shards import write_shards
from armo.persistence.armorm.tokenizer_files import write_tokenizer
from armo.persistence.layout import ModelConfig
from armo.progress import Reporter, silent
from armo.steering import Steering

SHARD_SIZE = "5GB"
_SUFFIXES = {".json", ".safetensors", ".txt", ".model", ".jinja"}


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        folder: Where.
        dtype: Number format of the backbone's weights.
        wide_heads: Head tensors stored as float64, because float32 would have lost bits.
        padding: The pad token that the class finds the end of a conversation by.
        header_pattern: Tokens that the class must look for to find the prompt's end, the last
            occurrence of all of them in a row; empty if no such row marks it.
        files: Names of the files with weights.
        bytes: Their size.
    """

    folder: Path
    dtype: str
    wide_heads: tuple[str, ...]
    padding: Padding
    header_pattern: tuple[int, ...]
    files: tuple[str, ...]
    bytes: int


def write_published(
    folder: Path,
    heads: Heads,
    config: ModelConfig,
    backbone: Backbone,
    *,
    steering: Steering | None = None,
    max_shard_size: int | str = SHARD_SIZE,
    reporter: Reporter = silent,
) -> Exported:
    """Write a model in the layout of the published checkpoint, atomically.

    Its class is `RewardModel.from_pretrained` here, or the authors' own. The backbone's weights are
    written in the number format that they were loaded in, an adapter merged. A head tensor is written
    as float32 where that loses no bit, else as float64: transformers turns either into the number
    format that it is asked for, and here both are read as they stand.

    Args:
        folder: New or empty, or an earlier export, which is replaced.
        heads: What was trained.
        config: The rest of the model: verbosity, β and limits, which go into the config's key `armo`.
        backbone: The language model that the heads were trained on.
        steering: Refused if given; there for callers that hold a model under one.
        max_shard_size: Most bytes of a file, such as "5GB"; a larger tensor has a file of its own.
        reporter: Told of bytes written.

    Raises:
        ModelError: If the layout has no place for something that the model's scores depend on, or the
            folder holds something else.
        InputError: If `max_shard_size` is no size.
    """
    check_exportable(heads, backbone, steering)
    _refuse_other_files(folder)
    padding = padded(tokenizer_of(backbone))
    pattern = header_pattern(backbone)
    tensors = _backbone_tensors(backbone, padding) | head_tensors(heads)
    with atomic_folder(folder) as temporary:
        files = write_shards(tensors, temporary, max_shard_size, reporter)
        write_tokenizer(padding.tokenizer, temporary)
        write_json(
            temporary / CONFIG, exported_config(heads, config, backbone, padding.token_id, pattern)
        )
    return Exported(
        folder=folder,
        dtype=backbone.dtype,
        wide_heads=wide_heads(heads),
        padding=padding,
        header_pattern=pattern,
        files=files,
        bytes=sum((folder / name).stat().st_size for name in files),
    )


def _backbone_tensors(backbone: Backbone, padding: Padding) -> dict[str, torch.Tensor]:
    """Return the weights under the layout's names, with a row for the pad token if it is new."""
    model = decoder_of(backbone)
    table = model.get_input_embeddings().weight
    embedding = next(name for name, weight in model.named_parameters() if weight is table)
    tensors = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    missing = padding.token_id + 1 - len(table)
    if missing > 0:
        # Zeros are what transformers gives a padding row too; no score depends on it.
        rows = torch.zeros((missing, table.shape[1]), dtype=table.dtype)
        tensors[embedding] = torch.cat([tensors[embedding], rows])
    return {f"model.{name}": tensor for name, tensor in tensors.items()}


def _refuse_other_files(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ModelError(f"{folder} is a file; give a folder")
    found = sorted(folder.iterdir())
    other = [path.name for path in found if path.is_dir() or path.suffix not in _SUFFIXES]
    if found and (other or not _is_export(folder / CONFIG)):
        raise ModelError(
            f"{folder} holds other files ({', '.join(other or [path.name for path in found][:3])}), "
            "which the export would replace; give a new or empty folder"
        )


def _is_export(config: Path) -> bool:
    try:
        keys: object = msgspec.json.decode(config.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(keys, dict) and isinstance(keys.get(EXTRAS), dict)
