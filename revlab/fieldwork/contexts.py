"""Contexts: what is learnt in private use counts at work only as far as it carries over."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["ContextModel"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ContextModel:
    """How much of a gain shows in business use.

    Parameters
    ----------
    business_share : float
        Share of the sessions that are about business use, 0 to 1.
    carries_over : float
        Part of what is learnt in one context that counts in the other, 0 to 1.

    Raises
    ------
    OptionError
        If a share is not between 0 and 1.

    Examples
    --------
    >>> model = ContextModel(business_share=0.25, carries_over=0.5)
    >>> model(np.array([0.4]), context="business").tolist()
    [0.25]
    >>> model(np.array([0.8]), context="private").round(3).tolist()
    [0.7]
    """

    business_share: float = default("context_model.business_share")
    carries_over: float = default("context_model.carries_over")

    def __post_init__(self) -> None:
        for name in ("business_share", "carries_over"):
            share = getattr(self, name)
            must(0 <= share <= 1, f"`{name}` must lie between 0 and 1; got {share:g}.", OptionError)

    def __call__(self, gain: Array, *, context: str) -> Array:
        """Return the part of a gain that shows in a context, "business" or "private"."""
        own = self.business_share if context == "business" else 1.0 - self.business_share
        return np.asarray(gain * (own + self.carries_over * (1.0 - own)))
