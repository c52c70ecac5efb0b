"""What can't be exported, and folders that an export must not replace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from armo import RewardModel, Steering
from armo.errors import InputError, ModelError
from armo.gating import Gate
from tests.persistence.exported_models import export, make_backbone, make_heads, on_backbone


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RewardModel:
    folder = make_backbone(tmp_path_factory.mktemp("refusals") / "backbone")
    return on_backbone(folder, make_heads())


def refused(model: RewardModel, folder: Path, match: str) -> None:
    with pytest.raises(ModelError, match=match):
        export(model, folder)
    assert not folder.exists()


def test_an_intercept(trained, tmp_path):
    heads = replace(trained.heads, intercept=np.array([0, 0.1, 0, 0, -0.2]))
    refused(replace(trained, heads=heads), tmp_path / "out", r"2 .*safe, clear.*intercept = false")


def test_a_middle_layer(trained, tmp_path):
    folder = trained.config.backbone.name
    middle = on_backbone(Path(folder), trained.heads, layer=1)
    refused(middle, tmp_path / "out", r"layer 1.*layer = \"last\"")


def test_a_gate_of_several_widths(trained, tmp_path):
    shapes = [(6, 32), (7, 6), (5, 7)]
    layers = [(np.ones(shape, np.float32), np.zeros(shape[0], np.float32)) for shape in shapes]
    heads = replace(trained.heads, gate=Gate.from_layers(layers))
    refused(replace(trained, heads=heads), tmp_path / "out", "widths 6, 7")


def test_a_steering(trained, tmp_path):
    steered = trained.with_steering(Steering(name="only safe", fixed={"safe": 1}))
    refused(steered, tmp_path / "out", "only safe")


def test_a_quantised_backbone(trained, tmp_path, monkeypatch):
    identity = replace(trained.backbone.identity, quantization="int8")
    monkeypatch.setattr(trained.backbone, "identity", identity)
    refused(trained, tmp_path / "out", 'quantised to int8.*quantization = "none"')


def test_all_reasons_are_told_at_once(trained, tmp_path):
    middle = on_backbone(Path(trained.config.backbone.name), trained.heads, layer=1)
    both = replace(middle, heads=replace(trained.heads, intercept=np.ones(5)))
    refused(both, tmp_path / "out", r"(?s)2 things.*intercept.*layer 1")


def test_a_size_that_is_none(trained, tmp_path):
    with pytest.raises(InputError, match=r"'large' is no size.*500MB"):
        export(trained, tmp_path / "out", max_shard_size="large")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(trained, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    with pytest.raises(ModelError, match=r"other files \(thesis\.tex\)"):
        export(trained, tmp_path / "out")
    with pytest.raises(ModelError, match="is a file"):
        export(trained, tmp_path / "out" / "thesis.tex")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_a_backbone_or_a_model_folder_is_left_alone(trained, tmp_path):
    backbone = Path(trained.config.backbone.name)
    before = {path.name: path.read_bytes() for path in backbone.iterdir()}
    with pytest.raises(ModelError, match="other files"):
        export(trained, backbone)
    assert {path.name: path.read_bytes() for path in backbone.iterdir()} == before
    trained.save_pretrained(tmp_path / "native")
    with pytest.raises(ModelError, match="other files"):
        export(trained, tmp_path / "native")


def test_an_earlier_export_is_replaced(trained, tmp_path):
    export(trained, tmp_path / "out", max_shard_size="20KB")
    assert len(list((tmp_path / "out").glob("*.safetensors"))) > 1
    export(trained, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").glob("*.safetensors")] == ["model.safetensors"]
    (tmp_path / "out" / "modeling_custom.py").write_text("# a user's own")
    with pytest.raises(ModelError, match="modeling_custom"):
        export(trained, tmp_path / "out")
