"""Do people keep to their own level? A permutation of the levels within pools (QAP)."""

from math import nan

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.cross_ties import Network
from revlab.inference.estimate import Estimate
from revlab.inference.inversion import Replay, splits_of

__all__ = ["expected_cross", "homophily_test"]

Floats = NDArray[np.float64]
_AT_ONCE = 1_000


def _strata(network: Network) -> NDArray[np.intp]:
    """Return the number of the pool of each person, those who did not answer apart."""
    labels = np.column_stack([network.pool, network.answered])
    codes: NDArray[np.intp] = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    return codes


def expected_cross(network: Network) -> Floats:
    """Return the chance of each tie to join the two levels if levels were dealt out anew.

    Parameters
    ----------
    network : Network
        Of one wave.

    Returns
    -------
    ndarray of shape (n_ties,)
        Levels are permuted among the people of a pool who answered, and among those who did not.

    Examples
    --------
    >>> pair = np.array([0, 1])
    >>> yes = np.array([True, True])
    >>> expected_cross(Network(pair, pair[::-1], np.array([True, False]), 0 * pair, yes)).tolist()
    [1.0, 1.0]
    """
    stratum = _strata(network)
    size = np.bincount(stratum)
    seniors = np.bincount(stratum, weights=network.senior)
    share = seniors / size
    a, b = stratum[network.source], stratum[network.target]
    apart = share[a] * (1 - share[b]) + share[b] * (1 - share[a])
    # Two of one stratum draw their levels without putting the first one back.
    inside = 2 * seniors * (size - seniors) / np.maximum(size * (size - 1), 1)
    chance: Floats = np.where(a == b, inside[a], apart)
    return chance


def homophily_test(
    network: Network, *, replay: Replay | None = None, conf_level: float = 0.95
) -> Estimate:
    """Test whether ties cross levels as often as if levels did not matter.

    The quadratic assignment procedure: rows and columns of the matrix of ties stay, and the levels
    are permuted among the people of a pool, those who answered and those who did not apart. So
    pools, how many people each names and how often each is named stay as they are.

    Parameters
    ----------
    network : Network
        Of one wave.
    replay : Replay or None
        How the permutations are listed; by default all up to 20,000, else 9,999 random ones.
    conf_level : float
        Kept with the estimate, which has no interval.

    Returns
    -------
    Estimate
        The E-I index: ties across less ties within over all ties. ``statistic`` is its distance
        from what the permutations give on average. Two-sided p-value.

    Raises
    ------
    EstimateError
        With fewer than 5 people or 10 ties, or if no permutation changes a tie.

    References
    ----------
    Krackhardt & Stern (1988), Social Psychology Quarterly 51; Hubert & Schultz (1976), British
    Journal of Mathematical and Statistical Psychology 29.

    Examples
    --------
    >>> ties = np.array([(i, j) for i in range(8) for j in range(8) if i % 2 == j % 2 and i != j])
    >>> levels, all_there = np.arange(8) % 2 == 1, np.ones(8, dtype=bool)
    >>> network = Network(ties[:, 0], ties[:, 1], levels, np.zeros(8, dtype=int), all_there)
    >>> found = homophily_test(network)
    >>> found.estimate, round(found.p_value, 4)
    (-1.0, 0.0286)
    """
    network.check()
    people, count = int(network.answered.sum()), len(network.source)
    expected = float(expected_cross(network).mean())
    replay = replay or Replay()
    splits, listed = splits_of(network.senior, replay, block=_strata(network))
    if not listed.startswith("all"):
        listed = (
            f"{replay.n_draws} random assignments, seed {replay.seed}"  # of more than can be said
        )
    shares = _shares(network, splits)
    must(
        float(np.ptp(shares)) > 0,
        "no exchange of levels within a pool changes how many ties cross them, so there is "
        "nothing to test.",
        EstimateError,
    )
    seen = float(network.cross.mean())
    extreme = np.abs(shares - expected) >= abs(seen - expected) - 1e-9
    return Estimate(
        estimand="E-I index of ties across levels",
        estimator="homophily_test",
        contrast="",
        estimate=2 * seen - 1,
        std_error=nan,
        df=nan,
        statistic=2 * (seen - expected),
        p_value=float(extreme.mean()),
        conf_low=nan,
        conf_high=nan,
        conf_level=conf_level,
        n=people,
        n_missing=int((~network.answered).sum()),
        unit="index",
        convention=f"{count} ties, levels permuted within pools, who answered and who did not "
        f"apart (QAP), {listed.replace('assignments', 'permutations')}, two-sided around their "
        f"mean; by chance the index would be {2 * expected - 1:.3f}",
        note=network.note,
    )


def _shares(network: Network, splits: NDArray[np.bool_]) -> Floats:
    """Return the share of ties across levels in each permutation, a block of them at a time."""
    shares = np.empty(len(splits))
    for start in range(0, len(splits), _AT_ONCE):
        some = splits[start : start + _AT_ONCE]
        crossed = some[:, network.source] != some[:, network.target]
        shares[start : start + _AT_ONCE] = crossed.mean(axis=1)
    return shares
