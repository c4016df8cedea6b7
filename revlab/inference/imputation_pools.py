"""Multiple imputation of scores of people who sit in pools."""

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import independent
from revlab.rng import stream

__all__ = ["impute_in_pools"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

_BURN_IN = 100
_BETWEEN = 5
_FEWEST = 5
_PRIOR = 0.1


def impute_in_pools(
    scores: Floats, design: Floats, *, pool: Codes, n_imputations: int, seed: int
) -> list[Floats]:
    """Fill missing scores several times from a model with random intercepts of pools.

    Parameters
    ----------
    scores : ndarray of shape (n, k)
        Points, one column per survey, NaN where missing.
    design : ndarray of shape (n, p)
        What is known of everybody: a column of ones (or of blocks), the arm, sessions held.
    pool : ndarray of shape (n,)
        Number of the pool, 0 to G - 1.
    n_imputations : int
        Data sets, two or more.
    seed : int
        Of the draws.

    Returns
    -------
    list of ndarray of shape (n, k)
        Copies of ``scores`` without gaps; what was answered stays as it was.

    Raises
    ------
    EstimateError
        If a survey has fewer than five scores or all are equal, or there are no more complete
        dyads than columns.

    Notes
    -----
    Model: the k scores of a dyad are normal around ``design @ B`` plus the intercept of its pool;
    dyads have covariance S, intercepts have covariance T. S, T and B are drawn by a Gibbs sampler
    (100 rounds before the first data set, 5 between two); B is drawn with the intercepts
    integrated out. Priors are inverse Wishart, weak: k (S) and k + 1 (T) degrees of freedom and a
    scale of a tenth of the variance. Pools enter as random intercepts because an indicator for
    every pool needs answers in every pool and makes pools differ too much, while pool means of
    what was answered make filled-in pools too alike. A filled-in score may lie a little outside
    of the scale: to cut it would pull the mean. Calibration: see `sensitivity` in
    ``revlab.inference.analysis_missing``.

    References
    ----------
    Schafer & Yucel (2002), Journal of Computational and Graphical Statistics 11; Andridge (2011),
    Biometrical Journal 53, on pool indicators.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(3, 1, size=(20, 2))
    >>> scores[:4, 1] = np.nan
    >>> filled = impute_in_pools(scores, np.ones((20, 1)), pool=np.arange(20) // 4,
    ...     n_imputations=2, seed=1)
    >>> len(filled), int(np.isnan(filled[0]).sum()), bool(filled[0][0, 0] == scores[0, 0])
    (2, 0, True)
    """
    must(n_imputations >= 2, "`n_imputations` must be two or more.", EstimateError)
    seen = np.isfinite(scores)
    _check(scores, design, seen=seen)
    centre = np.nanmean(scores, axis=0)
    size = np.nanstd(scores, axis=0, ddof=1)
    sampler = _Sampler((scores - centre) / size, design, pool, stream(seed, "pool imputation"))
    for _ in range(_BURN_IN):
        sampler.round()
    done = []
    for _ in range(n_imputations):
        for _ in range(_BETWEEN):
            sampler.round()
        done.append(np.where(seen, scores, sampler.y * size + centre))
    return done


def _check(scores: Floats, design: Floats, *, seen: NDArray[np.bool_]) -> None:
    for column, there in zip(scores.T, seen.T, strict=True):
        n = int(there.sum())
        must(
            n >= _FEWEST and float(np.ptp(column[there])) > 0,
            f"a survey has {n} scores, or all are equal; imputation learns from at least "
            f"{_FEWEST} that differ.",
            EstimateError,
        )
    n_whole, k = int(seen.all(axis=1).sum()), scores.shape[1] + design.shape[1]
    must(
        n_whole > k,
        f"{n_whole} dyads answered every survey; imputation from {k} columns needs more.",
        EstimateError,
    )
    independent(design)


class _Sampler:
    def __init__(self, y: Floats, x: Floats, pool: Codes, rng: np.random.Generator) -> None:
        seen = np.isfinite(y)
        self.x, self.pool, self.rng = x, pool, rng
        # Gaps start at random answers of the same survey.
        self.y = y.copy()
        for column, there in zip(self.y.T, seen.T, strict=True):
            column[~there] = rng.choice(column[there], int((~there).sum()))
        self.gone = [np.flatnonzero(~there) for there in seen.T]
        self.sizes = np.bincount(pool).astype(float)
        self.x_mean = self._pool_means(x)
        self.x_left = x - self.x_mean[pool]
        k = y.shape[1]
        self.within, self.between = 0.5 * np.eye(k), _PRIOR * np.eye(k)

    def _pool_means(self, values: Floats) -> Floats:
        totals = np.zeros((len(self.sizes), values.shape[1]))
        np.add.at(totals, self.pool, values)
        means: Floats = totals / self.sizes[:, None]
        return means

    def round(self) -> None:
        """Draw coefficients, intercepts, covariances and what is missing, in this order."""
        rng, (n, k), n_pools = self.rng, self.y.shape, len(self.sizes)
        mean = self.x @ self._coefficients()
        within = np.linalg.inv(self.within)
        spread = np.linalg.inv(np.linalg.inv(self.between) + self.sizes[:, None, None] * within)
        pull = self.sizes[:, None] * self._pool_means(self.y - mean) @ within
        intercepts = (spread @ pull[..., None])[..., 0]
        noise = rng.normal(size=(n_pools, k, 1))
        intercepts = intercepts + (np.linalg.cholesky(spread) @ noise)[..., 0]
        mean = mean + intercepts[self.pool]
        left = self.y - mean
        scale = _PRIOR * np.eye(k)
        self.within = _inverse_wishart(rng, left.T @ left + scale, df=n + k)
        total = intercepts.T @ intercepts + scale
        self.between = _inverse_wishart(rng, total, df=n_pools + k + 1)
        self._fill(mean)

    def _coefficients(self) -> Floats:
        (p, k), within = (self.x.shape[1], self.y.shape[1]), np.linalg.inv(self.within)
        own = self.sizes[:, None, None]
        weight = own * np.linalg.inv(self.within + own * self.between)
        y_mean = self._pool_means(self.y)
        y_left = self.y - y_mean[self.pool]
        precision = np.kron(self.x_left.T @ self.x_left, within)
        precision += np.einsum("ga,gb,gkl->akbl", self.x_mean, self.x_mean, weight).reshape(
            p * k, p * k
        )
        pull = self.x_left.T @ y_left @ within
        pull += np.einsum("ga,gkl,gl->ak", self.x_mean, weight, y_mean)
        lower = np.linalg.cholesky(precision)
        centre = np.linalg.solve(precision, pull.ravel())
        drawn = centre + np.linalg.solve(lower.T, self.rng.normal(size=p * k))
        return drawn.reshape(p, k)

    def _fill(self, mean: Floats) -> None:
        precision = np.linalg.inv(self.within)
        left = self.y - mean
        for j, rows in enumerate(self.gone):
            if not len(rows):
                continue
            own = precision[j, j]
            reach = left[rows] @ precision[:, j] / own - left[rows, j]
            left[rows, j] = self.rng.normal(size=len(rows)) / np.sqrt(own) - reach
            self.y[rows, j] = mean[rows, j] + left[rows, j]


def _inverse_wishart(rng: np.random.Generator, scale: Floats, *, df: float) -> Floats:
    k = len(scale)
    lower = np.tril(rng.normal(size=(k, k)), -1)
    lower[np.diag_indices(k)] = np.sqrt(rng.chisquare(df - np.arange(k)))
    root = np.linalg.solve(lower, np.linalg.cholesky(scale).T)
    drawn: Floats = root.T @ root
    return drawn
