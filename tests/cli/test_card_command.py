"""`armo card`: printed, written, and never over what somebody wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.card.card_figures import figures
from tests.heads import random_heads
from typer.testing import CliRunner

from armo.backbone import Backbone
from armo.card import card_text
from armo.cli import card
from armo.errors import ModelError
from armo.persistence import make_config, save_folder
from armo.persistence.readme import is_untouched

app = typer.Typer()
card.register(app)


@app.callback()
def _together() -> None:
    """With a second command, the first keeps its name."""


@pytest.fixture(scope="module")
def run(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run folder, and the card that belongs to it."""
    folder = tmp_path_factory.mktemp("card-command")
    heads = random_heads()
    config = make_config(heads, tiny, "verbosity")
    metrics = figures(config.hash)
    save_folder(folder / "model", heads, config, metrics)
    return folder, card_text(config, metrics)


def armo(*arguments: str, fails: bool = False):
    result = CliRunner().invoke(app, ["card", *arguments])
    assert (result.exception is not None) == fails
    return result


def test_it_prints_the_card_of_a_run_and_of_its_model(run):
    folder, text = run
    printed = armo(str(folder)).stdout
    assert printed.startswith(text)
    assert is_untouched(printed.encode())
    assert armo(str(folder / "model")).stdout == printed


def test_it_writes_a_file_and_replaces_only_its_own(run, tmp_path):
    folder, text = run
    out = tmp_path / "CARD.md"
    assert str(out) in armo(str(folder), "--out", str(out)).stdout
    assert out.read_text("utf-8").startswith(text)
    armo(str(folder), "--out", str(out))
    out.write_text("mine")
    result = armo(str(folder), "--out", str(out), fails=True)
    assert isinstance(result.exception, ModelError)
    assert out.read_text() == "mine"


def test_machines_get_json(run, tmp_path):
    folder, _ = run
    record = json.loads(armo(str(folder), "--json", "--out", str(tmp_path / "c.md")).stdout)
    assert record["card"] == (tmp_path / "c.md").read_text("utf-8")
    assert len(record["model"]) == 16


def test_a_folder_without_a_model_is_told(tmp_path):
    assert isinstance(armo(str(tmp_path), fails=True).exception, ModelError)


def test_help_has_examples():
    assert "armo card runs/sample" in armo("--help").stdout
