"""What a programme costs, in hours of junior time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.evidence import default

__all__ = ["Costs"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What dyads cost, in hours of junior time.

    Parameters
    ----------
    session_hours : float
        Hours of each side for a held session, preparation included.
    senior_hour : float
        What an hour of a senior counts, in hours of a junior.
    dyad_hours : float
        Hours of the organisers for each dyad: pairing, papers, check-ins.
    training_hours : float
        Hours of a junior's full training beforehand.
    needing_support, support_hours : float
        Share of dyads that need support, and its hours for such a dyad.

    Examples
    --------
    >>> model = Costs(session_hours=1.5, senior_hour=2.0, dyad_hours=3.0, training_hours=4.0,
    ...               needing_support=0.25, support_hours=4.0)
    >>> model(np.array([0, 6]), training=0.5).tolist()
    [6.0, 33.0]
    """

    session_hours: float = default("cost.session_hours")
    senior_hour: float = default("cost.senior_hour")
    dyad_hours: float = default("cost.dyad_hours")
    training_hours: float = default("cost.training_hours")
    needing_support: float = default("cost.needing_support")
    support_hours: float = default("cost.support_hours")

    def __call__(self, held: npt.ArrayLike, *, training: float) -> Array:
        """Return the cost of dyads that held so many sessions, in hours of junior time."""
        fixed = self.dyad_hours + training * self.training_hours
        helped = self.needing_support * self.support_hours
        sessions = np.asarray(held, dtype=np.float64) * self.session_hours
        return np.asarray(fixed + helped + sessions * (1.0 + self.senior_hour))
