"""Cross-validation of a whole model over the groups that are not in the test split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from armo import debias, gating, regression
from armo.splits import TEST, TRAIN, VALIDATION, split_codes
from armo.training.source_weights import pair_weights
from armo.training.tables import PairTable, RatingTable

FOLDS = 5
_HELD_OUT = -1


@dataclass(frozen=True)
class Setting:
    """One way to train; the defaults are what the others are compared with."""

    layer: int
    intercept: bool = True
    standardize: bool = True
    objectives: tuple[int, ...] | None = None
    center: str | None = "prompt"
    debiased: bool = True
    source_weights: str = "equal"
    gate: gating.GateSettings | str | None = None
    alphas: tuple[float, ...] = regression.DEFAULT_ALPHAS


@dataclass(frozen=True)
class Task:
    """Ratings and pairs with their features; rows of `features` are conversations.

    Attributes:
        features: By layer: prompt and response features, shape `[2, rows, hidden]`.
        ratings: Rated conversations; the last objective is the length.
        rated: Row of each rated conversation.
        pairs: Preference pairs.
        chosen: Row of each chosen response.
        rejected: Row of each rejected response.
    """

    features: dict[int, np.ndarray]
    ratings: RatingTable
    rated: np.ndarray
    pairs: PairTable
    chosen: np.ndarray
    rejected: np.ndarray


@dataclass
class Predictions:
    """What models say of pairs and ratings that they were not fitted on; NaN where nobody asked."""

    margins: dict[str, np.ndarray]
    ratings: np.ndarray
    fold: np.ndarray
    weights: list[np.ndarray] = field(default_factory=list)


def cross_validate(task: Task, setting: Setting) -> Predictions:
    """Return predictions for every group that is not in the test split, from models without it."""
    count = len(task.chosen)
    rated_folds, pair_folds = _folds(task.ratings.groups), _folds(task.pairs.groups)
    found = Predictions({}, np.full(task.ratings.ratings.shape, np.nan), rated_folds)
    for fold in range(FOLDS):
        codes = _codes(rated_folds, task.ratings.groups, fold)
        pair_codes = _codes(pair_folds, task.pairs.groups, fold)
        margins, ratings, fixed = fit(task, setting, codes, pair_codes)
        found.weights.append(fixed)
        rows = codes == TEST
        found.ratings[rows] = ratings[rows]
        asked = pair_codes == TEST
        for name, values in margins.items():
            found.margins.setdefault(name, np.full(count, np.nan))[asked] = values[asked]
    return found


def held_out(task: Task, setting: Setting) -> Predictions:
    """Return predictions for the test split, from one model of the usual split."""
    codes = split_codes(task.ratings.groups)
    pair_codes = split_codes(task.pairs.groups)
    margins, ratings, fixed = fit(task, setting, codes, pair_codes)
    test = pair_codes == TEST
    margins = {name: np.where(test, values, np.nan) for name, values in margins.items()}
    ratings = np.where((codes == TEST)[:, None], ratings, np.nan)
    return Predictions(margins, ratings, np.zeros(len(codes), dtype=int), [fixed])


def fit(
    task: Task, setting: Setting, codes: np.ndarray, pair_codes: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return margins of all pairs by weights, predicted ratings, and the fixed weights."""
    prompt, response = (part.astype(np.float64) for part in task.features[setting.layer])
    every = task.ratings.ratings.shape[1]
    columns = list(range(every)) if setting.objectives is None else list(setting.objectives)
    rewards = _rewards(task, setting, codes, columns, response)
    ratings = np.full(task.ratings.ratings.shape, np.nan)
    ratings[:, columns] = rewards[task.rated]
    debiased = _debiased(task, setting, rewards, pair_codes)
    differences = debiased[task.chosen] - debiased[task.rejected]
    used = pair_codes != _HELD_OUT
    labels = _labels(task.pairs.groups, pair_codes)
    weight = np.zeros(len(used))
    sources = [source for source, keep in zip(task.pairs.sources, used, strict=True) if keep]
    weight[used] = pair_weights(sources, pair_codes[used].astype(np.int8), setting.source_weights)
    usable = [label for label, keep in zip(labels, used, strict=True) if keep]
    fixed = gating.fit_fixed(differences[used], usable, sample_weight=weight[used]).weights
    margins = {"uniform": differences.mean(axis=1), "fixed": differences @ fixed}
    if setting.gate is not None:
        gate = gating.fit(
            prompt[task.chosen][used].astype(np.float32),
            differences[used],
            usable,
            preset=setting.gate,
            sample_weight=weight[used],
        )
        weights = gate.weights(prompt[task.chosen].astype(np.float32))
        margins["gate"] = (weights * differences).sum(axis=1)
    spread = np.zeros(every)
    spread[columns] = fixed
    return margins, ratings, spread


def _rewards(
    task: Task, setting: Setting, codes: np.ndarray, columns: list[int], response: np.ndarray
) -> np.ndarray:
    ratings = task.ratings.ratings[:, columns]
    used = (codes != _HELD_OUT) & np.isfinite(ratings).any(axis=1)
    block = regression.Block(
        task.features[setting.layer][1][task.rated[used]],
        ratings[used],
        codes[used].astype(np.int8),
    )
    fitted = regression.solve(
        regression.accumulate([block]),
        alphas=setting.alphas,
        intercept=setting.intercept,
        standardize=setting.standardize,
    )
    return response @ fitted.weight.T + fitted.intercept


def _debiased(
    task: Task, setting: Setting, rewards: np.ndarray, pair_codes: np.ndarray
) -> np.ndarray:
    if not setting.debiased:
        return rewards
    prompt_of: dict[int, str] = {}
    for pair in np.flatnonzero(pair_codes == TRAIN):
        prompt = task.pairs.prompts[task.pairs.prompt_index[pair]]
        prompt_of[int(task.chosen[pair])] = prompt_of[int(task.rejected[pair])] = prompt
    rows = np.array(list(prompt_of))
    length = rewards.shape[1] - 1
    found = debias.fit(
        rewards[rows], length, center=setting.center, groups=list(prompt_of.values())
    )
    return rewards @ found.matrix


def _folds(groups: list[str]) -> np.ndarray:
    """Return the fold of each row, −1 in the test split, which cross-validation must not see."""
    folds = [int(_share("fold", group) * FOLDS) for group in groups]
    return np.where(split_codes(groups) == TEST, _HELD_OUT, folds)


def _codes(folds: np.ndarray, groups: list[str], fold: int) -> np.ndarray:
    inner = [VALIDATION if _share(f"inner {fold}", group) < 1 / 8 else TRAIN for group in groups]
    return np.where(folds == _HELD_OUT, _HELD_OUT, np.where(folds == fold, TEST, inner))


def _labels(groups: list[str], codes: np.ndarray) -> list[str]:
    """Return labels that armo's own hash sends to the split that a fold wants."""
    known: dict[tuple[str, int], str] = {}
    for group, code in zip(groups, codes.tolist(), strict=True):
        number = 0
        while (group, code) not in known:
            label = f"{group} {number}"
            if code == _HELD_OUT or split_codes([label])[0] == code:
                known[group, code] = label
            number += 1
    return [known[group, code] for group, code in zip(groups, codes.tolist(), strict=True)]


def _share(salt: str, group: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{salt} {group}".encode()).digest()[:8], "big") / 2**64
