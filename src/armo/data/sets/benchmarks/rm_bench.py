"""RM-Bench: a right and a wrong response in each of three styles."""

from __future__ import annotations

from collections.abc import Iterator

from armo.data.rows import LabelledResponse, ResponsesRow
from armo.data.sets.benchmarks.own_id import with_own_id
from armo.data.sets.benchmarks.told import told_by_file
from armo.data.sets.fields import required, text
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.errors import DataError, InputError, nearest

_DOMAINS = ("chat", "code", "math", "safety-refuse", "safety-response")
_STYLES = ("concise", "detailed in plain text", "detailed in Markdown")


@row_by_row
def rm_bench_rows(row: RawRow, tally: Tally, *, subset: str = "") -> Iterator[ResponsesRow]:
    """Yield a prompt with its six responses, the right ones first, styles 0 to 2 in their meta.

    The subset is the domain: the option if given, else the field `domain` of the whole data set, else
    the field `split`, else what the name of a file of one domain tells. Their field `subset` names
    where a prompt was taken from.
    """
    domain = _given(subset) if subset else _domain(row, tally)
    responses = [
        LabelledResponse(message=message, label=label, meta={"style": style})
        for field, label in (("chosen", 1), ("rejected", 0))
        for style, message in enumerate(_styles(row, field))
    ]
    yield ResponsesRow(
        id=with_own_id(row),
        prompt=text(row.value, "prompt"),
        responses=responses,
        rule="styles",
        subset=domain,
        category=domain.partition("-")[0],
        source="rm-bench",
    )


def _given(subset: str) -> str:
    if subset not in _DOMAINS:
        raise InputError(
            f"set 'rm-bench': no subset is called '{subset}'{nearest(subset, _DOMAINS)}; "
            f"known: {', '.join(_DOMAINS)}"
        )
    return subset


def _domain(row: RawRow, tally: Tally) -> str:
    domain = row.value.get("domain")
    if domain is None:
        split = row.value.get("split")
        domain = split if split in _DOMAINS else told_by_file(row, _DOMAINS, tally)
    if not domain:
        raise DataError(
            "domain: the field is missing, and the name of the file or its folder does not tell it; give "
            f"the option subset, one of {', '.join(_DOMAINS)}"
        )
    if domain not in _DOMAINS:
        raise DataError(f"domain: {domain!r} is none of {', '.join(_DOMAINS)}")
    return str(domain)


def _styles(row: RawRow, field: str) -> list[str]:
    responses = required(row.value, field)
    if not isinstance(responses, list) or len(responses) != len(_STYLES):
        raise DataError(f"{field}: expected three texts: {', '.join(_STYLES)}")
    for style, response in enumerate(responses):
        if not isinstance(response, str):
            raise DataError(f"{field}[{style}]: expected text, got {type(response).__name__}")
    return responses


RM_BENCH = KnownSet(
    name="rm-bench",
    kind="benchmark",
    hub="THU-KEG/RM-Bench",
    adapter=rm_bench_rows,
    licence="ODC-BY",
    layout="id, prompt, chosen[3], rejected[3] by style, domain; files of single domains have no domain",
    tested_on="real rows",
    rows=1327,
    native_rows=1327,
    note="the name of a file of one domain tells its subset, as in chat_filtered.json, else give the "
    "option subset: chat, code, math, safety-refuse or safety-response. The real rows were of these "
    "files; the field domain is as documented",
)
