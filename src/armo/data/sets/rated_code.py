"""CodeUltraFeedback's rows: responses and their ratings in two lists, on one coding preference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from armo.data.sets.fields import required, text
from armo.data.sets.known import Tally
from armo.data.sets.parts import distinct_names, entry, field_or_none, objects, scale_rating
from armo.errors import DataError, nearest
from armo.paper import SCALES

PREFIX = "code-"
PREFERENCES = tuple(name.removeprefix(PREFIX) for name in SCALES if name.startswith(PREFIX))
UNEVEN = "rows with more or fewer annotations than responses"


class RatedCode(NamedTuple):
    """A response with its rating.

    Attributes:
        response: Its text.
        rating: On the scale of the row's preference.
        model: What wrote it; None if the row does not say.
    """

    response: str
    rating: float
    model: str | None


def coding_preference(raw: Mapping[str, Any]) -> str:
    """Return which of the five preferences a row rates; DataError for any other."""
    given = text(raw, "preference")
    name = given.strip().removeprefix(PREFIX)
    if name not in PREFERENCES:
        raise DataError(
            f"preference: unknown coding preference '{name[:80]}'{nearest(name, PREFERENCES)}; "
            f"known: {', '.join(PREFERENCES)}"
        )
    return name


class CodeRow:
    """A row's responses, each read by its position.

    Attributes:
        preference: What its ratings are of.
        prompt: The instruction.
        names: What its responses are called, by position: their models, or else their positions.
    """

    def __init__(self, raw: Mapping[str, Any], tally: Tally) -> None:
        """Read what the responses of a row share; DataError if it can't be read."""
        self.preference = coding_preference(raw)
        self.prompt = text(raw, "instruction")
        self._responses = objects(raw, "responses")
        self._annotations = objects(raw, "annotations")
        self._models = [field_or_none(response, "model") for response in self._responses]
        annotated = [field_or_none(annotation, "model") for annotation in self._annotations]
        self._side_by_side = self._models == annotated and None not in self._models
        self.names = distinct_names(self._models)
        if len(self._annotations) != len(self._responses):
            tally.note(UNEVEN)

    def read(self, position: int) -> RatedCode:
        """Return one response with the rating of its model.

        Raises:
            DataError: If it, or its rating, can't be used.
        """
        response = entry(self._responses[position])
        place, annotation = self._annotation_of(position, response)
        holder = f"annotations[{place}]"
        given = required(annotation, "rating", holder)
        scale = SCALES[PREFIX + self.preference]
        rating = scale_rating(f"{holder}.rating", given, scale)
        written = text(response, "response", "the response")
        model = self._models[position]
        return RatedCode(written, rating, model if isinstance(model, str) and model else None)

    def _annotation_of(
        self, position: int, response: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, Any]]:
        """Return where the annotation of a response stands, and itself."""
        if self._side_by_side:
            # Where a model answered twice, only its place tells which annotation is meant.
            return position, entry(self._annotations[position])
        model = text(response, "model", "the response")
        found = [
            place
            for place, annotation in enumerate(self._annotations)
            if field_or_none(annotation, "model") == model
        ]
        if len(found) != 1:
            how_many = "several annotations name" if found else "no annotation names"
            raise DataError(f"annotations: {how_many} the model '{model[:80]}'")
        return found[0], entry(self._annotations[found[0]])
