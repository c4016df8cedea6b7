"""The actor-partner interdependence model: own effects and effects on the other of the dyad."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import independent
from revlab.inference.compound_symmetry import fit_compound_symmetry
from revlab.inference.estimate import Estimate, estimates_frame
from revlab.inference.mixed import MixedFit
from revlab.inference.mixed_blocks import PairBlocks, pair_psi
from revlab.inference.reml import fit_blocks

__all__ = ["ActorPartner", "actor_partner"]

Floats = NDArray[np.float64]
_ROLES = ("distinguishable", "indistinguishable")
_FEWEST = 6


@dataclass(frozen=True, repr=False)
class ActorPartner:
    """Actor and partner effects of a predictor within dyads.

    Parameters
    ----------
    estimates : tuple of Estimate
        Intercepts, actor and partner effects; with distinguishable roles one of each per role.
    correlation : float
        Of the two sides' residuals; may be negative.
    fit : MixedFit
        The model behind it.
    n_missing : int
        Dyads left out because a value is missing.
    """

    estimates: tuple[Estimate, ...]
    correlation: float
    fit: MixedFit
    n_missing: int

    def __repr__(self) -> str:
        n = self.fit.n_groups
        return f"Actor-partner model of {n} dyads, residual correlation {self.correlation:.2f}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per effect."""
        return estimates_frame(list(self.estimates))


def actor_partner(
    outcome: ArrayLike,
    predictor: ArrayLike,
    *,
    roles: str = "distinguishable",
    method: str = "REML",
    conf_level: float = 0.95,
) -> ActorPartner:
    """Estimate how a person's outcome goes with their own and with their partner's predictor.

    Parameters
    ----------
    outcome, predictor : array of shape (n_dyads, 2)
        Mentor in the first column, mentee in the second; NaN is missing.
    roles : {"distinguishable", "indistinguishable"}
        Whether mentors and mentees may differ in effects and variances. In a mentoring
        programme they do; the other model is for peers.
    method : {"REML", "ML"}
        Restricted or full maximum likelihood.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    ActorPartner

    Raises
    ------
    EstimateError
        With fewer than six complete dyads, columns that do not fit, an outcome of one side that
        does not vary, or a predictor that is the same for all or for both of every dyad.

    Notes
    -----
    Measured (600 made-up trials each, 8, 15 and 30 dyads, correlation -.4 to .6 of both
    outcomes and predictors): false alarms in 4% to 7% for all effects.

    References
    ----------
    Kenny, Kashy & Cook (2006), Dyadic Data Analysis, chapter 7. Predictors are centred at
    their mean over both roles, so intercepts are outcomes at an average predictor.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(40, 2))
    >>> y = x + 0.5 * x[:, ::-1] + rng.normal(scale=0.1, size=(40, 2))
    >>> effects = actor_partner(y, x).to_frame()
    >>> effects[["estimand", "estimate"]].round(1).to_numpy().tolist()[2:]
    [['actor effect (mentor)', 1.0], ['actor effect (mentee)', 1.0], \
['partner effect (mentor)', 0.5], ['partner effect (mentee)', 0.5]]
    """
    one_of("roles", roles, _ROLES)
    y, x, missing = _complete(outcome, predictor)
    centred = x - x.mean()
    fit = (_by_role if roles == "distinguishable" else _alike)(y, centred, method)
    names = ["intercept", "actor effect", "partner effect"]
    if roles == "distinguishable":
        names = [f"{name} ({side})" for name in names for side in ("mentor", "mentee")]
        first, both, second = fit.fitted.psi
        correlation = float(both / np.sqrt(first * second))
    else:
        correlation = fit.intraclass_correlation
    estimates = tuple(
        replace(
            fit.estimate(k, conf_level=conf_level),
            estimand=name,
            estimator="actor_partner",
            n=len(y),
            n_missing=missing,
        )
        for k, name in enumerate(names)
    )
    return ActorPartner(estimates, correlation, fit, missing)


def _complete(outcome: ArrayLike, predictor: ArrayLike) -> tuple[Floats, Floats, int]:
    y, x = np.asarray(outcome, dtype=float), np.asarray(predictor, dtype=float)
    must(
        y.ndim == 2 and y.shape[1] == 2 and x.shape == y.shape,
        "`outcome` and `predictor` need one row per dyad and the columns mentor and mentee; got "
        f"{y.shape} and {x.shape}.",
        EstimateError,
    )
    there = np.isfinite(y).all(axis=1) & np.isfinite(x).all(axis=1)
    n = int(there.sum())
    must(
        bool(np.ptp(y[there], axis=0).all()) if n else True,
        "the outcome of one side does not vary, so there is nothing to explain.",
        EstimateError,
    )
    must(
        n >= _FEWEST,
        f"an actor-partner model needs at least {_FEWEST} complete dyads; there are {n}.",
        EstimateError,
    )
    return y[there], x[there], len(y) - n


def _by_role(y: Floats, x: Floats, method: str) -> MixedFit:
    n = len(y)
    design = np.zeros((n, 2, 6))
    for side in (0, 1):
        design[:, side, side] = 1.0
        design[:, side, 2 + side] = x[:, side]
        design[:, side, 4 + side] = x[:, 1 - side]
    flat = design.reshape(2 * n, 6)
    independent(flat)
    left = (y.reshape(-1) - flat @ np.linalg.lstsq(flat, y.reshape(-1), rcond=None)[0]).reshape(
        n, 2
    )
    together = float(np.clip(np.corrcoef(left[:, 0], left[:, 1])[0, 1], -0.99, 0.99))
    start = np.array([np.log(left[:, 0].var()), np.log(left[:, 1].var()), np.arctanh(together)])
    fitted = fit_blocks(PairBlocks(y, design), pair_psi, start=start, method=method)
    said = f"{method}, own variance of each role and free correlation over {n} dyads"
    names = ("mentor", "covariance", "mentee")
    return MixedFit(fitted, names, 2 * n, n, f"{said}, Satterthwaite degrees of freedom")


def _alike(y: Floats, x: Floats, method: str) -> MixedFit:
    n = len(y)
    rows = np.column_stack([np.ones(2 * n), x.reshape(-1), x[:, ::-1].reshape(-1)])
    return fit_compound_symmetry(
        y.reshape(-1), rows, group=np.repeat(np.arange(n), 2), method=method
    )
