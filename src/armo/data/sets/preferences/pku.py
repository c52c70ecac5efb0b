"""PKU-SafeRLHF: two responses a row, with the better and the safer one named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.fields import assistant, number, required, text, user
from armo.data.sets.known import Adapter, KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.preferences.options import check_choice
from armo.data.sets.preferences.pair import make_pair
from armo.errors import DataError

DISAGREE = "pairs whose better response is not the safer one, left out"


def _adapter(source: str) -> Adapter:
    def convert(row: RawRow, tally: Tally, *, by: str = "better") -> Iterator[PreferenceRow]:
        """Yield the pair.

        Args:
            row: A raw row.
            tally: Rejects and notes.
            by: `better` (more helpful) or `safer` chooses; `both` keeps the pairs on which they agree.
        """
        check_choice(source, "by", by, ("better", "safer", "both"))
        better = _id(row.value, "better_response_id")
        safer = _id(row.value, "safer_response_id")
        if by == "both" and better != safer:
            tally.note(DISAGREE)
            return
        chosen = safer if by == "safer" else better
        meta = {"better_is_safer": better == safer}
        for side, index in (("chosen", chosen), ("rejected", 1 - chosen)):
            safe = row.value.get(f"is_response_{index}_safe")
            if isinstance(safe, bool):
                meta[f"{side}_is_safe"] = safe
        yield make_pair(
            row,
            source,
            [user(text(row.value, "prompt"))],
            assistant(text(row.value, f"response_{chosen}")),
            assistant(text(row.value, f"response_{1 - chosen}")),
            meta,
        )

    return row_by_row(convert)


def _id(raw: Mapping[str, Any], field: str) -> int:
    given = number(required(raw, field))
    if given not in (0, 1):
        raise DataError(f"{field}: expected 0 or 1, got {raw[field]!r}")
    return int(given)


_LAYOUT = (
    "prompt, response_0, response_1, is_response_i_safe, better_response_id, safer_response_id"
)
PKU = (
    KnownSet(
        name="pku-saferlhf-30k",
        kind="preferences",
        hub="PKU-Alignment/PKU-SafeRLHF-30K",
        adapter=_adapter("pku-saferlhf-30k"),
        licence="CC-BY-NC-4.0",
        layout=_LAYOUT,
        tested_on="real rows",
        rows=26_900,
        native_rows=26_900,
        note="holds harmful text; bars commercial use",
    ),
    KnownSet(
        name="pku-saferlhf",
        kind="preferences",
        hub="PKU-Alignment/PKU-SafeRLHF",
        adapter=_adapter("pku-saferlhf"),
        licence="CC-BY-NC-4.0",
        layout=_LAYOUT + ", and columns on sources, severity and kinds of harm, which are not read",
        tested_on="documented layout",
        rows=73_907,
        note="the newer, larger release; holds harmful text; bars commercial use",
    ),
)
