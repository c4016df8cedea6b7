"""The likelihood of who skipped and who ended, with workload and quality integrated out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from revlab.errors import DesignError, must
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.programme import Programme

__all__ = [
    "Histories",
    "attendance_log_likelihood",
    "histories_of",
    "quality_weights",
    "session_levers",
]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

_LOADS, _WIDEST = 11, 3.0
_QUALITY, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


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
    rows = np.column_stack([last, (status != "held") & due])
    unique, which, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return Histories(unique[:, 1:].astype(bool), unique[:, 0], count, which.ravel())


def _loads(persistence: float) -> tuple[Array, Array, Array]:
    """Return nodes of workload, their weights, and the weights from one session to the next."""
    nodes = np.linspace(-_WIDEST, _WIDEST, _LOADS)
    weights = np.exp(-(nodes**2) / 2)
    fresh = np.sqrt(max(1 - persistence**2, 0.05))
    step = np.exp(-(((nodes[None, :] - persistence * nodes[:, None]) / fresh) ** 2) / 2)
    return nodes, weights / weights.sum(), step / step.sum(axis=1, keepdims=True)


def attendance_log_likelihood(
    histories: Histories, programme: Programme, values: Mapping[str, float]
) -> float:
    """Return the log-likelihood of what became of the sessions.

    The workload of the two over the sessions, and the potential of their relationship, are not
    seen. They are integrated out dyad by dyad, so that the sessions of a dyad go together.

    Parameters
    ----------
    histories : Histories
        What became of the sessions.
    programme : Programme
        Its levers, and all that is assumed and not in ``values``.
    values : mapping of str to float
        Parameters of `revlab.fieldwork.sessions.SessionModel` to put in.

    Returns
    -------
    float

    Examples
    --------
    >>> one = Histories(np.array([[True]]), np.array([1]), np.array([1]), np.array([0]))
    >>> how = {"skip_base": 0.0, "skip_workload": 0.0, "skip_quality": 0.0}
    >>> round(attendance_log_likelihood(one, Programme(1), how), 4)
    -0.6931
    """
    chance = _chance(histories, programme, values)
    return float(histories.count @ np.log(chance.sum(axis=(1, 2))))


def quality_weights(
    histories: Histories, programme: Programme, values: Mapping[str, float]
) -> tuple[Array, Array]:
    """Return what a history tells of the potential quality of the relationship.

    Returns
    -------
    quality : array, shape (n_nodes,)
        Potentials, in SD.
    weights : array, shape (n_histories, n_nodes)
        Chance of each given the history; rows add up to 1.
    """
    chance = _chance(histories, programme, values).sum(axis=2)
    return _QUALITY, chance / chance.sum(axis=1, keepdims=True)


def _chance(histories: Histories, programme: Programme, values: Mapping[str, float]) -> Array:
    """Return the chance of each history with each quality and last workload."""
    model = replace(programme.assumptions.sessions, **values)
    support, keep = session_levers(programme)
    load, weights, onward = _loads(programme.session_persistence)
    ramp = programme.assumptions.relationship.ramp(np.arange(histories.n_sessions + 1))
    skipped, due, in_a_row = histories.skipped, histories.due, histories.in_a_row
    held = np.cumsum(due & ~skipped, axis=1)
    before = np.column_stack([np.zeros(len(held), dtype=np.int64), held[:, :-1]])
    after_skip = np.column_stack([np.zeros(len(held)), in_a_row[:, :-1] > 0])
    chance = np.tile(_WEIGHTS[:, None] * weights, (len(held), 1, 1))
    for k in range(histories.n_sessions):
        quality = ramp[before[:, k]][:, None] * _QUALITY
        odds = (
            model.skip_base
            + model.skip_after_skip * after_skip[:, k, None]
            - model.skip_quality * quality
            - support[k]
        )
        sign = np.where(skipped[:, k], 1.0, -1.0)[:, None, None]
        seen = expit(sign * (odds[..., None] + model.skip_workload * load))
        if k < histories.n_sessions - 1:
            quality = ramp[held[:, k]][:, None] * _QUALITY
            risk = model.end_base - model.end_quality * quality - keep[k]
            risk = risk + model.end_skips * in_a_row[:, k, None]
            sign = np.where(histories.ends[:, k], 1.0, -1.0)[:, None]
            seen *= expit(sign * risk)[..., None]
        chance = np.where(due[:, k, None, None], chance * seen, chance)
        chance = chance @ onward
    return chance


def session_levers(programme: Programme) -> tuple[Array, Array]:
    """Return what the levers take off the log-odds of skipping and of ending, by session."""
    n_sessions, models = programme.planned_sessions, programme.assumptions
    keep = np.zeros(n_sessions)
    if programme.check_in_every > 0:
        keep[programme.check_in_every - 1 :] = models.sessions.end_check_in
    keep += models.agreement.goal_end * (programme.goal_clarity - 0.5)
    return programme.support + programme.recognition.support(n_sessions), keep
