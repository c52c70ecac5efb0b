"""The layout of the published checkpoint: backbone and heads in one folder."""

from armo.persistence.armorm.reading import Published, is_published, read_published

__all__ = ["Published", "is_published", "read_published"]
