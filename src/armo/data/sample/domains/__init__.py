"""The domains of the sample, in the order in which prompts take turns."""

from armo.data.sample.domain import Domain
from armo.data.sample.domains.arithmetic import ARITHMETIC
from armo.data.sample.domains.chat import CHAT
from armo.data.sample.domains.code import CODE
from armo.data.sample.domains.safety import SAFETY
from armo.data.sample.domains.summary import SUMMARY

DOMAINS: tuple[Domain, ...] = (ARITHMETIC, SAFETY, CHAT, CODE, SUMMARY)

__all__ = ["DOMAINS"]
