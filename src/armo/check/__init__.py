"""Checking data before it is trained on: what is wrong, what is odd, what it holds; and mending it."""

from armo.check.plan import FixPlan, plan_fixes, plan_output
from armo.check.result import Check, FileCheck
from armo.check.run import Job, check_file, check_files
from armo.check.stream import Target
from armo.check.targets import find_targets

__all__ = [
    "Check",
    "FileCheck",
    "FixPlan",
    "Job",
    "Target",
    "check_file",
    "check_files",
    "find_targets",
    "plan_fixes",
    "plan_output",
]
