"""What is odd about files beside each other, though each may be good."""

from __future__ import annotations

from collections.abc import Mapping

from armo.check.faults import Scale
from armo.data.keys import KeySet
from armo.reasons import Reasons
from armo.rejects import Reject


class Beside:
    """Compares files as they are checked, one after the other.

    Attributes:
        warnings: What was found, by sentence.
    """

    def __init__(self) -> None:
        self.warnings = Reasons()
        self._ids: dict[str, KeySet] = {}
        self._scales: dict[str, tuple[Scale, str]] = {}

    def add_id(self, kind: str, row_id: str, where: str) -> None:
        """Note the id of a good row, which is the first of its file that has it."""
        if not self._ids.setdefault(kind, KeySet()).add(row_id):
            self.warnings.add(
                Reject(
                    row_id, f"id: an earlier file has rows of the kind {kind} with the same", where
                )
            )

    def add_scales(self, name: str, scales: Mapping[str, Scale]) -> None:
        """Note the scales of a file's objectives."""
        for objective, scale in scales.items():
            earlier, file = self._scales.setdefault(objective, (scale, name))
            if earlier != scale:
                reason = (
                    f"scale.{objective}: [{scale[0]:g}, {scale[1]:g}], where {file} has "
                    f"[{earlier[0]:g}, {earlier[1]:g}]; training refuses the two files together"
                )
                self.warnings.count(reason, Reject("", reason, name))
