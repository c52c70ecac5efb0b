"""The feature store, and the extraction that fills it."""

from armo.features.extract import Extraction, extract
from armo.features.plan import Request
from armo.features.store import Block, FeatureStore

__all__ = [
    "Block",
    "Extraction",
    "FeatureStore",
    "Request",
    "extract",
]
