"""Counts such as sessions held or ideas raised, which spread more than Poisson's."""

import warnings
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import independent
from revlab.inference.estimate import Estimate, z_estimate

__all__ = ["CountFit", "fit_counts"]

Floats = NDArray[np.float64]
_NO_SPREAD = 1e-6
_ENDLESS = 8.0


@dataclass(frozen=True, repr=False)
class CountFit:
    """A model of counts on the log scale.

    Parameters
    ----------
    coefficients, std_errors : ndarray of shape (p,)
        Log rate ratios and their standard errors.
    dispersion : float
        Pearson statistic per degree of freedom of the Poisson model; 1 if Poisson fits.
    theta, theta_error : float
        Size of the negative binomial and its standard error: variance = mean + mean^2 / theta.
        Infinite where the counts spread no more than Poisson's.
    log_likelihood : float
        Of the model that was used.
    model : {"negative binomial", "Poisson"}
        Poisson only where the negative binomial has no spread of its own.
    n : int
        Counts.
    """

    coefficients: Floats
    std_errors: Floats
    dispersion: float
    theta: float
    theta_error: float
    log_likelihood: float
    model: str
    n: int

    def __repr__(self) -> str:
        return (
            f"{self.model.capitalize()} model of {self.n} counts, dispersion {self.dispersion:.2f}"
        )

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the log rate ratio at ``position`` with a large-sample interval."""
        value, error = self.coefficients[position], self.std_errors[position]
        plain = z_estimate(float(value), float(error), conf_level=conf_level)
        return replace(
            plain,
            estimator="counts",
            n=self.n,
            unit="log rate ratio",
            convention=f"{self.model} regression with log link, large-sample (Wald) interval",
        )


def fit_counts(
    counts: ArrayLike, design_matrix: ArrayLike, *, exposure: ArrayLike | None = None
) -> CountFit:
    """Fit a negative-binomial regression, after measuring how far counts spread.

    Parameters
    ----------
    counts : array of int, shape (n,)
        Zero or more.
    design_matrix : array of shape (n, p)
        Predictors with a column of ones.
    exposure : array of shape (n,), optional
        What the count is out of, for instance planned sessions or weeks; above zero.

    Returns
    -------
    CountFit

    Raises
    ------
    EstimateError
        If a count is not a whole number of zero or more, all are zero, a predictor repeats
        others or tells exactly which counts are zero, or the fit fails.

    References
    ----------
    Venables & Ripley (2002), Modern Applied Statistics with S, section 7.4; fitted by
    ``statsmodels``.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> arm = np.arange(200) % 2
    >>> held = rng.negative_binomial(2, 2 / (2 + np.exp(0.5 + 0.6 * arm)))
    >>> fit = fit_counts(held, np.column_stack([np.ones(200), arm]))
    >>> fit.model, bool(fit.dispersion > 1.5)
    ('negative binomial', True)
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    y, x = np.asarray(counts, dtype=float), np.asarray(design_matrix, dtype=float)
    must(
        x.ndim == 2 and y.shape == x.shape[:1] and bool(np.isfinite(x).all()),
        f"`design_matrix` must hold finite numbers for each of {len(y)} counts; got shape "
        f"{x.shape}.",
        EstimateError,
    )
    independent(x)
    whole = bool(((y >= 0) & (y == np.floor(y))).all())
    must(whole, "every count must be a whole number of zero or more.", EstimateError)
    must(bool(y.sum() > 0), "all counts are zero; there is no rate to model.", EstimateError)
    offset = None if exposure is None else _log_exposure(exposure, len(y))
    poisson = GLM(y, x, family=Poisson(), offset=offset).fit(tol=1e-12)
    must(
        float(np.abs(np.asarray(poisson.params) * x.std(axis=0)).max()) < _ENDLESS,
        "a predictor tells exactly which counts are zero, so its coefficient has no end; leave "
        "it out.",
        EstimateError,
    )
    dispersion = float(poisson.pearson_chi2 / poisson.df_resid)
    plain = CountFit(
        np.asarray(poisson.params),
        np.asarray(poisson.bse),
        dispersion,
        np.inf,
        nan,
        float(poisson.llf),
        "Poisson",
        len(y),
    )
    if dispersion <= 1:
        return plain
    return _negative_binomial(y, x, offset, plain=plain) or plain


def _log_exposure(exposure: ArrayLike, n: int) -> Floats:
    out_of = np.asarray(exposure, dtype=float)
    good = out_of.shape == (n,) and bool((np.isfinite(out_of) & (out_of > 0)).all())
    must(good, f"`exposure` needs a number above zero for each of {n} counts.", EstimateError)
    offset: Floats = np.log(out_of)
    return offset


def _negative_binomial(
    y: Floats, x: Floats, offset: Floats | None, *, plain: CountFit
) -> CountFit | None:
    from statsmodels.discrete.discrete_model import NegativeBinomial
    from statsmodels.tools.sm_exceptions import HessianInversionWarning

    start = np.append(plain.coefficients, max(0.1, (plain.dispersion - 1) / y.mean()))
    with warnings.catch_warnings():
        # Only the standard error of theta rests on this matrix; it is then not known.
        warnings.simplefilter("ignore", HessianInversionWarning)
        found = NegativeBinomial(y, x, offset=offset).fit(
            start_params=start,
            method="bfgs",
            maxiter=2000,
            gtol=1e-8,
            disp=0,
            warn_convergence=False,
        )
    alpha = float(found.params[-1])
    must(
        bool(np.isfinite(found.params).all()) and float(np.abs(found.params[:-1]).max()) < 50,
        "the count model has no maximum on these data; use fewer predictors.",
        EstimateError,
    )
    if alpha <= _NO_SPREAD:
        return None
    known = found.normalized_cov_params
    information = _expected_information(x, np.asarray(found.predict()), alpha)
    return CountFit(
        coefficients=np.asarray(found.params[:-1]),
        std_errors=np.sqrt(np.diag(np.linalg.inv(information))),
        dispersion=plain.dispersion,
        theta=1 / alpha,
        theta_error=nan if known is None else float(found.bse[-1]) / alpha**2,
        log_likelihood=float(found.llf),
        model="negative binomial",
        n=len(y),
    )


def _expected_information(x: Floats, mean: Floats, alpha: float) -> Floats:
    weight = mean / (1 + alpha * mean)
    table: Floats = (x.T * weight) @ x
    return table
