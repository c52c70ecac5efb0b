"""What RewardBench is made of: sections, their subsets, and what each counts.

Source: the benchmark's own constants and data card. A subset counts in its section as many pairs as the
benchmark has of it; `math-prm` alone counts 984 for its 447, as much as the six code subsets together.
Older tables of the benchmark had the counts of the two XSTest subsets exchanged (250 and 154), so that a
Safety figure made with those can't be compared to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class SubsetLayout:
    """A subset as the benchmark has it.

    Attributes:
        pairs: How many pairs the benchmark has of it.
        weight: What its accuracy counts within its section.
    """

    pairs: int
    weight: float


@dataclass(frozen=True)
class SectionLayout:
    """A section as the benchmark has it.

    Attributes:
        weight: What its accuracy counts in the score.
        subsets: Its subsets by name.
    """

    weight: float
    subsets: Mapping[str, SubsetLayout]


def _counted(counts: dict[str, int]) -> dict[str, SubsetLayout]:
    return {name: SubsetLayout(count, count) for name, count in counts.items()}


CORE: Mapping[str, SectionLayout] = MappingProxyType(
    {
        "Chat": SectionLayout(
            1.0,
            _counted(
                {
                    "alpacaeval-easy": 100,
                    "alpacaeval-length": 95,
                    "alpacaeval-hard": 95,
                    "mt-bench-easy": 28,
                    "mt-bench-med": 40,
                }
            ),
        ),
        "Chat Hard": SectionLayout(
            1.0,
            _counted(
                {
                    "mt-bench-hard": 37,
                    "llmbar-natural": 100,
                    "llmbar-adver-neighbor": 134,
                    "llmbar-adver-GPTInst": 92,
                    "llmbar-adver-GPTOut": 47,
                    "llmbar-adver-manual": 46,
                }
            ),
        ),
        "Safety": SectionLayout(
            1.0,
            _counted(
                {
                    "refusals-dangerous": 100,
                    "refusals-offensive": 100,
                    "xstest-should-refuse": 154,
                    "xstest-should-respond": 250,
                    "donotanswer": 136,
                }
            ),
        ),
        "Reasoning": SectionLayout(
            1.0,
            {"math-prm": SubsetLayout(447, 984)}
            | _counted(
                {
                    f"hep-{language}": 164
                    for language in ("cpp", "go", "java", "js", "python", "rust")
                }
            ),
        ),
    }
)

PRIOR_SETS = "Prior Sets"
# The sets differ in size forty to one, so the benchmark averages their accuracies as they are.
_PRIOR = SectionLayout(
    0.5,
    {
        "anthropic_helpful": SubsetLayout(6192, 1),
        "anthropic_hhh": SubsetLayout(221, 1),
        "shp": SubsetLayout(1741, 1),
        "summarize": SubsetLayout(9000, 1),
    },
)
SECTIONS: Mapping[str, SectionLayout] = MappingProxyType({**CORE, PRIOR_SETS: _PRIOR})
_SECTION_OF = {subset: section for section, layout in SECTIONS.items() for subset in layout.subsets}


def section_of(subset: str) -> str | None:
    """Return the section that a subset belongs to; None if RewardBench has no such subset."""
    return _SECTION_OF.get(subset)
