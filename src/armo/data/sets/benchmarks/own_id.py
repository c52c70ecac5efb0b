"""A benchmark's own id of a row, kept so that what a model gets wrong can be joined to other results."""

from __future__ import annotations

from armo.data.sets.known import RawRow


def with_own_id(row: RawRow, field: str = "id") -> str:
    """Return the row's id with the benchmark's own behind it, as in `rewardbench/3#17`.

    The first part alone keeps rows apart, since a benchmark may repeat an id in another subset.
    """
    own = row.value.get(field)
    return f"{row.id}#{own}" if isinstance(own, str | int) and own != "" else row.id
