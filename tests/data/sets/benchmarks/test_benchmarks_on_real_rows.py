"""Reads real rows where they are at hand: ARMO_RAW_SAMPLES names a folder with a folder a set."""

import os
from pathlib import Path

import pytest

from armo.data.raw import raw_rows
from tests.data.sets.benchmarks.converting_benchmarks import convert

FOLDER = os.environ.get("ARMO_RAW_SAMPLES", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ARMO_RAW_SAMPLES names no folder of real rows")


def files(folder):
    found = sorted((Path(FOLDER) / folder).iterdir())
    assert found
    return [(path, [decode() for _, decode in raw_rows(path, dict)]) for path in found]


def test_judgebench():
    for _, raw in files("JudgeBench"):
        rows, rejects, _ = convert("judgebench", raw)
        assert (len(rows), rejects) == (len(raw), {})


def test_llmbar():
    for path, raw in files("LLMBar"):
        rows, rejects, _ = convert("llmbar", raw, subset=path.name.partition(".")[0])
        assert (len(rows), rejects) == (len(raw), {})


def test_rm_bench():
    for path, raw in files("RM-Bench"):
        domain = path.name.partition("_")[0]
        rows, rejects, _ = convert("rm-bench", raw, subset=domain)
        assert (len(rows), rejects) == (len(raw), {})
        assert {row.subset for row in rows} == {domain}
