"""CodeUltraFeedback: four responses a row, all rated on one of five coding preferences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import assistant, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.ratings.rated import (
    by_part,
    distinct_names,
    entry,
    field_or_none,
    objects,
    rating_row,
    scale_rating,
)
from armo.errors import DataError, nearest
from armo.paper import SCALES

_PREFIX = "code-"
PREFERENCES = tuple(name.removeprefix(_PREFIX) for name in SCALES if name.startswith(_PREFIX))


def code_ultrafeedback(row: RawRow, tally: Tally) -> Iterator[RatingRow]:
    """Make a rating row of every response; its rating is the annotation of the same model."""
    objective = _objective(text(row.value, "preference"))
    prompt = text(row.value, "instruction")
    responses, annotations = objects(row.value, "responses"), objects(row.value, "annotations")
    models = [field_or_none(response, "model") for response in responses]
    names = distinct_names(models)
    annotated = [field_or_none(annotation, "model") for annotation in annotations]
    side_by_side = models == annotated and None not in models
    if len(annotations) != len(responses):
        tally.note("rows with more or fewer annotations than responses")

    def make(index: int) -> RatingRow:
        response = entry(responses[index])
        # Where a model answered twice, only its place tells which annotation is meant.
        annotation = (
            entry(annotations[index])
            if side_by_side
            else _annotation_of(text(response, "model"), annotations)
        )
        rating = scale_rating("rating", field_or_none(annotation, "rating"), SCALES[objective])
        messages = [user(prompt), assistant(text(response, "response"))]
        meta = {"model": names[index] if names[index] == models[index] else None}
        return rating_row(
            f"{row.id}/{names[index]}", "code-ultrafeedback", messages, {objective: rating}, meta
        )

    parts = [(f"responses[{index}]", partial(make, index)) for index in range(len(responses))]
    yield from by_part(row, tally, parts)


def _objective(preference: str) -> str:
    name = preference.strip().removeprefix(_PREFIX)
    if name not in PREFERENCES:
        raise DataError(
            f"preference: unknown coding preference '{name[:80]}'{nearest(name, PREFERENCES)}; "
            f"known: {', '.join(PREFERENCES)}"
        )
    return _PREFIX + name


def _annotation_of(model: str, annotations: list[Any]) -> Any:
    found = [entry for entry in annotations if field_or_none(entry, "model") == model]
    if len(found) != 1:
        how_many = "several annotations name" if found else "no annotation names"
        raise DataError(f"annotations: {how_many} the model '{model[:80]}'")
    return found[0]


CODE_ULTRAFEEDBACK = KnownSet(
    name="code-ultrafeedback",
    kind="ratings",
    hub="coseal/CodeUltraFeedback",
    adapter=row_by_row(code_ultrafeedback),
    licence="MIT",
    layout=(
        "instruction, preference: text; responses: list of {model, response}; annotations: list of "
        "{model, rating: text, 1..5}"
    ),
    tested_on="documented layout",
    rows=10_000,
    native_rows=50_000,
    objectives=tuple(_PREFIX + name for name in PREFERENCES),
    paper=True,
    note=(
        "The paper counts 50,000, the number of pairs; four rated responses a row make at most "
        "40,000 rows. The licence is that of the set's repository."
    ),
)
