"""What became of the sessions of dyads, each different history once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import DesignError, must
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.programme import Programme

__all__ = ["Histories", "counted", "histories_of", "session_levers"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Histories:
    """What became of the sessions of dyads, each different history once.

    Parameters
    ----------
    skipped : array of bool, shape (n_histories, n_sessions)
        Whether the session came due and was not held.
    last : array of int, shape (n_histories,)
        Last session that came due; the number planned if the dyad completed.
    count : array of int, shape (n_histories,)
        Dyads with this history.
    which : array of int, shape (n_dyads,)
        History of each dyad, in the order of the pilot.
    """

    skipped: Bools
    last: Counts
    count: Counts
    which: Counts

    @property
    def n_sessions(self) -> int:
        """Sessions that were planned."""
        return int(self.skipped.shape[1])

    @property
    def due(self) -> Bools:
        """Whether a session came due, (n_histories, n_sessions)."""
        return np.asarray(np.arange(1, self.n_sessions + 1) <= self.last[:, None])

    @property
    def in_a_row(self) -> Counts:
        """Sessions skipped in a row up to and including each, (n_histories, n_sessions)."""
        rows = np.zeros(self.skipped.shape, dtype=np.int64)
        rows[:, 0] = self.skipped[:, 0]
        for k in range(1, self.n_sessions):
            rows[:, k] = np.where(self.skipped[:, k], rows[:, k - 1] + 1, 0)
        return rows

    @property
    def ends(self) -> Bools:
        """Whether the dyad ended early after the session, (n_histories, n_sessions)."""
        after = np.arange(1, self.n_sessions + 1) == self.last[:, None]
        return np.asarray(after & (self.last < self.n_sessions)[:, None])


def histories_of(pilot: Pilot) -> Histories:
    """Return the histories of the dyads of a pilot.

    Raises
    ------
    DesignError
        If the pilot has no dyads or no sessions.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> int(histories_of(read_pilot(shipped("data/example_pilot"))).count.sum())
    45
    """
    must(
        len(pilot.dyads) > 0 and len(pilot.sessions) > 0,
        "the pilot has no dyads or no sessions, so nothing can be learnt of attendance.",
        DesignError,
    )
    n_sessions = pilot.plan.planned_sessions
    table = pilot.sessions.pivot(index="dyad_id", columns="session", values="status")
    table = table.reindex(index=pilot.dyads["dyad_id"], columns=range(1, n_sessions + 1))
    status = table.to_numpy(dtype=object)
    last = np.minimum(pilot.dyads["last_session"].to_numpy(dtype=np.int64), n_sessions)
    due = np.arange(1, n_sessions + 1) <= last[:, None]
    return counted((status != "held") & due, last)


def counted(skipped: Bools, last: Counts) -> Histories:
    """Return the different histories among those of dyads.

    Parameters
    ----------
    skipped : array of bool, shape (n_dyads, n_sessions)
        Whether the session came due and was not held.
    last : array of int, shape (n_dyads,)
        Last session that came due.

    Examples
    --------
    >>> counted(np.array([[True, False], [True, False]]), np.array([2, 2])).count.tolist()
    [2]
    """
    rows = np.column_stack([last, skipped])
    unique, which, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return Histories(unique[:, 1:].astype(bool), unique[:, 0], count, which.ravel())


def session_levers(programme: Programme) -> tuple[Array, Array]:
    """Return what the levers take off the log-odds of skipping and of ending, by session."""
    n_sessions, models = programme.planned_sessions, programme.assumptions
    keep = np.zeros(n_sessions)
    if programme.check_in_every > 0:
        keep[programme.check_in_every - 1 :] = models.sessions.end_check_in
    keep += models.agreement.goal_end * (programme.goal_clarity - 0.5)
    return programme.support + programme.recognition.support(n_sessions), keep
