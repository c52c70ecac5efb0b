"""Subsets that the name of a file or of its folder tells."""

import pytest

from armo.data.sets import RawRow, Tally, find_set
from armo.errors import InputError

ROWS = {
    "llmbar": {"input": "Count.", "output_1": "1", "output_2": "2", "label": 1},
    "rm-bench": {"prompt": "Why?", "chosen": ["a", "b", "c"], "rejected": ["d", "e", "f"]},
    "prior-sets": {"prompt": ["Why?"], "chosen": "So.", "rejected": "No.", "subset": "askscience"},
}


def subsets(name, where, more=None, **options):
    rejects = []
    tally = Tally(lambda reject: rejects.append(reject.reason))
    raw = RawRow("a/1", where, ROWS[name] | (more or {}))
    rows = list(find_set(name, "benchmark").convert([raw], tally, options))
    return [row.subset for row in rows], rejects, dict(tally.notes)


@pytest.mark.parametrize(
    ("name", "where", "subset"),
    [
        ("llmbar", "Dataset/LLMBar/Natural/dataset.json row 3", "Natural"),
        ("llmbar", "LLMBar/Adversarial/GPTOut/dataset.json:3", "GPTOut"),
        ("llmbar", "Adversarial_Neighbor.json row 3", "Neighbor"),
        ("llmbar", "/Natural/Adversarial-Manual.jsonl:1", "Manual"),
        ("rm-bench", "chat_filtered.json:7", "chat"),
        ("rm-bench", "safety-refuse_filtered.json row 7", "safety-refuse"),
        ("rm-bench", "C/safety_response.parquet row 7", "safety-response"),
        ("rm-bench", "math/chat_filtered.json row 7", "chat"),
        ("prior-sets", "data/shp-00000-of-00001.parquet row 9", "shp"),
        ("prior-sets", "anthropic_helpful/part.parquet row 9", "anthropic_helpful"),
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
        "rows.json:1",
        "chat-code.json:1",
        "chatty.json:1",
        "codebase/rows.json:1",
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
    with pytest.raises(InputError, match=r"dataset\.json row 1: neither the row nor the name"):
        subsets("llmbar", "dataset.json row 1")
    _, rejects, _ = subsets("prior-sets", "part.parquet row 1")
    assert "does not tell one" in rejects[0]


def test_what_a_row_or_an_option_says_goes_before_the_name():
    split = {"split": "Adversarial_GPTInst"}
    assert subsets("llmbar", "Natural.json row 1", split)[::2] == (["GPTInst"], {})
    assert subsets("llmbar", "Natural.json row 1", split, subset="Manual")[0] == ["Manual"]
    assert subsets("llmbar", "Natural.json row 1", {"split": "train"})[0] == ["Natural"]
    assert subsets("rm-bench", "chat.json:1", {"domain": "math"})[0] == ["math"]
    assert subsets("rm-bench", "chat.json:1", {"split": "code"})[0] == ["code"]
    assert subsets("prior-sets", "shp.json:1", {"subset": "summarize"})[0] == ["summarize"]


def test_the_whole_of_llmbar_is_what_the_hub_is_asked_for():
    known = find_set("llmbar", "benchmark")
    found = [
        subsets("llmbar", "a/b row 1", {"split": split})[0] for split in known.split.split("+")
    ]
    assert found == [["Natural"], ["Neighbor"], ["GPTInst"], ["GPTOut"], ["Manual"]]
