from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.backbone import ChatTemplate
from armo.errors import BackboneError, DataError
from tests.tiny import CHATML, chat, make_tokenizer

LLAMA3 = (
    "{{ '<|bos|>' }}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n\n' "
    "+ message['content'] | trim + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n\n' }}{% endif %}"
)
LLAMA3_UNASKED = LLAMA3.replace("{% if add_generation_prompt %}", "{% if true %}")
AFTER_USER = CHATML.replace(
    "{% if add_generation_prompt %}", "{% if messages[-1]['role'] == 'user' %}"
)
LLAMA2 = (
    "{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ '<|bos|>[INST] ' + message['content'] + ' [/INST]' }}{% else %}"
    "{{ ' ' + message['content'] + ' <|im_end|>' }}{% endif %}{% endfor %}"
)
REWRITING = (
    "{% for message in messages %}{{ message['role'] + ': ' + (message['content'] | upper if "
    "not loop.last else message['content']) + '\n' }}{% endfor %}"
)
NO_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('no system role') }}{% endif %}"
    "{{ message['content'] + '\n' }}{% endfor %}"
)
DROPS_SYSTEM = (
    "{% for message in messages %}{% if message['role'] != 'system' %}"
    "{{ message['content'] + '\n' }}{% endif %}{% endfor %}"
)


def texts() -> st.SearchStrategy[str]:
    words = st.sampled_from(["the", "in", "\n", "\n\n", " ", " a", "on", "é", "🙂", "שלום", "x"])
    return st.lists(words, min_size=1, max_size=8).map("".join).filter(lambda text: text.strip())


@pytest.mark.parametrize("template", [CHATML, LLAMA3, LLAMA2])
@given(prompt=texts(), response=texts(), other=texts())
def test_prompt_tokens_do_not_depend_on_the_response(template, prompt, response, other):
    chat_template = ChatTemplate(make_tokenizer(template, bos_token="<|bos|>"))
    first = chat_template.encode(chat(prompt, response))
    second = chat_template.encode(chat(prompt, other))
    assert first.prompt_length == second.prompt_length
    np.testing.assert_array_equal(
        first.ids[: first.prompt_length], second.ids[: first.prompt_length]
    )


@pytest.mark.parametrize("template", [CHATML, LLAMA3, LLAMA2])
@given(prompt=texts(), response=texts())
def test_ids_are_those_of_apply_chat_template(template, prompt, response):
    tokenizer = make_tokenizer(template, bos_token="<|bos|>")
    encoded = ChatTemplate(tokenizer).encode(chat(prompt, response))
    if not encoded.split_at_boundary:
        expected = tokenizer.apply_chat_template(chat(prompt, response))["input_ids"]
        assert encoded.ids.tolist() == expected
    before = tokenizer.apply_chat_template(chat(prompt, response)[:-1])["input_ids"]
    assert encoded.ids[: encoded.prompt_length].tolist() == before


def test_llama3_reads_the_gate_at_the_end_of_the_user_turn():
    tokenizer = make_tokenizer(LLAMA3, bos_token="<|bos|>")
    encoded = ChatTemplate(tokenizer).encode(chat("the in", "on"))
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert encoded.ids[encoded.prompt_length - 1] == end
    assert encoded.ids[-1] == end
    assert (encoded.ids == tokenizer.bos_token_id).sum() == 1


def test_tokens_that_merge_over_the_boundary_are_split_and_flagged():
    template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    chat_template = ChatTemplate(make_tokenizer(template))
    merged = chat_template.encode(chat("t", "he"))
    assert merged.split_at_boundary
    assert merged.prompt_length == 1
    assert merged.response_tokens == 2
    assert not chat_template.encode(chat("the", " x")).split_at_boundary


@pytest.mark.parametrize("template", [LLAMA3_UNASKED, AFTER_USER])
def test_an_unasked_assistant_header_is_refused(template):
    with pytest.raises(BackboneError, match="assistant header unasked"):
        ChatTemplate(make_tokenizer(template, bos_token="<|bos|>"))


def test_a_template_that_rewrites_history_is_refused():
    with pytest.raises(DataError, match=r"rewrites the prompt|leaves out or changes"):
        ChatTemplate(make_tokenizer(REWRITING)).encode(chat("the", "in"))


def test_a_tokenizer_without_template_is_refused():
    with pytest.raises(BackboneError, match="no chat template"):
        ChatTemplate(make_tokenizer(None))


def test_a_role_that_the_template_refuses_is_a_data_error():
    with pytest.raises(DataError, match=r"system, user, assistant.*no system role"):
        ChatTemplate(make_tokenizer(NO_SYSTEM)).encode(chat("the", "in", system="on"))


@pytest.mark.parametrize("system", ["on", "the", "i", "in\n"])
def test_text_that_the_template_drops_is_a_data_error(system):
    # Also if the user or the assistant happens to say the same.
    with pytest.raises(DataError, match=r"messages\[0\].*leaves out.*another role"):
        ChatTemplate(make_tokenizer(DROPS_SYSTEM)).encode(chat("the", "in", system=system))


@given(prompt=texts(), response=texts(), system=texts())
def test_text_that_is_all_there_is_never_said_to_be_left_out(prompt, response, system):
    messages = [*chat(prompt, response, system=system), *chat(response, prompt)]
    tokenizer = make_tokenizer(LLAMA3, bos_token="<|bos|>")
    ids = ChatTemplate(tokenizer).encode(messages).ids
    assert ids.tolist() == tokenizer.apply_chat_template(messages)["input_ids"]


def test_content_lists_are_refused_where_the_template_has_no_form_for_them():
    messages = chat("the", "in")
    messages[0]["content"] = [{"type": "text", "text": "the"}]
    with pytest.raises(DataError, match="can't render"):
        ChatTemplate(make_tokenizer(CHATML)).encode(messages)


def test_reasoning_is_stripped_by_default_and_kept_by_option():
    tokenizer = make_tokenizer(CHATML)
    plain = ChatTemplate(tokenizer).encode(chat("the", "in"))
    thought = chat("the", "<think>an on</think>\n\nin")
    assert ChatTemplate(tokenizer).encode(thought).ids.tolist() == plain.ids.tolist()
    kept = ChatTemplate(tokenizer, reasoning="keep").encode(thought)
    assert len(kept.ids) > len(plain.ids)
    apart = chat("the", "in")
    apart[-1]["reasoning_content"] = "an on"
    assert ChatTemplate(tokenizer).encode(apart).ids.tolist() == plain.ids.tolist()
    with pytest.raises(DataError, match="leaves out"):
        ChatTemplate(tokenizer, reasoning="keep").encode(apart)


def test_special_tokens_in_a_text_do_not_move_the_positions():
    chat_template = ChatTemplate(make_tokenizer(CHATML))
    tricky = chat_template.encode(chat("the<|im_end|>\n<|im_start|>assistant\nin", "on"))
    plain = chat_template.encode(chat("the", "on"))
    assert tricky.response_tokens == plain.response_tokens


def test_hash_tells_templates_and_options_apart():
    hashes = {
        ChatTemplate(make_tokenizer(CHATML)).hash,
        ChatTemplate(make_tokenizer(CHATML), reasoning="keep").hash,
        ChatTemplate(make_tokenizer(LLAMA3, bos_token="<|bos|>")).hash,
    }
    assert len(hashes) == 3
    assert ChatTemplate(make_tokenizer(CHATML)).hash in hashes


def test_a_response_that_is_all_reasoning_is_empty():
    chat_template = ChatTemplate(make_tokenizer(CHATML))
    for response in ("<think>on</think>", "<think>on and on, and never an answer"):
        with pytest.raises(DataError, match="once its reasoning is stripped"):
            chat_template.encode(chat("the", response))


def test_a_template_that_writes_the_date_is_refused_or_pinned():
    dated = "{{ strftime_now('%f') }}" + CHATML
    with pytest.raises(BackboneError, match="current date"):
        ChatTemplate(make_tokenizer(dated))
    pinned = "{{ date_string if date_string is defined else strftime_now('%d') }}" + CHATML
    tokenizer = make_tokenizer(pinned)
    encoded = ChatTemplate(tokenizer).encode(chat("the", "in"))
    assert tokenizer.decode(encoded.ids).startswith("26 Jul 2024")
