"""How much an estimate changes when the pairs of a pilot are drawn again."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.overlap import Overlap
from revlab.rng import stream

__all__ = ["Answers", "Spread", "answers_of", "filled_spread", "leverage_df", "read_redrawn"]

Floats = NDArray[np.float64]
_IDS = ["mentee_id", "mentor_id"]
_FILLS = 40
_FEWEST_DRAWS = 200


@dataclass(frozen=True)
class Answers:
    """The answered dyads as arrays: outcomes ``y``, weights ``w``, and their shares ``h``."""

    y: Floats
    w: Floats
    h: Floats

    @property
    def hajek(self) -> float:
        """Weighted mean of the answers."""
        return float(self.h @ self.y)

    @property
    def alone(self) -> Floats:
        """What each dyad adds to the error of the weighted mean, were dyads independent (HC2)."""
        parts: Floats = self.h * (self.y - self.hajek) / np.sqrt(1 - self.h)
        return parts


@dataclass(frozen=True)
class Spread:
    """The standard error over re-drawn matchings, and how well it is known, as t's df."""

    std_error: float
    df: float


def read_redrawn(known: Overlap, redrawn: ArrayLike) -> Floats:
    """Return re-drawn matchings as numbers.

    Raises
    ------
    EstimateError
        If there are fewer than 200, or the columns are not the possible dyads.
    """
    possible = int((known.chances["logged"] > 0).sum())
    again = np.asarray(redrawn, dtype=float)
    must(
        again.ndim == 2 and again.shape[1] == possible and len(again) >= _FEWEST_DRAWS,
        f"`redrawn` must hold at least {_FEWEST_DRAWS} draws of {possible} possible dyads; got "
        f"shape {again.shape}.",
        EstimateError,
    )
    return again


def answers_of(known: Overlap) -> Answers:
    """Return the answered dyads of an overlap.

    Raises
    ------
    EstimateError
        If fewer than two answers carry weight under the target policy.
    """
    answered = known.seen[known.seen["outcome"].notna()]
    y, w = answered["outcome"].to_numpy(float), answered["weight"].to_numpy(float)
    must(
        int((w > 0).sum()) >= 2 and known.effective_n > 1 + 1e-9,
        "fewer than two answers carry weight under the target policy, so there is no interval.",
        EstimateError,
    )
    return Answers(y, w, w / w.sum())


def leverage_df(h: Floats) -> float:
    """Return the degrees of freedom of the HC2 variance of a weighted mean.

    Parameters
    ----------
    h : array of float, shape (n,)
        Shares of the weights, which add up to one.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28, for a regression on a constant alone.

    Examples
    --------
    >>> round(leverage_df(np.full(5, 0.2)), 9)
    4.0
    """
    scale = h / np.sqrt(1 - h)
    residual = np.eye(len(h)) - h - h[:, None] + float(h @ h)
    kernel = scale[:, None] * residual * scale
    return float(np.trace(kernel) ** 2 / (kernel**2).sum())


def filled_spread(
    known: Overlap, again: Floats, *, centre: float, estimator: str, seed: int
) -> Spread:
    """Return the spread of an estimate over re-drawn matchings with filled-in outcomes.

    Parameters
    ----------
    known : Overlap
        From ``overlap.overlap``.
    again : array of float, shape (n_draws, n_possible)
        From `read_redrawn`.
    centre : float
        Mean of the outcomes that are filled in for dyads that were not made; their spread is
        that of the answers.
    estimator : {"hajek", "horvitz_thompson", "difference"}
        Whose spread; "difference" is the Hájek mean less the plain mean of the dyads drawn.
    seed : int
        Of the outcomes filled in, forty times.

    Returns
    -------
    Spread
        Root of the mean variance over the fills. Its degrees of freedom are those of a chi-square
        with the same relative spread as the variances over the fills (Satterthwaite): few if
        the matchings that can be drawn are few or hang together.
    """
    cells = known.chances[known.chances["logged"] > 0].reset_index(drop=True)
    weight = (cells["target"] / cells["logged"]).to_numpy()
    places = cells.merge(known.seen[[*_IDS, "outcome"]], on=_IDS, how="left")
    outcome = places["outcome"].to_numpy(float)
    answers = outcome[~np.isnan(outcome)]
    noise = (answers - answers.mean()) * np.sqrt(len(answers) / (len(answers) - 1))
    drawn = stream(seed, "filled in").choice(noise, (_FILLS, len(cells)))
    filled = np.where(np.isnan(outcome), centre + drawn, outcome)
    sums, weights = again @ (weight * filled).T, again @ weight
    some = weights > 0
    if estimator == "horvitz_thompson":
        estimates = sums / float(cells["target"].sum())
    else:
        estimates = sums[some] / weights[some, None]
    if estimator == "difference":
        estimates -= (again[some] @ filled.T) / again[some].sum(axis=1)[:, None]
    variances = estimates.var(axis=0, ddof=1)
    mean, spread = float(variances.mean()), float(variances.var(ddof=1))
    return Spread(float(np.sqrt(mean)), 2 * mean**2 / spread if spread > 0 else inf)
