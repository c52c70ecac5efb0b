"""Known sets of benchmarks: pairs, or prompts with several labelled responses and a rule."""

from armo.data.sets.benchmarks.judgebench import JUDGEBENCH
from armo.data.sets.benchmarks.llmbar import LLMBAR
from armo.data.sets.benchmarks.ppe import PPE_SETS
from armo.data.sets.benchmarks.rewardbench import M_REWARDBENCH, PRIOR_SETS, REWARDBENCH
from armo.data.sets.benchmarks.rewardbench_2 import REWARDBENCH_2
from armo.data.sets.benchmarks.rm_bench import RM_BENCH
from armo.data.sets.known import KnownSet

SETS: tuple[KnownSet, ...] = (
    REWARDBENCH,
    PRIOR_SETS,
    REWARDBENCH_2,
    RM_BENCH,
    JUDGEBENCH,
    LLMBAR,
    M_REWARDBENCH,
    *PPE_SETS,
)
