"""What a name on a command line stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from armo.data.naming import find_named_set, parse_source
from armo.data.sources import Source
from armo.errors import InputError

ALL = ("ratings", "preferences", "benchmark")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parsed(text: str) -> Source:
    return parse_source(text, ["benchmark"])


@pytest.mark.parametrize("name", ["rows.jsonl", "rewardbench", "rm-bench:a.json", "a,split=b.json"])
def test_a_file_of_that_very_name_goes_before_all_else(here: Path, name: str):
    (here / name).touch()
    assert parsed(name) == Source(file=name)


@pytest.mark.parametrize("name", ["rewardbench", "RewardBench", "allenai/Reward-Bench"])
def test_a_known_set_goes_by_its_name_or_that_of_its_hub_set(name: str):
    assert parsed(name) == Source(set="rewardbench")


def test_a_file_in_a_sets_own_layout_with_its_options(here: Path):
    (here / "chat.json").touch()
    assert parsed("rm-bench:chat.json") == Source(file="chat.json", set="rm-bench")
    assert parsed("rm-bench:chat.json,subset=chat") == Source(
        file="chat.json", set="rm-bench", options={"subset": "chat"}
    )
    assert parsed("THU-KEG/RM-Bench:chat.json") == Source(file="chat.json", set="rm-bench")


def test_a_comma_begins_an_option_only_before_a_name(here: Path):
    for name in ("a,b.json", "a,b=c.json"):
        (here / name).touch()
    found = parsed("rm-bench:a,b.json,subset=chat")
    assert (found.file, found.options) == ("a,b.json", {"subset": "chat"})
    # A file of the whole name goes before options here too.
    assert parsed("rm-bench:a,b=c.json") == Source(file="a,b=c.json", set="rm-bench")
    assert parsed("llmbar,subset=x,y=z").options == {"subset": "x", "y": "z"}
    assert parsed("llmbar,subset=x,y").options == {"subset": "x,y"}


def test_options_of_the_hub_say_what_is_read_of_it():
    text = "m-rewardbench,configuration=deu_Latn,split=test,revision=12e4"
    assert parsed(text) == Source(
        set="m-rewardbench", subset="deu_Latn", split="test", revision="12e4"
    )


def test_one_split_that_is_asked_for_is_the_subset_of_rows_that_do_not_tell_it():
    assert parsed("prior-sets,split=shp").options == {"subset": "shp"}
    assert parsed("llmbar,split=Adversarial_Manual").options == {"subset": "Adversarial_Manual"}
    assert parsed("prior-sets,split=shp,subset=summarize").options == {"subset": "summarize"}
    # Rows of several splits say which is theirs, and a set's own split is no subset.
    assert parsed("prior-sets,split=shp+summarize").options == {}
    assert parsed("rm-bench,split=train").options == {}
    assert parsed("rewardbench,split=raw").options == {}


def test_values_are_what_the_set_wants():
    read = parse_source("helpsteer,min_gap=1,by=1", ["preferences"])
    assert read.options == {"min_gap": 1, "by": "1"}
    assert parse_source("ultrafeedback,fix_ten_for_one=true", ["ratings"]).options == {
        "fix_ten_for_one": True
    }


def test_a_set_of_several_kinds_asks_which():
    assert find_named_set("helpsteer", ["ratings"]).kind == "ratings"
    with pytest.raises(InputError, match="several kinds; give --kind: ratings, preferences"):
        parse_source("helpsteer", ALL)
    with pytest.raises(InputError, match="'helpsteer' has ratings, preferences, not benchmark"):
        parsed("helpsteer")


def test_a_hub_set_that_holds_several_known_sets_names_none():
    with pytest.raises(InputError, match="holds several known sets; name one of"):
        parse_source("Anthropic/hh-rlhf", ["preferences"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("none.jsonl", r"none\.jsonl: no such file, and no known set; give a file, a set"),
        ("rewardbnch", r"no known set \(did you mean 'rewardbench'\?\)"),
        ("rewardbnch:rows.jsonl", r"did you mean 'rewardbench'"),
        ("rewardbnch,split=raw", r"did you mean 'rewardbench'"),
        (".", "is a folder, and no known set"),
        ("rm-bench:none.json", "rm-bench:none.json: no such file; give a file in the layout"),
        ("rm-bench:.", "is a folder; give a file in the layout"),
        ("rm-bench:", "rm-bench:: no such file"),
        ("rm-bench:rows.jsonl,split=x,revision=y", "split, revision: of a set of the hub"),
        ("rows.jsonl,subset=chat", "write SET:rows.jsonl,subset=chat"),
        ("llmbar,subset=a,subset=b", "option 'subset' is given twice"),
        ("rewardbench,split", "with options as in SET,name=value"),
        ("\udcff.jsonl", "is not UTF-8"),
    ],
)
def test_what_stands_for_nothing_is_told(here: Path, text: str, told: str):
    (here / "rows.jsonl").touch()
    with pytest.raises(InputError, match=told):
        parsed(text)
