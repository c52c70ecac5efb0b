"""Rows of a set on the hub, through the library `datasets`."""
