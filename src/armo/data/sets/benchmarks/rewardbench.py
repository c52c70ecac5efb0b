"""RewardBench, its prior sets and its translations: pairs, each in a named subset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armo.data.rows import BenchmarkRow
from armo.data.sets.benchmarks.own_id import with_own_id
from armo.data.sets.benchmarks.told import told_by_file
from armo.data.sets.fields import Message, assistant, messages, required, text, user
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError

# Every split of the prior sets; the benchmark names a row's subset by its split, not by its field.
_PRIOR_SPLITS = (
    "anthropic_harmless",
    "anthropic_helpful",
    "anthropic_hhh",
    "mtbench_gpt4",
    "mtbench_human",
    "pku_better",
    "pku_safer",
    "shp",
    "summarize",
)


@row_by_row
def rewardbench_rows(row: RawRow, tally: Tally) -> Iterator[BenchmarkRow]:
    """Yield the pair of a RewardBench row."""
    yield BenchmarkRow(
        id=with_own_id(row),
        prompt=text(row.value, "prompt"),
        chosen=text(row.value, "chosen"),
        rejected=text(row.value, "rejected"),
        subset=text(row.value, "subset"),
        source="rewardbench",
    )


@row_by_row
def prior_rows(row: RawRow, tally: Tally, *, subset: str = "") -> Iterator[BenchmarkRow]:
    """Yield the pair of a row of the prior sets.

    The subset is the option if given, else the field `split`, else the field `subset` where it holds
    the name of a split, else what the name of the file or its folder tells; the hub's own `subset`
    names parts of splits for some of them.
    """
    yield BenchmarkRow(
        id=with_own_id(row),
        prompt=_prompt(row),
        chosen=text(row.value, "chosen"),
        rejected=text(row.value, "rejected"),
        subset=subset or _split(row, tally),
        source="prior-sets",
    )


@row_by_row
def multilingual_rows(row: RawRow, tally: Tally) -> Iterator[BenchmarkRow]:
    """Yield the pair of an M-RewardBench row; its subsets bear RewardBench's names."""
    named = "subset" if row.value.get("subset") is not None else "source"
    category = row.value.get("category")
    yield BenchmarkRow(
        id=with_own_id(row),
        prompt=text(row.value, "prompt"),
        chosen=text(row.value, "chosen"),
        rejected=text(row.value, "rejected"),
        subset=text(row.value, named),
        category=category if isinstance(category, str) else "",
        source="m-rewardbench",
    )


def _split(row: RawRow, tally: Tally) -> str:
    split = row.value.get("split")
    if isinstance(split, str) and split:
        return split
    subset = row.value.get("subset")
    found = str(subset) if subset in _PRIOR_SPLITS else told_by_file(row, _PRIOR_SPLITS, tally)
    if found:
        return found
    raise DataError(
        f"subset: {subset!r} is no split of the prior sets ({', '.join(_PRIOR_SPLITS)}), and the name of "
        "the file or its folder does not tell one; read one split at a time and give its name as the "
        "option subset"
    )


def _prompt(row: RawRow) -> list[Message]:
    """Return a prompt as messages; older files hold texts that alternate from the user on."""
    prompt: Any = required(row.value, "prompt")
    if not isinstance(prompt, list) or not prompt:
        raise DataError("prompt: expected a list of messages")
    if all(isinstance(turn, str) for turn in prompt):
        return [(user, assistant)[place % 2](turn) for place, turn in enumerate(prompt)]
    return messages(row.value, "prompt")


REWARDBENCH = KnownSet(
    name="rewardbench",
    kind="benchmark",
    hub="allenai/reward-bench",
    adapter=rewardbench_rows,
    licence="ODC-BY",
    layout="prompt, chosen, rejected, chosen_model, rejected_model, subset, id",
    tested_on="documented layout",
    split="filtered",
    rows=2985,
    native_rows=2985,
    paper=True,
    note="the split raw holds what was filtered out as well, and is not what the benchmark scores",
)
PRIOR_SETS = KnownSet(
    name="prior-sets",
    kind="benchmark",
    hub="allenai/preference-test-sets",
    adapter=prior_rows,
    licence="ODC-BY, and the terms of each set in it",
    layout="prompt[role, content], chosen, rejected, subset, id; one split a subset",
    tested_on="documented layout",
    split="anthropic_helpful+anthropic_hhh+shp+summarize",
    rows=17154,
    native_rows=17154,
    paper=True,
    note="the four splits that count in RewardBench's score; the others can be named",
)
M_REWARDBENCH = KnownSet(
    name="m-rewardbench",
    kind="benchmark",
    hub="CohereLabsCommunity/multilingual-reward-bench",
    adapter=multilingual_rows,
    licence="ODC-BY",
    layout="id, language, prompt, chosen, rejected, chosen_model, rejected_model, subset",
    tested_on="documented layout",
    split="test",
    note="one language at a time: give its configuration as subset, such as deu_Latn, or translation; "
    "a language has some 2,870 of RewardBench's pairs, so its scores ask for no completeness",
)
