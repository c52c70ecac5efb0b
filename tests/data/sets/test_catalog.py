from __future__ import annotations

import json

import pytest

from armo.data.sets import find_set, known_sets
from armo.errors import DataError
from armo.paper import PAPER_OBJECTIVES
from tests.cli.test_cli import armo


def test_a_name_stands_for_one_set_of_its_kind():
    for kind in ("ratings", "preferences", "benchmark"):
        names = [known.name for known in known_sets(kind)]
        assert len(set(names)) == len(names)
        assert all(find_set(name, kind).name == name for name in names)


def test_the_sets_of_the_paper_rate_its_objectives():
    sets = [known for known in known_sets("ratings") if known.paper]
    assert len(sets) == 8
    rated = {name for known in sets for name in known.objectives}
    assert rated == {objective.name for objective in PAPER_OBJECTIVES}
    # HH-RLHF is ready-made in two halves.
    assert len([known for known in known_sets("preferences") if known.paper]) == 11


def test_every_set_says_what_a_user_must_know():
    for known in known_sets():
        assert known.hub.count("/") == 1, known.name
        assert known.licence, known.name
        assert known.layout, known.name
        assert json.loads(json.dumps(known.record()))["options"] == known.option_defaults()


def test_an_unknown_name_is_a_sentence_with_the_nearest():
    with pytest.raises(DataError, match=r"no ratings set.*did you mean 'ultrafeedback'"):
        find_set("ultrafedback", "ratings")


def test_the_command_lists_them():
    found = armo("data", "sets")
    assert found.returncode == 0, found.stderr
    for known in known_sets():
        assert known.name in found.stdout
    one = armo("data", "sets", "ultrafeedback")
    assert one.stdout.count("fix_ten_for_one = False") == 2
    listed = json.loads(armo("data", "sets", "--json").stdout)
    assert [record["name"] for record in listed] == [known.name for known in known_sets()]
    wrong = armo("data", "sets", "ultrafedback")
    assert wrong.returncode == 1
    assert "did you mean 'ultrafeedback'" in wrong.stderr
