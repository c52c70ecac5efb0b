"""No space left, a file that may not grow, a folder that can't be written to."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.faults import warm
from tests.faults.conftest import Training, check_sentence
from tests.tiny import chat

ROWS = 600
SLOW = pytest.mark.slow


def no_file_longer_than(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def mount(folder: Path, *options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this process may not mount a file system")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A mount point; what a test mounts there goes after it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    yield folder
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)


def write_conversations(path: Path) -> Path:
    rows = (
        {"id": f"r{number}", "messages": chat("the in", "on " * (number % 20 + 1))}
        for number in range(ROWS)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


# The manifest, a shard, the heads, metrics.json: each is the first to reach another of these.
@pytest.mark.parametrize(
    "size", [500, pytest.param(3000, marks=SLOW), pytest.param(7000, marks=SLOW), 17000]
)
def test_a_file_that_may_not_grow_is_a_sentence_and_nothing_is_lost(training, tmp_path, size):
    out = tmp_path / "out"
    training.check_refused(
        out, str(out), "File too large", under=partial(no_file_longer_than, size)
    )
    training.check_completes(out)


@pytest.mark.parametrize("kept", ["features", "stages"])
def test_a_stage_that_does_not_fit_is_a_sentence(training, tmp_path, kept):
    out = training.copy(tmp_path / "out")
    shutil.rmtree(out / "stages")
    if kept == "stages":
        shutil.copytree(training.reference / "stages", out / "stages")
        (out / "stages" / "gate.safetensors").unlink()
    # Room for the manifest's lock and the reject files, not for a stage.
    training.check_refused(out, "stages", under=partial(no_file_longer_than, 600))
    training.check_completes(out)


@pytest.mark.parametrize("kilobytes", [4, 60, pytest.param(100, marks=SLOW), 140])
def test_a_full_disk_is_a_sentence_and_nothing_is_lost(training, disk, kilobytes):
    mount(disk, f"size={kilobytes}k")
    out = disk / "out"
    training.check_refused(out, str(out), "No space left", "run the same command again")
    subprocess.run(["mount", "-o", "remount,size=9m", str(disk)], check=True)
    training.check_completes(out)


def test_a_full_disk_while_scoring_keeps_what_is_scored(training, disk, tmp_path):
    source = write_conversations(tmp_path / "rows.jsonl")
    mount(disk, "size=300k")
    log, whole, out = tmp_path / "log", tmp_path / "whole.jsonl", disk / "decisions.jsonl"
    command = ("score", training.reference, source, "--out")
    assert warm.run(log, *command, whole).status == 0
    check_sentence(warm.run(log, *command, out), str(out), "No space left")
    assert not out.exists()
    partial_file = next(disk.glob("decisions.jsonl.????????????.partial"))
    assert partial_file.stat().st_size > 100_000
    subprocess.run(["mount", "-o", "remount,size=9m", str(disk)], check=True)
    assert warm.run(log, *command, out).status == 0
    assert ids(out) == ids(whole)
    assert [path.name for path in disk.iterdir()] == ["decisions.jsonl"]


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("finished", [False, True])
def test_a_read_only_folder_is_a_sentence(training: Training, disk, tmp_path, finished):
    mount(disk, "size=9m")
    out = disk / "out"
    if finished:
        training.copy(out)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    training.check_refused(out, str(out), "Read-only file system", "folder that can be written")
    if finished:
        scored = warm.run(
            tmp_path / "log", "score", out, write_conversations(tmp_path / "rows.jsonl")
        )
        assert scored.status == 0, scored.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    training.check_completes(out)
