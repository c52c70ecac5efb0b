from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from armo import RewardModel
from armo.backbone import BackboneSettings, check_same, load
from armo.errors import BackboneError, MissingExtraError
from tests.heads import random_heads
from tests.tiny import chat, make_model, make_tiny_llama, make_tokenizer

peft = pytest.importorskip("peft")

MESSAGES = chat("the in on", "x the in")
KINDS = {
    "causal": (AutoModelForCausalLM, "CAUSAL_LM", {}),
    "classifier": (AutoModelForSequenceClassification, "SEQ_CLS", {"modules_to_save": ["score"]}),
    "decoder": (AutoModel, "FEATURE_EXTRACTION", {}),
    "plain": (AutoModelForCausalLM, None, {}),
    "head": (AutoModelForCausalLM, "CAUSAL_LM", {"target_modules": ["q_proj", "lm_head"]}),
    "pattern": (
        AutoModelForCausalLM,
        "CAUSAL_LM",
        {
            "target_modules": r"model\.layers\.[01]\.self_attn\.(q|v)_proj",
            "rank_pattern": {"model.layers.0.self_attn.q_proj": 2},
            "alpha_pattern": {"model.layers.1.self_attn.v_proj": 3},
        },
    ),
    "dora": (AutoModelForCausalLM, "CAUSAL_LM", {"use_dora": True}),
    "tokens": (AutoModelForCausalLM, "CAUSAL_LM", {"trainable_token_indices": [1, 5]}),
    "embeddings": (AutoModelForCausalLM, "CAUSAL_LM", {"modules_to_save": ["embed_tokens"]}),
    # PEFT saves the embeddings' own weights beside such an adapter.
    "embedded": (AutoModelForCausalLM, "CAUSAL_LM", {"target_modules": ["q_proj", "embed_tokens"]}),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return make_tiny_llama(tmp_path_factory.mktemp("base"))


def make_adapter(base: Path, folder: Path, kind: str = "causal") -> Any:
    """Save a random adapter and return the PEFT model that it came from."""
    loader, task, options = KINDS[kind]
    torch.manual_seed(1)
    model = loader.from_pretrained(base)
    settings = {"r": 4, "target_modules": ["q_proj", "down_proj"]} | options
    config = peft.LoraConfig(task_type=task, init_lora_weights=False, **settings)
    adapted = peft.get_peft_model(model, config)
    with torch.no_grad():
        for weight in adapted.parameters():
            if weight.requires_grad:
                weight.add_(0.1 * torch.randn_like(weight))
    adapted.save_pretrained(folder)
    return adapted.eval()


def own_features(adapted: Any, base: Path) -> np.ndarray:
    """What the PEFT model itself, not merged, says at the last token."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    ids = tokenizer.apply_chat_template(MESSAGES, return_tensors="pt")["input_ids"]
    headed = adapted.base_model.model
    decoder = getattr(headed, headed.base_model_prefix, headed)
    with torch.no_grad():
        return decoder(input_ids=ids).last_hidden_state[0, -1].numpy()


def features(settings: BackboneSettings) -> np.ndarray:
    backbone = load(settings)
    return backbone.read([backbone.encode(MESSAGES)]).response[0]


def settings_of(
    base: Path | str, adapter: Path | str | None = None, **more: Any
) -> BackboneSettings:
    options = {"layer": "last", "dtype": "float32", "device": "cpu"} | more
    return BackboneSettings(name=str(base), adapter=adapter and str(adapter), **options)


@pytest.mark.parametrize("kind", KINDS)
def test_merged_features_are_those_of_the_model_that_was_trained(base, tmp_path, kind):
    adapted = make_adapter(base, tmp_path / "adapter", kind)
    expected = own_features(adapted, base)
    found = features(settings_of(base, tmp_path / "adapter"))
    assert np.abs(found - expected).max() <= 1e-5
    # The adapter does change something, else the line above says nothing.
    assert np.abs(features(settings_of(base)) - expected).max() > 1e-2


@pytest.fixture(scope="module")
def adapter(base, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "adapter"
    make_adapter(base, folder)
    return folder


def test_a_folder_of_an_adapter_names_its_base(base, adapter):
    backbone = load(settings_of(adapter))
    assert backbone.identity == load(settings_of(base, adapter)).identity
    assert backbone.identity.name == str(base)
    assert backbone.identity.adapter == str(adapter)


def test_identity_tells_base_adapter_and_their_scale_apart(base, adapter, tmp_path):
    plain = load(settings_of(base)).identity
    merged = load(settings_of(base, adapter)).identity
    assert (plain.adapter, plain.fingerprint != merged.fingerprint) == ("", True)
    with pytest.raises(BackboneError, match="fingerprint"):
        check_same(plain, merged)
    moved = shutil.copytree(adapter, tmp_path / "moved")
    check_same(load(settings_of(base, moved)).identity, merged)
    _rewrite(moved, lora_alpha=99)
    with pytest.raises(BackboneError, match="fingerprint"):
        check_same(load(settings_of(base, moved)).identity, merged)


def test_layers_are_cut_after_merging(base, adapter):
    backbone = load(settings_of(base, adapter, layer=2))
    model = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter)
    encoded = backbone.encode(MESSAGES)
    with torch.no_grad():
        ids = torch.tensor(encoded.ids.astype(np.int64))[None]
        hidden = model(input_ids=ids, output_hidden_states=True).hidden_states[2][0, -1]
    assert np.abs(backbone.read([encoded]).response[0] - hidden.numpy()).max() <= 1e-5


def test_an_adapter_that_moved_is_given_as_the_backbone(base, adapter, tmp_path):
    moved = shutil.copytree(adapter, tmp_path / "moved")
    with pytest.raises(BackboneError, match="no such folder; if it was moved"):
        load(settings_of(base, tmp_path / "gone"))
    found = load(settings_of(moved, tmp_path / "gone")).identity
    assert found.adapter == str(moved)
    with pytest.raises(BackboneError, match="can't go on top of it"):
        load(settings_of(moved, adapter))


def test_refuses_an_adapter_of_another_base(base, adapter, tmp_path):
    other = make_tiny_llama(tmp_path / "other", seed=7)
    with pytest.raises(BackboneError, match=r"was trained on .* are not those of"):
        load(settings_of(other, adapter))
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    _rewrite(copied, base_model_name_or_path="/no/such/base")
    with pytest.raises(BackboneError, match="which is not here; give the base"):
        load(settings_of(copied))
    _rewrite(copied, base_model_name_or_path=None)
    with pytest.raises(BackboneError, match="does not name its base"):
        load(settings_of(copied))


def test_a_local_folder_is_not_taken_for_a_hub_name(base, adapter, tmp_path, monkeypatch):
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    _rewrite(copied, base_model_name_or_path="owner/base")
    shutil.copytree(base, tmp_path / "models" / "base")
    monkeypatch.chdir(tmp_path)
    assert load(settings_of("models/base", copied)).identity.adapter == str(copied)


def test_a_base_without_weights_can_not_be_compared(base, adapter, tmp_path):
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    _rewrite(copied, base_model_name_or_path=str(tmp_path))
    assert load(settings_of(base, copied)).identity.adapter == str(copied)


def test_refuses_an_adapter_on_top_of_another(adapter, tmp_path):
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    _rewrite(copied, base_model_name_or_path=str(adapter))
    with pytest.raises(BackboneError, match="on top of another adapter"):
        load(settings_of(copied))
    # Nor is one of the two that are named left out in silence.
    for other in ("owner/other", "other"):
        with pytest.raises(BackboneError, match="can't go on top of it"):
            load(settings_of(adapter, other))


def test_refuses_an_adapter_whose_shapes_do_not_fit(base, adapter, tmp_path):
    narrow = make_model()
    narrow.config.update({"hidden_size": 16, "num_hidden_layers": 1})
    AutoModel.from_config(narrow.config).save_pretrained(tmp_path / "narrow")
    make_tokenizer().save_pretrained(tmp_path / "narrow")
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    _rewrite(copied, base_model_name_or_path="/no/such/base")
    with pytest.raises(BackboneError, match="does not fit this backbone"):
        load(settings_of(tmp_path / "narrow", copied))


def test_refuses_strays_and_gaps(base, adapter, tmp_path):
    tensors = load_file(adapter / "adapter_model.safetensors")
    first, *rest = sorted(tensors)

    def saved(name: str, changed: dict[str, torch.Tensor]) -> Path:
        folder = shutil.copytree(adapter, tmp_path / name)
        save_file(changed, folder / "adapter_model.safetensors")
        return folder

    stray = tensors | {first.replace("layers.0", "layers.77"): tensors[first].clone()}
    with pytest.raises(BackboneError, match=r"1 of its 13 tensors have no place .*layers\.77"):
        load(settings_of(base, saved("stray", stray)))
    with pytest.raises(BackboneError, match="lacks 1 of the 12 tensors"):
        load(settings_of(base, saved("gap", {key: tensors[key] for key in rest})))
    with pytest.raises(BackboneError, match=r"is .* instead of"):
        load(settings_of(base, saved("shape", tensors | {first: tensors[first][:, :3].clone()})))
    with pytest.raises(BackboneError, match="changes nothing but a head"):
        load(settings_of(base, saved("head", {"base_model.model.score.weight": tensors[first]})))
    # A weight of the decoder's own that PEFT calls otherwise, as an adapter stands beside it.
    own = first.partition(".lora_")[0] + ".weight"
    with pytest.raises(BackboneError, match="finds no place for 1 of its tensors"):
        load(settings_of(base, saved("own", tensors | {own: torch.zeros(32, 64)})))
    broken = tensors | {first: torch.full_like(tensors[first], float("nan"))}
    with pytest.raises(BackboneError, match="does not fit this backbone"):
        load(settings_of(base, saved("nan", broken)))


def test_refuses_prompt_tuning(base, tmp_path):
    config = peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    model = peft.get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    model.save_pretrained(tmp_path / "prompt")
    with pytest.raises(BackboneError, match="PROMPT_TUNING, which adds tokens"):
        load(settings_of(base, tmp_path / "prompt"))


def test_refuses_pickles_and_damage(base, adapter, tmp_path):
    copied = shutil.copytree(adapter, tmp_path / "adapter")
    weights = (copied / "adapter_model.safetensors").read_bytes()
    (copied / "adapter_model.safetensors").write_bytes(weights[:-50])
    with pytest.raises(BackboneError, match=r"can't read .*copy it anew"):
        load(settings_of(base, copied))
    (copied / "adapter_model.safetensors").rename(copied / "adapter_model.bin")
    with pytest.raises(BackboneError, match="only pickled weights"):
        load(settings_of(base, copied))
    (copied / "adapter_config.json").write_text("{")
    with pytest.raises(BackboneError, match="can't read"):
        load(settings_of(base, copied))
    (copied / "adapter_config.json").unlink()
    with pytest.raises(BackboneError, match=r"has no adapter_config\.json"):
        load(settings_of(base, copied))


def test_refuses_a_folder_that_is_both(base, adapter, tmp_path):
    both = shutil.copytree(base, tmp_path / "both")
    shutil.copytree(adapter, both, dirs_exist_ok=True)
    with pytest.raises(BackboneError, match="both a model and an adapter"):
        load(settings_of(both))


def test_says_what_to_install(base, adapter, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'armo\[tuning\]'"):
        load(settings_of(base, adapter))


def test_a_saved_model_finds_base_and_adapter_again(base, adapter, tmp_path):
    moved = shutil.copytree(adapter, tmp_path / "adapter")
    model = RewardModel.from_heads(random_heads(), load(settings_of(base, moved)), "verbosity")
    model.save_pretrained(tmp_path / "model")
    again = RewardModel.from_pretrained(tmp_path / "model", dtype="float32", device="cpu")
    assert again.score([MESSAGES]) == model.score([MESSAGES])
    elsewhere = str(moved.rename(tmp_path / "elsewhere"))
    with pytest.raises(BackboneError, match="if it was moved, give its new folder as the backbone"):
        RewardModel.from_pretrained(tmp_path / "model", dtype="float32", device="cpu")
    found = RewardModel.from_pretrained(
        tmp_path / "model", backbone=elsewhere, dtype="float32", device="cpu"
    )
    assert found.score([MESSAGES]) == model.score([MESSAGES])


def _rewrite(folder: Path, **changes: Any) -> None:
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
