from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.data import Source
from armo.errors import ArmoError, RecipeError
from armo.training import read_recipe
from armo.training.recipe_file import parse_recipe

DATA = '[data]\nratings = ["sample"]\npreferences = ["pairs.jsonl"]\n'
PREFERENCES = '[data]\nratings = ["sample"]\npreferences = '


def read(tmp_path: Path, text: str):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    return read_recipe(path)


def test_paths_are_relative_to_the_recipe(tmp_path):
    recipe = read(tmp_path, DATA)
    assert recipe.data.ratings == ["sample"]
    assert recipe.data.preferences == [str(tmp_path / "pairs.jsonl")]
    assert recipe.backbone.name == "smollm2"
    assert not recipe.objectives.with_length


@pytest.mark.parametrize("path", sorted(Path("recipes").glob("*.toml")), ids=str)
def test_the_recipes_that_come_with_armo_are_valid(path, tmp_path):
    read_recipe(path, tmp_path)


def test_data_can_stand_in_a_folder_that_a_variable_or_a_flag_names(tmp_path, monkeypatch):
    text = DATA + 'folder = "$ARMO_TEST_DATA/sub"\nif_absent = "Ask Ada for it."\n'
    monkeypatch.setenv("ARMO_TEST_DATA", str(tmp_path / "x"))
    assert read(tmp_path, text).data.preferences == [str(tmp_path / "x" / "sub" / "pairs.jsonl")]
    elsewhere = read_recipe(tmp_path / "recipe.toml", tmp_path / "y")
    assert elsewhere.data.preferences == [str(tmp_path / "y" / "pairs.jsonl")]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMO_TEST_DATA", "here")
    assert read(tmp_path, text).data.preferences == [str(tmp_path / "here/sub/pairs.jsonl")]
    monkeypatch.delenv("ARMO_TEST_DATA")
    with pytest.raises(RecipeError, match=r"data.folder: no such variable.*Ask Ada for it\."):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[data", "not valid TOML"),
        ("", "missing required field `data`"),
        (DATA + "[backbon]\nname = 'x'", r"unknown key 'backbon' \(did you mean 'backbone'\?\)"),
        (DATA + "[gate]\npresets = 'auto'", r"'gate.presets' \(did you mean 'preset'\?\)"),
        (DATA + "[data.sample]\nsed = 1", r"'data.sample.sed' \(did you mean 'seed'\?\)"),
        (DATA + "[gate]\npreset = 'best'", r"Invalid enum value 'best' - at `gate.preset`"),
        (DATA + "[backbone]\nlayer = 'first'", r"backbone.layer"),
        (DATA + "[regression]\nalphas = [0]", "regression.alphas"),
        (DATA + "[regression]\nalphas = [nan]", "regression.alphas"),
        (DATA + "[evaluation]\nlevel = 1.5", "evaluation.level"),
        (DATA + "[evaluation]\nresamples = 0", "evaluation.resamples"),
        (DATA + "[backbone]\nbatch_tokens = 0", "backbone.batch_tokens"),
        (DATA + "[debias]\nmethod = 3", "debias.method"),
        (DATA + "[objectives]\nkeep = ['a', 'a']", "objectives.keep"),
        (DATA + "[objectives]\nkeep = []", "objectives.keep"),
        (DATA + "[data.limits.ratings]\na = -1", "data.limits"),
        (DATA + "[data.limits]\nrating = {}", r"'data.limits.rating' \(did you mean"),
        (DATA + "[gate]\nsource_weights = 'some'", "gate.source_weights"),
        (PREFERENCES + "[{sett = 'shp'}]", r"'data.preferences\[0\].sett' \(did you mean 'set'"),
        (
            PREFERENCES + "[{set = 'shp', columns = {prompt = 'x'}}]",
            "give set or columns, not both",
        ),
        (
            DATA + "[data.pairs_from_ratings]\nby = {good = 1}\nmin_gap = 2",
            r"data\.pairs_from_ratings\.min_gap: must be 0 to 1",
        ),
        ("[data]\nratings = ['sample']", "data.preferences: name at least one source, or make"),
        (PREFERENCES + "[{split = 'train'}]", "name a file, a set, or a hub set"),
        (
            PREFERENCES + "[{file = 'x', columns = {objectives = {a = {colum = 'b'}}}}]",
            r"columns.objectives.a.colum' \(did you mean 'column'",
        ),
        (PREFERENCES + "['shhp']", r"no set is known as 'shhp' \(did you mean 'shp'\?\)"),
        (PREFERENCES + "['rewardbench']", "the set 'rewardbench' has benchmark, not preferences"),
        (PREFERENCES + "['a.jsonl', 'a.jsonl']", "named twice, and would count double"),
        (PREFERENCES + "[{set = 'shp', options = {min_ration = 3.0}}]", "did you mean 'min_ratio'"),
        (
            PREFERENCES + "[{file = 'a', columns = {chosen = 'b'}}]",
            "need the columns chosen and rej",
        ),
        (PREFERENCES + "['Anthropic/hh-rlhf']", "holds several known sets; name one of hh-"),
        (DATA + "[gate.source_weights]\na = 0", "gate.source_weights"),
        (DATA + "[objectives.unit_map]\ngood = [0]", "unit_map"),
        ("data = 3", "data"),
        ("[data]\nratings = 'sample'\npreferences = []", "data.ratings"),
    ],
)
def test_wrong_recipes_are_a_sentence(tmp_path, text, match):
    with pytest.raises(RecipeError, match=match):
        read(tmp_path, text)


def test_known_sets_are_named_by_their_names_or_by_their_place_on_the_hub(tmp_path):
    recipe = read(tmp_path, PREFERENCES + "['shp', 'openbmb/UltraFeedback', './shp']")
    assert recipe.data.preferences == [
        Source(set="shp"),
        Source(set="ultrafeedback"),
        str(tmp_path / "./shp"),
    ]


def test_a_file_in_a_sets_layout_is_named_as_on_the_command_line(tmp_path):
    (tmp_path / "hh.jsonl").write_text("{}")
    names = "['hh-harmless-base:hh.jsonl', 'shp:hh.jsonl,min_ratio=3.0', 'shp,revision=abc']"
    recipe = read(tmp_path, PREFERENCES + names)
    file = str(tmp_path / "hh.jsonl")
    assert recipe.data.preferences == [
        Source(set="hh-harmless-base", file=file),
        Source(set="shp", file=file, options={"min_ratio": 3.0}),
        Source(set="shp", revision="abc"),
    ]
    with pytest.raises(RecipeError, match=r"shp:.*none\.jsonl: no such file"):
        read(tmp_path, PREFERENCES + "['shp:none.jsonl']")


def test_files_of_other_layouts_stand_beside_the_recipe(tmp_path):
    text = PREFERENCES + "[{file = 'x.csv', name = 'x', columns = {prompt = 'q', chosen = 'a', "
    recipe = read(tmp_path, text + "rejected = 'b'}}]")
    (source,) = recipe.data.preferences
    assert isinstance(source, Source)
    assert source.file == str(tmp_path / "x.csv")
    assert source.columns is not None
    assert source.columns.chosen == "a"


def test_a_recipe_that_is_not_there(tmp_path):
    with pytest.raises(RecipeError, match="no such recipe"):
        read_recipe(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(RecipeError, match="can't be read"):
        read_recipe(tmp_path / "latin.toml")


KEYS = st.sampled_from(
    ["data", "ratings", "preferences", "backbone", "layer", "gate", "sample", "x"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_content_is_a_recipe_or_a_sentence(raw):
    try:
        parse_recipe(raw, "fuzz", Path())
    except ArmoError as error:
        assert str(error).startswith("fuzz: ")
