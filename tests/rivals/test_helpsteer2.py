"""Published coefficients on a trained regression."""

from __future__ import annotations

import numpy as np
import pytest

from armo.backbone import Backbone
from armo.errors import InputError, RecipeError
from armo.heads import Heads
from armo.model import RewardModel
from armo.objectives import Objective
from armo.rivals.constant import constant_gate
from armo.rivals.helpsteer2 import ATTRIBUTES, PUBLISHED, helpsteer2_model
from armo.rivals.settings import HelpSteer2

CONVERSATIONS = [
    [{"role": "user", "content": "Name a prime."}, {"role": "assistant", "content": answer}]
    for answer in ("7", "Nine, I think, or maybe eight.")
]


def trained(backbone: Backbone, names: list[str]) -> RewardModel:
    """Return a random regression with HelpSteer's scales, as the published checkpoint maps them."""
    random = np.random.default_rng(1)
    objectives = tuple(Objective(name, 0.0, 4.0, unit_low=0.1, unit_high=0.9) for name in names)
    heads = Heads(
        objectives=objectives,
        weight=random.normal(size=(len(names), backbone.hidden_size)),
        intercept=random.normal(size=len(names)),
        transform=random.normal(size=(len(names), len(names))),
        gate=constant_gate(np.ones(len(names)), backbone.hidden_size),
    )
    return RewardModel.from_heads(heads, backbone, names[-1])


@pytest.mark.parametrize("prefix", ["", "helpsteer-"])
@pytest.mark.parametrize("published", PUBLISHED)
def test_scores_differ_by_the_weighted_native_ratings(
    tiny: Backbone, published: str, prefix: str
) -> None:
    model = trained(tiny, [*(prefix + name for name in ATTRIBUTES), "other"])
    rival = helpsteer2_model(model, HelpSteer2(coefficients=published))
    good, bad = (
        {part.name.removeprefix(prefix): part.native for part in decision.objectives}
        for decision in model.decide(CONVERSATIONS)
    )
    expected = sum(c * (good[name] - bad[name]) for name, c in PUBLISHED[published].items())
    first, second = rival.score(CONVERSATIONS)
    assert first - second == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_names_and_coefficients_may_be_given(tiny: Backbone) -> None:
    model = trained(tiny, ["useful", "long"])
    settings = HelpSteer2(
        coefficients={"helpfulness": 1.0, "verbosity": -0.5},
        objectives={"helpfulness": "useful", "verbosity": "long"},
    )
    parts = [decision.objectives for decision in model.decide(CONVERSATIONS)]
    rival = helpsteer2_model(model, settings).decide(CONVERSATIONS)
    native = [part[0].native - 0.5 * part[1].native for part in parts]
    assert rival[0].score - rival[1].score == pytest.approx(native[0] - native[1], abs=1e-5)
    for decision in rival:
        total = sum(part.contribution for part in decision.objectives)
        assert total == pytest.approx(decision.score, abs=1e-6)


def test_a_missing_objective_is_named(tiny: Backbone) -> None:
    model = trained(tiny, ["helpfulness", "correctness", "verbosity"])
    with pytest.raises(InputError, match="coherence, complexity"):
        helpsteer2_model(model, HelpSteer2())
    # Without a coefficient it is not needed.
    few = {"helpfulness": 1.0, "coherence": 0.0}
    helpsteer2_model(model, HelpSteer2(coefficients=few))


@pytest.mark.parametrize("given", ["llama-3-70", {}, {"helpfulness": float("inf")}])
def test_coefficients_that_make_no_sense_are_refused(tiny: Backbone, given: object) -> None:
    model = trained(tiny, list(ATTRIBUTES))
    settings = HelpSteer2(coefficients=given)  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="coefficients"):
        helpsteer2_model(model, settings)
