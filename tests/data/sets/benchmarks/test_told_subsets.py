"""Subsets that the name of a file or of its folder tells."""

from pathlib import Path

import pytest

from armo.data.sets import RawRow, Tally, find_set
from armo.errors import InputError

ROWS = {
    "llmbar": {"input": "Count.", "output_1": "1", "output_2": "2", "label": 1},
    "rm-bench": {"prompt": "Why?", "chosen": ["a", "b", "c"], "rejected": ["d", "e", "f"]},
    "prior-sets": {"prompt": ["Why?"], "chosen": "So.", "rejected": "No.", "subset": "askscience"},
}


def subsets(name, file, more=None, **options):
    rejects = []
    tally = Tally(lambda reject: rejects.append(reject.reason))
    raw = RawRow("a/1", f"{file}:1", ROWS[name] | (more or {}), Path(file))
    rows = list(find_set(name, "benchmark").convert([raw], tally, options))
    return [row.subset for row in rows], rejects, dict(tally.notes)


@pytest.mark.parametrize(
    ("name", "where", "subset"),
    [
        ("llmbar", "Dataset/LLMBar/Natural/dataset.json", "Natural"),
        ("llmbar", "LLMBar/Adversarial/GPTOut/dataset.json", "GPTOut"),
        ("llmbar", "Adversarial_Neighbor.json", "Neighbor"),
        ("llmbar", "/Natural/Adversarial-Manual.jsonl", "Manual"),
        ("rm-bench", "chat_filtered.json", "chat"),
        ("rm-bench", "safety-refuse_filtered.json", "safety-refuse"),
        ("rm-bench", "C/safety_response.parquet", "safety-response"),
        ("rm-bench", "math/chat_filtered.json", "chat"),
        ("prior-sets", "data/shp-00000-of-00001.parquet", "shp"),
        ("prior-sets", "anthropic_helpful/part.parquet", "anthropic_helpful"),
    ],
)
def test_a_name_that_holds_one_subset_tells_it_and_is_noted(name, where, subset):
    found, rejects, notes = subsets(name, where)
    assert (found, rejects) == ([subset], [])
    told = f"rows put into the subset {subset}, since the name of their file or folder says so"
    assert notes == {told: 1}


@pytest.mark.parametrize(
    "where",
    [
        "rows.json",
        "chat-code.json",
        "chatty.json",
        "codebase/rows.json",
        "code/chat/a.json",
    ],
)
def test_a_name_that_holds_no_subset_or_two_tells_none(where):
    found, rejects, _ = subsets("rm-bench", where)
    if where.startswith("code/"):
        assert found == ["chat"]
    else:
        assert found == []
        assert "does not tell it; give the option subset" in rejects[0]


def test_neither_row_nor_name_is_a_sentence():
    with pytest.raises(InputError, match=r"dataset\.json:1: neither the row nor the name"):
        subsets("llmbar", "dataset.json")
    _, rejects, _ = subsets("prior-sets", "part.parquet")
    assert "does not tell one" in rejects[0]


def test_what_a_row_or_an_option_says_goes_before_the_name():
    split = {"split": "Adversarial_GPTInst"}
    assert subsets("llmbar", "Natural.json", split)[::2] == (["GPTInst"], {})
    assert subsets("llmbar", "Natural.json", split, subset="Manual")[0] == ["Manual"]
    assert subsets("llmbar", "Natural.json", {"split": "train"})[0] == ["Natural"]
    assert subsets("rm-bench", "chat.json", {"domain": "math"})[0] == ["math"]
    assert subsets("rm-bench", "chat.json", {"split": "code"})[0] == ["code"]
    assert subsets("prior-sets", "shp.json", {"subset": "summarize"})[0] == ["summarize"]


def test_the_whole_of_llmbar_is_what_the_hub_is_asked_for():
    known = find_set("llmbar", "benchmark")
    found = [subsets("llmbar", "a/b", {"split": split})[0] for split in known.split.split("+")]
    assert found == [["Natural"], ["Neighbor"], ["GPTInst"], ["GPTOut"], ["Manual"]]
