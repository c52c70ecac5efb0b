"""Heads that were trained elsewhere, from safetensors files of a regression and a gate."""

from armo.persistence.imported.heads import ImportedFiles, read_heads, verbosity_name
from armo.persistence.imported.objectives import parse_objectives

__all__ = ["ImportedFiles", "parse_objectives", "read_heads", "verbosity_name"]
