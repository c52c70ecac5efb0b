"""LLMBar: pairs of outputs, of which one follows the instruction and the other does not."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import BenchmarkRow
from armo.data.sets.fields import required, text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError, InputError, nearest

_SUBSETS = ("Natural", "Neighbor", "GPTInst", "GPTOut", "Manual")


@row_by_row
def llmbar_rows(row: RawRow, tally: Tally, *, subset: str = "") -> Iterator[BenchmarkRow]:
    """Yield the pair of a row, the output that its label names first.

    The rows don't tell their subset, one file or split each, so it is an option; `Adversarial` before
    it may be given or left out.
    """
    name = _subset(subset)
    outputs = text(row.value, "output_1"), text(row.value, "output_2")
    label = required(row.value, "label")
    if isinstance(label, bool) or label not in (1, 2):
        raise DataError(f"label: expected 1 or 2, got {label!r}")
    yield BenchmarkRow(
        id=row.id,
        prompt=text(row.value, "input"),
        chosen=outputs[label - 1],
        rejected=outputs[2 - label],
        subset=name,
        category="natural" if name == "Natural" else "adversarial",
        source="llmbar",
    )


def _subset(given: str) -> str:
    """Return the subset's name, from the hub's `Adversarial_GPTOut` or a file's `Adversarial-GPTOut`."""
    name = given.removeprefix("Adversarial").lstrip("_-/")
    if name not in _SUBSETS:
        got = f"'{given}' is none{nearest(name, _SUBSETS)}" if given else "none is given"
        raise InputError(
            "set 'llmbar': its rows don't tell their subset, so give the option subset: "
            f"{', '.join(_SUBSETS)}; {got}"
        )
    return name


LLMBAR = KnownSet(
    name="llmbar",
    kind="benchmark",
    hub="princeton-nlp/LLMBar",
    adapter=llmbar_rows,
    licence="MIT",
    layout="input, output_1, output_2, label 1|2; a file or split for each subset",
    tested_on="real rows",
    subset="LLMBar",
    split="Natural",
    rows=100,
    native_rows=100,
    note="needs the option subset: Natural (100 pairs), Neighbor (134), GPTInst (92), GPTOut (47) or "
    "Manual (46), with its file, or its split of the hub set: Natural, Adversarial_Neighbor, … The hub "
    "set is a loading script, which newer versions of the library datasets refuse; the JSON files "
    "are in the GitHub repository of the same name",
)
