"""Cox regression by statsmodels, with a check of proportional hazards."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import independent, marks
from revlab.inference.estimate import Estimate, z_estimate

__all__ = ["CoxFit", "fit_cox"]

Floats = NDArray[np.float64]
_ENDLESS = 8.0


@dataclass(frozen=True, repr=False)
class CoxFit:
    """A proportional-hazards model of how soon pairs end.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Log hazard ratios; positive means earlier ends.
    covariance : ndarray of shape (p, p)
        From the observed information.
    concordance : float
        Share of comparable pairs that the model puts in the right order.
    check : pandas.DataFrame
        predictor, statistic, df, p_value: does the hazard ratio change with time? One row per
        predictor and one for all ("all together").
    n, n_events : int
        Pairs and ends.
    ties : {"efron", "breslow"}
        How ends at the same time count.
    """

    coefficients: Floats
    covariance: Floats
    concordance: float
    check: pd.DataFrame
    n: int
    n_events: int
    ties: str

    def __repr__(self) -> str:
        p = len(self.coefficients)
        return f"Cox model of {self.n} pairs, {self.n_events} ends, {p} predictors"

    @property
    def std_errors(self) -> Floats:
        """Standard errors, shape (p,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the log hazard ratio at ``position`` with a large-sample interval."""
        value, error = self.coefficients[position], self.std_errors[position]
        plain = z_estimate(float(value), float(error), conf_level=conf_level)
        said = f"Cox regression, {self.ties.title()} ties, large-sample (Wald) interval"
        return replace(plain, estimator="cox", n=self.n, unit="log hazard ratio", convention=said)


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    *,
    design_matrix: ArrayLike,
    names: list[str] | None = None,
    ties: str = "efron",
) -> CoxFit:
    """Fit a Cox model and test whether its hazard ratios hold over time.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `revlab.inference.duration.kaplan_meier`.
    design_matrix : array of shape (n, p)
        Predictors without a column of ones.
    names : list of str, optional
        Of the predictors, for the check.
    ties : {"efron", "breslow"}
        How ends at the same time count.

    Returns
    -------
    CoxFit

    Raises
    ------
    EstimateError
        If a value is missing, nobody ended or all at once, there are fewer ends than
        predictors, or a predictor repeats others or tells exactly who ends first.

    Notes
    -----
    Fitted by ``statsmodels.duration.hazard_regression.PHReg``. The check is the score test of
    Grambsch & Therneau (1994), Biometrika 81, against a coefficient that changes with one minus
    the Kaplan-Meier curve, in the exact form that uses the information at each end.

    Examples
    --------
    >>> time, event = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 0, 1, 1, 0, 1]
    >>> fit = fit_cox(time, event, design_matrix=[[1], [1], [0], [1], [0], [1], [0], [0]])
    >>> fit.n_events, bool(fit.coefficients[0] > 0)
    (6, True)
    """
    from statsmodels.duration.hazard_regression import PHReg

    one_of("ties", ties, ("efron", "breslow"))
    t, ended = np.asarray(time, dtype=float), marks(event, "event")
    x = np.asarray(design_matrix, dtype=float)
    must(
        x.ndim == 2 and t.shape == ended.shape == x.shape[:1] and bool(np.isfinite(x).all()),
        f"`design_matrix` must hold finite numbers for each of {len(t)} pairs; got shape "
        f"{x.shape}.",
        EstimateError,
    )
    must(bool((t >= 0).all()), "a time is missing or negative; correct it.", EstimateError)
    ends = _enough_ends(t, ended, x.shape[1])
    independent(x, beside="ones")
    labels = _labels(names, x.shape[1])
    found = PHReg(t, x, status=ended.astype(int), ties=ties).fit(disp=0, warn_convergence=False)
    beta = np.asarray(found.params, dtype=float)
    size = np.abs(beta * x.std(axis=0))
    must(
        bool(size.max() < _ENDLESS),  # NaN is not below
        "a predictor tells exactly who ends first, so its coefficient has no end; leave it out.",
        EstimateError,
    )
    return CoxFit(
        coefficients=beta,
        covariance=np.asarray(found.cov_params(), dtype=float),
        concordance=_concordance(t, ended, x @ beta),
        check=_over_time(t, ended, x, beta, (labels, ties)),
        n=len(t),
        n_events=ends,
        ties=ties,
    )


def _enough_ends(t: Floats, ended: NDArray[np.bool_], p: int) -> int:
    ends = int(ended.sum())
    must(ends > p, f"{ends} ends cannot carry {p} predictors; use fewer.", EstimateError)
    must(
        bool(np.ptp(t) > 0 or not ended.all()),
        "all pairs ended at the same time, so there is no order to explain.",
        EstimateError,
    )
    return ends


def _labels(names: list[str] | None, p: int) -> list[str]:
    labels = [f"x{k + 1}" for k in range(p)] if names is None else list(names)
    must(
        len(labels) == p,
        f"`names` must name the {p} predictors; got {len(labels)}.",
        EstimateError,
    )
    return labels


def _concordance(t: Floats, ended: NDArray[np.bool_], risk: Floats) -> float:
    first = np.flatnonzero(ended)
    # At one time an end counts as earlier than a pair that was still running.
    later = (t > t[first, None]) | ((t == t[first, None]) & ~ended)
    gap = risk[first, None] - risk
    right = (gap > 0) + 0.5 * (gap == 0)
    return float(right[later].sum() / later.sum())


def _over_time(
    t: Floats, ended: NDArray[np.bool_], x: Floats, beta: Floats, said: tuple[list[str], str]
) -> pd.DataFrame:
    labels, ties = said
    weight = np.exp(x @ beta - (x @ beta).mean())
    p = len(beta)
    rows: list[tuple[float, Floats, Floats]] = []
    survival = 1.0
    shares = []
    for when in np.unique(t[ended]):
        at_risk, now = t >= when, ended & (t == when)
        d = int(now.sum())
        score, spread = x[now].sum(axis=0), np.zeros((p, p))
        for k in range(d):
            part = k / d if ties == "efron" else 0.0
            w = weight * (at_risk - part * now)
            mean = w @ x / w.sum()
            score = score - mean
            spread += (x.T * w) @ x / w.sum() - np.outer(mean, mean)
        shares.append(1.0 - survival)
        rows.append((d, score, spread))
        survival *= 1 - d / at_risk.sum()
    counts = np.array([row[0] for row in rows])
    scale = np.array(shares) - np.average(shares, weights=counts)
    u = np.einsum("k,kp->p", scale, np.array([row[1] for row in rows]))
    tables = np.array([row[2] for row in rows])
    info = tables.sum(axis=0)
    cross = np.einsum("k,kpq->pq", scale, tables)
    own = np.einsum("k,kpq->pq", scale**2, tables)
    left = own - cross.T @ np.linalg.solve(info, cross)
    lines = [(name, u[j] ** 2 / left[j, j], 1) for j, name in enumerate(labels)]
    lines.append(("all together", float(u @ np.linalg.solve(left, u)), p))
    frame = pd.DataFrame(lines, columns=["predictor", "statistic", "df"])
    frame["p_value"] = chdtrc(frame["df"].to_numpy(float), frame["statistic"].to_numpy(float))
    return frame
