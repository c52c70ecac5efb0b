"""LLMBar: pairs of outputs, of which one follows the instruction and the other does not."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import BenchmarkRow
from armo.data.sets.benchmarks.told import told_by_file
from armo.data.sets.fields import required, text, whole
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError, InputError, nearest

_SUBSETS = ("Natural", "Neighbor", "GPTInst", "GPTOut", "Manual")


@row_by_row
def llmbar_rows(row: RawRow, tally: Tally, *, subset: str = "") -> Iterator[BenchmarkRow]:
    """Yield the pair of a row, the output that its label names first.

    The subset is the option if given, else the field `split`, which the hub's rows have where several
    are read, else what the name of the file or its folder tells; `Adversarial` before it may be given
    or left out.
    """
    name = _named(subset) if subset else _told(row, tally)
    outputs = text(row.value, "output_1"), text(row.value, "output_2")
    given = required(row.value, "label")
    label = whole(given)
    if label not in (1, 2):
        raise DataError(f"label: expected 1 or 2, got {given!r}")
    yield BenchmarkRow(
        id=row.id,
        prompt=text(row.value, "input"),
        chosen=outputs[label - 1],
        rejected=outputs[2 - label],
        subset=name,
        category="natural" if name == "Natural" else "adversarial",
        source="llmbar",
    )


def _named(given: str) -> str:
    if _bare(given) not in _SUBSETS:
        near = nearest(_bare(given), _SUBSETS)
        raise InputError(
            f"set 'llmbar': no subset is called '{given}'{near}; known: {', '.join(_SUBSETS)}"
        )
    return _bare(given)


def _told(row: RawRow, tally: Tally) -> str:
    split = row.value.get("split")
    if isinstance(split, str) and _bare(split) in _SUBSETS:
        return _bare(split)
    found = told_by_file(row, _SUBSETS, tally)
    if not found:
        raise InputError(
            f"set 'llmbar': {row.where}: neither the row nor the name of its file or folder tells its "
            f"subset, so give the option subset: {', '.join(_SUBSETS)}"
        )
    return found


def _bare(name: str) -> str:
    """Return a subset's name, from the hub's `Adversarial_GPTOut` or a file's `Adversarial-GPTOut`."""
    return name.removeprefix("Adversarial").lstrip("_-/")


LLMBAR = KnownSet(
    name="llmbar",
    kind="benchmark",
    hub="princeton-nlp/LLMBar",
    adapter=llmbar_rows,
    licence="MIT",
    layout="input, output_1, output_2, label 1|2; a file or split for each subset",
    tested_on="real rows",
    subset="LLMBar",
    split="Natural+Adversarial_Neighbor+Adversarial_GPTInst+Adversarial_GPTOut+Adversarial_Manual",
    rows=419,
    native_rows=419,
    note="subsets Natural (100 pairs), Neighbor (134), GPTInst (92), GPTOut (47) and Manual (46), each a "
    "split of the hub set or a file; the name of a file or of its folder tells the subset, as in "
    "LLMBar/Natural/dataset.json, else give the option subset. The hub set is a loading script, which "
    "newer versions of the library datasets refuse; the JSON files are in the GitHub repository of "
    "the same name",
)
