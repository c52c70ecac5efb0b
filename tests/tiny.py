"""A random Llama and a byte-level tokenizer, small enough to make anew for every test session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Byte pairs that merge within words and over a line end, so that positions can go wrong.
MERGES = [("t", "h"), ("th", "e"), ("i", "n"), ("a", "n"), ("Ċ", "Ċ"), ("Ġ", "a"), ("o", "n")]


def make_tokenizer(template: str | None = CHATML, **special: str) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer with a chat template."""
    tokenizer = _byte_level(MERGES)
    names = ["<|im_start|>", "<|im_end|>", *special.values()]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in dict.fromkeys(names)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", **special)
    fast.chat_template = template
    return fast


def make_special_tokenizer(
    template: str,
    special: Sequence[str],
    bos: str | None = None,
    more_merges: Sequence[tuple[str, str]] = (),
) -> PreTrainedTokenizerFast:
    """Return a tokenizer with a family's special tokens.

    With a BOS it writes one of its own before every text unless it is told not to, as many do: who
    tokenises a templated text without care gets two.
    """
    tokenizer = _byte_level([*MERGES, *more_merges])
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
    if bos is not None:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A",
            pair=f"{bos} $A $B",
            special_tokens=[(bos, tokenizer.token_to_id(bos))],
        )
    eos = "</s>" if "</s>" in special else special[-1]
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=bos, eos_token=eos)
    fast.chat_template = template
    return fast


def _byte_level(merges: Sequence[tuple[str, str]]) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*alphabet, *(left + right for left, right in merges)]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=list(merges)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def make_model(layers: int = 3, seed: int = 0) -> LlamaModel:
    """Return a random Llama of width 32."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=320,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
    )
    return LlamaModel(config).eval()


def make_tiny_llama(folder: Path, template: str = CHATML, seed: int = 0) -> Path:
    """Save model and tokenizer into a folder and return it."""
    make_model(seed=seed).save_pretrained(folder)
    make_tokenizer(template).save_pretrained(folder)
    return folder


def chat(prompt: str, response: str, system: str | None = None) -> list[dict[str, str]]:
    """Return a conversation of one turn."""
    head = [] if system is None else [{"role": "system", "content": system}]
    return [
        *head,
        {"role": "user", "content": prompt},
        {"role": "assistant", "content": response},
    ]
