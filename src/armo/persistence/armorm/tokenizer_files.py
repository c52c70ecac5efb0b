"""The tokenizer's files, in a form that versions of transformers from before 5 read as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

_CONFIG = "tokenizer_config.json"
# transformers 5 calls a tokenizer that is nothing but its tokenizer.json by a name that 4 lacks.
_NEW_NAME, _NAME = "TokenizersBackend", "PreTrainedTokenizerFast"
# Of this loading, not of the tokenizer.
_PASSING = ("backend", "is_local", "local_files_only")


def write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write a tokenizer with its chat template, which older versions look for in the config."""
    tokenizer.save_pretrained(folder, save_jinja_files=False)
    path = folder / _CONFIG
    config: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    kept = {name: value for name, value in config.items() if name not in _PASSING}
    if kept.get("tokenizer_class") == _NEW_NAME:
        kept["tokenizer_class"] = _NAME
    # Version 4 knows a list of them by another name, and takes this one for a table.
    if isinstance(kept.get("extra_special_tokens"), list):
        kept["additional_special_tokens"] = kept.pop("extra_special_tokens")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
