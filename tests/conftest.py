"""Fixtures that many tests share: a tiny random Llama, made on the spot, and the embedded model."""

from __future__ import annotations

from pathlib import Path

import pytest

from armo.backbone import Backbone, BackboneSettings, load
from tests.tiny import make_tiny_llama


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a random Llama of a few thousand weights with a ChatML-like template."""
    return make_tiny_llama(tmp_path_factory.mktemp("tiny-llama"))


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Backbone:
    return load(
        BackboneSettings(name=str(tiny_folder), layer="last", dtype="float32", batch_tokens=256)
    )


@pytest.fixture(scope="session")
def smollm2() -> Backbone:
    """The embedded SmolLM2, for what only a real model shows."""
    return load(BackboneSettings(layer="last", dtype="float32"))
