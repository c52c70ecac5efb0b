"""How systems are named and ordered in tables and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from armo.report.survey.visible import one_line

System = Mapping[str, Any]
Record = Mapping[str, Any]

_LONGEST = 60


def available(figures: Mapping[str, Any]) -> list[System]:
    """Return the systems that judged the benchmark, best first; equal ones keep their order."""
    found = [system for system in figures["systems"] if system["available"]]
    by_score = scored(figures)

    def standing(system: System) -> float:
        record = system["score"] if by_score else every_pair(system)
        return 0.0 if record is None else -float(record["estimate"])

    return sorted(found, key=standing)


def unavailable(figures: Mapping[str, Any]) -> list[System]:
    """Return the systems that judged nothing."""
    return [system for system in figures["systems"] if not system["available"]]


def scored(figures: Mapping[str, Any]) -> bool:
    """Return whether every system that judged has RewardBench's score, so that it ranks them."""
    found = [system for system in figures["systems"] if system["available"]]
    return bool(found) and all(system["score"] is not None for system in found)


def names(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return what each system is called by its key; equal labels are told apart by the key."""
    labels = {system["key"]: one_line(system["label"], _LONGEST) for system in figures["systems"]}
    often = Counter(labels.values())
    return {
        key: label if often[label] == 1 else f"{label} ({one_line(key, _LONGEST)})"
        for key, label in labels.items()
    }


def reference_name(figures: Mapping[str, Any]) -> str:
    """Return what the system is called that differences are taken from."""
    key: str = figures["reference"]
    return names(figures).get(key, key)


def every_pair(system: System, what: str = "accuracy") -> Record | None:
    """Return the `accuracy` over all pairs alike, or the reference's `gate_minus`."""
    found: Record | None = (system["all_pairs"] or {}).get(what)
    return found


def part_of(system: System, kind: str, name: str) -> Record | None:
    """Return what a system has of one of its `sections`, `categories` or `subsets`."""
    for found in system[kind] or []:
        if found["name"] == name and found["accuracy"] is not None:
            record: Record = found
            return record
    return None


def part_names(systems: list[System], kind: str) -> list[str]:
    """Return the names of `sections`, `categories` or `subsets` of which something was judged."""
    found: dict[str, None] = {}
    for system in systems:
        for part in system[kind] or []:
            if part["accuracy"] is not None:
                found.setdefault(part["name"])
    return list(found)
