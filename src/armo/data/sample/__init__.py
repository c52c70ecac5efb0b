"""A generated sample with a known truth: small enough for a laptop, hard enough to need a gate."""

from armo.data.sample.generate import DEFAULT_PROMPTS, Sample, generate
from armo.data.sample.truth import Truth

__all__ = ["DEFAULT_PROMPTS", "Sample", "Truth", "generate"]
