"""Positions in the formats of the model families, against texts written by hand and transformers."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from armo.backbone import ChatTemplate
from armo.errors import BackboneError, DataError
from tests.backbone import templates
from tests.backbone.template_qwen3 import QWEN3
from tests.backbone.templates import SYSTEM, TURNS, Family

FAMILIES = (
    templates.LLAMA3,
    templates.LLAMA2,
    templates.GEMMA2,
    templates.MISTRAL_FIRST,
    templates.MISTRAL_LAST,
    templates.MISTRAL_LOSING,
    templates.CHATML,
    templates.QWEN25,
    templates.SMOLLM2,
    QWEN3,
)
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
some = settings(max_examples=40, deadline=None)
PIECES = (
    *(
        "the",
        "in",
        " a",
        "x",
        "\n",
        "\n\n",
        " ",
        "  ",
        "\t",
        "é",
        "\u0301",
        "🙂",
        "👩‍👩‍👧",
        "שלום",
        "مرحبا",
    ),
    # Special tokens as text, whole and in halves that a neighbour could complete.
    *("<|eot_id|>", "<|start_header_id|>", "<|im_start|>", "<|im_end|>", "<end_of_turn>", "</s>"),
    *("[INST]", "[/INST]", "<<SYS>>", "<|im_", "end|>", "<|eot_", "id|>", "[/IN", "ST]"),
)


def contents() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join).filter(str.strip)


@st.composite
def conversations(draw: st.DrawFn, family: Family) -> list[dict[str, str]]:
    """One to three turns, a system turn where the family has one; it may be empty."""
    messages = []
    if family.system is not None and draw(st.booleans()):
        messages.append({"role": "system", "content": draw(st.just("") | contents())})
    for _ in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(contents())})
        messages.append({"role": "assistant", "content": draw(contents())})
    return messages


@functools.cache
def tokenizer_of(family: Family) -> PreTrainedTokenizerFast:
    return family.tokenizer()


@functools.cache
def made(family: Family) -> ChatTemplate:
    return ChatTemplate(tokenizer_of(family))


@each_family
@pytest.mark.parametrize("system", [False, True], ids=["plain", "system"])
def test_the_text_and_the_end_of_the_prompt_are_as_written_by_hand(family, system):
    written = family.system if system else family.written
    messages = [{"role": "system", "content": SYSTEM}, *TURNS] if system else TURNS
    if written is None:
        with pytest.raises(DataError, match=r"messages\[0\].*leaves out|not supported"):
            made(family).encode(messages)
        return
    prompt, _, answer = written.partition("‖")
    encoded, tokenizer = made(family).encode(messages), tokenizer_of(family)
    assert tokenizer.decode(encoded.ids[: encoded.prompt_length]) == prompt
    assert tokenizer.decode(encoded.ids[encoded.prompt_length :]) == answer


@each_family
@some
@given(st.data())
def test_ids_are_those_of_transformers_with_the_positions_of_the_format(family, data):
    messages = data.draw(conversations(family))
    tokenizer, encoded = tokenizer_of(family), made(family).encode(messages)
    ids, end = encoded.ids.tolist(), encoded.prompt_length
    assert ids == tokenizer.apply_chat_template(messages, tokenize=True)["input_ids"]
    assert ids[:end] == tokenizer.apply_chat_template(messages[:-1], tokenize=True)["input_ids"]
    assert tokenizer.decode(ids[end - 1]) == family.prompt_token
    assert tokenizer.decode(ids[-1]) == family.last_token
    assert not encoded.split_at_boundary


@each_family
@some
@given(st.data())
def test_the_prompt_is_the_same_whatever_the_response(family, data):
    *prompt, answer = data.draw(conversations(family))
    other = {"role": "assistant", "content": data.draw(contents())}
    first, second = (made(family).encode([*prompt, last]) for last in (answer, other))
    np.testing.assert_array_equal(
        first.ids[: first.prompt_length], second.ids[: second.prompt_length]
    )


@each_family
@some
@given(st.data())
def test_no_bos_but_those_of_the_format(family, data):
    messages = data.draw(conversations(family))
    tokenizer = tokenizer_of(family)
    bos = [tokenizer.bos_token_id] if family.bos else []
    ids = made(family).encode(messages).ids.tolist()
    assert [ids.count(token) for token in bos] == [family.bos_count(messages) for _ in bos]
    assert ids[: len(bos)] == bos
    if bos:
        # The tokenizer itself would add one: without this, the test could not fail.
        assert tokenizer("the")["input_ids"][0] == bos[0]


def test_an_empty_system_turn_is_written_and_is_not_the_default():
    for family in (templates.QWEN25, templates.SMOLLM2):
        tokenizer = tokenizer_of(family)
        empty = made(family).encode([{"role": "system", "content": ""}, *TURNS])
        assert tokenizer.decode(empty.ids).startswith("<|im_start|>system\n<|im_end|>\n")
        assert "You" in tokenizer.decode(made(family).encode(TURNS).ids)
    tokenizer = tokenizer_of(templates.LLAMA2)
    empty = made(templates.LLAMA2).encode([{"role": "system", "content": ""}, *TURNS])
    assert tokenizer.decode(empty.ids).startswith("<s>[INST] <<SYS>>\n\n<</SYS>>\n\nHi the")


@pytest.mark.parametrize("condition", ["true", "messages[-1].role == 'user'"])
@pytest.mark.parametrize(
    "family", [templates.LLAMA3, templates.GEMMA2, QWEN3], ids=lambda family: family.name
)
def test_a_header_that_nobody_asked_for_is_refused(family, condition):
    unasked = family.tokenizer()
    unasked.chat_template = family.template.replace("add_generation_prompt", condition)
    with pytest.raises(BackboneError, match=r"assistant header unasked.*if add_generation_prompt"):
        ChatTemplate(unasked)


@each_family
def test_roles_out_of_turn_are_refused_where_the_family_refuses_them(family):
    messages = [TURNS[0], TURNS[0], TURNS[1]]
    if family.alternates:
        with pytest.raises(DataError, match=r"user, user, assistant.*alternate"):
            made(family).encode(messages)
    else:
        made(family).encode(messages)


@some
@given(st.data())
def test_tokens_that_merge_over_the_end_of_the_prompt_are_told_apart(data):
    # "]" and " " merge, so that transformers' own tokens of the prompt depend on the response.
    family = templates.LLAMA2
    tokenizer = family.tokenizer(("]", "Ġ"))
    *prompt, answer = data.draw(conversations(family))
    # Not so before "a": there the space merges with what follows.
    messages = [*prompt, {**answer, "content": "x" + answer["content"]}]
    encoded = ChatTemplate(tokenizer).encode(messages)
    alone = tokenizer.apply_chat_template(messages[:-1], tokenize=True)["input_ids"]
    assert encoded.split_at_boundary
    assert encoded.ids[: encoded.prompt_length].tolist() == alone
    assert tokenizer.decode(alone[-1]) == "]"
    whole = tokenizer.apply_chat_template(messages, tokenize=True)["input_ids"]
    assert encoded.ids.tolist() != whole
    assert tokenizer.decode(encoded.ids) == tokenizer.decode(whole)
