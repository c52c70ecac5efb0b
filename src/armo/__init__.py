"""Reward models that people can read and steer."""

__version__ = "0.1.0"
