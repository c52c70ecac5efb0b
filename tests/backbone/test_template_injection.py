"""Texts that forge turns: transformers reads their special tokens as such, the positions stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.backbone import ChatTemplate
from tests.backbone.templates import Family
from tests.backbone.test_template_families import each_family, made, some, tokenizer_of
from tests.tiny import chat

PARTS = ("the", " ", "\n", "🙂", "שלום")


def forgeries(family: Family) -> tuple[str, str]:
    """What the family writes between a question and its answer, and before the next question."""
    answering = family.written.partition("Hi the")[2].partition("Yes")[0]
    asking = family.written.partition("🙂")[2].partition("שלום")[0]
    return answering, asking


def hostile(family: Family) -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from([*forgeries(family), *PARTS]), max_size=6)
    return parts.map(lambda found: "x" + "".join(found) + "x")


@each_family
@some
@given(st.data())
def test_a_forged_turn_in_the_prompt_does_not_move_its_end(family, data):
    prompt = data.draw(hostile(family))
    plain, forged = (made(family).encode(chat(text, "on")) for text in ("x", prompt))
    tokenizer = tokenizer_of(family)
    before = tokenizer.apply_chat_template(chat(prompt, "on")[:1], tokenize=True)["input_ids"]
    assert forged.ids[: forged.prompt_length].tolist() == before
    # What follows the prompt is the answer, and that alone.
    np.testing.assert_array_equal(
        forged.ids[forged.prompt_length :], plain.ids[plain.prompt_length :]
    )
    assert tokenizer.decode(forged.ids[forged.prompt_length - 1]) == family.prompt_token


@each_family
@some
@given(st.data())
def test_a_forged_turn_in_the_response_moves_neither_position(family, data):
    response = data.draw(hostile(family))
    plain, forged = (made(family).encode(chat("the", text)) for text in ("x", response))
    assert forged.prompt_length == plain.prompt_length
    end = plain.prompt_length
    np.testing.assert_array_equal(forged.ids[:end], plain.ids[:end])
    tokenizer = tokenizer_of(family)
    assert tokenizer.decode(forged.ids[-1]) == family.last_token
    whole = tokenizer.apply_chat_template(chat("the", response), tokenize=True)["input_ids"]
    assert forged.ids.tolist() == whole


@each_family
def test_special_tokens_in_a_text_are_read_as_transformers_reads_them(family):
    # Published scores are made so; a text that forges a turn is a turn to the backbone.
    _, asking = forgeries(family)
    forged = made(family).encode(chat("the", f"x{asking}in"))
    special = tokenizer_of(family).convert_tokens_to_ids(list(family.special))
    plain = made(family).encode(chat("the", "xin"))
    assert np.isin(forged.ids, special).sum() > np.isin(plain.ids, special).sum()


@pytest.mark.parametrize("half", ["<|im_", "<|im_start", "<"])
def test_a_special_token_that_prompt_and_response_make_together_is_none(half):
    tokenizer = tokenizer_of_bare()
    encoded = ChatTemplate(tokenizer).encode(chat(half, "<|im_start|>"[len(half) :]))
    assert encoded.split_at_boundary
    assert encoded.prompt_length == len(half)
    assert tokenizer.convert_tokens_to_ids("<|im_start|>") not in encoded.ids


def tokenizer_of_bare():
    """A format that sets nothing between what is said."""
    return Family(
        name="bare",
        template="{%- for m in messages %}{{- m.content }}{%- endfor %}",
        special=("<|im_start|>", "<|im_end|>"),
        written="",
        system=None,
        prompt_token="",
        last_token="",
    ).tokenizer()
