"""What a comparison comes to, in sentences: who wins, by how much, and what can't be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armo.leaderboard.standing import Standing, ahead

System = Mapping[str, Any]


@dataclass(frozen=True)
class Lead:
    """The system that wins most pairs.

    Attributes:
        key: Its key.
        open: Keys of the systems that it does not beat beyond chance, on the pairs that both judged.
    """

    key: str
    open: list[str]


def leader(standings: Mapping[str, Standing]) -> Lead | None:
    """Return who wins the largest share of pairs, every pair alike; None without two systems.

    A system that judged less than half as many pairs as another can't lead: shares of a few pairs are
    high by luck. It is compared with who does.
    """
    if len(standings) < 2:
        return None
    most = max(len(one.places) for one in standings.values())
    known = [key for key, one in standings.items() if 2 * len(one.places) >= most]
    best = max(known, key=lambda key: float(standings[key].credit.mean()))
    gained = {key: ahead(standings[best], other) for key, other in standings.items() if key != best}
    unsettled = [
        key for key, gain in gained.items() if gain is None or gain.low is None or gain.low <= 0
    ]
    return Lead(best, unsettled)


def findings(systems: Sequence[System], reference: str, lead: Lead | None) -> list[str]:
    """Return the sentences that the figures bear out.

    Args:
        systems: As in leaderboard.json.
        reference: Key of the system that differences are taken from.
        lead: Who wins most pairs.
    """
    there = {system["key"]: system for system in systems if system["available"]}
    found = [_best(there, lead)] if lead else []
    if reference in there:
        name = there[reference]["label"]
        found += [_beside(system, name) for key, system in there.items() if key != reference]
    judged = list(there.values())
    return [said for said in (*found, _calibrated(judged), _sway(judged), _lost(judged)) if said]


def _best(systems: Mapping[str, System], lead: Lead) -> str:
    best = systems[lead.key]
    record = best["all_pairs"]["accuracy"]
    said = (
        f"Most pairs are won by {best['label']}: {_share(record)} of {record['count']:,}, every pair "
        "alike"
    )
    if not lead.open:
        return f"{said}; it beats every other system beyond chance."
    names = _listed([systems[key]["label"] for key in lead.open])
    return f"{said}. It does not beat {names} beyond chance, so first place is not settled."


def _beside(system: System, name: str) -> str:
    """Say whether the reference beats a system, on all pairs that both judged."""
    difference = system["all_pairs"]["gate_minus"]
    label = system["label"]
    if difference is None:
        return f"{name} and {label} have no pair in common, so they can't be compared."
    if difference["low"] is None:
        return f"{name} and {label} can't be told apart: all pairs belong to one group."
    points = (
        f"{100 * difference['estimate']:+.1f} points "
        f"[{100 * difference['low']:+.1f}, {100 * difference['high']:+.1f}] on "
        f"{difference['count']:,} pairs"
    )
    if difference["estimate"] == difference["low"] == difference["high"] == 0:
        return f"{name} and {label} win equally many pairs, so nothing here tells them apart."
    if difference["low"] > 0:
        return f"{name} beats {label} by {points}."
    if difference["high"] < 0:
        return f"{name} is worse than {label}: {points}."
    return f"{name} does not beat {label} beyond chance: {points} spans zero."


def _calibrated(systems: Sequence[System]) -> str:
    known = [system for system in systems if system["calibration"]]
    if len(known) < 2:
        return ""
    by_error = sorted(known, key=lambda system: float(system["calibration"]["ece"]))
    best, worst = by_error[0], by_error[-1]
    return (
        f"Probabilities are closest to what happens for {best['label']} (expected calibration error "
        f"{best['calibration']['ece']:.3f}), and farthest off for {worst['label']} "
        f"({worst['calibration']['ece']:.3f})."
    )


def _sway(systems: Sequence[System]) -> str:
    known = [
        system for system in systems if system["length"] and system["length"]["prefers_longer"]
    ]
    if len(known) < 2:
        return ""

    def pull(system: System) -> float:
        return abs(float(system["length"]["prefers_longer"]["estimate"]) - 0.5)

    most = max(known, key=pull)
    share = most["length"]["prefers_longer"]
    word = "longer" if share["estimate"] >= 0.5 else "shorter"
    taken = share["estimate"] if word == "longer" else 1 - share["estimate"]
    return (
        f"Length sways {most['label']} most: it takes the {word} response in {taken:.0%} of the "
        "pairs whose responses differ in length."
    )


def _lost(systems: Sequence[System]) -> str:
    lost = [
        f"{system['label']} ({system['unreadable']:,})"
        for system in systems
        if system["unreadable"]
    ]
    if not lost:
        return ""
    return (
        f"Pairs could not be judged by {_listed(lost)}: accuracies are on the others, and differences on "
        "the pairs that both judged."
    )


def _share(record: Mapping[str, Any]) -> str:
    estimate = f"{100 * record['estimate']:.1f} %"
    if record["low"] is None:
        return estimate
    return f"{estimate} [{100 * record['low']:.1f}, {100 * record['high']:.1f}]"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
