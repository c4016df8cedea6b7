"""A cumulative model with a random intercept per person, pair or mentor."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, roots_hermite

from revlab.errors import EstimateError, must
from revlab.inference.columns import group_codes
from revlab.inference.estimate import Estimate, z_estimate
from revlab.inference.newton import newton
from revlab.inference.ordinal import fit_ordinal, ordered
from revlab.inference.ordinal_likelihood import log_terms

__all__ = ["OrdinalMixedFit", "fit_ordinal_mixed"]

Floats = NDArray[np.float64]
_MODE_ROUNDS = 60
_NO_SPREAD = 1e-3


@dataclass(frozen=True, repr=False)
class OrdinalMixedFit:
    """A cumulative model whose groups differ by a normal shift.

    Parameters
    ----------
    thresholds, coefficients : ndarray of shape (k - 1,) and (p,)
        Within a group, on the latent scale.
    spread : float
        Standard deviation of the groups on the latent scale.
    std_errors : ndarray of shape (k - 1 + p,)
        Of the thresholds and coefficients.
    log_likelihood : float
        By adaptive quadrature.
    points : int
        Quadrature points; 1 is Laplace's approximation.
    link : {"logit", "probit"}
        Distribution of the latent answer.
    n, n_groups : int
        Answers and groups.
    """

    thresholds: Floats
    coefficients: Floats
    spread: float
    std_errors: Floats
    log_likelihood: float
    points: int
    link: str
    n: int
    n_groups: int

    def __repr__(self) -> str:
        return (
            f"Cumulative {self.link} model of {self.n} answers in {self.n_groups} groups, which "
            f"differ by a standard deviation of {self.spread:.3f}"
        )

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the coefficient at ``position`` with a large-sample (Wald) interval."""
        value, error = self.coefficients[position], self.std_errors[len(self.thresholds) + position]
        plain = z_estimate(float(value), float(error), conf_level=conf_level)
        return replace(
            plain,
            estimator="ordinal_mixed",
            n=self.n,
            n_clusters=self.n_groups,
            unit="log odds ratio" if self.link == "logit" else "latent standard deviations",
            convention=f"cumulative {self.link} model with a normal intercept per group, "
            f"adaptive Gauss-Hermite quadrature with {self.points} points, large-sample interval",
        )


@dataclass(frozen=True)
class _Data:
    place: NDArray[np.intp]
    x: Floats
    codes: NDArray[np.intp]
    groups: int
    link: str
    nodes: Floats
    log_weights: Floats


def _modes(data: _Data, cuts: Floats, line: Floats, spread: float) -> tuple[Floats, Floats]:
    """Return each group's most likely standardised shift, and its curvature there."""
    shift = np.zeros(data.groups)
    for _ in range(_MODE_ROUNDS):
        terms = log_terms(cuts, line + spread * shift[data.codes], data.place, link=data.link)
        slope = -(terms.upper + terms.lower)
        gradient = np.bincount(data.codes, spread * slope, data.groups) - shift
        curve = 1.0 - np.bincount(data.codes, spread**2 * terms.second, data.groups)
        step = gradient / np.maximum(curve, 1e-8)
        shift = shift + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-11:
            break
    terms = log_terms(cuts, line + spread * shift[data.codes], data.place, link=data.link)
    curve = 1.0 - np.bincount(data.codes, spread**2 * terms.second, data.groups)
    return shift, np.asarray(curve, dtype=np.float64)


def _log_likelihood(free: Floats, data: _Data) -> float:
    cuts = free[: len(free) - data.x.shape[1] - 1]
    if (np.diff(cuts) <= 0).any():
        return -np.inf
    line, spread = data.x @ free[len(cuts) : -1], float(np.exp(free[-1]))
    shift, curve = _modes(data, cuts, line, spread)
    scale = np.sqrt(2.0 / curve)
    at = shift + scale * data.nodes[:, None]
    terms = log_terms(cuts, line + spread * at[:, data.codes], data.place[None, :], link=data.link)
    by_group = np.zeros(at.shape)
    np.add.at(by_group.T, data.codes, terms.log_p.T)
    inside = by_group - at**2 / 2 + data.nodes[:, None] ** 2 + data.log_weights[:, None]
    total = logsumexp(inside, axis=0) + np.log(scale) - np.log(2 * np.pi) / 2
    return float(total.sum())


def fit_ordinal_mixed(
    answer: ArrayLike,
    design_matrix: ArrayLike,
    *,
    group: ArrayLike,
    points: int = 10,
    link: str = "logit",
) -> OrdinalMixedFit:
    """Fit a cumulative model with a normal intercept per group.

    Parameters
    ----------
    answer : array of shape (n,)
        Ordered answers, as for `revlab.inference.ordinal.fit_ordinal`.
    design_matrix : array of shape (n, p)
        Predictors without a column of ones.
    group : array of shape (n,)
        Person, pair or mentor.
    points : int
        Points of the adaptive Gauss-Hermite quadrature, 1 (Laplace) to 50.
    link : {"logit", "probit"}
        Distribution of the latent answer.

    Returns
    -------
    OrdinalMixedFit

    Raises
    ------
    EstimateError
        As `fit_ordinal`; if there are fewer than two groups, or they do not differ beyond
        chance, in which case the model without groups says the same.

    References
    ----------
    Tutz & Hennevogl (1996), Computational Statistics & Data Analysis 22; Pinheiro & Bates
    (1995), Journal of Computational and Graphical Statistics 4, for adaptive quadrature.

    Examples
    --------
    >>> y = [1, 2, 1, 2, 3, 3, 2, 3, 1, 1, 2, 3]
    >>> x = [[0], [1]] * 6
    >>> fit = fit_ordinal_mixed(y, x, group=[1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    >>> fit.thresholds.size, fit.n_groups
    (2, 3)
    """
    must(1 <= points <= 50, f"`points` must be from 1 to 50; got {points}.", EstimateError)
    plain = fit_ordinal(answer, design_matrix, link=link)
    place = ordered(answer)[0]
    x, codes = np.asarray(design_matrix, dtype=float), group_codes(group, len(place))
    groups = int(codes.max()) + 1
    must(
        2 <= groups < len(place),
        f"{len(place)} answers in {groups} groups cannot tell groups from answers.",
        EstimateError,
    )
    nodes, weights = roots_hermite(points)
    data = _Data(place, x, codes, groups, link, nodes, np.log(weights))
    found = _maximum(data, np.concatenate([plain.thresholds, plain.coefficients]))
    best, information = found, np.eye(len(found))
    if np.exp(found[-1]) > _NO_SPREAD:
        best, information = newton(lambda free: _slope(free, data), found)
    # Without spread the likelihood is flat, so Newton's method finds no curvature or no size.
    must(
        bool(np.isfinite(best).all()) and float(np.exp(best[-1])) > _NO_SPREAD,
        "the groups do not differ beyond chance; use the model without groups.",
        EstimateError,
    )
    errors = np.sqrt(np.diag(np.linalg.inv(information)))[:-1]
    cuts = len(plain.thresholds)
    return OrdinalMixedFit(
        thresholds=best[:cuts],
        coefficients=best[cuts:-1],
        spread=float(np.exp(best[-1])),
        std_errors=errors,
        log_likelihood=_log_likelihood(best, data),
        points=points,
        link=link,
        n=len(place),
        n_groups=groups,
    )


def _slope(free: Floats, data: _Data) -> Floats:
    """Return the gradient of minus the log likelihood by central differences."""
    size = 1e-5
    steps = [
        (_log_likelihood(free - size * unit, data) - _log_likelihood(free + size * unit, data))
        / (2 * size)
        for unit in np.eye(len(free))
    ]
    return np.array(steps)


def _maximum(data: _Data, plain: Floats) -> Floats:
    start = np.concatenate([plain, [0.0]])
    found = minimize(
        lambda free: -_log_likelihood(free, data),
        start,
        jac=lambda free: _slope(free, data),
        method="BFGS",
        options={"gtol": 1e-5, "maxiter": 300},
    )
    best: Floats = found.x
    return best
