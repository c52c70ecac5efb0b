"""Training from data that nobody meant: a model or a sentence, and every lost row with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from armo.errors import ArmoError
from armo.training.pipeline import Run
from tests.data.test_files import preference, rating
from tests.hostile.strict import (
    good_pairs,
    good_ratings,
    recipe_for,
    rejects,
    train_or_sentence,
)
from tests.tiny import chat, make_tiny_llama, make_tokenizer

TRAIN_GROUP, VALIDATION_GROUP, TEST_GROUP = "p0", "p8", "p1"


def hostile(name: str, **changes: Any) -> dict[str, Any]:
    return rating(0, id=name, messages=chat("the 1", f"on {name}"), ratings={"good": 3}) | changes


def value(name: str, native: object, scale: object = (1, 5)) -> dict[str, Any]:
    return hostile(name, ratings={"good": native}, scale={"good": list(scale)})


# Each with a piece of the reason that must stand in the reject file.
ANSWER = {"role": "assistant", "content": "y"}
BAD_RATINGS = [
    (value("huge whole number", 10**400), "range|outside its scale"),
    (value("huger whole number", "BIG"), "out of range"),
    (value("outside", 9), "outside its scale"),
    (value("negative zero", -0.0), "outside its scale"),
    (value("text", "3"), "expected a number"),
    (value("list", [3]), "expected a number"),
    (value("all missing", None), "no objective is rated"),
    (hostile("nothing", ratings={}), "no objective is rated"),
    (value("reversed scale", 3, (5, 1)), "low must be below high"),
    (value("empty scale", 3, (3, 3)), "low must be below high"),
    (hostile("scale too wide", ratings={"w": 0}, scale={"w": [-1e308, 1e308]}), "scale.w"),
    (hostile("scale too narrow", ratings={"w": 0}, scale={"w": [0, 5e-324]}), "scale.w"),
    (hostile("scale too far", ratings={"w": 0}, scale={"w": [0, 1e308]}), "scale.w"),
    (hostile("no name", ratings={" ": 0}, scale={" ": [0, 1]}), "name"),
    (hostile("lone surrogate", messages=chat("the \ud800", "on")), "not valid JSON|surrogate"),
    (hostile("empty response", messages=chat("the", "")), "response is empty"),
    (hostile("blank response", messages=chat("the", " \n\u00a0\u3000")), "response is empty"),
    (hostile("only reasoning", messages=chat("the", "<think>on")), "reasoning is stripped"),
    (hostile("100k tokens", messages=chat("the", "on " * 34_000)), "tokens are more than"),
    (hostile("1 MB of emoji", messages=chat("the", "🙂" * 250_000)), "tokens are more than"),
    (hostile("deep", messages=[{"role": "user", "content": "x", "m": "DEEP"}, ANSWER]), "nested"),
    (
        hostile("deeper", meta={"m": "DEEPER"}),
        "maximum recursion depth exceeded|not valid JSON",
    ),
    (
        hostile("huge in a message", messages=[{"role": "user", "content": "x", "n": 10**30}] * 2),
        "messages",
    ),
]
FINE_RATINGS = [
    hostile("newline\nin id"),
    hostile("NUL \0 in id", messages=chat("the \0 NUL", "on \0")),
    hostile("right to left", messages=chat("שלום \u202e", "\u202eمرحبا")),
    value("boolean", True),
    hostile("group", group="\0\n"),
    hostile(
        "200 objectives",
        ratings={f"o{n}": n % 3 for n in range(200)},
        scale={f"o{n}": [0, 2] for n in range(200)},
        group=TRAIN_GROUP,
    ),
]


def as_line(row: dict[str, Any]) -> str:
    line = json.dumps(row)
    line = line.replace('"BIG"', "1" + "0" * 5000)
    line = line.replace('"DEEPER"', "[" * 5000 + "]" * 5000)
    return line.replace('"DEEP"', "[" * 900 + "]" * 900)


def test_every_hostile_row_is_used_or_named(tiny_folder, tmp_path):
    import re

    rows = [as_line(row) for row, _ in BAD_RATINGS] + [as_line(row) for row in FINE_RATINGS]
    twice = [as_line(hostile("group"))]
    pairs = [
        *good_pairs(),
        preference(90, chosen=[{"role": "assistant", "content": "That. "}]),
        preference(91, chosen=[]),
        preference(92, rejected=[{"role": "assistant", "content": ""}]),
        preference(93, prompt=chat("on " * 34_000, "")[:1]),
        preference(0),
    ]
    recipe = recipe_for(tiny_folder, tmp_path, [*good_ratings(), *rows, *twice], pairs)
    run = train_or_sentence(recipe, tmp_path / "out")
    assert isinstance(run, Run), run
    reasons = rejects(tmp_path / "out")
    source = tmp_path / "r.jsonl"
    for offset, (row, reason) in enumerate(BAD_RATINGS, start=41):
        found = [reasons.pop(key) for key in (row["id"], f"{source}:{offset}") if key in reasons]
        assert len(found) == 1, row["id"]
        assert re.search(reason, found[0]), (row["id"], found[0])
    assert "earlier line" in reasons.pop("group")
    assert "earlier line" in reasons.pop("pair 0")
    assert set(reasons) == {"pair 91", "pair 92", "pair 93"}
    data = run.metrics["data"]
    read = 40 + len(BAD_RATINGS) + len(FINE_RATINGS) + 1 + len(pairs)
    assert (
        sum(data["ratings"].values()) + sum(data["pairs"].values()) == read - data["rejected_rows"]
    )
    assert len(run.model.objectives) == 203


def labelled(**changes: Any) -> list[dict[str, Any]]:
    return [row | changes for row in good_ratings()]


def test_pairs_that_differ_by_white_space_alone_teach_nothing(tiny_folder, tmp_path):
    pairs = [
        row
        | {
            "chosen": [{"role": "assistant", "content": "on"}],
            "rejected": [{"role": "assistant", "content": "on" + " " * (1 + number % 3)}],
        }
        for number, row in enumerate(good_pairs())
    ]
    train_or_sentence(recipe_for(tiny_folder, tmp_path, good_ratings(), pairs), tmp_path / "out")


THIN = {
    "one group": (labelled(group=TRAIN_GROUP), [r | {"group": TRAIN_GROUP} for r in good_pairs()]),
    "validation alone": (labelled(group=VALIDATION_GROUP), good_pairs()),
    "no training pair": (good_ratings(), [r | {"group": TEST_GROUP} for r in good_pairs()]),
    "one pair": (good_ratings(), good_pairs(1)),
    "one training pair": (good_ratings(), [preference(0, group=TRAIN_GROUP)]),
    "one of all": ([rating(0, group=TRAIN_GROUP)], [preference(0, group=TRAIN_GROUP)]),
    "constant objectives": (labelled(ratings={"good": 3, "safe": True}), good_pairs()),
    "fewer rows than objectives": (
        [
            rating(
                n,
                messages=chat("the", f"on {n}"),
                ratings={f"o{i}": (n + i) % 3 for i in range(9)},
                scale={f"o{i}": [0, 2] for i in range(9)},
                group=TRAIN_GROUP,
            )
            for n in range(4)
        ],
        good_pairs(),
    ),
    "one label": (
        [
            *good_ratings(),
            rating(99, ratings={"rare": 1}, scale={"rare": [0, 2]}, group=TRAIN_GROUP),
        ],
        good_pairs(),
    ),
    "no usable rating": (labelled(ratings={"good": 77}), good_pairs()),
    "no usable pair": (good_ratings(), [r | {"chosen": r["rejected"]} for r in good_pairs()]),
}


@pytest.mark.parametrize("kind", THIN)
@pytest.mark.parametrize("preset", ["auto", "paper"])
def test_thin_data_give_a_model_or_a_sentence(tiny_folder, tmp_path, kind, preset):
    ratings, pairs = THIN[kind]
    tables = {"regression": {"preset": preset}, "debias": {"center": "prompt"}}
    recipe = recipe_for(
        tiny_folder, tmp_path, ratings, pairs, **(tables if preset == "paper" else {})
    )
    train_or_sentence(recipe, tmp_path / "out")


def test_a_constant_verbosity_is_a_sentence(tiny_folder, tmp_path):
    constant = [
        row | {"ratings": row["ratings"] | {"v": 1}, "scale": row["scale"] | {"v": [0, 2]}}
        for row in good_ratings()
    ]
    # With an intercept its prediction is constant too; without, it is not, and there is a model.
    recipe = recipe_for(
        tiny_folder,
        tmp_path,
        constant,
        good_pairs(),
        objectives={"verbosity": "v"},
        regression={"intercept": True},
    )
    found = train_or_sentence(recipe, tmp_path / "out")
    assert isinstance(found, ArmoError)
    assert "constant" in str(found)


def poisoned(folder: Path, change: Any) -> Path:
    """Return a tiny Llama whose weights were changed on disk."""
    make_tiny_llama(folder)
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_rows_with_activations_that_are_not_finite_are_rejected_alone(tmp_path, number):
    token = make_tokenizer()("Z", add_special_tokens=False)["input_ids"][0]

    def change(weights: dict[str, torch.Tensor]) -> None:
        weights["embed_tokens.weight"][token, 3] = number

    ratings, pairs = good_ratings(), good_pairs()
    for row in (3, 7):
        ratings[row]["messages"] = chat("the", f"Z {row}")
    pairs[5]["rejected"] = [{"role": "assistant", "content": "Z"}]
    pairs[6]["prompt"] = chat("Z", "")[:1]
    backbone = poisoned(tmp_path / "llama", change)
    run = train_or_sentence(recipe_for(backbone, tmp_path, ratings, pairs), tmp_path / "out")
    assert isinstance(run, Run), run
    reasons = rejects(tmp_path / "out")
    assert set(reasons) == {"row 3", "row 7", "pair 5", "pair 6"}
    assert all("not finite" in reason for reason in reasons.values())
    assert run.metrics["data"]["rejected_rows"] == 4
    assert sum(run.metrics["data"]["ratings"].values()) == 38
    assert sum(run.metrics["data"]["pairs"].values()) == 38
    with pytest.raises(ArmoError, match="not finite"):
        run.model.score([chat("Z", "on")])


def test_a_backbone_that_gives_nothing_finite_is_a_sentence(tmp_path):
    backbone = poisoned(tmp_path / "llama", lambda weights: weights["norm.weight"].fill_(torch.nan))
    recipe = recipe_for(backbone, tmp_path, good_ratings(), good_pairs())
    found = train_or_sentence(recipe, tmp_path / "out")
    assert isinstance(found, ArmoError)
    assert len(rejects(tmp_path / "out")) == 80


@pytest.mark.parametrize("size", [1e-42, 1e-20, 1e19, 1e30, 1e38])
@pytest.mark.parametrize("preset", ["auto", "paper"])
def test_features_of_any_size_give_a_model_or_a_sentence(tmp_path, size, preset):
    backbone = poisoned(tmp_path / "llama", lambda weights: weights["norm.weight"].fill_(size))
    recipe = recipe_for(
        backbone, tmp_path, good_ratings(), good_pairs(), regression={"preset": preset}
    )
    train_or_sentence(recipe, tmp_path / "out")
