from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel

from armo import RewardModel
from armo.backbone import BackboneSettings, check_same, load
from armo.backbone.quantized import Int8Linear, only_installed_code, quantize
from armo.conversation import conversation_key
from armo.errors import BackboneError, MissingExtraError, StoreError
from armo.features import Request, extract
from armo.progress import silent
from tests.heads import random_heads
from tests.tiny import chat, make_tiny_llama

bitsandbytes = pytest.importorskip("bitsandbytes")

WIDTHS = ["int8", "int4"]
ROWS = [chat("the in on " * size, "x the in " * size) for size in (1, 2, 3, 5)]


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """A random Llama whose layers matter as much as its embeddings."""
    folder = make_tiny_llama(tmp_path_factory.mktemp("base"))
    model = AutoModel.from_pretrained(folder)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "proj" in name:
                weight.mul_(4)
    model.save_pretrained(folder)
    return folder


def settings_of(base: Path, quantization: str = "none", **more: object) -> BackboneSettings:
    plain = BackboneSettings(name=str(base), layer="last", dtype="float32", device="cpu")
    return replace(plain, quantization=quantization, **more)


def features(settings: BackboneSettings) -> np.ndarray:
    backbone = load(settings)
    return backbone.read_all([backbone.encode(messages) for messages in ROWS]).response


def cosines(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    sizes = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return (found * expected).sum(axis=1) / sizes


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([torch.float32, torch.bfloat16, torch.float16]),
    st.floats(-6, 4),
)
def test_eight_bit_weights_are_off_by_half_a_step_at_most(inputs, outputs, bias, dtype, exponent):
    torch.manual_seed(inputs)
    layer = torch.nn.Linear(inputs, outputs, bias=bias).to(dtype)
    with torch.no_grad():
        layer.weight.mul_(10**exponent).clamp_(-60000, 60000)
        layer.weight[0].zero_()
    small = Int8Linear(layer)
    # A unit vector picks a column of the weights.
    found = small(torch.eye(inputs, dtype=dtype)).T.float()
    if bias:
        found = found - layer.bias.detach().float()[:, None]
    exact = layer.weight.detach().float()
    step = exact.abs().amax(dim=1, keepdim=True) / 127
    rounding = torch.finfo(dtype).eps * (exact.abs() + step + (1 if bias else 0)) * 2
    assert ((found - exact).abs() <= step / 2 + rounding + torch.finfo(dtype).tiny).all()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("quantization", "least"), [("int8", 0.999), ("int4", 0.9)])
def test_features_are_close_to_the_full_ones(base, quantization, least, dtype):
    full = features(settings_of(base))
    found = features(settings_of(base, quantization, dtype=dtype))
    assert cosines(found, full).min() > least
    # They are not the full ones either: something was quantised.
    assert np.abs(found - features(settings_of(base, dtype=dtype))).max() > 1e-3


def unpacked_feature(base: Path, ids: np.ndarray) -> np.ndarray:
    """The last hidden state of a full model whose weights went through bitsandbytes' four bits."""
    model = AutoModel.from_pretrained(base, dtype=torch.float32)
    for layer in model.modules():
        if isinstance(layer, torch.nn.Linear):
            packed, state = bitsandbytes.functional.quantize_4bit(
                layer.weight.data, blocksize=64, quant_type="nf4"
            )
            layer.weight.data = bitsandbytes.functional.dequantize_4bit(packed, state)
    with torch.no_grad():
        hidden = model(input_ids=torch.tensor(ids.astype(np.int64))[None]).last_hidden_state
    return hidden[0, -1].numpy()


def test_four_bits_are_those_that_bitsandbytes_dequantises(base):
    backbone = load(settings_of(base, "int4"))
    encoded = backbone.encode(ROWS[1])
    expected = unpacked_feature(base, encoded.ids)
    assert np.abs(backbone.read([encoded]).response[0] - expected).max() <= 1e-5


@pytest.mark.parametrize("quantization", WIDTHS)
def test_a_batch_changes_nothing(base, quantization):
    backbone = load(settings_of(base, quantization))
    encoded = [backbone.encode(messages) for messages in ROWS]
    together = backbone.read(encoded)
    for row, one in enumerate(encoded):
        assert np.abs(backbone.read([one]).response[0] - together.response[row]).max() <= 1e-5
        assert np.abs(backbone.read([one]).prompt[0] - together.prompt[row]).max() <= 1e-5


@pytest.mark.parametrize("quantization", WIDTHS)
def test_weights_take_less_memory(base, quantization):
    def size(settings: BackboneSettings) -> int:
        model = load(settings)._model
        return sum(
            weight.numel() * weight.element_size()
            for name, weight in model.named_parameters()
            if "proj" in name
        )

    share = {"int8": 1 / 4, "int4": 1 / 8}[quantization]
    assert size(settings_of(base, quantization)) == share * size(settings_of(base))


def test_layers_are_cut_first(base):
    found = features(settings_of(base, "int8", layer=2))
    assert cosines(found, features(settings_of(base, layer=2))).min() > 0.999


def test_an_adapter_is_merged_first(base, tmp_path):
    peft = pytest.importorskip("peft")
    torch.manual_seed(1)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "up_proj"], init_lora_weights=False)
    adapted = peft.get_peft_model(AutoModel.from_pretrained(base), config)
    adapted.save_pretrained(tmp_path / "adapter")
    adapted.merge_and_unload().save_pretrained(shutil.copytree(base, tmp_path / "merged"))
    found = load(settings_of(base, "int8", adapter=str(tmp_path / "adapter")))
    encoded = [found.encode(messages) for messages in ROWS]
    expected = features(settings_of(tmp_path / "merged", "int8"))
    # Rounding of the merge may tip a weight into the next step, no more.
    assert cosines(found.read_all(encoded).response, expected).min() > 0.9999
    assert (found.identity.adapter, found.identity.quantization) == (
        str(tmp_path / "adapter"),
        "int8",
    )


@pytest.mark.parametrize("quantization", WIDTHS)
def test_a_saved_model_is_quantised_as_it_was(base, tmp_path, quantization):
    backbone = load(settings_of(base, quantization))
    model = RewardModel.from_heads(random_heads(), backbone, "verbosity")
    model.save_pretrained(tmp_path / "model")
    again = RewardModel.from_pretrained(tmp_path / "model", dtype="float32", device="cpu")
    assert again.config.backbone == backbone.identity
    assert again.score(ROWS) == model.score(ROWS)


def test_features_of_different_widths_do_not_mix(base, tmp_path):
    full, small = load(settings_of(base)), load(settings_of(base, "int8"))
    with pytest.raises(BackboneError, match=r"fingerprint .*quantization none instead of int8"):
        check_same(full.identity, small.identity)
    wanted = [Request(str(row), messages, "rows") for row, messages in enumerate(ROWS)]
    store = extract(full, wanted, tmp_path / "features", silent).store
    assert conversation_key(ROWS[0]) in store
    with pytest.raises(StoreError):
        extract(small, wanted, tmp_path / "features", silent)


def test_quantised_checkpoints_load_as_they_are(base, tmp_path):
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    small = AutoModel.from_pretrained(
        base, quantization_config=config, device_map={"": "cpu"}, dtype=torch.float32
    )
    folder = tmp_path / "small"
    small.save_pretrained(folder)
    for file in base.glob("token*"):
        shutil.copy(file, folder)
    shutil.copy(base / "chat_template.jinja", folder)
    backbone = load(settings_of(folder))
    encoded = backbone.encode(ROWS[1])
    expected = unpacked_feature(base, encoded.ids)
    assert np.abs(backbone.read([encoded]).response[0] - expected).max() <= 1e-5
    assert load(settings_of(folder, layer=2)).identity.layer == 2
    with pytest.raises(BackboneError, match="quantised already"):
        load(settings_of(folder, "int8"))


@pytest.mark.parametrize(
    ("method", "advice"),
    [
        ("gptq", "gptqmodel; install with: pip install gptqmodel"),
        ("compressed-tensors", "pip install compressed-tensors"),
        ("bitsandbytes", r"pip install 'armo\[quantized\]'"),
    ],
)
def test_says_what_a_quantised_checkpoint_needs(base, tmp_path, monkeypatch, method, advice):
    folder = shutil.copytree(base, tmp_path / "packed")
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": method}
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr("armo.backbone.quantized._is_installed", lambda name: name == "accelerate")
    with pytest.raises(MissingExtraError, match=advice):
        load(settings_of(folder))


def test_says_what_four_bits_need(base, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'armo\[quantized\]', or use 'int8'"):
        load(settings_of(base, "int4"))


def test_refuses_a_model_without_plain_linear_layers(base):
    model = AutoModel.from_pretrained(base)
    for layer in model.layers:
        layer.mlp = torch.nn.ParameterList([torch.nn.Parameter(torch.zeros(300, 300))])
    with pytest.raises(BackboneError, match=r"keeps only .* of its weights"):
        quantize(model, "int8", torch.device("cpu"))


def test_no_kernel_is_fetched_from_the_hub_while_a_library_is_imported(monkeypatch):
    """On some processors bitsandbytes loads code from the hub with the package `kernels`."""
    own = types.ModuleType("kernels")
    monkeypatch.setitem(sys.modules, "kernels", own)
    with only_installed_code(), pytest.raises(ImportError):
        importlib.import_module("kernels")
    assert importlib.import_module("kernels") is own


@pytest.mark.slow
def test_a_fresh_process_fetches_no_kernel(tmp_path):
    (tmp_path / "kernels.py").write_text(
        "def get_kernel(*arguments, **options):\n    raise SystemExit('fetched a kernel')\n"
    )
    code = (
        "from armo.backbone.quantized import _bitsandbytes\n_bitsandbytes()\n"
        "import kernels\nassert kernels.get_kernel\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
