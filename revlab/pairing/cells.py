"""From the cells that mechanisms chose to a `Matching`, checked once more."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import LEFT_COLUMNS, Matching, dyad_ids

__all__ = ["LEFT_OUT", "NO_CAPACITY", "REASONS", "Pool", "matching_from_cells", "matching_of_pools"]

NO_CAPACITY = "their capacity is zero"
LEFT_OUT = "the policy left a possible dyad out"
REASONS = (
    NO_CAPACITY,
    "there is nobody on the other side",
    "the rules allow them no partner",
    "all allowed partners have a capacity of zero",
    "all allowed partners are taken",
    LEFT_OUT,
)
"""Why somebody is left over; the first that holds is given."""

Cells = NDArray[np.intp]
_BLOCK = 512


class Pool(NamedTuple):
    """What a mechanism did in one pool: the cells it chose, and the labels of the dyads."""

    compatibility: Compatibility
    cells: Cells
    policy: str
    pool_id: str
    arm: str


def matching_from_cells(
    compatibility: Compatibility,
    cells: Cells,
    *,
    policy: str,
    pool_id: str = "P01",
    arm: str | None = None,
) -> Matching:
    """Return the matching that consists of these cells of a compatibility.

    Every cell is checked again here, so that a mechanism written by a user cannot exceed a
    capacity, make a forbidden pair or make one pair twice.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, eligibility and capacities.
    cells : array of int, shape (n_dyads, 2)
        Row of the mentee and column of the mentor of each dyad.
    policy : str
        Name of the policy.
    pool_id : str
        Label of the pool.
    arm : str or None
        Label of the arm, by default the policy's name.

    Raises
    ------
    PairingError
        If a cell is not there, forbidden or repeated, or a capacity is exceeded.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.1]])
    >>> matching_from_cells(scores, np.array([[0, 0], [0, 1]]), policy="mine")
    Traceback (most recent call last):
    ...
    revlab.errors.PairingError: policy 'mine' gave mentee 'mentee1' more dyads than the capacity \
allows: 2 where 1 would do.
    """
    return matching_of_pools([Pool(compatibility, cells, policy, pool_id, arm or policy)])


def matching_of_pools(pools: Sequence[Pool]) -> Matching:
    """Return the matching of several pools; the dyads are numbered over all of them.

    Raises
    ------
    PairingError
        As for `matching_from_cells`, and if there is no pool or two share a label.

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.9, 0.1]])
    >>> one = Pool(fit, np.array([[0, 0]]), "mine", "P01", "mine")
    >>> matching_of_pools([one])
    Matching by 'mine': 1 dyad, mean score 0.90; 1 mentor and 0 mentees left over
    """
    labels = [pool.pool_id for pool in pools]
    must(
        len(set(labels)) == len(labels) > 0,
        f"the pools of a matching need different labels; got {labels}.",
        PairingError,
    )
    pools = [pool._replace(cells=_checked(pool)) for pool in pools]
    dyads = _stacked([_dyads(pool) for pool in pools])
    dyads.insert(0, "dyad_id", dyad_ids(len(dyads)))
    left = {
        side: _stacked([_left_over(pool, side) for pool in pools]) for side in ("mentor", "mentee")
    }
    name = " and ".join(sorted({pool.policy for pool in pools}))
    return Matching(name, dyads, left["mentor"], left["mentee"])


def _stacked(columns: list[dict[str, NDArray[np.generic]]]) -> pd.DataFrame:
    return pd.DataFrame({name: np.concatenate([c[name] for c in columns]) for name in columns[0]})


def _dyads(pool: Pool) -> dict[str, NDArray[np.generic]]:
    fit, k = pool.compatibility, len(pool.cells)
    rows, columns = fit.mentee_ids.to_numpy(object), fit.mentor_ids.to_numpy(object)
    names = [(rows[i], columns[j]) for i, j in pool.cells]
    order = sorted(range(k), key=names.__getitem__)
    i, j = pool.cells[order].T
    return {
        "pool_id": np.full(k, pool.pool_id, dtype=object),
        "arm": np.full(k, pool.arm, dtype=object),
        "mentor_id": columns[j],
        "mentee_id": rows[i],
        "score": fit.joint_at(i, j),
        "mentor_score": fit.mentor_score[i, j].astype(float),
        "mentee_score": fit.mentee_score[i, j].astype(float),
        "mentor_rank": _ranks(fit.mentor_score.T, fit.eligible.T, j, i),
        "mentee_rank": _ranks(fit.mentee_score, fit.eligible, i, j),
    }


def _checked(pool: Pool) -> Cells:
    fit, policy = pool.compatibility, pool.policy
    cells = np.asarray(pool.cells, dtype=np.intp).reshape(-1, 2)
    n, m = fit.shape
    inside = (cells >= 0).all() and (cells[:, 0] < n).all() and (cells[:, 1] < m).all()
    message = f"policy {policy!r} gave a cell outside the {n} x {m} table of mentees and mentors."
    must(bool(inside), message, PairingError)
    # By the numbers of the cells, in order: a table would take more memory than the scores.
    made, times = np.unique(cells[:, 0] * m + cells[:, 1], return_counts=True)
    forbidden = ~fit.eligible[made // max(m, 1), made % max(m, 1)] if m else made > 0
    for fault, bad in (("forbidden", forbidden), ("repeated", times > 1)):
        if bad.any():
            i, j = divmod(int(made[np.argmax(bad)]), m)
            raise PairingError(
                f"policy {policy!r} gave a {fault} dyad: mentee {fit.mentee_ids[i]!r} with mentor "
                f"{fit.mentor_ids[j]!r}."
            )
    for side, axis in (("mentee", 0), ("mentor", 1)):
        capacity = getattr(fit, f"{side}_capacity")
        used = np.bincount(cells[:, axis], minlength=len(capacity))
        if (used > capacity).any():
            k = int(np.argmax(used > capacity))
            raise PairingError(
                f"policy {policy!r} gave {side} {getattr(fit, f'{side}_ids')[k]!r} more dyads than "
                f"the capacity allows: {used[k]} where {capacity[k]} would do."
            )
    return cells


def _ranks(
    score: NDArray[np.float64], eligible: NDArray[np.bool_], own: Cells, partner: Cells
) -> NDArray[np.int64]:
    # A tie shares the better rank, so that a rank never depends on how ties were broken.
    ranks = np.ones(len(own), dtype=np.int64)
    for k in range(0, len(own), _BLOCK):
        i, j = own[k : k + _BLOCK], partner[k : k + _BLOCK]
        ranks[k : k + _BLOCK] += (eligible[i] & (score[i] > score[i, j][:, None])).sum(axis=1)
    return ranks


def _left_over(pool: Pool, side: str) -> dict[str, NDArray[np.generic]]:
    fit, cells = pool.compatibility, pool.cells
    eligible, axis, partner = fit.eligible, 0, "mentor"
    if side == "mentor":
        eligible, axis, partner = eligible.T, 1, "mentee"
    own, theirs = getattr(fit, f"{side}_capacity"), getattr(fit, f"{partner}_capacity")
    left = np.flatnonzero(np.bincount(cells[:, axis], minlength=len(own)) == 0)
    ids = getattr(fit, f"{side}_ids").to_numpy(object)
    left = left[np.argsort(ids[left].astype(str), kind="stable")]
    room = theirs > np.bincount(cells[:, 1 - axis], minlength=len(theirs))
    allowed = eligible[left]
    # The first that holds is the reason; no counts, so that the reasons can be counted.
    reasons = np.select(
        [
            own[left] == 0,
            np.full(len(left), len(theirs) == 0),
            ~allowed.any(axis=1),
            ~(allowed & (theirs > 0)).any(axis=1),
            ~(allowed & room).any(axis=1),
        ],
        list(REASONS[:-1]),
        REASONS[-1],
    )
    pool_id = np.full(len(left), pool.pool_id, dtype=object)
    values = (ids[left], pool_id, reasons.astype(object))
    return dict(zip(LEFT_COLUMNS, values, strict=True))
