"""`Part`: one named component of a score."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must

__all__ = ["Part"]


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """One named component of the score.

    Parameters
    ----------
    name : str
        Name in ``PARTS``.
    weight : float
        Zero or more; only the ratios of the weights matter.
    values : array of float, shape (n_mentees, n_mentors)
        In [0, 1], larger is better.
    for_mentor, for_mentee : bool
        Whose wish the part expresses: it enters the score of that side.
    words : str
        What a high value means, to be read after "because".
    known : array of bool, same shape, optional
        False where the value only fills a gap in the data; by default all are known.

    Raises
    ------
    PairingError
        If the weight is negative, a value is outside [0, 1] or not a number, or the shapes of
        ``values`` and ``known`` differ.

    Examples
    --------
    >>> Part("site", 2.0, np.array([[1.0, 0.0]]), words="they work at the same site")
    Part site, weight 2: they work at the same site
    """

    name: str
    weight: float
    values: NDArray[np.float64]
    for_mentor: bool = True
    for_mentee: bool = True
    words: str = ""
    known: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=float)
        must(
            bool(np.isfinite(self.weight)) and self.weight >= 0,
            f"the weight of part {self.name!r} must be zero or more; got {self.weight}.",
            PairingError,
        )
        low, high = (values.min(), values.max()) if values.size else (0.0, 1.0)
        must(
            bool(low >= 0 and high <= 1),
            f"the values of part {self.name!r} must be between 0 and 1; "
            f"they run from {low:g} to {high:g}.",
            PairingError,
        )
        fits = self.known is None or self.known.shape == values.shape
        must(fits, f"`known` of part {self.name!r} must have the shape of `values`.", PairingError)
        object.__setattr__(self, "values", values)

    def select(self, cells: tuple[NDArray[np.intp], ...]) -> "Part":
        """Return the part for some cells, given as `numpy.ix_` gives them."""
        part = copy(self)
        known = None if self.known is None else self.known[cells]
        part.__dict__.update(values=self.values[cells], known=known)
        return part

    def __repr__(self) -> str:
        return f"Part {self.name}, weight {self.weight:g}: {self.words}"
