"""PRM800K: solutions whose every step was rated, some with alternative steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, NamedTuple

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import Message, assistant, number, text, user, whole
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_least
from armo.data.sets.preferences.pair import make_pair
from armo.data.sets.preferences.scored import entries, entry
from armo.errors import DataError

NAME = "prm800k"
NEUTRAL = "steps rated 0, in no pair"
UNRATED = "steps without a rating or flagged as doubtful, in no pair"
BEYOND = "pairs beyond per_step of one step, left out"
CUT = "solutions whose way on is not told, so read up to there"
NO_PAIR = "solutions without a step that has both a good and a bad continuation"
REPEATED = "rows of quality control or screening, which several people rated"
_RATINGS = (-1, 0, 1)


class Rule(NamedTuple):
    """What the options say."""

    per_step: int
    use_human: bool
    chosen_is_good: bool


class _Rated(NamedTuple):
    part: str
    text: str


class _Step(NamedTuple):
    good: list[_Rated]
    bad: list[_Rated]
    taken: str | None


def _convert(
    row: RawRow,
    tally: Tally,
    *,
    per_step: int = 1,
    use_human: bool = True,
    chosen_is_good: bool = False,
) -> Iterator[PreferenceRow]:
    """Yield pairs of partial solutions that part at their last step, one rated +1 and one -1.

    How the paper made its pairs was not found; this rule is ours. The prompt is the problem. Both
    responses repeat the steps taken so far, one a line, and end in the step that was rated. In phase 2
    only the step at which the solution first went wrong has alternatives, so most rows give one step
    that can be paired, or none.

    Args:
        row: A raw row.
        tally: Rejects and notes.
        per_step: Most pairs of one step, in the order of the file. The default keeps one, since
            further ones repeat the same text but for a line.
        use_human: A step that the labeller wrote counts as +1 (they exist in phase 1 only).
        chosen_is_good: The step that the solution went on with counts as +1 even if it is rated 0.
    """
    check_least(NAME, "per_step", per_step, 1)
    problem = [user(text(entry(row.value, "question"), "problem", "question"))]
    steps = entries(entry(row.value, "label"), "steps", "label")
    if row.value.get("is_quality_control_question") or row.value.get(
        "is_initial_screening_question"
    ):
        tally.note(REPEATED)
    pairs = 0
    for pair in _solution(row, tally, problem, steps, Rule(per_step, use_human, chosen_is_good)):
        pairs += 1
        yield pair
    if not pairs:
        tally.note(NO_PAIR)


def _solution(
    row: RawRow,
    tally: Tally,
    problem: list[Message],
    steps: list[Mapping[str, Any]],
    rule: Rule,
) -> Iterator[PreferenceRow]:
    so_far: list[str] = []
    for index, raw in enumerate(steps):
        try:
            step = _read(row, tally, index, raw, rule)
        except DataError as error:
            # Pairs of earlier steps stand; what follows can't be told.
            tally.reject(row, str(error), f"steps[{index}]")
            return
        yield from _pairs(row, tally, problem, so_far, index, _bounded(step, rule.per_step, tally))
        if step.taken is None:
            if index + 1 < len(steps):
                tally.note(CUT)
            return
        so_far.append(step.taken)


def _read(row: RawRow, tally: Tally, index: int, raw: Mapping[str, Any], rule: Rule) -> _Step:
    completions = entries(raw, "completions") if raw.get("completions") is not None else []
    # Tables may hold whole numbers as 0.0. A negative one would count from the end.
    chosen = whole(raw.get("chosen_completion"))
    if chosen is not None and not 0 <= chosen < len(completions):
        chosen = None
    found: dict[float, dict[str, str]] = {-1: {}, 1: {}}
    for position, completion in enumerate(completions):
        part = f"steps[{index}].completions[{position}]"
        try:
            rating = _rating(completion, tally)
            if rating == 0 and rule.chosen_is_good and position == chosen:
                rating = 1
            if rating == 0:
                tally.note(NEUTRAL)
            if rating in found:
                found[rating].setdefault(_text(completion), str(position))
        except DataError as error:
            tally.reject(row, str(error), part)
    human = raw.get("human_completion")
    written = human.get("text") if isinstance(human, Mapping) else None
    if isinstance(written, str) and written.strip() and rule.use_human:
        found[1].setdefault(written, "human")
    taken = completions[chosen].get("text") if chosen is not None else written
    good, bad = (
        [_Rated(part, content) for content, part in found[rating].items()] for rating in (1, -1)
    )
    return _Step(good, bad, taken if isinstance(taken, str) else None)


def _rating(completion: Mapping[str, Any], tally: Tally) -> float | None:
    given = completion.get("rating")
    if given is None or completion.get("flagged") is True:
        tally.note(UNRATED)
        return None
    rating = number(given)
    if rating not in _RATINGS:
        raise DataError(f"rating: expected -1, 0 or 1, got {given!r}")
    return rating


def _text(completion: Mapping[str, Any]) -> str:
    content = text(completion, "text", "the completion")
    if not content.strip():
        raise DataError("text: the step is empty")
    return content


def _bounded(step: _Step, per_step: int, tally: Tally) -> list[tuple[_Rated, _Rated]]:
    beyond = len(step.good) * len(step.bad) - per_step
    if beyond > 0:
        tally.note(BEYOND, beyond)
    return list(islice(product(step.good, step.bad), per_step))


def _pairs(
    row: RawRow,
    tally: Tally,
    problem: list[Message],
    so_far: list[str],
    index: int,
    sides: list[tuple[_Rated, _Rated]],
) -> Iterator[PreferenceRow]:
    for good, bad in sides:
        part = f"{index}.{good.part}-{bad.part}"
        chosen, rejected = (assistant("\n".join([*so_far, step.text])) for step in (good, bad))
        try:
            pair = make_pair(row, NAME, problem, chosen, rejected, {"step": index}, part)
        except DataError as error:
            tally.reject(row, str(error), part)
        else:
            yield pair


PRM800K = KnownSet(
    name=NAME,
    kind="preferences",
    hub="plaguss/prm800k",
    subset="phase2",
    adapter=row_by_row(_convert),
    licence="MIT",
    layout="question.problem, label.steps[].completions[] with text and rating (-1, 0, 1)",
    tested_on="documented layout",
    rows=97_782,
    paper_rows=80_000,
    paper=True,
    note="whether the hub has it under this name, with a folder phase2, could not be verified; meant is "
    "a copy in the layout of OpenAI's own phase2_train.jsonl, which is read alike; the rule that "
    "makes pairs is ours, so their number differs from the paper's",
)
