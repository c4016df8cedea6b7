"""Spill-over: what team-mates learn from those who take part."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError
from revlab.fieldwork.course import Course
from revlab.fieldwork.evidence import default
from revlab.pairing.matching import Matching

__all__ = ["SpillOver", "arms_in_units", "units_of"]

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SpillOver:
    """How much of what the seniors of a unit gain reaches those of the unit who take no part.

    Parameters
    ----------
    share : float
        Gain of a team-mate against the mean gain of the seniors who take part in the unit.

    References
    ----------
    Hudgens & Halloran 2008, Journal of the American Statistical Association 103:832-842, on
    interference within groups.

    Examples
    --------
    >>> units = np.array(["a", "a", "b"], dtype=object)
    >>> others = np.array(["b", "c"], dtype=object)
    >>> SpillOver(share=0.5)(np.array([0.2, 0.4, 0.1]), units, others).tolist()
    [0.05, 0.0]
    """

    share: float = default("spill.share")

    def __call__(self, gain: Array, units: Labels, others: Labels) -> Array:
        """Return what people of the units ``others`` gain, 0 where nobody of theirs takes part."""
        mean = pd.Series(gain).groupby(units).mean()
        reached = mean.reindex(others).to_numpy(dtype=np.float64)
        return np.asarray(self.share * np.nan_to_num(reached, nan=0.0))


def units_of(course: Course) -> pd.Series:
    """Return the unit of everybody of a course's cohort, by person id.

    Raises
    ------
    PilotError
        If the potential has no cohort.
    """
    cohort = course.potential.cohort
    if cohort is None:
        raise PilotError("the potential has no cohort, so units are not known.")
    units = pd.concat([cohort.mentees["unit"], cohort.mentors["unit"]])
    return units[~units.index.duplicated()]


def arms_in_units(units: pd.Series, matching: Matching) -> pd.DataFrame:
    """Return how far the arms of a matching meet within units: the check for interference.

    Parameters
    ----------
    units : pandas.Series
        Person id to organisational unit.
    matching : Matching
        The dyads and their arms.

    Returns
    -------
    pandas.DataFrame
        ``arm, people, exposed``: the people in dyads of the arm, and the share of them whose unit
        holds people of another arm. Above 0 a comparison of arms may carry spill-over.

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.policies import POLICIES, pair_scored
    >>> from revlab.rng import stream
    >>> fit = Compatibility.from_scores(pd.DataFrame([[0.5]], index=["bo"], columns=["ana"]))
    >>> one = pair_scored(fit, policy=POLICIES["optimal"], rng=stream(1, "ties"))
    >>> arms_in_units(pd.Series({"ana": "IT", "bo": "HR"}), one).to_dict("records")
    [{'arm': 'optimal', 'people': 2, 'exposed': 0.0}]
    """
    people = pd.concat(
        [
            matching.dyads[["arm", side]].set_axis(["arm", "person_id"], axis=1)
            for side in ("mentor_id", "mentee_id")
        ]
    ).drop_duplicates()
    people["unit"] = people["person_id"].astype(str).map(units.astype(object))
    both = people.groupby("unit")["arm"].transform("nunique") > 1
    table = people.assign(exposed=both.astype(float)).groupby("arm", sort=True)
    return table.agg(people=("person_id", "size"), exposed=("exposed", "mean")).reset_index()
