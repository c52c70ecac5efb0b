"""The command line: `armo`."""

from armo.cli.app import main

__all__ = ["main"]
