"""The worked example of the published model's card, on machines that have its weights.

ARMO_PUBLISHED names a folder that holds them, or their hub name.
"""

from __future__ import annotations

import os

import pytest

from armo import RewardModel
from armo.decision import Decision
from armo.errors import BackboneError
from tests.tiny import chat

SOURCE = os.environ.get("ARMO_PUBLISHED", "")
pytestmark = pytest.mark.skipif(
    not SOURCE,
    reason="ARMO_PUBLISHED names no folder or hub name with the published weights",
)
PROMPT = 'What are some synonyms for the word "beautiful"?'
RESPONSE = "Nicely, Beautifully, Handsome, Stunning, Wonderful, Gorgeous, Pretty, Stunning, Elegant"
# In HelpSteer's native scale; the card computes in bfloat16, heads included.
RATINGS = {
    "helpsteer-helpfulness": 2.78125,
    "helpsteer-correctness": 2.859375,
    "helpsteer-coherence": 3.484375,
    "helpsteer-complexity": 1.3847656,
    "helpsteer-verbosity": 1.296875,
}
# The three largest by size, in this order.
COEFFICIENTS = {
    "code-complexity": 0.19922,
    "helpsteer-verbosity": -0.10864,
    "ultrafeedback-instruction_following": 0.07861,
}


@pytest.fixture(scope="module")
def decision() -> Decision:
    try:
        model = RewardModel.from_pretrained(SOURCE, dtype="bfloat16")
    except BackboneError as error:
        if "header unasked" in str(error):
            pytest.fail(
                "the tokenizer's template opens the assistant's turn unasked, so the published gate "
                f"would read the end of the conversation; take a revision that doesn't: {error}"
            )
        raise
    return model.decide([chat(PROMPT, RESPONSE)])[0]


def test_the_ratings_are_those_of_the_card(decision):
    found = {name: decision[name].native for name in RATINGS}
    # A step of bfloat16 at 0.65 is 0.004, five times that in native scale.
    assert found == pytest.approx(RATINGS, abs=0.06)


def test_the_largest_coefficients_are_those_of_the_card(decision):
    by_size = sorted(decision.objectives, key=lambda part: -abs(part.coefficient))
    assert [part.name for part in by_size[:3]] == list(COEFFICIENTS)
    found = {name: decision[name].coefficient for name in COEFFICIENTS}
    assert found == pytest.approx(COEFFICIENTS, abs=0.006)
