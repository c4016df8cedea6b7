"""`quick_paths`: what `SessionModel` gives, bit for bit, in less time.

Whether a session is skipped or a dyad ends is decided by ``ndtr(dice) < expit(odds)``. Both
sides are costly, and nearly always far apart: a short polynomial tells which is the larger, and
only where it comes close is the question put to the two functions themselves.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.sessions import SessionModel, SessionPaths, SessionShocks

__all__ = ["happens", "quick_paths"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_LOGIT = (1.59679306, 0.07384036, -0.00073726)
"""``logit(ndtr(x))`` is near ``x (a + b x**2 + c x**4)``: to 0.0021 for x from -4 to 4."""
_LIMIT, _MARGIN = 4.0, 0.005


def happens(dice: Array, odds: Array) -> Bools:
    """Return ``ndtr(dice) < expit(odds)``, the same answer everywhere, in less time.

    Parameters
    ----------
    dice : array, shape (n,)
        Standard normal.
    odds : array, shape (n,)
        Log-odds that it happens.

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> happens(np.array([-1.0, 0.0, 1.0]), np.zeros(3)).tolist()
    [True, False, False]
    """
    square = dice * dice
    away = square * _LOGIT[2]
    away += _LOGIT[1]
    away *= square
    away += _LOGIT[0]
    away *= dice
    away -= odds
    answer: Bools = away < 0
    np.abs(away, out=away)
    # not (>) instead of (<=), so that what is not a number is put to the functions too
    near = ~(away > _MARGIN)
    near |= square > _LIMIT**2
    close = np.flatnonzero(near)
    answer[close] = ndtr(dice[close]) < expit(odds[close])
    return answer


def quick_paths(
    model: SessionModel,
    shocks: SessionShocks,
    potential: Array,
    *,
    relationship: RelationshipModel,
    support: float | Array,
    keep: float | Array = 0.0,
) -> SessionPaths:
    """Return what becomes of the sessions of dyads: a twin of ``SessionModel.__call__``.

    Parameters
    ----------
    model : SessionModel
        When sessions are skipped and dyads end.
    shocks : SessionShocks
        Of shape (n_sessions, n_dyads).
    potential : array, shape (n_dyads,)
        Potential quality of the relationship.
    relationship : RelationshipModel
        How quality grows.
    support, keep : float or array, broadcast to (n_sessions, n_dyads)
        Taken off the log-odds of skipping and of ending.

    Returns
    -------
    SessionPaths
        The same bits as ``model(shocks, potential, ...)``; a test holds the two together.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> shocks = SessionShocks(*stream(1, "shocks").standard_normal((3, 6, 50)))
    >>> how = {"relationship": RelationshipModel(), "support": 0.2}
    >>> twin = quick_paths(SessionModel(), shocks, np.zeros(50), **how)
    >>> bool((twin.held == SessionModel()(shocks, np.zeros(50), **how).held).all())
    True
    """
    shape = shocks.workload.shape
    support, keep = (np.broadcast_to(x, shape) for x in (support, keep))
    ramp = relationship.ramp(np.arange(shape[0] + 1))
    alive = np.ones(shape[1], dtype=bool)
    in_a_row, count = np.zeros(shape[1]), np.zeros(shape[1], dtype=np.intp)
    last = np.full(shape[1], shape[0], dtype=np.int64)
    held, reached = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    quality = np.empty(shape)
    now = ramp[count] * potential
    for k in range(shape[0]):
        quality[k] = now
        odds = _skip_odds(model, shocks.workload[k], in_a_row > 0, now) - support[k]
        skipped = happens(shocks.skip[k], odds)
        reached[k] = alive
        np.greater(alive, skipped, out=held[k])
        in_a_row += 1
        in_a_row *= skipped
        count += held[k]
        now = ramp.take(count) * potential
        risk = model.end_base - model.end_quality * now
        risk += model.end_skips * in_a_row
        risk -= keep[k]
        ends = happens(shocks.end[k], risk)
        ends &= alive
        last[ends] = k + 1
        alive ^= ends
    return SessionPaths(held=held, reached=reached, quality=quality, last_session=last)


def _skip_odds(model: SessionModel, workload: Array, after_skip: Bools, quality: Array) -> Array:
    odds: Array = model.skip_workload * workload
    odds += model.skip_base
    odds += model.skip_after_skip * after_skip
    odds -= model.skip_quality * quality
    return odds
