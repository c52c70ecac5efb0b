from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.errors import InputError
from armo.steering import Steering, read_steering

NAMES = ["helpful", "safe", "verbosity"]
WEIGHTS = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 10)))
def test_changed_weights_sum_to_one(scale):
    changed = Steering(name="s", scale=scale).apply(WEIGHTS, NAMES)
    np.testing.assert_allclose(changed.sum(axis=1), 1)


def test_rules_do_what_they_say():
    dropped = Steering(name="s", drop=["verbosity"]).apply(WEIGHTS, NAMES)
    np.testing.assert_allclose(dropped, [[0.625, 0.375, 0], [0.5, 0.5, 0]])
    fixed = Steering(name="s", fixed={"safe": 3, "helpful": 1}).apply(WEIGHTS, NAMES)
    np.testing.assert_allclose(fixed, [[0.25, 0.75, 0]] * 2)
    scaled = Steering(name="s", scale={"safe": 2}).apply(WEIGHTS, NAMES)
    np.testing.assert_allclose(scaled[0], np.array([0.5, 0.6, 0.2]) / 1.3)


@pytest.mark.parametrize(
    ("steering", "match"),
    [
        (Steering(name="s", drop=["saf"]), "did you mean 'safe'"),
        (Steering(name="s", drop=NAMES), "no objective with any weight"),
        (Steering(name="s", scale={"safe": -1}), "finite number ≥ 0"),
        (Steering(name="s", fixed={"safe": float("nan")}), "finite number ≥ 0"),
        (Steering(name="s", fixed={}), "no objective with any weight"),
    ],
)
def test_rules_that_make_no_sense_are_refused(steering, match):
    with pytest.raises(InputError, match=match):
        steering.check(NAMES)


def test_a_prompt_that_keeps_no_weight_is_refused():
    with pytest.raises(InputError, match="all weight of a prompt"):
        Steering(name="s", drop=["helpful"]).apply(np.array([[1.0, 0.0, 0.0]]), NAMES)


def test_files_are_toml_or_json(tmp_path):
    toml, json = tmp_path / "s.toml", tmp_path / "s.json"
    toml.write_text('name = "safe first"\nversion = 2\n[scale]\nsafe = 2\n')
    json.write_text('{"name": "safe first", "version": 2, "scale": {"safe": 2}}')
    assert read_steering(toml) == read_steering(json)
    assert read_steering(toml).label == "safe first v2"


@pytest.mark.parametrize("text", ["name = 3", "drop = []", 'name = "s"\nsclae = 1', "name =", "\0"])
def test_wrong_files_are_a_sentence(tmp_path, text):
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="steering file"):
        read_steering(path)
    with pytest.raises(InputError, match="can't be read"):
        read_steering(tmp_path / "none.toml")
