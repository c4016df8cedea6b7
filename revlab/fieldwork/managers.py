"""Line managers: some release their people for sessions more readily than others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default
from revlab.people.cohort import Cohort

__all__ = ["ManagerModel", "managers_of"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ManagerModel:
    """How far line managers differ in releasing their people.

    Every manager has a readiness ``m``, standard normal. What the managers of the two take off
    the log-odds of skipping, beside the programme's own support, is
    ``spread * (m_mentor's + m_mentee's) / sqrt(2)``, or ``spread * sqrt(2) * m`` where both have
    the same manager. Somebody whose manager is not known counts as having one of their own.

    Parameters
    ----------
    spread : float
        SD of what two different managers take off the log-odds of skipping, 0 or more.

    Raises
    ------
    OptionError
        If the spread is negative.

    Examples
    --------
    >>> ManagerModel(spread=0.5)(np.array([2.0]), np.array([0.0])).round(2).tolist()
    [0.71]
    """

    spread: float = default("managers.spread")

    def __post_init__(self) -> None:
        wrong = f"`spread` must be 0 or more; got {self.spread:g}."
        must(self.spread >= 0, wrong, OptionError)

    def __call__(self, mentor: Array, mentee: Array) -> Array:
        """Return what is taken off the log-odds of skipping, from the managers of the two."""
        return np.asarray(self.spread * (mentor + mentee) / np.sqrt(2.0))


def managers_of(cohort: Cohort, people: pd.Index) -> npt.NDArray[np.object_]:
    """Return whom each person reports to: the manager's id, or "own:" and their own id.

    Parameters
    ----------
    cohort : Cohort
        With reporting lines, as far as they are known.
    people : pandas.Index
        Whose manager is asked for.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> lines = pd.DataFrame([["ana", "bo"]], columns=["person_id", "manager_id"])
    >>> managers_of(Cohort(people[:1], people[1:], reporting_lines=lines), people.index).tolist()
    ['bo', 'own:bo']
    """
    lines = cohort.reporting_lines.drop_duplicates("person_id").set_index("person_id")
    known = lines["manager_id"].reindex(people).astype(object)
    own = pd.Series([f"own:{person}" for person in people], index=people, dtype=object)
    return np.asarray(known.where(known.notna(), own).astype(str), dtype=object)
