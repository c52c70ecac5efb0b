"""Rows of sets on the hub, by name, from the cache of the library `datasets`."""

from armo.data.hub.opening import HubRows, HubSet, hub_rows

__all__ = ["HubRows", "HubSet", "hub_rows"]
