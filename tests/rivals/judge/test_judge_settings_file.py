"""A judge's own file, and what is said of mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from armo.errors import RecipeError
from armo.rivals.judge import read_judge

FINE = 'base_url = "http://127.0.0.1:8000/v1"\nmodel = "m"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "judge.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", ["", 'kind = "judge"\n'])
def test_a_file_has_the_fields_of_a_recipes_table(tmp_path: Path, kind: str):
    found = read_judge(write(tmp_path, f'{kind}{FINE}mode = "rating"\nmax_tokens = 64\n'))
    assert (found.model, found.mode, found.max_tokens, found.swap) == ("m", "rating", 64, False)
    assert (found.temperature, found.retries) == (0.0, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model = ", ["not valid TOML"]),
        ('base_url = "http://x/v1"', ["missing required field", "model"]),
        (f"{FINE}max_token = 3", ["max_token", "did you mean 'max_tokens'"]),
        (f'{FINE}mode = "ranking"', ["mode", "ranking"]),
        (f'{FINE}kind = "weights"', ["kind", "must be 'judge'"]),
        (f"{FINE}concurrency = 0", ["concurrency", "at least 1"]),
        (f"{FINE}retries = -1", ["retries", "at least 0"]),
        (f"{FINE}timeout = 0", ["timeout", "above 0"]),
        (f"{FINE}timeout = nan", ["timeout", "finite"]),
        (f"{FINE}requests_per_minute = 0", ["requests_per_minute", "above 0"]),
        (f"{FINE}input_price = -1", ["input_price", "at least 0"]),
        (FINE.replace("http:", "ftp:"), ["base_url", "address such as"]),
        (FINE.replace(":8000", ":x"), ["base_url", "address such as"]),
        (FINE.replace("/v1", "/v1/chat/completions"), ["base_url", "leave out"]),
        (FINE.replace('"m"', '""'), ["model"]),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, words: list[str]):
    path = write(tmp_path, text)
    with pytest.raises(RecipeError) as told:
        read_judge(path)
    for word in [str(path), *words]:
        assert word in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        FINE.replace("//", "//me:hunter2@"),
        FINE.replace("/v1", "/v1?key=hunter2"),
        f'{FINE}api_key_env = "sk-hunter2"',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str):
    with pytest.raises(RecipeError, match="environment variable") as told:
        read_judge(write(tmp_path, text))
    assert "hunter2" not in str(told.value)


def test_an_absent_file_is_told(tmp_path: Path):
    with pytest.raises(RecipeError, match="no such file"):
        read_judge(tmp_path / "none.toml")
