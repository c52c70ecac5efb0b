"""Pairs as tokens, and the tokens of A and B, under templates of several kinds."""

from __future__ import annotations

import numpy as np
import pytest
from tests.rivals.preference_model.tiny_causal import pair
from tests.tiny import CHATML, make_special_tokenizer, make_tokenizer

from armo.errors import BackboneError, DataError
from armo.rivals.preference_model.text import question
from armo.rivals.preference_model.tokens import PairTemplate

WITHOUT_PROMPT = CHATML.partition("{% if add_generation_prompt %}")[0]
INST = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + "
    "' [/INST]' }}{% else %}{{ ' ' + m['content'] + '</s>' }}{% endif %}{% endfor %}"
)
GIVEN = pair("the question", "an answer", "another", system="Be brief.")


def test_tokens_are_those_of_transformers() -> None:
    tokenizer = make_tokenizer()
    template = PairTemplate(tokenizer)
    found = template.encode(GIVEN)
    for ids, first, second in ((found.ab, GIVEN.a, GIVEN.b), (found.ba, GIVEN.b, GIVEN.a)):
        turn = [{"role": "user", "content": question(GIVEN.prompt, first, second)}]
        theirs = tokenizer.apply_chat_template(turn, add_generation_prompt=True)["input_ids"]
        assert ids.tolist() == theirs
    assert tokenizer.convert_ids_to_tokens(list(template.answers)) == ["A", "B"]


def test_the_header_is_found_where_the_template_has_no_generation_prompt() -> None:
    plain, other = make_tokenizer(CHATML), make_tokenizer(WITHOUT_PROMPT)
    one, two = PairTemplate(plain), PairTemplate(other)
    np.testing.assert_array_equal(one.encode(GIVEN).ab, two.encode(GIVEN).ab)
    assert one.answers == two.answers


@pytest.mark.parametrize("joined", [True, False])
def test_a_space_before_the_answer_may_belong_to_its_token(joined: bool) -> None:
    merges = [("Ġ", "A"), ("Ġ", "B")] if joined else []
    tokenizer = make_special_tokenizer(INST, ["<s>", "</s>"], "<s>", merges)
    template = PairTemplate(tokenizer)
    pieces = tokenizer.convert_ids_to_tokens(list(template.answers))
    assert pieces == (["ĠA", "ĠB"] if joined else ["A", "B"])
    # What is read and the answer together are what the template writes before the end of the turn.
    turn = {"role": "user", "content": question(GIVEN.prompt, GIVEN.a, GIVEN.b)}
    answered = [turn, {"role": "assistant", "content": "A"}]
    whole = tokenizer.apply_chat_template(answered)["input_ids"]
    assert [*template.encode(GIVEN).ab.tolist(), template.answers[0]] == whole[:-1]
    assert whole.count(tokenizer.bos_token_id) == 1


def test_answers_that_run_into_the_header_are_refused() -> None:
    header = CHATML.replace("<|im_start|>assistant\n", "<|im_start|>assistant:")
    tokenizer = make_special_tokenizer(
        header, ["<|im_start|>", "<|im_end|>"], None, [(":", "A"), (":", "B")]
    )
    with pytest.raises(BackboneError, match="A and B as one token each"):
        PairTemplate(tokenizer)


def test_a_template_that_changes_the_text_is_refused() -> None:
    tokenizer = make_tokenizer(CHATML.replace("message['content'] ", "message['content'] | upper "))
    with pytest.raises(DataError, match="changes or leaves out"):
        PairTemplate(tokenizer).encode(GIVEN)


def test_the_hash_tells_templates_apart() -> None:
    hashes = {
        PairTemplate(make_tokenizer(CHATML)).hash,
        PairTemplate(make_tokenizer(CHATML), "keep").hash,
        PairTemplate(make_tokenizer(CHATML.replace("assistant", "model"))).hash,
    }
    assert len(hashes) == 3
    assert PairTemplate(make_tokenizer(CHATML)).hash in hashes
