"""A random causal Llama, and pairs to judge, that the tests of the preference model share."""

from __future__ import annotations

from pathlib import Path

import torch
from tests.tiny import CHATML, make_tokenizer
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedModel

from armo.backbone import BackboneSettings
from armo.rivals.system import Pair


def make_causal(folder: Path, *, tied: bool = True, seed: int = 0) -> Path:
    """Save a language model whose answers differ from text to text, and return its folder."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=320,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=tied,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    make_tokenizer(CHATML).save_pretrained(folder)
    return folder


def as_settings(folder: Path, **changes: object) -> BackboneSettings:
    given = {"name": str(folder), "dtype": "float32", "device": "cpu", "batch_tokens": 256}
    return BackboneSettings(**(given | changes))  # type: ignore[arg-type]


def pair(prompt: str, a: str, b: str, name: str = "1", system: str | None = None) -> Pair:
    messages = [] if system is None else [{"role": "system", "content": system}]
    return Pair(
        name,
        [*messages, {"role": "user", "content": prompt}],
        {"role": "assistant", "content": a},
        {"role": "assistant", "content": b},
    )


def answer_logits(folder: Path, model: PreTrainedModel, text: str) -> tuple[float, float]:
    """Return the logits of A and B after a user turn, by transformers alone, unbatched."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )["input_ids"]
    answers = [tokenizer(answer, add_special_tokens=False)["input_ids"] for answer in "AB"]
    assert [len(answer) for answer in answers] == [1, 1]
    with torch.no_grad():
        last = model(ids).logits[0, -1].double()
    return float(last[answers[0][0]]), float(last[answers[1][0]])
