"""What names on the command line stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from armo.check import Job, check_file, find_targets
from armo.check.expected import expected_rows
from armo.data.sources import Source
from armo.errors import InputError
from tests.check.rows import rated, save

HELPSTEER = {
    "prompt": "How do I fold a map?",
    "response": "Along its old creases.",
    "helpfulness": 3,
    "correctness": 4,
    "coherence": 4,
    "complexity": 1,
    "verbosity": 0,
}


def columns(folder: Path, text: str) -> Path:
    path = folder / "columns.toml"
    path.write_text(text)
    return path


def test_a_file_is_native_and_tells_its_kind(tmp_path: Path):
    path = save(tmp_path / "rows.jsonl", [rated(0)])
    (target,) = find_targets([str(path)])
    assert target.native
    assert target.find_kind() == "ratings"


def test_rows_in_the_layout_of_a_known_set(tmp_path: Path):
    path = save(tmp_path / "own.jsonl", [HELPSTEER, HELPSTEER | {"response": None}, "{"])
    (target,) = find_targets([f"helpsteer:{path}"], "ratings")
    found = check_file(Job(target))
    assert found.name == str(path)
    assert (found.good, found.faulty) == (1, 2)
    assert "response" in found.faults[0].reason
    assert [fault.where for fault in found.faults] == [f"{path}:2", f"{path}:3"]
    assert {labels["name"] for labels in found.objectives} >= {"helpsteer-helpfulness"}


def test_rows_of_any_layout_by_a_column_map(tmp_path: Path):
    table = tmp_path / "rows.csv"
    table.write_text("q,a,stars\nWhy?,So.,4\nHow?,Thus.,7\n")
    mapped = columns(
        tmp_path,
        'prompt = "q"\nresponse = "a"\n[objectives.quality]\ncolumn = "stars"\nscale = [1, 5]\n',
    )
    (target,) = find_targets([str(table)], columns=mapped)
    assert target.kind == "ratings"
    found = check_file(Job(target))
    assert (found.good, found.faulty) == (1, 1)
    assert "ratings.quality: 7" in found.faults[0].reason
    pairs = columns(tmp_path, 'prompt = "q"\nchosen = "a"\nrejected = "b"\n')
    assert find_targets([str(table)], columns=pairs)[0].kind == "preferences"


def test_a_name_that_is_no_file_may_be_a_known_set():
    (target,) = find_targets(["helpsteer"], "ratings")
    assert target.source == Source(set="helpsteer")
    assert not target.native


def test_a_file_of_a_benchmark_tells_its_subset_by_name_or_option(tmp_path: Path):
    row = {"prompt": "Why?", "chosen": ["a", "b", "c"], "rejected": ["d", "e", "f"]}
    named = save(tmp_path / "chat_filtered.json", [row])
    plain = save(tmp_path / "rows.json", [row])
    for name in (f"rm-bench:{named}", f"rm-bench:{plain},subset=chat"):
        found = check_file(Job(*find_targets([name])))
        assert (found.good, found.faulty) == (1, 0), name
    found = check_file(Job(*find_targets([f"rm-bench:{plain}"], "responses")))
    assert (found.good, found.faulty) == (0, 1)
    assert "give the option subset" in found.faults[0].reason


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a = ", "is not valid TOML"),
        ('promt = "q"', r"unknown key 'promt' \(did you mean 'prompt'\?\)"),
        ('[objectives.x]\ncolum = "a"', r"unknown key 'objectives\.x\.colum'"),
        ("prompt = 3", "Expected `str`"),
        ('[objectives.x]\ncolumn = "a"\nscale = [5, 1]', "is no scale"),
    ],
)
def test_a_wrong_column_map_is_a_sentence(tmp_path: Path, text: str, match: str):
    path = save(tmp_path / "rows.jsonl", [rated(0)])
    with pytest.raises(InputError, match=match):
        find_targets([str(path)], columns=columns(tmp_path, text))


def test_names_that_stand_for_nothing(tmp_path: Path):
    path = str(save(tmp_path / "rows.jsonl", [rated(0)]))
    mapped = columns(tmp_path, 'prompt = "q"')
    with pytest.raises(InputError, match=r"did you mean 'helpsteer'"):
        find_targets(["helpster"])
    with pytest.raises(InputError, match="is a folder"):
        find_targets([str(tmp_path)])
    with pytest.raises(InputError, match="no kind 'rating'"):
        find_targets([path], "rating")
    with pytest.raises(InputError, match="give a file alone with --columns"):
        find_targets([f"helpsteer2:{path}"], "ratings", columns=mapped)
    with pytest.raises(InputError, match=r"no known set \(did you mean 'helpsteer'\?\)"):
        find_targets([f"helpster:{path}"])
    with pytest.raises(InputError, match="give --kind: ratings, preferences"):
        find_targets([f"helpsteer:{path}"])
    with pytest.raises(InputError, match="not benchmark"):
        find_targets([f"helpsteer:{path}"], "benchmark")
    with pytest.raises(InputError, match="not what is asked for"):
        find_targets([f"helpsteer:{path}"], "conversations")
    with pytest.raises(InputError, match="no such file"):
        find_targets([path], columns=tmp_path / "none.toml")
    with pytest.raises(InputError, match="name is not UTF-8"):
        find_targets(["\udcff.jsonl"])


def test_how_many_rows_there_will_be(tmp_path: Path):
    path = save(tmp_path / "rows.jsonl", [rated(number) for number in range(7)])
    assert expected_rows(Source(file=str(path))) == 7
    assert expected_rows(Source(file=str(tmp_path / "none.jsonl"))) is None
    assert expected_rows(Source(file=str(save(tmp_path / "rows.json", ["[]"])))) is None
    assert expected_rows(Source(set="helpsteer"))
