from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from armo.journal import Journal, publish


class Record(msgspec.Struct):
    id: str
    score: float = 0.5


def write(path: Path, records: list[Record]) -> list[Record]:
    """Append what an earlier run did not leave, and return what it did."""
    with Journal(path, Record) as journal:
        earlier = journal.earlier
        journal.extend(records[len(earlier) :])
    return earlier


texts = st.lists(st.text(max_size=5), min_size=1, max_size=6)


@given(names=texts, place=st.floats(0, 1), mask=st.integers(0, 255))
def test_whatever_is_cut_or_flipped_the_records_end_whole(names, place, mask):
    """With mask 0 the file is cut at the place; else one byte changes there."""
    records = [Record(name, number / 8) for number, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "out.partial", Path(folder) / "out"
        assert write(path, records) == []
        raw = bytearray(path.read_bytes())
        at = min(int(place * len(raw)), len(raw) - 1)
        raw[at] ^= mask
        path.write_bytes(raw if mask else raw[:at])
        assert write(path, records) == records[: bytes(raw[:at]).count(b"\n")]
        publish(path, out)
        decoded = [msgspec.json.decode(line, type=Record) for line in out.open("rb")]
        assert decoded == records
        assert [left.name for left in Path(folder).iterdir()] == ["out"]
