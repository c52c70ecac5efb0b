"""Two processes that want one folder."""

from __future__ import annotations

import json
import time

from tests.faults import warm
from tests.faults.conftest import Training, check_sentence
from tests.faults.small_run import differences


def test_the_second_run_into_a_folder_is_refused_and_the_first_ends_well(
    training: Training, tmp_path
):
    out = tmp_path / "out"
    first = warm.start(tmp_path / "first", "train", training.recipe, "--out", out)
    while not (out / "features" / "manifest.json").exists():
        assert first.is_alive()
        time.sleep(0.002)
    training.check_refused(out, "another process is training into", str(out))
    assert first.is_alive()
    first.join()
    assert first.exitcode == 0
    assert differences(out, training.reference) == []


def test_the_second_scoring_into_a_file_is_refused_and_the_first_ends_well(
    training: Training, tmp_path
):
    source = tmp_path / "rows.jsonl"
    row = {"prompt": "the", "response": "in on"}
    source.write_text("".join(json.dumps({"id": n} | row) + "\n" for n in range(6000)))
    command = ("score", training.reference, source, "--out", tmp_path / "out.jsonl")
    first = warm.start(tmp_path / "first", *command)
    while not list(tmp_path.glob("out.jsonl.*.partial")):
        assert first.is_alive()
        time.sleep(0.002)
    check_sentence(warm.run(tmp_path / "second", *command), "another process is scoring into")
    first.join()
    assert first.exitcode == 0
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 6000
