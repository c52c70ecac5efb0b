"""Overlap of training data with benchmarks: equal and nearly equal prompts and responses."""

from armo.overlap.contamination import Contamination, contaminated_rows
from armo.overlap.entries import Entry, entry_of, read_entries
from armo.overlap.find import find_overlap, find_overlap_of_files
from armo.overlap.matching import KINDS, Kind, Match
from armo.overlap.report import Cell, OverlapReport
from armo.overlap.settings import MatchRule, OverlapSettings

__all__ = [
    "KINDS",
    "Cell",
    "Contamination",
    "Entry",
    "Kind",
    "Match",
    "MatchRule",
    "OverlapReport",
    "OverlapSettings",
    "contaminated_rows",
    "entry_of",
    "find_overlap",
    "find_overlap_of_files",
    "read_entries",
]
