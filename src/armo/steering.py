"""Steering: a named, versioned rule that changes the weights of objectives."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from jaxtyping import Float

from armo.errors import InputError, nearest

# Products and sums of larger factors could overflow.
_LARGEST = 1e100


class Steering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes gate weights; what it leaves is scaled so that the weights sum to one again.

    Attributes:
        name: Stands in every decision that was made under it.
        version: Likewise.
        fixed: Weights by objective that replace the gate; objectives not named get none.
        scale: Factors by objective, applied to the gate's weights.
        drop: Objectives whose weight becomes zero.
    """

    name: str
    version: int = 1
    fixed: dict[str, float] | None = None
    scale: dict[str, float] = {}
    drop: list[str] = []

    @property
    def label(self) -> str:
        """Name and version, as decisions show it."""
        return f"{self.name} v{self.version}"

    def check(self, names: Sequence[str]) -> None:
        """Raise InputError if this names unknown objectives or leaves no weight at all."""
        for name in [*(self.fixed or ()), *self.scale, *self.drop]:
            if name not in names:
                raise InputError(
                    f"steering '{self.name}': no objective is named '{name}'{nearest(name, names)}"
                )
        for name, value in [*(self.fixed or {}).items(), *self.scale.items()]:
            if not 0 <= value <= _LARGEST:
                raise InputError(
                    f"steering '{self.name}': '{name}' must be a finite number ≥ 0, at most "
                    f"{_LARGEST:g}, got {value}"
                )
        left = [name for name in names if self._factor(name) > 0]
        if not left:
            raise InputError(f"steering '{self.name}' leaves no objective with any weight")

    def apply(
        self, weights: Float[np.ndarray, "rows objectives"], names: Sequence[str]
    ) -> Float[np.ndarray, "rows objectives"]:
        """Return the changed weights; each row sums to one.

        Raises:
            InputError: If a row has all its weight on objectives that are dropped.
        """
        base = np.ones_like(weights) if self.fixed is not None else weights
        factors = np.array([self._factor(name) for name in names])
        # Only their ratios count; the largest is made 1, so that tiny ones leave something.
        changed = base * (factors / factors.max())
        total = changed.sum(axis=1, keepdims=True)
        if not (total > 0).all():
            raise InputError(
                f"steering '{self.name}': the gate puts all weight of a prompt on objectives that "
                "it drops; give fixed weights instead"
            )
        rescaled: Float[np.ndarray, "rows objectives"] = changed / total
        return rescaled

    def _factor(self, name: str) -> float:
        if name in self.drop:
            return 0.0
        base = 1.0 if self.fixed is None else self.fixed.get(name, 0.0)
        return base * self.scale.get(name, 1.0)


def read_steering(path: Path) -> Steering:
    """Read a steering file, TOML or JSON.

    Raises:
        InputError: If it is absent, malformed, or has an unknown key.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".json":
            return msgspec.json.decode(raw, type=Steering)
        return msgspec.convert(tomllib.loads(raw.decode("utf-8")), Steering)
    except OSError as error:
        raise InputError(f"steering file {path} can't be read: {error.strerror}") from None
    # Bad TOML, bad UTF-8 and a number with thousands of digits are all ValueErrors.
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"steering file {path}: {str(error).replace('$.', '')}") from None
