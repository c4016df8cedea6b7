"""The likelihood of who skipped and who ended, with workload and quality integrated out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from revlab.design.histories import Histories, session_levers
from revlab.errors import one_of
from revlab.fieldwork.programme import Programme

__all__ = ["ATTENDANCE", "Attendance", "attendance_log_likelihood", "quality_weights"]

Array = npt.NDArray[np.float64]

ATTENDANCE = ("skip_base", "skip_after_skip", "end_base", "end_skips")
"""Parameters of the session model that sessions held, skipped and not reached may inform."""

_NODES = np.linspace(-3.0, 3.0, 11)
"""Of workload, in SD."""
_QUALITY, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Attendance:
    """The log-likelihood of histories and its gradient in the parameters `ATTENDANCE`.

    The workload of the two over the sessions, and the potential of their relationship, are not
    seen. They are integrated out dyad by dyad, so that the sessions of a dyad go together. Given
    the potential, what was skipped and what ended are two factors.

    Parameters
    ----------
    histories : Histories
        What became of the sessions.
    programme : Programme
        Its levers, and all that is assumed beside.

    Examples
    --------
    >>> one = Histories(np.array([[True]]), np.array([1]), np.array([1]), np.array([0]))
    >>> value, slopes = Attendance(one, Programme(1))(np.array([0.0, 0.0, -1.0, 0.0]))
    >>> round(value, 3), slopes.round(3).tolist()
    (-0.693, [0.462, 0.0, 0.0, 0.0])
    """

    histories: Histories
    programme: Programme

    def __call__(self, values: Array) -> tuple[float, Array]:
        """Return the log-likelihood at values of `ATTENDANCE`, shape (4,), and its gradient."""
        skip, skip_slope = self._skipping(values[0], values[1])
        end, end_slope = self._ending(values[2], values[3])
        chance = (skip * end) @ _WEIGHTS
        slopes = np.concatenate([(skip_slope * end) @ _WEIGHTS, (end_slope * skip) @ _WEIGHTS])
        count = self.histories.count
        return float(count @ np.log(chance)), np.asarray((slopes / chance) @ count)

    def potential(self, values: Array) -> tuple[Array, Array]:
        """Return potentials of a relationship, in SD, and the chance of each given a history."""
        skip, _ = self._skipping(values[0], values[1])
        end, _ = self._ending(values[2], values[3])
        chance = skip * end * _WEIGHTS
        return _QUALITY, chance / chance.sum(axis=1, keepdims=True)

    @cached_property
    def _held(self) -> npt.NDArray[np.int64]:
        """Sessions held before each session and after the last, (n_histories, n_sessions + 1)."""
        held = np.cumsum(self.histories.due & ~self.histories.skipped, axis=1)
        return np.column_stack([np.zeros(len(held), dtype=np.int64), held])

    @cached_property
    def _quality(self) -> Array:
        """Quality before each session and after the last, by potential, in SD."""
        ramp = self.programme.assumptions.relationship.ramp(
            np.arange(self.histories.n_sessions + 1)
        )
        return np.asarray(ramp[self._held][..., None] * _QUALITY)

    @cached_property
    def _loads(self) -> tuple[Array, Array]:
        """Chances of the nodes of workload at first, and from one session to the next."""
        nodes, persistence = _NODES, self.programme.session_persistence
        first = np.exp(-(nodes**2) / 2)
        fresh = np.sqrt(max(1 - persistence**2, 0.05))
        step = np.exp(-(((nodes[None, :] - persistence * nodes[:, None]) / fresh) ** 2) / 2)
        return first / first.sum(), step / step.sum(axis=1, keepdims=True)

    @cached_property
    def _given(self) -> Array:
        """Log-odds of skipping but for what is fitted, (sessions, histories, quality, load)."""
        model = self.programme.assumptions.sessions
        support, _ = session_levers(self.programme)
        odds = -model.skip_quality * self._quality[:, :-1] - support[:, None]
        return np.asarray(odds.transpose(1, 0, 2)[..., None] + model.skip_workload * _NODES)

    def _skipping(self, base: float, again: float) -> tuple[Array, Array]:
        """Return the chance of what was skipped by potential, and its slopes in the two."""
        told = self.histories
        first, onward = self._loads
        after = np.column_stack([np.zeros(len(told.count)), told.in_a_row[:, :-1] > 0])
        chance = np.broadcast_to(first, (len(told.count), _QUALITY.size, first.size))
        slopes = np.zeros((2, *chance.shape))
        for k in range(told.n_sessions):
            due, skipped, repeat = (x[:, k, None, None] for x in (told.due, told.skipped, after))
            sign = np.where(skipped, 1.0, -1.0)
            seen = expit(sign * (self._given[k] + base + again * repeat))
            rise = np.where(due, sign * seen * (1 - seen), 0.0)
            seen = np.where(due, seen, 1.0)
            slopes = (slopes * seen + np.stack([chance * rise, chance * rise * repeat])) @ onward
            chance = (chance * seen) @ onward
        return chance.sum(axis=-1), slopes.sum(axis=-1)

    def _ending(self, base: float, skips: float) -> tuple[Array, Array]:
        """Return the chance of when a dyad ended by potential, and its slopes in the two."""
        told, model = self.histories, self.programme.assumptions.sessions
        _, keep = session_levers(self.programme)
        row = told.in_a_row[:, :-1, None].astype(float)
        ended = told.ends[:, :-1, None]
        odds = base + skips * row - model.end_quality * self._quality[:, 1:-1] - keep[:-1, None]
        due = told.due[:, :-1, None]
        seen = np.where(due, expit(np.where(ended, odds, -odds)), 1.0)
        chance = seen.prod(axis=1)
        away = np.where(due, ended - expit(odds), 0.0)
        return chance, chance * np.stack([away.sum(axis=1), (away * row).sum(axis=1)])


def _start(programme: Programme, values: Mapping[str, float]) -> tuple[Programme, Array]:
    models = programme.assumptions
    for name in values:
        one_of("values", name, list(vars(models.sessions)))
    sessions = replace(models.sessions, **values)
    given = replace(programme, assumptions=replace(models, sessions=sessions))
    return given, np.array([getattr(sessions, name) for name in ATTENDANCE])


def attendance_log_likelihood(
    histories: Histories, programme: Programme, values: Mapping[str, float]
) -> float:
    """Return the log-likelihood of what became of the sessions.

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
    given, at = _start(programme, values)
    return Attendance(histories, given)(at)[0]


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

    Examples
    --------
    >>> one = Histories(np.array([[False]]), np.array([1]), np.array([1]), np.array([0]))
    >>> quality, weights = quality_weights(one, Programme(1), {"skip_quality": 0.0})
    >>> bool(abs(weights @ quality) < 1e-12)
    True
    """
    given, at = _start(programme, values)
    return Attendance(histories, given).potential(at)
