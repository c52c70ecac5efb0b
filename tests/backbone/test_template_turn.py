"""The prompt feature at the token that closes the user's turn, as the published gate reads it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from armo.backbone import BackboneSettings, ChatTemplate, load
from tests.backbone import templates
from tests.backbone.template_qwen3 import QWEN3
from tests.backbone.templates import TURNS
from tests.tiny import chat, make_tokenizer

# Last token of the templated prompt that is not white space, by hand from the written formats.
CLOSING = {
    "llama-3": (templates.LLAMA3, "<|eot_id|>", 0),
    "llama-2": (templates.LLAMA2, "]", 0),
    "gemma-2": (templates.GEMMA2, "<end_of_turn>", 1),
    "mistral": (templates.MISTRAL_FIRST, "[/INST]", 0),
    "qwen2.5": (templates.QWEN25, "<|im_end|>", 1),
    "qwen3": (QWEN3, "<|im_end|>", 1),
}


@pytest.mark.parametrize("name", CLOSING)
def test_the_turn_ends_at_the_token_that_closes_it(name):
    family, closing, trailing = CLOSING[name]
    tokenizer = family.tokenizer()
    usual, turn = ChatTemplate(tokenizer), ChatTemplate(tokenizer, prompt_end="turn")
    for messages in (TURNS, chat("the in \n\n", "x")):
        first, second = usual.encode(messages), turn.encode(messages)
        np.testing.assert_array_equal(first.ids, second.ids)
        assert first.prompt_length == second.prompt_length
        assert first.response_tokens == second.response_tokens
        assert first.prompt_at == first.prompt_length - 1
        assert second.prompt_at == first.prompt_at - trailing
        assert tokenizer.decode(second.ids[second.prompt_at]) == closing


def test_the_place_is_part_of_the_hash_and_the_default_hashes_as_before():
    tokenizer = make_tokenizer()
    # Stores and models name this hash; it was found before the option existed.
    assert ChatTemplate(tokenizer).hash == "d76ae06746178f02"
    assert ChatTemplate(tokenizer, prompt_end="turn").hash != ChatTemplate(tokenizer).hash


def test_a_backbone_reads_there(tiny, tiny_folder):
    settings = BackboneSettings(
        name=str(tiny_folder), layer="last", dtype="float32", prompt_end="turn"
    )
    turn = load(settings)
    conversations = [chat("the in", "x on"), chat("on an", "the " * 20)]
    usual_rows = [tiny.encode(one) for one in conversations]
    rows = [turn.encode(one) for one in conversations]
    # Cut off after the turn's closing token, that token is the conversation's last.
    wanted = [tiny.read([_cut(row, row.prompt_at + 1)]).response[0] for row in rows]
    np.testing.assert_allclose(turn.read_all(rows).prompt, wanted, atol=1e-5)
    assert not np.allclose(tiny.read_all(usual_rows).prompt, wanted, atol=1e-2)


def _cut(row, length):
    return replace(row, ids=row.ids[:length], prompt_length=1, prompt_trailing=0)
