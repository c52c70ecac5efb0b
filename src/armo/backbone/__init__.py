"""The frozen language model: loading, templates and positions, batching, the forward pass."""

from armo.backbone.backbone import NOT_FINITE, Backbone, BackboneIdentity, Features
from armo.backbone.load import BackboneSettings, check_same, load
from armo.backbone.template import ChatTemplate, Encoded

__all__ = [
    "NOT_FINITE",
    "Backbone",
    "BackboneIdentity",
    "BackboneSettings",
    "ChatTemplate",
    "Encoded",
    "Features",
    "check_same",
    "load",
]
