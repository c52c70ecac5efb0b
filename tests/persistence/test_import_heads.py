"""Heads trained elsewhere, read from safetensors files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from armo.errors import InputError, ModelError
from armo.paper import VERBOSITY, paper_objectives
from armo.persistence.imported import ImportedFiles, parse_objectives, read_heads, verbosity_name
from tests.persistence.armorm_forward import Gating

COUNT, WIDTH = 5, 16
NAMES = "helpful=1:5,safe,helpsteer-verbosity,depth, clear"


class Shape:
    """What the documented gate is built from."""

    hidden_size, num_objectives = WIDTH, COUNT
    gating_hidden_dim, gating_n_hidden, gating_temperature = 9, 3, 10.0


def regression() -> dict[str, torch.Tensor]:
    return {"weight": torch.randn(COUNT, WIDTH, generator=torch.Generator().manual_seed(1))}


def gate() -> dict[str, torch.Tensor]:
    torch.manual_seed(2)
    found = Gating(Shape())
    with torch.no_grad():
        found.logit_scale.fill_(1.6)
        found.layers[-1].weight.mul_(20)
    return {name: tensor.detach().clone() for name, tensor in found.state_dict().items()}


def write(folder: Path, *, transform: torch.Tensor | None = None, **changed) -> ImportedFiles:
    """Save the parts, some of them changed."""
    parts = {"regression": regression(), "gate": gate()} | changed
    for name, tensors in parts.items():
        save_file(tensors, folder / f"{name}.safetensors")
    if transform is not None:
        save_file({"reward_transform_matrix": transform}, folder / "transform.safetensors")
    return ImportedFiles(
        folder / "regression.safetensors",
        folder / "gate.safetensors",
        None if transform is None else folder / "transform.safetensors",
    )


def read(files: ImportedFiles):
    return read_heads(files, parse_objectives(NAMES))


@pytest.mark.parametrize("prefix", ["", "gating.", "module.gate."])
def test_scores_are_those_of_the_parts(tmp_path, prefix):
    transform = torch.eye(COUNT)
    transform[2] -= torch.tensor([0.3, 0.1, 1, -0.2, 0])
    named = {prefix + name: tensor for name, tensor in gate().items()}
    heads = read(write(tmp_path, gate=named, transform=transform))
    features = torch.randn(2, 30, WIDTH, generator=torch.Generator().manual_seed(4))
    theirs = Gating(Shape())
    theirs.load_state_dict(gate())
    with torch.no_grad():
        gating = theirs(features[0])
        rewards = features[1] @ regression()["weight"].T
        wanted = (gating * (rewards @ transform)).sum(dim=1)
    found = heads.judge(features[0].numpy(), features[1].numpy())
    np.testing.assert_allclose(found.scores, wanted, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(heads.score_scale * found.weights, gating, rtol=1e-5, atol=1e-6)
    assert np.ptp(gating.numpy(), axis=0).max() > 0.05
    assert heads.score_scale == pytest.approx(1.6)
    assert verbosity_name(heads, None) == VERBOSITY


def test_bfloat16_and_float64_are_read_without_loss(tmp_path):
    small, large = regression()["weight"].bfloat16(), gate()
    wide = {"weight": small.double() + 1e-12}
    heads = read(write(tmp_path, regression={"weight": small}))
    np.testing.assert_array_equal(heads.weight, small.float())
    assert heads.weight.dtype == np.float32
    heads = read(write(tmp_path, regression=wide, gate=large))
    np.testing.assert_array_equal(heads.weight, wide["weight"])
    assert heads.weight.dtype == np.float64


def test_a_bias_is_the_intercept_and_no_transform_debiases_nothing(tmp_path):
    bias = torch.arange(COUNT, dtype=torch.float32)
    heads = read(write(tmp_path, regression=regression() | {"bias": bias}))
    np.testing.assert_array_equal(heads.intercept, bias)
    np.testing.assert_array_equal(heads.transform, np.eye(COUNT))


def test_objectives_of_a_command_line():
    found = parse_objectives(NAMES)
    assert [one.name for one in found] == [
        "helpful",
        "safe",
        "helpsteer-verbosity",
        "depth",
        "clear",
    ]
    assert (found[0].low, found[0].high) == (1, 5)
    assert (found[1].low, found[1].high) == (0, 1)
    # One of the paper's has its published map.
    assert (found[2].high, found[2].unit_low, found[2].unit_high) == (4, 0.1, 0.9)
    assert parse_objectives("paper") == paper_objectives("published")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a,,b", "not empty"),
        ("a,b,a", "repeated: a"),
        ("a=1", "NAME=LOW:HIGH"),
        ("a=5:1", "low must be below high"),
        ("a=x:1", "NAME=LOW:HIGH"),
    ],
)
def test_objectives_that_are_none(text, match):
    with pytest.raises(InputError, match=match):
        parse_objectives(text)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".PT"])
def test_a_pickled_file_is_refused_with_how_to_convert_it(tmp_path, suffix):
    files = write(tmp_path)
    pickled = tmp_path / f"gate{suffix}"
    # Opening it would leave a trace.
    pickled.write_bytes(b"cbuiltins\nopen\n(S'ran'\nS'w'\ntR.")
    with pytest.raises(ModelError) as caught:
        read(ImportedFiles(files.regression, pickled))
    message = str(caught.value)
    assert f"torch.load({str(pickled)!r}, weights_only=True" in message
    assert str(tmp_path / "gate.safetensors") in message
    assert not Path("ran").exists()


def test_the_conversion_that_is_shown_works(tmp_path):
    torch.save(gate(), tmp_path / "their.pt")
    files = write(tmp_path)
    with pytest.raises(ModelError) as caught:
        read(ImportedFiles(files.regression, tmp_path / "their.pt"))
    code = "\n".join(
        line.strip() for line in str(caught.value).splitlines() if line.startswith("    ")
    )
    exec(code, {})  # noqa: S102 - what the message tells people to run
    converted = read(ImportedFiles(files.regression, tmp_path / "their.safetensors"))
    np.testing.assert_array_equal(converted.gate.layers[0][0], gate()["layers.0.weight"])


def without(tensors: dict[str, torch.Tensor], *names: str) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in tensors.items() if name not in names}


WRONG = {
    "no weight": ({"regression": {"bias": torch.ones(5)}}, "lacks 'weight'"),
    "unknown in the regression": (
        {"regression": regression() | {"alpha": torch.ones(5)}},
        r"'alpha'.*it may have: weight, bias",
    ),
    "axes": ({"regression": {"weight": torch.ones(5)}}, r"'weight' has shape \[5\]"),
    "bias": ({"regression": regression() | {"bias": torch.ones(4)}}, r"'bias' has shape \[4\]"),
    "whole numbers": ({"regression": {"weight": torch.ones(5, 16).int()}}, "int32, not floats"),
    "nan": ({"regression": {"weight": torch.full((5, 16), torch.nan)}}, "not finite"),
    "infinity": ({"gate": gate() | {"layers.1.bias": torch.full((9,), torch.inf)}}, "not finite"),
    "rows": ({"regression": {"weight": torch.ones(4, 16)}}, "5 objectives were named.*4 rows"),
    "width": ({"regression": {"weight": torch.ones(5, 15)}}, "belong to different models"),
    "no scale": ({"gate": without(gate(), "logit_scale")}, "lacks logit_scale"),
    "no bias": ({"gate": without(gate(), "layers.3.bias")}, r"lacks layers\.3\.bias"),
    "a gap": (
        {"gate": without(gate(), "layers.1.bias", "layers.1.weight")},
        r"lacks layers\.1\.weight, layers\.1\.bias",
    ),
    "no layers": ({"gate": {"logit_scale": torch.ones(1)}}, r"lacks layers\.0\.weight"),
    "unknown in the gate": ({"gate": gate() | {"beta": torch.ones(1)}}, "'beta'"),
    "two gates": ({"gate": gate() | {f"b.{k}": v for k, v in gate().items()}}, "2 gates"),
    "chain": ({"gate": gate() | {"layers.1.weight": torch.ones(9, 8)}}, "layer 1 reads 8"),
    "scale": ({"gate": gate() | {"logit_scale": torch.zeros(1)}}, "must be above 0, got 0"),
    "two scales": ({"gate": gate() | {"logit_scale": torch.ones(2)}}, r"shape \[2\]"),
    "transform": ({"transform": torch.eye(4)}, r"shape \[4, 4\], it must be \[5, 5\]"),
}


@pytest.mark.parametrize(("changed", "match"), WRONG.values(), ids=WRONG.keys())
def test_parts_that_do_not_fit(tmp_path, changed, match):
    with pytest.raises((ModelError, InputError), match=match):
        read(write(tmp_path, **changed))


def test_files_that_can_not_be_read(tmp_path):
    files = write(tmp_path)
    with pytest.raises(ModelError, match="no such file"):
        read(ImportedFiles(tmp_path / "absent.safetensors", files.gate))
    files.gate.write_bytes(files.gate.read_bytes()[:-9])
    with pytest.raises(ModelError, match="can't be read as safetensors"):
        read(files)
    save_file({}, files.gate)
    with pytest.raises(ModelError, match="holds no tensors"):
        read(files)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_that_is_none(tmp_path, temperature):
    files = write(tmp_path)
    wrong = ImportedFiles(files.regression, files.gate, temperature=temperature)
    with pytest.raises((InputError, ModelError), match="temperature must be"):
        read(wrong)


def test_verbosity_is_as_named_or_what_the_transform_takes_out(tmp_path):
    transform = torch.eye(COUNT)
    transform[3, 3] = 0
    heads = read(write(tmp_path, transform=transform))
    assert verbosity_name(heads, None) == "depth"
    assert verbosity_name(heads, "safe") == "safe"
    with pytest.raises(InputError, match="did you mean 'depth'"):
        verbosity_name(heads, "deph")
    plain = read_heads(write(tmp_path), parse_objectives("a,b,c,d,e"))
    assert verbosity_name(plain, None) == ""
