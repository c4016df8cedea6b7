"""The chance of ending in each period, when ends are known by session or wave only."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import independent
from revlab.inference.competing import periods
from revlab.inference.estimate import Estimate, z_estimate

__all__ = ["DiscreteHazardFit", "fit_discrete_hazard", "fit_pooled_hazard"]

Floats = NDArray[np.float64]
_LINKS = ("cloglog", "logit")
_ENDLESS = 8.0


@dataclass(frozen=True, repr=False)
class DiscreteHazardFit:
    """A model of the chance that a pair that is still running ends in a period.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Of the predictors, on the scale of the link; positive for earlier ends.
    std_errors : ndarray of shape (p,)
        Their standard errors.
    baseline : pandas.DataFrame
        period, at_risk, events, hazard: the chance to end in it at predictors of zero. The last
        row holds all periods from that one on.
    log_likelihood : float
        At the maximum.
    link : {"cloglog", "logit"}
        With "cloglog" the coefficients are log hazard ratios of the underlying time.
    n : int
        Pairs.
    """

    coefficients: Floats
    std_errors: Floats
    baseline: pd.DataFrame
    log_likelihood: float
    link: str
    n: int

    def __repr__(self) -> str:
        ends = int(self.baseline["events"].sum())
        return f"Discrete-time hazard model ({self.link}) of {self.n} pairs, {ends} ends"

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the coefficient at ``position`` with a large-sample (Wald) interval."""
        value, error = self.coefficients[position], self.std_errors[position]
        plain = z_estimate(float(value), float(error), conf_level=conf_level)
        return replace(
            plain,
            estimator="discrete_hazard",
            n=self.n,
            unit="log hazard ratio" if self.link == "cloglog" else "log odds ratio",
            convention=f"discrete-time hazard with {self.link} link and a level for each of "
            f"{len(self.baseline)} periods, large-sample (Wald) interval",
        )


def fit_discrete_hazard(
    time: ArrayLike,
    event: ArrayLike,
    *,
    design_matrix: ArrayLike,
    last_period: int | None = None,
    link: str = "cloglog",
) -> DiscreteHazardFit:
    """Fit the chance to end in each period, with predictors that shift it.

    Parameters
    ----------
    time : array of int, shape (n,)
        Last period of each pair, 1 or more.
    event : array of bool, shape (n,)
        Whether it ended then.
    design_matrix : array of shape (n, p)
        Predictors without a column of ones: the periods are the intercepts.
    last_period : int, optional
        Periods from this one on share one level; by default the last period with an end.
    link : {"cloglog", "logit"}
        Proportional hazards or proportional odds.

    Returns
    -------
    DiscreteHazardFit

    Raises
    ------
    EstimateError
        If a value is missing, nobody or everybody ends in a period (pool periods with
        ``last_period``, or make them longer), or a predictor tells exactly who ends.

    References
    ----------
    Prentice & Gloeckler (1978), Biometrics 34; Singer & Willett (1993), Journal of Educational
    Statistics 18.

    Examples
    --------
    >>> time, ended = [1, 1, 2, 2, 2, 3, 3, 3, 3, 1], [1, 0, 1, 1, 0, 1, 0, 0, 0, 1]
    >>> fit = fit_discrete_hazard(time, ended, design_matrix=[[k % 2] for k in range(10)])
    >>> fit.baseline["at_risk"].tolist(), fit.coefficients.round(2).tolist()
    ([10, 7, 4], [0.61])
    """
    from statsmodels.genmod.families import Binomial, links
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    one_of("link", link, _LINKS)
    x = np.asarray(design_matrix, dtype=float)
    must(
        x.ndim == 2 and len(x) == len(np.asarray(time)) and bool(np.isfinite(x).all()),
        f"`design_matrix` must hold finite numbers for each of {len(np.asarray(time))} pairs; "
        f"got shape {x.shape}.",
        EstimateError,
    )
    independent(x, beside="ones")
    rows = periods(time, event)
    ends = rows.loc[rows["ended"] == 1, "period"]
    must(len(ends) > 0, "no pair has ended, so there is no hazard.", EstimateError)
    last = int(ends.max()) if last_period is None else last_period
    must(last >= 1, f"`last_period` must be 1 or more; got {last}.", EstimateError)
    period = np.minimum(rows["period"].to_numpy(), last)
    ended = rows["ended"].to_numpy(dtype=float)
    counted = _counted(period, ended)
    levels = (period[:, None] == counted["period"].to_numpy()).astype(float)
    shape = links.CLogLog() if link == "cloglog" else links.Logit()
    model = GLM(ended, np.column_stack([levels, x[rows["pair"]]]), family=Binomial(link=shape))
    with warnings.catch_warnings():
        # The sentence below says it better.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        found = model.fit(tol=1e-12, maxiter=200)
    beta = np.asarray(found.params, dtype=float)
    must(
        bool(np.isfinite(beta).all())
        and float(np.abs(beta[len(counted) :] * x.std(axis=0)).max(initial=0.0)) < _ENDLESS,
        "a predictor tells exactly who ends when, so its coefficient has no end; leave it out.",
        EstimateError,
    )
    k = len(counted)
    counted["hazard"] = shape.inverse(beta[:k])
    errors = np.asarray(found.bse, dtype=float)[k:]
    return DiscreteHazardFit(beta[k:], errors, counted, float(found.llf), link, len(x))


def fit_pooled_hazard(
    time: ArrayLike, event: ArrayLike, *, design_matrix: ArrayLike, link: str = "cloglog"
) -> DiscreteHazardFit:
    """Fit with as many levels of periods as the ends allow: somebody must end in each, not all.

    Parameters, errors and references are those of `fit_discrete_hazard`; late periods share one
    level until each level has somebody who ended and somebody who did not.

    Examples
    --------
    >>> time, ended = [1, 1, 2, 2, 3, 3, 4, 4, 4, 1], [1, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    >>> fit = fit_pooled_hazard(time, ended, design_matrix=[[k % 2] for k in range(10)])
    >>> fit.baseline["period"].tolist()  # nobody ended in the third, which takes in the fourth
    [1, 2, 3]
    """
    ended = np.asarray(event, dtype=bool)
    last = int(np.asarray(time)[ended].max()) if ended.any() else 1
    for final in range(last, 1, -1):
        try:
            return fit_discrete_hazard(
                time, event, design_matrix=design_matrix, last_period=final, link=link
            )
        except EstimateError:
            continue
    return fit_discrete_hazard(time, event, design_matrix=design_matrix, last_period=1, link=link)


def _counted(period: NDArray[np.int64], ended: Floats) -> pd.DataFrame:
    """Return how many were at risk and ended in each period, if some but not all did."""
    frame = pd.DataFrame({"period": period, "ended": ended})
    table = frame.groupby("period")["ended"].agg(at_risk="size", events="sum").reset_index()
    table["events"] = table["events"].astype(int)
    sure = table[(table["events"] == 0) | (table["events"] == table["at_risk"])]
    must(
        sure.empty,
        f"in the periods {sure['period'].tolist()} nobody or everybody ended; pool periods with "
        "`last_period` or make them longer.",
        EstimateError,
    )
    return table
