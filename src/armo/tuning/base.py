"""The language model that is trained: its files, its tokens, and its weights under a head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from armo.backbone import BackboneSettings, ChatTemplate
from armo.backbone.checkpoint import fingerprint, locate
from armo.backbone.device import choose_device, choose_dtype
from armo.backbone.gguf import load_gguf
from armo.backbone.quiet import quiet_transformers
from armo.errors import BackboneError, InputError
from armo.tuning.head import Head
from armo.tuning.padding import fit_embeddings, set_padding
from armo.tuning.settings import TuningSettings

_UNREADABLE = (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError)


@dataclass(frozen=True)
class Base:
    """A backbone before it is trained.

    Attributes:
        path: Its folder or GGUF file.
        name: As the recipe names it; a local path is kept whole.
        revision: Commit of a hub name, else empty.
        fingerprint: Hash of its weights.
        tokenizer: Its tokenizer, with a padding token that stands in no conversation.
        template: Writes conversations as the trained backbone will read them.
        template_hash: Of the backbone as it was found.
        max_tokens: Longest text that is trained on.
        device: Where it is trained.
        dtype: Number format of the arithmetic.
        attention: Attention implementation of transformers, None to leave it to transformers.
    """

    path: Path
    name: str
    revision: str
    fingerprint: str
    tokenizer: Any
    template: ChatTemplate
    template_hash: str
    max_tokens: int
    device: torch.device
    dtype: torch.dtype
    attention: str | None = None

    def frozen_dtype(self, settings: TuningSettings) -> torch.dtype:
        """Return the number format to load weights in: trained ones are float32."""
        return torch.float32 if settings.method == "full" else self.dtype


def open_base(backbone: BackboneSettings, settings: TuningSettings) -> Base:
    """Find a backbone and its tokenizer; its weights are loaded later.

    Raises:
        BackboneError: If it can't be found or read, or its template can't be used.
        InputError: If the backbone settings ask for what can't be trained.
    """
    _check_plain(backbone)
    path = locate(backbone.name, backbone.revision)
    device = choose_device(backbone.device)
    with quiet_transformers():
        found, padded = _tokenizer(path), _tokenizer(path)
        original = ChatTemplate(found, backbone.reasoning, backbone.prompt_end)
        set_padding(padded)
        config = _config(path).get_text_config()
    # Adapters that stay apart are read over the backbone's own tokenizer.
    merged = settings.method == "full" or settings.merge
    template = ChatTemplate(padded, backbone.reasoning, backbone.prompt_end) if merged else original
    wanted = settings.max_tokens or backbone.max_tokens
    return Base(
        path=path,
        name=str(path) if Path(backbone.name).expanduser().exists() else backbone.name,
        revision=path.name if path.parent.name == "snapshots" else "",
        fingerprint=fingerprint(path),
        tokenizer=padded,
        template=template,
        template_hash=original.hash,
        max_tokens=min(wanted, int(getattr(config, "max_position_embeddings", None) or wanted)),
        device=device,
        dtype=_arithmetic(settings.dtype, device),
        attention=None if backbone.attention == "auto" else backbone.attention,
    )


def load_classifier(base: Base, outputs: int, dtype: torch.dtype, bias: bool = False) -> Any:
    """Return the decoder under a linear head that reads the last token of a conversation.

    Args:
        base: The backbone.
        outputs: Rows of the head.
        dtype: Number format of the decoder; the head is float32.
        bias: Whether the head has an intercept.

    Raises:
        BackboneError: If the weights can't be read, or transformers has no sequence classifier for
            the architecture.
    """
    from transformers import AutoModelForSequenceClassification

    model = _load(base, AutoModelForSequenceClassification, dtype, num_labels=outputs)
    if not hasattr(model, "score"):
        raise BackboneError(
            f"backbone '{base.name}': its sequence classifier keeps its head elsewhere than in `score`, "
            "so it can't be fine-tuned here; use a decoder such as Llama, Mistral, Gemma or Qwen"
        )
    model.score = Head.like(model.score, bias)
    return model


def load_causal(base: Base, dtype: torch.dtype) -> Any:
    """Return the backbone with its language-model head.

    Raises:
        BackboneError: If the weights can't be read, or hold no language-model head.
    """
    from transformers import AutoModelForCausalLM

    model = _load(base, AutoModelForCausalLM, dtype)
    if base.path.is_file() and not model.config.tie_word_embeddings:
        raise BackboneError(
            f"{base.path.name}: its language-model head is apart from its embeddings, and only the "
            "decoder of a GGUF file is read; give the model as a safetensors folder"
        )
    return model


def load_decoder(base: Base, dtype: torch.dtype) -> Any:
    """Return the backbone without any head.

    Raises:
        BackboneError: If the weights can't be read.
    """
    from transformers import AutoModel

    return _load(base, AutoModel, dtype)


def file_dtype(base: Base) -> torch.dtype:
    """Return the number format of the backbone's own files, in which merged weights are saved."""
    if base.path.is_file():
        return torch.float32
    config = _config(base.path)
    found = getattr(config, "dtype", None) or getattr(config.get_text_config(), "dtype", None)
    return found if isinstance(found, torch.dtype) else torch.float32


def _load(base: Base, kind: Any, dtype: torch.dtype, **options: Any) -> Any:
    if base.attention is not None:
        options["attn_implementation"] = base.attention
    try:
        with quiet_transformers():
            if base.path.is_file():
                model = _from_gguf(base.path, kind, dtype, options)
            else:
                model, loading = kind.from_pretrained(
                    base.path,
                    dtype=dtype,
                    use_safetensors=True,
                    trust_remote_code=False,
                    output_loading_info=True,
                    **options,
                )
                _check_complete(base, loading)
    except _UNREADABLE as error:
        raise BackboneError(f"can't load the backbone in {base.path}: {error}") from error
    without_dropout(model)
    fit_embeddings(model, base.tokenizer)
    return model


def _from_gguf(file: Path, kind: Any, dtype: torch.dtype, options: dict[str, Any]) -> Any:
    decoder, _ = load_gguf(file, dtype)
    labels = options.pop("num_labels", None)
    if labels is not None:
        decoder.config.num_labels = labels
    model = kind.from_config(decoder.config, dtype=dtype, **options)
    getattr(model, model.base_model_prefix, model).load_state_dict(decoder.state_dict())
    model.tie_weights()
    return model


def _check_complete(base: Base, loading: dict[str, Any]) -> None:
    # transformers fills what is missing with random numbers; only a classifier's head is to be new.
    missing = [key for key in loading["missing_keys"] if not key.startswith("score.")]
    lost = sorted([*missing, *map(str, loading["mismatched_keys"])])
    if lost:
        raise BackboneError(
            f"the backbone in {base.path} lacks {len(lost)} of its weights "
            f"({', '.join(lost[:3])}, …); copy it anew"
        )


def without_dropout(model: Any) -> None:
    """Switch off the model's own dropout: the rewards of one pair are to come from one network."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(getattr(module, "attention_dropout", None), float):
            module.attention_dropout = 0.0


def _check_plain(backbone: BackboneSettings) -> None:
    if backbone.quantization != "none":
        raise InputError(
            f"[backbone] quantization = '{backbone.quantization}': quantised weights can't be "
            "fine-tuned here; leave it out, and read with a quantised backbone afterwards"
        )
    if backbone.adapter is not None:
        raise InputError(
            "[backbone] adapter: fine-tuning starts from whole weights; merge the adapter into a "
            "folder of its own first, and name that"
        )


def _arithmetic(name: str, device: torch.device) -> torch.dtype:
    dtype = choose_dtype(name, device)
    if dtype == torch.float16 and device.type != "cuda":
        raise InputError("dtype: float16 trains on CUDA devices only; use 'auto' or 'float32'")
    return dtype


def _config(path: Path) -> Any:
    from transformers import AutoConfig

    source, options = _source(path)
    try:
        return AutoConfig.from_pretrained(source, trust_remote_code=False, **options)
    except _UNREADABLE as error:
        raise BackboneError(f"can't load the backbone in {path}: {error}") from error


def _tokenizer(path: Path) -> Any:
    from transformers import AutoTokenizer

    source, options = _source(path)
    try:
        return AutoTokenizer.from_pretrained(source, trust_remote_code=False, **options)
    except _UNREADABLE as error:
        raise BackboneError(f"can't load the tokenizer in {path}: {error}") from error


def _source(path: Path) -> tuple[str, dict[str, Any]]:
    if path.is_file():
        return str(path.parent), {"gguf_file": path.name}
    return str(path), {}
