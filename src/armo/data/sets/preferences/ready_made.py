"""The known sets whose pairs are ready-made."""

from __future__ import annotations

from armo.data.sets.known import KnownSet
from armo.data.sets.preferences.standard import LAYOUT, standard


def _ready_made(
    name: str, hub: str, upstream: str, rows: int | None, paper: int | None = None, note: str = ""
) -> KnownSet:
    """Return a known set; `paper` is what the paper counts, where it names the set."""
    return KnownSet(
        name=name,
        kind="preferences",
        hub=f"RLHFlow/{hub}",
        adapter=standard(name),
        licence=f"none stated; upstream {upstream}",
        layout=LAYOUT,
        tested_on="documented layout",
        rows=rows,
        native_rows=rows,
        paper_rows=paper,
        paper=paper is not None,
        note=note,
    )


READY_MADE = (
    _ready_made(
        "helpsteer-standard",
        "Helpsteer-preference-standard",
        "CC-BY-4.0",
        37_100,
        paper=37_000,
        note="how its pairs were made is not published",
    ),
    _ready_made(
        "ultrafeedback-standard",
        "UltraFeedback-preference-standard",
        "MIT",
        340_025,
        paper=340_000,
        note="all pairs by fine-grained_score, ties dropped",
    ),
    _ready_made(
        "shp-standard",
        "SHP-standard",
        "no SPDX licence, Reddit's API terms",
        93_301,
        paper=93_000,
        note="score ratio above 2, at most five pairs a post",
    ),
    _ready_made(
        "hh-helpful-standard",
        "HH-RLHF-Helpful-standard",
        "MIT",
        115_396,
        paper=115_000,
        note="with hh-harmless-standard the paper's 157k of HH-RLHF; no scores",
    ),
    _ready_made(
        "hh-harmless-standard",
        "HH-RLHF-Harmless-and-RedTeam-standard",
        "MIT",
        42_300,
        paper=42_000,
        note="with hh-helpful-standard the paper's 157k of HH-RLHF; no scores; holds harmful text",
    ),
    _ready_made(
        "pku-saferlhf-30k-standard",
        "PKU-SafeRLHF-30K-standard",
        "CC-BY-NC-4.0",
        26_900,
        paper=27_000,
        note="whether better or safer chooses is not published; holds harmful text",
    ),
    _ready_made(
        "capybara-standard",
        "Capybara-distibalel-Filter-standard",
        "Apache-2.0",
        14_800,
        paper=15_000,
    ),
    _ready_made("math-standard", "Argilla-Math-DPO-standard", "Apache-2.0", 2_420, paper=2_400),
    _ready_made(
        "code-ultrafeedback-standard",
        "CodeUltraFeedback-standard",
        "MIT",
        50_156,
        paper=50_000,
        note="its scores are text",
    ),
    _ready_made(
        "prometheus2-standard",
        "Prometheus2-preference-standard",
        "CC-BY-4.0",
        200_000,
        paper=200_000,
    ),
    _ready_made(
        "openorca-standard",
        "Orca-distibalel-standard",
        "Apache-2.0",
        6_930,
        note="the paper uses OpenOrca for ratings only",
    ),
    _ready_made("ultrainteract-standard", "UltraInteract-filtered-standard", "MIT", 162_000),
    _ready_made(
        "armorm-80k",
        "pair_data_v2_80K_wsafety",
        "that of its parts",
        None,
        note="what the authors' gating script reads by default; a mixture, its parts not listed",
    ),
)
