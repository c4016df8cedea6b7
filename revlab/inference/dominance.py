"""Cliff's delta: how much more often one arm's value is above the other's than below it."""

from dataclasses import replace

from numpy.typing import ArrayLike

from revlab.inference.estimate import Estimate
from revlab.inference.superiority import Clusters, probability_of_superiority

__all__ = ["cliffs_delta"]


def cliffs_delta(
    treatment: ArrayLike,
    control: ArrayLike,
    *,
    clusters: Clusters | None = None,
    interval: str = "logit",
    conf_level: float = 0.95,
) -> Estimate:
    """Return Cliff's delta, P(treatment above control) less P(below), from -1 to 1.

    It is twice the probability of superiority less one, and so are its limits.

    Parameters
    ----------
    treatment, control, clusters, interval, conf_level
        As for `revlab.inference.superiority.probability_of_superiority`.

    Returns
    -------
    Estimate
        The p-value tests zero.

    Raises
    ------
    EstimateError
        As `probability_of_superiority`.

    References
    ----------
    Cliff (1993), Psychological Bulletin 114(3).

    Examples
    --------
    >>> round(cliffs_delta([3.0, 4, 5, 6, 2], [1.0, 2, 2, 3]).estimate, 3)
    0.75
    """
    share = probability_of_superiority(
        treatment, control, clusters=clusters, interval=interval, conf_level=conf_level
    )
    return replace(
        share,
        estimand="Cliff's delta",
        estimator="cliffs_delta",
        estimate=2 * share.estimate - 1,
        std_error=2 * share.std_error,
        conf_low=2 * share.conf_low - 1,
        conf_high=2 * share.conf_high - 1,
        unit="share above less share below",
        convention=f"2p - 1 of the probability of superiority p; {share.convention}",
    )
