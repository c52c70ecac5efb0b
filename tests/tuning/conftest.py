"""Two finished fine-tunings of the same pairs: adapters merged, and kept apart."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from armo.tuning.bradley_terry import tune_bradley_terry
from armo.tuning.result import Tuned
from tests.tuning.planted_rows import backbone, pairs, settings


@dataclasses.dataclass(frozen=True)
class Run:
    folder: Path
    tuned: Tuned


@pytest.fixture(scope="package")
def merged(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("merged")
    return Run(folder, tune_bradley_terry(backbone(tiny_folder), pairs(), settings(), folder))


@pytest.fixture(scope="package")
def apart(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("apart")
    kept = settings(merge=False)
    return Run(folder, tune_bradley_terry(backbone(tiny_folder), pairs(), kept, folder))
