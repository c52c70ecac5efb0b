"""`armo plan`: what a recipe would do, told before anything is downloaded or read."""

from armo.planning.plan import Plan, make_plan
from armo.planning.reading import Assumptions

__all__ = ["Assumptions", "Plan", "make_plan"]
