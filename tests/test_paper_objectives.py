from __future__ import annotations

import numpy as np
import pytest

from armo.data import select_objectives
from armo.errors import InputError
from armo.paper import PAPER_OBJECTIVES, SCALES, UNIT_MAPS, VERBOSITY, paper_objectives

_NAMES = """
helpsteer-helpfulness helpsteer-correctness helpsteer-coherence helpsteer-complexity
helpsteer-verbosity ultrafeedback-overall_score ultrafeedback-instruction_following
ultrafeedback-truthfulness ultrafeedback-honesty ultrafeedback-helpfulness beavertails-is_safe
prometheus-score argilla-overall_quality argilla-judge_lm code-complexity code-style
code-explanation code-instruction-following code-readability
"""
PUBLISHED_ORDER = _NAMES.split()


def test_the_names_stand_in_the_published_order():
    assert [objective.name for objective in PAPER_OBJECTIVES] == PUBLISHED_ORDER
    assert PUBLISHED_ORDER.index(VERBOSITY) == 4


def test_native_scales_and_booleans():
    scales = [SCALES[name] for name in PUBLISHED_ORDER]
    assert (
        scales
        == [*[(0, 4)] * 5, (1, 10), *[(1, 5)] * 4, (0, 1), *[(1, 5)] * 2, (1, 10)] + [(1, 5)] * 5
    )
    assert [objective.name for objective in PAPER_OBJECTIVES if objective.boolean] == [
        "beavertails-is_safe"
    ]


def test_the_paper_maps_every_scale_to_zero_and_one():
    for objective in paper_objectives("paper"):
        assert objective.to_unit(objective.low) == 0
        assert objective.to_unit(objective.high) == 1


def test_the_published_map_is_that_of_the_checkpoint():
    by_name = {objective.name: objective for objective in paper_objectives("published")}
    ratings = np.arange(5.0)
    for name in PUBLISHED_ORDER[:5]:
        np.testing.assert_allclose(by_name[name].to_unit(ratings), (ratings + 0.5) / 5)
        # The card's own example: a reward of 0.65625 is shown as 2.78125.
        assert by_name[name].to_native(0.65625) == pytest.approx(0.65625 * 5 - 0.5)
    for name in PUBLISHED_ORDER[5:]:
        assert (by_name[name].unit_low, by_name[name].unit_high) == (0, 1)


@pytest.mark.parametrize("variant", list(UNIT_MAPS))
def test_the_variants_are_what_a_recipe_can_give_as_unit_map(variant):
    chosen = select_objectives(list(PAPER_OBJECTIVES), None, UNIT_MAPS[variant])
    assert chosen == paper_objectives(variant)


def test_an_unknown_variant_is_told_the_nearest():
    with pytest.raises(InputError, match="did you mean 'published'"):
        paper_objectives("publish")
