"""Converts raw rows of a known benchmark, as reading a file of it would."""

from armo.data.sets import RawRow, Tally, find_set


def convert(name, raw_rows, **options):
    """Return the native rows, the reasons of rejects by id, and the tally's notes."""
    rejects = []
    tally = Tally(rejects.append)
    raw = [RawRow(f"{name}/{place}", f"file:{place}", row) for place, row in enumerate(raw_rows, 1)]
    rows = list(find_set(name, "benchmark").convert(raw, tally, options))
    for row in rows:
        row.check()
    return rows, {reject.id: reject.reason for reject in rejects}, dict(tally.notes)
