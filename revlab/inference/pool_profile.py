"""The profile of REML's deviance over the correlation of dyads in a pool, for many replications.

With the ratio ``g`` of the variance between pools to that within them, the covariance of a pool
of n dyads is ``w (I + g J)``, whose inverse is ``(I - c J) / w`` with ``c = g / (1 + n g)``. So
all that the data hold are sums over each pool, the variance ``w`` has a closed form, and what is
left is one number per replication: REML's ``g``, found by Newton's method in the first valley of
the deviance downhill from independence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PoolSums", "Profile", "profile", "reml_ratio"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STEPS = (*np.arange(1, 20) / 20, 0.97, 0.99, 0.997, 0.999)
_ROUNDS = 60


@dataclass(frozen=True)
class PoolSums:
    """What the likelihood needs of the predictors and the outcome, the outcome last.

    Parameters
    ----------
    whole : ndarray of shape (R, q, q)
        Products of the columns over all dyads.
    totals : ndarray of shape (R, G, q)
        Sums of the columns in each pool.
    size : ndarray of shape (R, G)
        Dyads of each pool, 0 for a pool that is not there.
    n, p : ndarray of shape (R,)
        Dyads and coefficients.
    """

    whole: Floats
    totals: Floats
    size: Floats
    n: Floats
    p: Floats

    def of(self, rows: Flags) -> "PoolSums":
        """Return the sums of some replications."""
        return PoolSums(
            self.whole[rows], self.totals[rows], self.size[rows], self.n[rows], self.p[rows]
        )


@dataclass(frozen=True)
class Profile:
    """The profile deviance at a ratio, its two derivatives, and what estimates need.

    All (R,), but ``fit`` (R, p) and ``spread``, ``spread_slope`` (R, p, p).
    """

    slope: Floats
    bend: Floats
    rest: Floats
    rest_slope: Floats
    rest_bend: Floats
    log_bend: Floats
    fit: Floats
    spread: Floats
    spread_slope: Floats


def _weighted(sums: PoolSums, weight: Floats) -> Floats:
    """Return the sum over pools of weight (R, G) times the products of totals; (R, q, q)."""
    return np.swapaxes(sums.totals * weight[..., None], 1, 2) @ sums.totals


def profile(sums: PoolSums, ratio: Floats) -> Profile:
    """Return the derivatives of the profile deviance at the ratios (R,), and the fit there.

    Examples
    --------
    >>> one = np.ones((1, 2, 1)) * [1.0, 0.0]  # two dyads, each its own pool, scores 1 and -1
    >>> one[0, :, 1] = 1.0, -1.0
    >>> sums = PoolSums(2 * np.eye(2)[None], one, np.ones((1, 2)), np.full(1, 2.0), np.ones(1))
    >>> profile(sums, np.zeros(1)).rest.tolist()
    [2.0]
    """
    grown = 1 + sums.size * ratio[:, None]
    moment = sums.whole - _weighted(sums, ratio[:, None] / grown)
    first = -_weighted(sums, 1 / grown**2)
    second = _weighted(sums, 2 * sums.size / grown**3)
    inverse: Floats = np.linalg.inv(moment[:, :-1, :-1]).astype(float)
    fit = (inverse @ moment[:, :-1, -1:])[..., 0]
    line = np.concatenate([-fit, np.ones((len(fit), 1))], axis=1)
    turned = (first @ line[..., None])[..., 0]
    rest = np.einsum("ri,rij,rj->r", line, moment, line)
    rest_slope = (line * turned).sum(-1)
    pulled = (inverse @ turned[:, :-1, None])[..., 0]
    rest_bend = np.einsum("ri,rij,rj->r", line, second, line)
    rest_bend = rest_bend - 2 * (turned[:, :-1] * pulled).sum(-1)
    moved = inverse @ first[:, :-1, :-1]
    log_slope = (sums.size / grown).sum(-1) + np.einsum("rii->r", moved)
    log_bend = -((sums.size / grown) ** 2).sum(-1) - np.einsum("rij,rji->r", moved, moved)
    log_bend = log_bend + np.einsum("rij,rji->r", inverse, second[:, :-1, :-1])
    left = sums.n - sums.p
    return Profile(
        slope=left * rest_slope / rest + log_slope,
        bend=left * (rest_bend / rest - (rest_slope / rest) ** 2) + log_bend,
        rest=rest,
        rest_slope=rest_slope,
        rest_bend=rest_bend,
        log_bend=log_bend,
        fit=fit,
        spread=inverse,
        spread_slope=-(moved @ inverse),
    )


def _slope(sums: PoolSums, ratio: Floats) -> Floats:
    """Return the slope of the profile deviance; as in `profile`, and no more."""
    grown = 1 + sums.size * ratio[:, None]
    moment = sums.whole - _weighted(sums, ratio[:, None] / grown)
    first = -_weighted(sums, 1 / grown**2)
    both = np.einsum("rij,rji->r", np.linalg.inv(moment), first)
    inner = np.einsum("rij,rji->r", np.linalg.inv(moment[:, :-1, :-1]), first[:, :-1, :-1])
    left = sums.n - sums.p
    # the determinant with the outcome is that without it times the rest
    total: Floats = left * (both - inner) + inner + (sums.size / grown).sum(-1)
    return total


def _bracket(sums: PoolSums) -> tuple[Floats, Floats, Flags]:
    """Return the ends of the first valley downhill from independence, and whether there is one.

    A likelihood that lets pools of unequal sizes be negatively correlated may have further
    maxima near the end of the range, where one pool alone decides; they are left alone.
    """
    largest = sums.size.max(-1)
    runs = len(largest)
    floor = -1 / (largest - 1)
    up = _slope(sums, np.zeros(runs)) < 0
    near, far = np.zeros(runs), np.full(runs, np.nan)
    for share in _STEPS:
        correlation = np.where(up, share, floor * share)
        here = correlation / (1 - correlation)
        seek = np.isnan(far)
        if not seek.any():
            break
        turned = np.zeros(runs, dtype=bool)
        turned[seek] = (_slope(sums.of(seek), here[seek]) < 0) != up[seek]
        far = np.where(seek & turned, here, far)
        near = np.where(seek & ~turned, here, near)
    return np.fmin(near, far), np.fmax(near, far), ~np.isnan(far)


def reml_ratio(sums: PoolSums) -> Floats:
    """Return REML's ratio of the variance between pools to that within; NaN without one.

    Parameters
    ----------
    sums : PoolSums
        Of replications that can be fitted.

    References
    ----------
    Patterson & Thompson (1971), Biometrika 58, for REML.
    """
    low, high, found = _bracket(sums)
    at = np.full(len(low), np.nan)
    if not found.any():
        return at
    kept, low, high = sums.of(found), low[found], high[found]
    now = (low + high) / 2
    for _ in range(_ROUNDS):
        here = profile(kept, now)
        low, high = np.where(here.slope < 0, now, low), np.where(here.slope < 0, high, now)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = now - here.slope / here.bend
        inside = (here.bend > 0) & (step > low) & (step < high)
        new = np.where(inside, step, (low + high) / 2)
        done = np.abs(new - now) <= 1e-14 * (1 / kept.size.max(-1) + np.abs(now))
        now = new
        if done.all():
            break
    at[found] = now
    return at
