"""What armo trains, exported and loaded in the documented class: the same scores."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from armo import RewardModel
from armo.rivals.constant import with_constant_weights
from tests.persistence.exported_models import (
    SCALED,
    Theirs,
    export,
    make_backbone,
    make_heads,
    make_trained,
    on_backbone,
    stored,
)
from tests.tiny import chat

CONVERSATIONS = [
    chat("the in", "x on"),
    chat("What is an ox in the barn?", "It is an animal. " * 9),
    chat("on", "the"),
    [*chat("Hi the", "Yes 🙂"), *chat("שלום in", "End of it")],
    chat("the in", "another answer\n\nto the same"),
]
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module", params=["llama-3", "chatml", "gemma-2", "mistral", "qwen2.5"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("trained")
    # Gemma 2 caps its attention scores, which PyTorch's own kernels can't.
    settings = {"gemma-2": {"prompt_end": "turn", "attention": "eager"}}.get(request.param, {})
    model = make_trained(folder / "backbone", request.param, **settings)
    export(model, folder / "out", max_shard_size="20KB")
    return model, Theirs.load(folder / "out")


def column(model: RewardModel, field: str) -> np.ndarray:
    decisions = model.decide(CONVERSATIONS)
    return np.array([[getattr(part, field) for part in one.objectives] for one in decisions])


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_documented_class_gives_our_scores(both, side):
    model, theirs = both
    found = theirs.forward(CONVERSATIONS, side)
    np.testing.assert_allclose(found.rewards, column(model, "reward"), **CLOSE)
    np.testing.assert_allclose(found.gating_output, 1.3 * column(model, "weight"), **CLOSE)
    np.testing.assert_allclose(found.coefficients, column(model, "coefficient"), **CLOSE)
    np.testing.assert_allclose(found.score, model.score(CONVERSATIONS), **CLOSE)
    # What would hide a mistake: weights and rewards that hardly differ.
    assert np.ptp(found.gating_output.numpy(), axis=0).max() > 0.05
    assert np.ptp(found.rewards.numpy(), axis=0).min() > 0.1


def test_it_reads_at_our_places(both):
    model, theirs = both
    for messages in CONVERSATIONS:
        encoded, found = model.backbone.encode(messages), theirs.forward([messages], "right")
        assert int(found.prompt_at) == encoded.prompt_at
        assert int(found.response_at) == len(encoded.ids) - 1


def test_the_pattern_of_llama_3_is_the_one_in_the_authors_file(tmp_path):
    model = make_trained(tmp_path / "backbone", "llama-3")
    pattern = list(export(model, tmp_path / "out").header_pattern)
    text = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert pattern == tokenizer(text, add_special_tokens=False)["input_ids"]


def test_a_pad_token_that_ends_turns_is_replaced(tmp_path):
    model = make_trained(tmp_path / "backbone", "chatml")
    exported = export(model, tmp_path / "out")
    padding = exported.padding
    assert (padding.token, padding.instead_of, padding.added) == ("[PAD]", "<|im_end|>", True)
    before = stored(tmp_path / "backbone")["embed_tokens.weight"]
    after = stored(tmp_path / "out")["model.embed_tokens.weight"]
    assert len(after) == len(before) + 1 == padding.token_id + 1
    assert torch.equal(after[:-1], before)
    config = AutoConfig.from_pretrained(tmp_path / "out")
    assert (config.vocab_size, config.pad_token_id) == (len(after), padding.token_id)
    theirs = Theirs.load(tmp_path / "out")
    assert theirs.tokenizer.pad_token_id == padding.token_id
    # With the token as it was, the class would end every conversation within the prompt.
    theirs.model.config.pad_token_id = theirs.tokenizer.convert_tokens_to_ids("<|im_end|>")
    found = theirs.forward(CONVERSATIONS[:1], "right")
    assert int(found.response_at) < int(found.prompt_at)
    # The model that was exported still has its own tokenizer.
    assert model.backbone._template._tokenizer.pad_token == "<|im_end|>"


@pytest.mark.parametrize(("pad", "spare"), [("<fill>", 0), (None, 5)])
def test_no_row_is_added_that_is_not_needed(tmp_path, pad, spare):
    folder = make_backbone(tmp_path / "backbone", "llama-3", pad, spare)
    exported = export(on_backbone(folder, make_heads()), tmp_path / "out")
    assert exported.padding.token == (pad or "[PAD]")
    assert exported.padding.added == (pad is None)
    before, after = stored(folder), stored(tmp_path / "out")
    assert torch.equal(before["embed_tokens.weight"], after["model.embed_tokens.weight"])


def test_a_name_that_the_template_writes_is_not_taken(tmp_path):
    folder = make_backbone(tmp_path / "backbone", "chatml")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = tokenizer.chat_template.replace("<|im_end|>", "[PAD]")
    tokenizer.add_special_tokens({"pad_token": "[PAD]"})
    tokenizer.save_pretrained(folder)
    model = AutoModel.from_pretrained(folder)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(folder)
    loaded = on_backbone(folder, make_heads())
    exported = export(loaded, tmp_path / "out")
    assert exported.padding.token == "<|pad|>"
    found = Theirs.load(tmp_path / "out").forward(CONVERSATIONS, "right")
    np.testing.assert_allclose(found.score, loaded.score(CONVERSATIONS), **CLOSE)


def test_fixed_weights_are_a_gate_without_hidden_layers(tmp_path):
    heads = with_constant_weights(make_heads(), np.array([0.4, 0.3, 0.2, 0, 0.1]), beta=2.0)
    model = make_trained(tmp_path / "backbone", heads=heads)
    export(model, tmp_path / "out")
    theirs = Theirs.load(tmp_path / "out")
    assert len(theirs.model.gating.layers) == 1
    found = theirs.forward(CONVERSATIONS, "left")
    np.testing.assert_allclose(found.score, model.score(CONVERSATIONS), **CLOSE)


def test_the_class_reads_float64_heads_in_whatever_it_is_asked_for(tmp_path):
    model = make_trained(tmp_path / "backbone", dtype="bfloat16")
    exported = export(model, tmp_path / "out")
    assert exported.dtype == "bfloat16"
    tensors = stored(tmp_path / "out")
    kinds = {name: tensor.dtype for name, tensor in tensors.items()}
    assert all(kinds[name] == torch.bfloat16 for name in kinds if name.startswith("model."))
    assert kinds["regression_layer.weight"] == torch.float64
    assert kinds["gating.layers.0.weight"] == torch.float32
    for dtype in (torch.float32, torch.bfloat16, "auto"):
        theirs = Theirs.load(tmp_path / "out", dtype)
        wanted = torch.bfloat16 if dtype == "auto" else dtype
        assert {weight.dtype for weight in theirs.model.parameters()} == {wanted}
        weight = theirs.model.regression_layer.weight
        assert torch.equal(weight, tensors["regression_layer.weight"].to(wanted))


def test_rotary_scaling_is_kept_and_told_by_its_older_names(tmp_path):
    folder = make_backbone(tmp_path / "backbone", "llama-3", rope_parameters=dict(SCALED))
    model = on_backbone(folder, make_heads())
    export(model, tmp_path / "out")
    config = AutoConfig.from_pretrained(tmp_path / "out")
    assert config.rope_parameters == SCALED
    raw = config.get_config_dict(tmp_path / "out")[0]
    assert raw["rope_theta"] == 500000.0
    assert raw["rope_scaling"] == {key: SCALED[key] for key in SCALED if key != "rope_theta"}
    found = Theirs.load(tmp_path / "out").forward(CONVERSATIONS, "right")
    np.testing.assert_allclose(found.score, model.score(CONVERSATIONS), **CLOSE)
    plain = on_backbone(make_backbone(tmp_path / "plain", "llama-3"), make_heads())
    assert np.abs(np.subtract(plain.score(CONVERSATIONS), model.score(CONVERSATIONS))).max() > 1e-3


def test_a_template_that_marks_no_prompt_end_is_told(tmp_path):
    folder = make_backbone(tmp_path / "backbone", "chatml")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # What closes a prompt also stands behind every response.
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m['content'] + '#' }}"
        "{% if m['role'] == 'assistant' %}{{ '!' }}{% endif %}{% endfor %}"
    )
    tokenizer.save_pretrained(folder)
    exported = export(on_backbone(folder, make_heads()), tmp_path / "out")
    assert exported.header_pattern == ()
    config = AutoConfig.from_pretrained(tmp_path / "out")
    assert not hasattr(config, "gating_token_pattern")
