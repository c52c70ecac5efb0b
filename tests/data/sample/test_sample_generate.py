"""The sample as data: same seed same bytes, valid rows, blocks of ratings, prompts that differ."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest

from armo.conversation import conversation_key, first_user_text
from armo.data.rows import PreferenceRow, RatingRow
from armo.data.sample import Sample, Truth, generate
from armo.errors import InputError
from armo.splits import TEST, TRAIN, split_codes

FILES = ("ratings.jsonl", "preferences.jsonl", "truth.json")


def written(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]


def test_equal_seeds_give_equal_bytes_in_any_process(tmp_path: Path) -> None:
    generate(seed=3, prompts=25).write(tmp_path / "here")
    script = "import sys; from armo.data.sample import generate; generate(3, 25).write(sys.argv[1])"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    there = tmp_path / "there"
    subprocess.run([sys.executable, "-c", script, there], check=True, env=environment)
    assert written(tmp_path / "here") == written(there)


def test_other_seeds_give_other_prompts() -> None:
    one, two = generate(seed=0, prompts=40).truth, generate(seed=1, prompts=40).truth
    assert len(one.domain_by_group.keys() & two.domain_by_group.keys()) < 5


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(sample: Sample) -> None:
    small = generate(seed=0, prompts=30)
    assert small.ratings == sample.ratings[: len(small.ratings)]
    assert small.preferences == sample.preferences[: len(small.preferences)]


def test_written_files_read_back(sample: Sample, tmp_path: Path) -> None:
    sample.write(tmp_path / "new" / "folder")
    ratings, preferences, truth = written(tmp_path / "new" / "folder")
    assert msgspec.json.Decoder(RatingRow).decode_lines(ratings) == sample.ratings
    assert msgspec.json.Decoder(PreferenceRow).decode_lines(preferences) == sample.preferences
    assert msgspec.json.decode(truth, type=Truth) == sample.truth


def test_every_row_is_valid_and_has_its_own_id(sample: Sample) -> None:
    for row in (*sample.ratings, *sample.preferences):
        row.check()
    for rows in (sample.ratings, sample.preferences):
        assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize("prompts", [4, 20_001])
def test_a_number_of_prompts_out_of_range_is_refused(prompts: int) -> None:
    with pytest.raises(InputError, match="prompts must be from 5"):
        generate(prompts=prompts)


def test_objectives_come_from_several_sources_on_several_scales(sample: Sample) -> None:
    assert len(sample.objectives) >= 8
    assert len({objective.source for objective in sample.objectives}) >= 4
    assert len({(objective.low, objective.high) for objective in sample.objectives}) >= 4
    assert [objective.name for objective in sample.objectives if objective.boolean] == ["is_safe"]
    assert all(objective.name == objective.name.lower() for objective in sample.objectives)


def test_ratings_use_the_whole_scale_of_their_objective(sample: Sample) -> None:
    given = defaultdict(set)
    for row in sample.ratings:
        for name, value in row.ratings.items():
            if value is not None:
                given[name].add(value)
    for objective in sample.objectives:
        assert len(given[objective.name]) >= (2 if objective.boolean else 5), objective.name
    assert given["is_safe"] == {True, False}
    assert all(isinstance(value, bool) for value in given["is_safe"])


def test_every_source_rates_its_own_objectives_and_domains_only(sample: Sample) -> None:
    rated = defaultdict(set)
    for row in sample.ratings:
        rated[row.source].add((row.meta["domain"], frozenset(row.ratings)))
    assert {domain for domain, _ in rated["guard"]} == {"safety", "chat"}
    assert {domain for domain, _ in rated["reviewers"]} == {"code"}
    assert ("chat", frozenset({"fluency"})) in rated["news desk"]
    sets = defaultdict(set)
    for row in sample.ratings:
        for name, value in row.ratings.items():
            if value is not None:
                sets[name].add(conversation_key(row.messages))
    assert len({frozenset(keys) for keys in sets.values()}) >= 8


def test_few_single_ratings_are_missing(sample: Sample) -> None:
    values = [value for row in sample.ratings for value in row.ratings.values()]
    assert 0.005 < values.count(None) / len(values) < 0.05


def test_pairs_and_ratings_name_the_same_conversations(sample: Sample) -> None:
    known = set(sample.truth.quality_by_conversation)
    rated = {conversation_key(row.messages) for row in sample.ratings}
    paired = {conversation_key(c) for row in sample.preferences for c in row.conversations()}
    assert rated | paired == known
    assert len(rated & paired) > 0.9 * len(known)


def test_all_domains_have_rows_in_the_test_split_and_prompts_differ(sample: Sample) -> None:
    groups = [row.split_group() for row in sample.preferences]
    codes = split_codes(groups)
    tested = [row for row, code in zip(sample.preferences, codes, strict=True) if code == TEST]
    assert len(tested) >= 150
    assert len({row.split_group() for row in tested}) >= 35
    assert {row.meta["domain"] for row in tested} == set(sample.truth.domains)
    texts = Counter(first_user_text(row.prompt) for row in sample.preferences)
    assert len(texts) == len(set(groups)) > 350


def test_the_first_words_of_a_prompt_do_not_give_its_domain_away(sample: Sample) -> None:
    prompts = {row.split_group(): row for row in sample.preferences}
    codes = split_codes(prompts)
    by_word: dict[str, Counter[str]] = defaultdict(Counter)
    for row, code in zip(prompts.values(), codes, strict=True):
        if code == TRAIN:
            by_word[first_word(row)][row.meta["domain"]] += 1
    held = [row for row, code in zip(prompts.values(), codes, strict=True) if code != TRAIN]
    hits = [guess(by_word, row) == row.meta["domain"] for row in held]
    assert sum(hits) / len(hits) < 0.55


def first_word(row: PreferenceRow) -> str:
    return first_user_text(row.prompt).split()[0].lower()


def guess(by_word: dict[str, Counter[str]], row: PreferenceRow) -> str:
    seen = by_word.get(first_word(row))
    return seen.most_common(1)[0][0] if seen else ""


def test_some_prompts_have_a_system_message_and_some_more_turns(sample: Sample) -> None:
    prompts = {row.split_group(): [m["role"] for m in row.prompt] for row in sample.preferences}
    assert sum(roles[0] == "system" for roles in prompts.values()) > 50
    assert sum(roles.count("user") > 1 for roles in prompts.values()) > 15


def test_the_whole_sample_is_read_in_minutes(sample: Sample) -> None:
    conversations = {
        conversation_key(c): c for row in sample.preferences for c in row.conversations()
    }
    # Words, marks and digits come near SmolLM2's own count; 5 are the template's for each message,
    # 22 its default system message.
    tokens = 0
    for messages in conversations.values():
        tokens += 0 if messages[0]["role"] == "system" else 22
        tokens += sum(5 + len(re.findall(r"[^\W\d]+|\d|[^\w\s]", m["content"])) for m in messages)
    assert tokens < 110_000


def test_code_that_counts_as_correct_compiles(sample: Sample) -> None:
    where = sample.truth.objectives.index("correctness")
    checked = 0
    for row in sample.ratings:
        quality = sample.truth.quality(row.messages)
        code = re.search(r"```python\n(.*?)\n```", row.messages[-1]["content"], re.DOTALL)
        if row.source == "reviewers" and quality[where] == 1 and code:
            compile(code[1], row.id, "exec")
            checked += 1
    assert checked > 30
