"""How well a preference model agrees with pairs whose better response is known."""

from __future__ import annotations

import numpy as np

from armo.progress import Reporter
from armo.rivals.preference_model.scoring import PreferenceModel
from armo.rivals.system import Pair, Preference


def measure(model: PreferenceModel, pairs: list[Pair], reporter: Reporter) -> dict[str, float]:
    """Return loss and accuracy over pairs whose `a` is the chosen response; a tie counts half.

    Pairs that can't be judged are left out; with none, there is nothing to say.
    """
    found = model.prefer(pairs, reporter)
    judged = [one for one in found if isinstance(one, Preference)]
    if not judged:
        return {}
    margins = np.array([one.margin for one in judged], dtype=np.float64)
    return {
        "loss": float(np.logaddexp(0, -margins).mean()),
        "accuracy": float(np.mean([one.verdict for one in judged])),
    }
