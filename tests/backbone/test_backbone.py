from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer

from armo.backbone import BackboneSettings, check_same, load
from armo.errors import BackboneError, DataError, InputError
from tests.tiny import chat, make_model, make_tiny_llama, make_tokenizer

WORDS = st.lists(st.sampled_from(["the ", "in ", "on ", "x ", "🙂 "]), min_size=1, max_size=30)
CONVERSATIONS = st.lists(
    st.builds(lambda p, r: chat("".join(p), "".join(r)), WORDS, WORDS), min_size=1, max_size=12
)


def reference(folder: Path, messages: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Features by transformers alone: one conversation a forward, and the prompt by itself."""
    model = AutoModel.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def last(turns: list[dict[str, str]]) -> np.ndarray:
        ids = tokenizer.apply_chat_template(turns, return_tensors="pt")
        with torch.no_grad():
            return model(**ids).last_hidden_state[0, -1].numpy()

    return last(messages[:-1]), last(messages)


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to 1e-5 of the features' own size."""
    size = max(1.0, float(np.abs(expected).max()))
    assert np.abs(found - expected).max() <= 1e-5 * size


def test_features_are_those_of_a_forward_of_the_conversation_alone(tiny, tiny_folder):
    conversations = [chat("the in on", "x"), chat("in", "the the the x on in"), chat("x", "on")]
    features = tiny.read_all([tiny.encode(messages) for messages in conversations])
    for row, messages in enumerate(conversations):
        prompt, response = reference(tiny_folder, messages)
        assert_same(features.prompt[row], prompt)
        assert_same(features.response[row], response)


@settings(max_examples=25, deadline=None)
@given(CONVERSATIONS, st.randoms())
def test_batch_and_order_change_nothing(tiny, conversations, random):
    encoded = [tiny.encode(messages) for messages in conversations]
    together = tiny.read_all(encoded)
    order = list(range(len(encoded)))
    random.shuffle(order)
    shuffled = tiny.read_all([encoded[row] for row in order])
    for place, row in enumerate(order):
        alone = tiny.read([encoded[row]])
        assert_same(together.response[row], alone.response[0])
        assert_same(together.prompt[row], alone.prompt[0])
        assert_same(shuffled.response[place], alone.response[0])


def test_a_middle_layer_is_that_of_hidden_states(tiny_folder):
    middle = load(BackboneSettings(name=str(tiny_folder), layer=2, dtype="float32"))
    messages = chat("the in on", "x the")
    model = AutoModel.from_pretrained(tiny_folder, dtype=torch.float32)
    ids = torch.from_numpy(middle.encode(messages).ids.astype(np.int64))[None]
    with torch.no_grad():
        hidden = model(input_ids=ids, output_hidden_states=True).hidden_states[2]
    found = middle.read([middle.encode(messages)])
    assert_same(found.response[0], hidden[0, -1].numpy())
    assert middle.identity.layer == 2
    assert (
        middle.parameters_per_token
        < load(BackboneSettings(name=str(tiny_folder), layer="last")).parameters_per_token
    )


def test_layers_that_do_not_exist_are_refused(tiny_folder):
    with pytest.raises(BackboneError, match=r"layers 1 … 3"):
        load(BackboneSettings(name=str(tiny_folder), layer=4))


def test_long_conversations_are_rejected_or_cut_and_flagged(tiny_folder):
    messages = chat("the in", "on " * 100)
    strict = load(BackboneSettings(name=str(tiny_folder), max_tokens=64))
    with pytest.raises(DataError, match="more than the 64"):
        strict.encode(messages)
    cutting = load(BackboneSettings(name=str(tiny_folder), max_tokens=64, overlong="cut"))
    encoded = cutting.encode(messages)
    assert encoded.truncated
    assert len(encoded.ids) == 64
    with pytest.raises(DataError, match="prompt alone takes 208 of the 64"):
        cutting.encode(chat("the in " * 50, "on"))


def test_max_tokens_never_exceeds_the_context(tiny_folder):
    assert load(BackboneSettings(name=str(tiny_folder), max_tokens=10**6)).max_tokens == 512


def test_other_weights_are_told_apart(tmp_path, tiny):
    other = load(BackboneSettings(name=str(make_tiny_llama(tmp_path, seed=1)), dtype="float32"))
    with pytest.raises(BackboneError, match="fingerprint"):
        check_same(other.identity, tiny.identity)
    check_same(tiny.identity, tiny.identity)


@pytest.mark.parametrize("name", ["/no/such/folder", "nothing", "a/b/c", "missing.gguf"])
def test_backbones_that_are_not_there(name):
    with pytest.raises(BackboneError, match=r"no such file or folder"):
        load(BackboneSettings(name=name))


def test_a_hub_that_gives_nothing_is_one_sentence(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BackboneError, match=r"owner/model.*hub gave no copy"):
        load(BackboneSettings(name="owner/model"))


def test_pickled_weights_are_refused(tmp_path):
    make_tokenizer().save_pretrained(tmp_path)
    model = make_model()
    model.config.save_pretrained(tmp_path)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(BackboneError):
        load(BackboneSettings(name=str(tmp_path)))


def test_remote_code_is_never_run(tmp_path):
    make_tiny_llama(tmp_path)
    config = tmp_path / "config.json"
    config.write_text(
        config.read_text()
        .replace("{", '{"auto_map": {"AutoModel": "evil.Model", "AutoConfig": "evil.Config"},', 1)
        .replace('"model_type": "llama"', '"model_type": "evil"')
    )
    (tmp_path / "evil.py").write_text("raise SystemExit('remote code ran')")
    with pytest.raises(BackboneError):
        load(BackboneSettings(name=str(tmp_path)))


@pytest.mark.parametrize(
    "wrong",
    [{"dtype": "float8"}, {"device": "quantum"}, {"device": "xpu"}],
    ids=["dtype", "device", "absent"],
)
def test_unknown_settings_are_named(tiny_folder, wrong):
    with pytest.raises(InputError, match="unknown"):
        load(BackboneSettings(name=str(tiny_folder), **wrong))


def test_smollm2_gives_both_features_from_one_forward(smollm2):
    conversations = [
        chat("What is the capital of France?", "Paris."),
        chat("Add 2 and 3.", "2 + 3 = 5, so the answer is 5. " * 6),
        chat("Say it in Hebrew, with an emoji.", "שלום 🙂", system="Be brief."),
    ]
    encoded = [smollm2.encode(messages) for messages in conversations]
    together = smollm2.read_all(encoded)
    for row, one in enumerate(encoded):
        alone = smollm2.read([one])
        assert_same(together.response[row], alone.response[0])
        assert_same(together.prompt[row], alone.prompt[0])
    assert smollm2.identity.layer == 30
    assert together.response.shape == (3, 576)


def test_smollm2_reads_the_template_without_a_second_bos(smollm2):
    ids = smollm2.encode(chat("Hi", "Hello"))
    assert ids.ids[0] == 1
    assert ids.ids[1] != 1


def test_weights_that_are_missing_are_never_filled_with_random_numbers(tmp_path):
    from safetensors.torch import load_file, save_file

    file = make_tiny_llama(tmp_path) / "model.safetensors"
    weights = load_file(file)
    del weights["layers.1.mlp.up_proj.weight"]
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(BackboneError, match=r"lacks 1 of its weights.*layers.1.mlp"):
        load(BackboneSettings(name=str(tmp_path)))


def test_a_truncated_checkpoint_is_a_sentence(tmp_path):
    file = make_tiny_llama(tmp_path) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BackboneError, match="can't load the backbone"):
        load(BackboneSettings(name=str(tmp_path)))


def test_an_encoder_is_refused(tmp_path):
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=320,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    with pytest.raises(BackboneError, match="is no decoder"):
        load(BackboneSettings(name=str(tmp_path), dtype="float32"))


def test_the_middle_layer_is_read_unless_told_otherwise(tiny_folder):
    middle = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    last = load(BackboneSettings(name=str(tiny_folder), dtype="float32", layer="last"))
    assert middle.identity.layer == last.identity.layer // 2
    assert middle.parameters_per_token < last.parameters_per_token
