"""Features in the formats of the families: neither response, batch, order nor padding moves them."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.backbone import Backbone, BackboneIdentity
from tests.backbone import templates
from tests.backbone.template_qwen3 import QWEN3
from tests.backbone.templates import Family
from tests.backbone.test_template_families import contents, conversations, made, tokenizer_of
from tests.tiny import make_model

Messages = list[dict[str, str]]
families = pytest.mark.parametrize(
    "family",
    [templates.LLAMA3, templates.LLAMA2, templates.GEMMA2, templates.MISTRAL_LAST, QWEN3],
    ids=lambda family: family.name,
)
few = settings(max_examples=15, deadline=None)
budgets = st.sampled_from([1, 128, 512, 100_000])
MODEL = functools.cache(make_model)


def backbone(family: Family, batch_tokens: int) -> Backbone:
    template = made(family)
    identity = BackboneIdentity(
        name="tiny",
        revision="",
        fingerprint="",
        template=template.hash,
        reasoning="strip",
        layer=3,
        hidden_size=32,
    )
    return Backbone(MODEL(), template, identity, max_tokens=4096, batch_tokens=batch_tokens)


def left_padded(family: Family, rows: list[Messages]) -> np.ndarray:
    """The last hidden states by transformers alone: its own padding on the left, and its mask."""
    tokenizer = tokenizer_of(family)
    tokenizer.pad_token, tokenizer.padding_side = tokenizer.eos_token, "left"
    batch = tokenizer.apply_chat_template(rows, padding=True, return_tensors="pt", tokenize=True)
    places = (batch["attention_mask"].cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        return MODEL()(**batch, position_ids=places).last_hidden_state[:, -1].numpy()


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to 1e-5 of each feature's own size."""
    size = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(found - expected) <= 1e-5 * size).all()


@families
@few
@given(st.data(), budgets)
def test_features_are_those_of_transformers_with_padding_on_the_left(family, data, batch_tokens):
    rows = data.draw(st.lists(conversations(family), min_size=1, max_size=5))
    reader = backbone(family, batch_tokens)
    features = reader.read_all([reader.encode(messages) for messages in rows])
    assert_same(features.response, left_padded(family, rows))
    assert_same(features.prompt, left_padded(family, [messages[:-1] for messages in rows]))


@families
@few
@given(st.data(), budgets, st.randoms(use_true_random=False))
def test_batch_order_and_neighbours_change_no_feature(family, data, batch_tokens, random):
    rows = data.draw(st.lists(conversations(family), min_size=2, max_size=6))
    encoded = [made(family).encode(messages) for messages in rows]
    alone = [backbone(family, 1).read([one]) for one in encoded]
    order = list(range(len(rows)))
    random.shuffle(order)
    mixed = backbone(family, batch_tokens).read_all([encoded[row] for row in order])
    assert_same(mixed.response, np.concatenate([alone[row].response for row in order]))
    assert_same(mixed.prompt, np.concatenate([alone[row].prompt for row in order]))


@families
@few
@given(st.data(), budgets)
def test_the_prompt_feature_does_not_depend_on_the_response(family, data, batch_tokens):
    prompt = data.draw(conversations(family))[:-1]
    answers = data.draw(st.lists(contents(), min_size=2, max_size=5))
    answers.append(answers[0] + " the" * data.draw(st.integers(0, 200)))
    rows = [[*prompt, {"role": "assistant", "content": answer}] for answer in answers]
    reader = backbone(family, batch_tokens)
    features = reader.read_all([reader.encode(messages) for messages in rows])
    assert_same(features.prompt, np.repeat(features.prompt[:1], len(rows), axis=0))
