"""LLM-as-a-judge: a language model behind an OpenAI-compatible endpoint is asked who answers better."""

from armo.rivals.judge.errors import EndpointError
from armo.rivals.judge.judge import JudgeSystem
from armo.rivals.judge.settings_file import check_judge, read_judge

__all__ = ["EndpointError", "JudgeSystem", "check_judge", "read_judge"]
