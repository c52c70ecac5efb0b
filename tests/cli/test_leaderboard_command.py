"""`armo leaderboard` and what `armo eval` takes besides reward models, as a command line has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.benchmark.small import model_on, rows
from tests.benchmark.test_benchmark_reading import write
from tests.leaderboard.small_systems import LikesLong
from typer.testing import CliRunner

from armo.backbone import Backbone
from armo.cli import evaluate, leaderboard
from armo.errors import ArmoError, DataError, InputError, MissingExtraError, RecipeError

RECIPE = """
[data]
ratings = ["sample"]
preferences = ["sample"]
[evaluation]
resamples = 20
[leaderboard]
cost_pairs = 0
"""


def armo(*arguments: object):
    app = typer.Typer()
    evaluate.register(app)
    leaderboard.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_of(*arguments: object) -> ArmoError:
    error = armo(*arguments).exception
    assert isinstance(error, ArmoError)
    return error


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pairs") / "pairs.jsonl", rows(30))


@pytest.fixture(scope="module")
def recipe(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe whose gate is a finished model, so that nothing is trained."""
    folder = tmp_path_factory.mktemp("recipe")
    model_on(tiny).save_pretrained(folder / "model")
    system = f'[systems.gate]\nkind = "model"\npath = "{folder / "model"}"\nlabel = "mine"\n'
    (folder / "mine.toml").write_text(RECIPE + system)
    return folder / "mine.toml"


def test_help_has_examples():
    assert "armo leaderboard my.toml --data DIR --out runs/compared" in armo(
        "leaderboard", "--help"
    ).output.replace("\n", " ").replace("  ", " ")


def test_a_comparison_leaves_figures_and_page(recipe, source, tmp_path):
    found = armo("leaderboard", recipe, "--benchmark", source, "--only", "gate", "--out", tmp_path)
    assert found.exit_code == 0, found.output
    figures = json.loads((tmp_path / "leaderboard.json").read_text())
    assert (figures["recipe"], figures["systems"][0]["label"]) == ("mine", "mine")
    assert "mine (gate): " in found.stderr
    assert "of 30 pairs" in found.stderr
    assert (tmp_path / "leaderboard.html").read_text().startswith("<!")
    assert "Comparison on 'pairs'" in found.stdout


def test_without_the_library_of_the_page_there_are_figures(recipe, source, tmp_path, monkeypatch):
    def missing(figures: object) -> str:
        raise MissingExtraError("pip install 'armo[report]'")

    monkeypatch.setattr("armo.report.leaderboard.page", missing)
    # The recipe's own benchmark lies in its data folder.
    named = recipe.with_name("named.toml")
    named.write_text(
        recipe.read_text().replace("cost_pairs = 0", 'cost_pairs = 0\nbenchmark = ["pairs.jsonl"]')
    )
    out = tmp_path / "out"
    only = ("--only", "gate", "--out", out, "--json")
    found = armo("leaderboard", named, "--data", source.parent, *only)
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout) == json.loads((out / "leaderboard.json").read_text())
    assert "page: none: pip install" in found.stderr
    assert not (out / "leaderboard.html").exists()
    assert isinstance(error_of("leaderboard", named, *only), InputError)


def test_what_is_missing_is_told(recipe, source, tmp_path):
    error = error_of("leaderboard", recipe, "--out", tmp_path)
    assert isinstance(error, RecipeError)
    assert "leaderboard.benchmark: it names nothing to judge" in str(error)
    error = error_of("leaderboard", recipe, "--only", "gat", "--out", tmp_path)
    assert "did you mean 'gate'?" in str(error)
    wrong = recipe.with_name("wrong.toml")
    wrong.write_text(RECIPE + '[systems.x]\nkind = "judge"\nmodel = "x"\n')
    error = error_of("leaderboard", wrong, "--benchmark", source, "--out", tmp_path)
    assert "systems.x" in str(error)
    assert "base_url" in str(error)


def test_a_comparison_without_any_system_fails_and_lists_the_reasons(recipe, source, tmp_path):
    lost = recipe.with_name("lost.toml")
    label = "not\\u001b[31m\\nthere"
    lost.write_text(RECIPE + f'[systems.x]\nkind = "model"\npath = "gone"\nlabel = "{label}"\n')
    found = armo("leaderboard", lost, "--benchmark", source, "--only", "x", "--out", tmp_path)
    assert isinstance(found.exception, DataError)
    assert "no system could judge" in str(found.exception)
    assert "not⟨U+001B⟩[31m there (x): not available: gone" in found.stderr
    assert json.loads((tmp_path / "leaderboard.json").read_text())["benchmark"]["unreadable"] == 0


def test_a_negative_number_of_cost_pairs_is_refused(recipe, source, tmp_path):
    wrong = recipe.with_name("negative.toml")
    wrong.write_text(RECIPE.replace("cost_pairs = 0", "cost_pairs = -3"))
    error = error_of("leaderboard", wrong, "--benchmark", source, "--out", tmp_path)
    assert "leaderboard.cost_pairs: must not be negative" in str(error)


def test_eval_of_a_judge_that_is_not_there_says_so(source, tmp_path):
    judge = tmp_path / "judge.toml"
    judge.write_text('base_url = "http://127.0.0.1:9/v1"\nmodel = "nobody"\nretries = 0\n')
    error = error_of("eval", judge, "--benchmark", source)
    assert "nothing answers there" in str(error)
    assert not (tmp_path / "judge-eval" / "pairs" / "eval.json").exists()
    steered = error_of("eval", judge, "--benchmark", source, "--steer", "safe.toml")
    assert "--steer" in str(steered)
    assert "is a judge" in str(steered)


def test_eval_of_another_system_shows_its_accuracies(source, tmp_path, monkeypatch):
    monkeypatch.setattr("armo.rivals.opening.open_other", lambda *_: LikesLong())
    found = armo("eval", tmp_path / "long.toml", "--benchmark", source, "--out", tmp_path)
    assert found.exit_code == 0, found.output
    figures = json.loads((tmp_path / "eval.json").read_text())
    accuracy = figures["system"]["all_pairs"]["accuracy"]
    assert "long (judge, lengths) on 'pairs': 30 of 30 pairs were judged" in found.stdout
    shown = " ".join(found.stdout.split())
    assert f"all pairs alike 30 {100 * accuracy['estimate']:.1f} [" in shown
    assert f"{accuracy['ties']} pairs: a tie, or left open" in found.stdout


def test_eval_of_a_preference_model_that_is_damaged_says_so(source, tmp_path):
    (tmp_path / "preference_model.json").write_text("{")
    error = error_of("eval", tmp_path, "--benchmark", source, "--out", tmp_path / "out")
    assert "preference_model.json" in str(error)
    assert not isinstance(error, DataError)
