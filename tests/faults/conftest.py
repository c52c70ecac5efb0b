"""A finished run that every fault is compared with, made once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults import warm
from tests.faults.small_run import differences, make_small_run


@dataclass(frozen=True)
class Training:
    """A recipe, the folder of its finished run, and a place for logs."""

    recipe: Path
    reference: Path

    def run(self, out: Path, under: Callable[[], None] | None = None) -> warm.Ended:
        log = self.recipe.parent / "log"
        return warm.run(log, "train", self.recipe, "--out", out, under=under)

    def check_refused(
        self, out: Path, *words: str, under: Callable[[], None] | None = None
    ) -> None:
        check_sentence(self.run(out, under), *words)

    def check_completes(self, out: Path) -> None:
        ended = self.run(out)
        assert ended.status == 0, ended.stderr
        assert differences(out, self.reference) == []

    def copy(self, out: Path) -> Path:
        return Path(shutil.copytree(self.reference, out))


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    work = tmp_path_factory.mktemp("faults")
    found = Training(make_small_run(work), work / "reference")
    ended = found.run(found.reference)
    assert ended.status == 0, ended.stderr
    return found


def check_sentence(ended: warm.Ended, *words: str) -> None:
    """Check that a command failed with one sentence that has these words in it."""
    assert ended.status == 1, ended
    # Lines of progress may stand before it.
    *_, sentence = ended.stderr.splitlines()
    assert sentence.startswith("error: "), ended.stderr
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in sentence
