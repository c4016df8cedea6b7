"""Sessions: workload, skipping, and dyads that end early."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.dice import happens
from revlab.fieldwork.evidence import default
from revlab.fieldwork.relationship import RelationshipModel

__all__ = ["SessionModel", "SessionPaths", "SessionShocks", "workload_path"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def workload_path(shocks: Array, persistence: float) -> Array:
    """Return workload by session: ``W[k] = r W[k-1] + sqrt(1 - r**2) e[k]``, with variance 1.

    Parameters
    ----------
    shocks : array, shape (..., n_sessions, n_people)
        Standard normal ``e``.
    persistence : float
        Correlation ``r`` from one session to the next, -1 to 1.

    Returns
    -------
    array, same shape

    Examples
    --------
    >>> workload_path(np.array([[1.0], [0.0], [0.0]]), 0.5).ravel().tolist()
    [1.0, 0.5, 0.25]
    """
    path: Array = np.sqrt(1 - persistence**2) * shocks
    path[..., 0, :] = shocks[..., 0, :]
    for k in range(1, path.shape[-2]):
        path[..., k, :] += persistence * path[..., k - 1, :]
    return path


@dataclass(frozen=True, eq=False)
class SessionShocks:
    """What chance brings to the sessions of dyads, standard normal each.

    Parameters
    ----------
    workload : array, shape (..., n_sessions, n_dyads)
        Workload of the two taken together.
    skip, end : array, same shape
        Small values make skipping and ending happen.
    """

    workload: Array
    skip: Array
    end: Array


@dataclass(frozen=True, eq=False)
class SessionPaths:
    """What became of the planned sessions.

    Parameters
    ----------
    held, reached : array of bool, shape (..., n_sessions, n_dyads)
        A session that was reached and not held was skipped.
    quality : array, same shape
        Relationship quality at the beginning of each session.
    last_session : array of int, shape (..., n_dyads)
        Last session that came due before the dyad ended, ``n_sessions`` if it completed.
    """

    held: Bools
    reached: Bools
    quality: Array
    last_session: npt.NDArray[np.int64]

    def held_by(self, session: int) -> npt.NDArray[np.int64]:
        """Return the number of sessions held among the first ``session``, (..., n_dyads)."""
        return np.asarray(self.held[..., :session, :].sum(axis=-2))


@dataclass(frozen=True)
class SessionModel:
    """When sessions are skipped and when dyads end.

    With ``W`` the workload of the two, ``q`` the relationship quality and ``s`` the support that
    the programme gives, a session that comes due is skipped with log-odds
    ``skip_base + skip_workload * W + skip_after_skip * [the last one was skipped]
    - skip_quality * q - s``; after it, unless it was the last, the dyad ends with log-odds
    ``end_base - end_quality * q + end_skips * (sessions skipped in a row) - k``, with ``k`` what
    keeps the two together beside that.

    Parameters
    ----------
    workload_persistence : float
        Correlation of a person's workload from week to week.
    skip_base, skip_workload, skip_after_skip, skip_quality : float
        Log-odds of skipping, see above.
    skip_protected_time, skip_sponsor_support, skip_line_manager_support : float
        What a full lever takes off the log-odds, against none of it.
    end_base, end_quality, end_skips : float
        Log-odds of ending, see above.
    end_check_in : float
        What regular check-ins take off the log-odds of ending, from the first one on.

    Examples
    --------
    >>> zeros = np.zeros((3, 1))
    >>> shocks = SessionShocks(workload=zeros, skip=zeros - 9, end=zeros + 9)
    >>> paths = SessionModel()(shocks, np.zeros(1), relationship=RelationshipModel(), support=0.0)
    >>> paths.held.any(), paths.last_session.tolist()
    (np.False_, [3])
    """

    workload_persistence: float = default("sessions.workload_persistence")
    skip_base: float = default("sessions.skip_base")
    skip_workload: float = default("sessions.skip_workload")
    skip_after_skip: float = default("sessions.skip_after_skip")
    skip_quality: float = default("sessions.skip_quality")
    skip_protected_time: float = default("sessions.skip_protected_time")
    skip_sponsor_support: float = default("sessions.skip_sponsor_support")
    skip_line_manager_support: float = default("sessions.skip_line_manager_support")
    end_base: float = default("sessions.end_base")
    end_quality: float = default("sessions.end_quality")
    end_skips: float = default("sessions.end_skips")
    end_check_in: float = default("sessions.end_check_in")

    def __call__(
        self,
        shocks: SessionShocks,
        potential: Array,
        *,
        relationship: RelationshipModel,
        support: float | Array,
        keep: float | Array = 0.0,
    ) -> SessionPaths:
        """Return what becomes of the sessions of dyads with this ``potential`` (..., n_dyads).

        ``support`` and ``keep`` are one number, or go with ``(..., n_sessions, n_dyads)``.
        """
        shape = shocks.workload.shape
        support, keep = (np.broadcast_to(x, shape) for x in (support, keep))
        grown = relationship.ramp(np.arange(shape[-2] + 1))
        held, reached, quality = np.empty(shape, bool), np.empty(shape, bool), np.empty(shape)
        dyads = held[..., 0, :].shape
        alive, skipped = np.ones(dyads, bool), np.zeros(dyads, bool)
        in_a_row, count = np.zeros(dyads), np.zeros(dyads, np.intp)
        last = np.full(dyads, shape[-2], dtype=np.int64)
        now = grown[0] * potential
        for k in range(shape[-2]):
            at = (..., k, slice(None))
            quality[at], reached[at] = now, alive
            skipped = happens(
                shocks.skip[at], self._skip_odds(shocks.workload[at], skipped, now) - support[at]
            )
            held[at] = alive > skipped
            count += held[at]
            in_a_row += 1
            in_a_row *= skipped
            now = grown.take(count) * potential
            ends = happens(shocks.end[at], self._end_odds(now, in_a_row) - keep[at])
            ends &= alive
            # Ending after the last session is what completing means, so it changes nothing.
            last[ends] = k + 1
            alive ^= ends
        return SessionPaths(held=held, reached=reached, quality=quality, last_session=last)

    # Both work in place: a large array that is made anew costs more than the sum in it.

    def _skip_odds(self, workload: Array, after_skip: Bools, quality: Array) -> Array:
        odds: Array = self.skip_workload * workload
        odds += self.skip_base
        odds += self.skip_after_skip * after_skip
        odds -= self.skip_quality * quality
        return odds

    def _end_odds(self, quality: Array, in_a_row: Array) -> Array:
        odds: Array = self.end_quality * quality
        np.subtract(self.end_base, odds, out=odds)
        odds += self.end_skips * in_a_row
        return odds
