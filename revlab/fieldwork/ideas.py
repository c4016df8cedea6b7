"""Ideas: raised in sessions, some tried, few adopted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import binom, gamma, poisson

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["IdeaModel"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class IdeaModel:
    """How many ideas come out of sessions: negative binomial with the sessions as exposure.

    A dyad has its own rate, gamma with mean 1 and variance ``dispersion``; given it, ideas are
    Poisson with mean ``raised * rate * exp(candour * c)`` for each held session, where ``c`` is
    candour in SD. Each idea is tried with ``tried``, and each that is tried is adopted with
    ``adopted``.

    Parameters
    ----------
    raised : float
        Ideas for each held session of an average dyad.
    dispersion : float
        Variance of the rates of dyads, above 0.
    candour : float
        Effect of candour on the log of the rate, per SD.
    tried, adopted : float
        Shares, 0 to 1.

    Raises
    ------
    OptionError
        If the dispersion is not above 0.

    References
    ----------
    Lawless 1987, Canadian Journal of Statistics 15:209-225, on negative binomial regression.

    Examples
    --------
    >>> IdeaModel()(np.array([0, 6]), np.zeros(2), np.zeros((3, 2))).tolist()
    [[0, 2], [0, 1], [0, 0]]
    """

    raised: float = default("ideas.raised")
    dispersion: float = default("ideas.dispersion")
    candour: float = default("ideas.candour")
    tried: float = default("ideas.tried")
    adopted: float = default("ideas.adopted")

    def __post_init__(self) -> None:
        wrong = f"`dispersion` must be above 0; got {self.dispersion:g}."
        must(self.dispersion > 0, wrong, OptionError)

    def __call__(
        self, held: npt.ArrayLike, rate: Array, dice: Array, *, candour: float | Array = 0.0
    ) -> Counts:
        """Return ideas raised, tried and adopted, shape (3, n_dyads).

        ``rate`` (n_dyads,) and ``dice`` (3, n_dyads) are standard normal: the dyad's own rate,
        and the luck of raising, trying and adopting.
        """
        shape = 1.0 / self.dispersion
        own = gamma.ppf(ndtr(rate), shape, scale=self.dispersion)
        mean = self.raised * np.asarray(held) * own * np.exp(self.candour * candour)
        luck = ndtr(dice)
        raised = poisson.ppf(luck[0], mean)
        tried = binom.ppf(luck[1], raised, self.tried)
        adopted = binom.ppf(luck[2], tried, self.adopted)
        return np.stack([raised, tried, adopted]).astype(np.int64)
