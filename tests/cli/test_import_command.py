"""`armo import` as people run it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from safetensors.torch import save_file
from tests.persistence.armorm_checkpoint import make_published
from tests.persistence.exported_models import make_backbone
from tests.tiny import chat
from typer.testing import CliRunner

from armo import RewardModel
from armo.cli import import_heads as command
from armo.errors import ArmoError

CONVERSATIONS = [chat("the in", "x on"), chat("on", "the in " * 9)]


def run(*arguments: object):
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["import", *map(str, arguments)], catch_exceptions=True)


def refused(match: str, *arguments: object) -> None:
    found = run(*arguments)
    assert isinstance(found.exception, ArmoError), found.output
    assert match in str(found.exception)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_published(tmp_path_factory.mktemp("import-command") / "model", shard="20KB")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a backbone of 32 features, and heads for it in files of their own."""
    folder = tmp_path_factory.mktemp("import-parts")
    make_backbone(folder / "backbone", "llama-3")
    torch.manual_seed(0)
    save_file({"weight": torch.randn(19, 32)}, folder / "weight.safetensors")
    gate = {"logit_scale": torch.tensor([1.5])}
    for layer, (after, before) in enumerate([(8, 32), (8, 8), (19, 8)]):
        gate[f"layers.{layer}.weight"] = torch.randn(after, before)
        gate[f"layers.{layer}.bias"] = torch.randn(after)
    save_file(gate, folder / "gate.safetensors")
    transform = torch.eye(19)
    transform[4] = -0.2
    transform[4, 4] = 0
    save_file({"matrix": transform}, folder / "transform.safetensors")
    return folder


def given(parts: Path, **options: object) -> list[object]:
    named = {
        "regression": parts / "weight.safetensors",
        "gate": parts / "gate.safetensors",
        "backbone": parts / "backbone",
        "objectives": "paper",
    } | options
    return [
        word for name, value in named.items() if value is not None for word in (f"--{name}", value)
    ]


def test_help_has_examples():
    found = run("--help")
    assert found.exit_code == 0
    assert "armo import RLHFlow/ArmoRM-Llama3-8B-v0.1 --out models/armorm" in found.output


def test_a_published_checkpoint_becomes_a_model_folder(published, tmp_path):
    found = run(published, "--out", tmp_path / "native")
    assert found.exit_code == 0, found.output
    assert "debiasing takes out: helpsteer-verbosity" in found.output
    names = {path.name for path in (tmp_path / "native").iterdir()}
    assert {"config.json", "heads.safetensors"} <= names
    native = RewardModel.from_pretrained(tmp_path / "native", dtype="float32")
    straight = RewardModel.from_pretrained(published, dtype="float32")
    assert native.decide(CONVERSATIONS) == straight.decide(CONVERSATIONS)


def test_heads_from_elsewhere_become_a_model_folder(parts, tmp_path):
    transform = parts / "transform.safetensors"
    found = run(*given(parts, transform=transform), "--out", tmp_path / "model")
    assert found.exit_code == 0, found.output
    assert "19 objectives" in found.output
    model = RewardModel.from_pretrained(tmp_path / "model", dtype="float32")
    assert model.config.verbosity == "helpsteer-verbosity"
    identity = model.config.backbone
    assert (identity.layer, identity.prompt_end, identity.reasoning) == (2, "turn", "keep")
    assert (model.heads.score_scale, model.heads.gate.temperature) == (1.5, 10.0)
    decision = model.decide(CONVERSATIONS)[0]
    assert decision["helpsteer-verbosity"].contribution == 0
    total = sum(part.contribution for part in decision.objectives)
    assert total == pytest.approx(decision.score, abs=1e-6)
    assert np.ptp([part.weight for part in decision.objectives]) > 0


def test_a_temperature_and_a_verbosity_are_taken(parts, tmp_path):
    options = given(parts, temperature=2.5, verbosity="code-style")
    assert run(*options, "--out", tmp_path / "model").exit_code == 0
    model = RewardModel.from_pretrained(tmp_path / "model")
    assert model.heads.gate.temperature == 2.5
    assert model.config.verbosity == "code-style"
    assert (model.heads.transform == np.eye(19)).all()


def test_what_is_missing_or_too_much_is_told(parts, published, tmp_path):
    out = ["--out", tmp_path / "model"]
    refused("or all of --regression", *out)
    for name in ("regression", "gate", "backbone", "objectives"):
        refused("or all of --regression", *given(parts, **{name: None}), *out)
    refused("not both", published, "--gate", parts / "gate.safetensors", *out)
    refused("not in the layout", parts / "backbone", *out)
    refused("no such folder", tmp_path / "absent", *out)
    assert list(tmp_path.iterdir()) == []


def test_heads_of_another_backbone_are_refused(parts, tmp_path):
    save_file({"weight": torch.randn(19, 24)}, tmp_path / "weight.safetensors")
    gate = {"logit_scale": torch.ones(1), "layers.0.weight": torch.randn(19, 24)}
    save_file(gate | {"layers.0.bias": torch.zeros(19)}, tmp_path / "gate.safetensors")
    options = given(
        parts, regression=tmp_path / "weight.safetensors", gate=tmp_path / "gate.safetensors"
    )
    refused("reads 24 features", *options, "--out", tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_pickled_file_is_refused_by_name(parts, tmp_path):
    options = given(parts, gate=parts / "gate.pt")
    refused("weights_only=True", *options, "--out", tmp_path / "model")
