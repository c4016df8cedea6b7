"""The start: mixers before pairing, people who know each other, days to the first session."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from revlab.fieldwork.evidence import default

__all__ = ["StartModel"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StartModel:
    """What it takes to get going: the days from pairing to the first appointment.

    The days are log-normal around ``days``, less for two who know each other and the more formal
    the programme is. Whoever is invited to a mixer before pairing comes with ``attends``, or with
    ``elsewhere`` times that if the event is at another site; two who were both there know each
    other with ``tie``.

    Parameters
    ----------
    days, spread : float
        Median in days, and SD of its log.
    known : float
        What knowing each other takes off the log of the days.
    formality : float
        What a full curriculum takes off the log of the days, against none.
    attends, elsewhere, tie : float
        Chances, see above.

    Examples
    --------
    >>> model = StartModel(days=14.0, known=0.7)
    >>> model(np.zeros(2), np.array([False, True]), curriculum=0.5).round(1).tolist()
    [14.0, 7.0]
    """

    days: float = default("start.days")
    spread: float = default("start.spread")
    known: float = default("start.known")
    formality: float = default("start.formality")
    attends: float = default("start.attends")
    elsewhere: float = default("start.elsewhere")
    tie: float = default("start.tie")

    def __call__(self, shocks: Array, acquainted: Bools, *, curriculum: float) -> Array:
        """Return days from pairing to the first appointment, (n_dyads,)."""
        log = np.log(self.days) + self.spread * shocks - self.known * acquainted
        return np.asarray(np.exp(log - self.formality * (curriculum - 0.5)))

    def comes(self, invited: Array, coming: Array, *, share: float, at_site: Bools) -> Bools:
        """Return who comes to a mixer to which a ``share`` is invited; shocks standard normal."""
        chance = np.where(at_site, self.attends, self.attends * self.elsewhere)
        return np.asarray((ndtr(invited) < share) & (ndtr(coming) < chance))

    def acquainted(self, mentor: Bools, mentee: Bools, luck: Array) -> Bools:
        """Return which dyads know each other from the mixer; ``luck`` is standard normal."""
        return np.asarray(mentor & mentee & (ndtr(luck) < self.tie))
