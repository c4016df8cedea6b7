"""`StackedPotential`: the chance of many replications side by side, as if of one large cohort.

Everything that happens to a dyad is worked out dyad by dyad. So the code that runs one
replication runs many, if the shocks of all their people stand one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.potential import Potential
from revlab.rng import streams

__all__ = ["StackedPotential"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StackedPotential(Potential):
    """The shocks of ``n_replications`` replications from ``replication`` on, side by side.

    Parameters
    ----------
    people : pandas.Index
        Places of everybody, those of the first replication first.
    n_replications : int
        Replications.

    Examples
    --------
    >>> import pandas as pd
    >>> from revlab.fieldwork.programme import Programme
    >>> nobody = pd.Index([])
    >>> several = StackedPotential(Programme(), pd.RangeIndex(2 * 3), nobody, nobody,
    ...     np.zeros((0, 0)), seed=1, replication=5, n_replications=2)
    >>> one = Potential(Programme(), pd.RangeIndex(3), nobody, nobody, np.zeros((0, 0)), 1, 6)
    >>> bool((several.normal("need")[3:] == one.normal("need")).all())
    True
    """

    n_replications: int = 1

    @property
    def replications(self) -> range:
        """Numbers of the replications."""
        return range(self.replication, self.replication + self.n_replications)

    def rng(self, *purpose: int | str) -> np.random.Generator:
        """Return what draws from the stream of each replication in turn.

        It knows the methods that surveys draw with, and their last axis is people.
        """
        return cast(np.random.Generator, _SideBySide(self, purpose))

    def normal(self, *purpose: int | str, shape: tuple[int, ...] = ()) -> Array:
        """Return standard normal shocks of one purpose, ``shape`` and then all people."""
        if purpose not in self._drawn:
            drawn = self.rng(*purpose).standard_normal((*shape, len(self.people)))
            drawn.flags.writeable = False
            self._drawn[purpose] = drawn
        return self._drawn[purpose]


class _SideBySide:
    """Generators of the same purpose in several replications, drawn from side by side."""

    def __init__(self, potential: StackedPotential, purpose: tuple[int | str, ...]) -> None:
        self._rngs = list(streams(potential.seed, potential.replications, *purpose))

    def standard_normal(self, size: tuple[int, ...]) -> Array:
        def _draw(rng: np.random.Generator, out: Array) -> None:
            rng.standard_normal(out=out)

        return self._drawn(_draw, size)

    def logistic(self, size: tuple[int, ...]) -> Array:
        def _draw(rng: np.random.Generator, out: Array) -> None:
            out[...] = rng.logistic(size=out.shape)

        return self._drawn(_draw, size)

    def random(self, size: tuple[int, ...]) -> Array:
        def _draw(rng: np.random.Generator, out: Array) -> None:
            rng.random(out=out)

        return self._drawn(_draw, size)

    def _drawn(
        self, draw: Callable[[np.random.Generator, Array], None], size: tuple[int, ...]
    ) -> Array:
        # Each replication is drawn in one piece, and all are put side by side at once.
        parts = np.empty((len(self._rngs), *size[:-1], size[-1] // len(self._rngs)))
        for rng, part in zip(self._rngs, parts, strict=True):
            draw(rng, part)
        return np.moveaxis(parts, 0, -2).reshape(size)
