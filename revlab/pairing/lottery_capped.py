"""Lotteries with a cap: no dyad is likelier than the cap, and the expected score is largest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.flow import best_shares
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_terms import check_cap, terms_of

__all__ = ["capped_lottery", "compare_lotteries", "lottery_frontier"]

_SUMMARY = (
    "policy", "kind", "cap", "strength", "price", "value", "expected_dyads", "largest",
    "mean_largest_mentee", "mean_largest_mentor", "support", "entropy",
)  # fmt: skip


def capped_lottery(
    compatibility: Compatibility,
    *,
    cap: float,
    aim: str = "score",
    weight: float = 0.5,
    policy: str = "optimal",
) -> Lottery:
    """Return the lottery of largest expected score in which no dyad is likelier than a cap.

    Maximises the sum of score times chance, where the chances of a person add up to their
    capacity at most and each lies between zero and the cap, or is zero if the dyad is forbidden.
    With ``cap=1`` that is the best matching itself. With ``aim="score"`` the expected score is
    the largest possible, and dyads of score zero are added while both people have room; with
    ``aim="pairs"`` the expected number of dyads is the largest possible, and among such
    lotteries the expected score. Of several optima one is taken that depends on the order of
    the ids and on nothing else: no chance, no order of the rows.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, eligibility and capacities.
    cap : float
        Largest chance of a dyad, from 1e-6 to 1.
    aim : {"score", "pairs"}
        What comes first.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.
    policy : str
        Name of the policy that is softened.

    Returns
    -------
    Lottery
        Of kind "capped"; its notes say if the cap is too small to fill all places.

    Raises
    ------
    OptionError
        If ``aim`` is something else or ``cap`` is out of range.
    PairingError
        If ``weight`` is out of range.

    References
    ----------
    Jecmen, Zhang, Liu, Shah, Conitzer and Fang 2020, Mitigating manipulation in peer review via
    randomized reviewer assignments, NeurIPS 33:12533-12545.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> capped_lottery(scores, cap=0.75).probability
    array([[0.25, 0.75],
           [0.75, 0.25]])
    >>> capped_lottery(scores, cap=0.25).notes[0]
    'the cap of 0.25 leaves places empty: 1.00 dyads are expected, 2 are made without it'
    """
    check_cap(cap)
    terms = terms_of(compatibility, aim=aim, weight=weight)
    worth = np.where(terms.eligible, terms.score + terms.bonus, 0.0)
    shares = best_shares(worth, terms.room, terms.seats, cap=cap)
    shares = terms.settled(shares, cap=cap)
    return terms.lottery(shares, cap=cap, kind="capped", policy=policy)


def lottery_frontier(
    compatibility: Compatibility,
    caps: Sequence[float],
    *,
    aim: str = "score",
    weight: float = 0.5,
) -> pd.DataFrame:
    """Return what each cap costs: one row per cap, as from `compare_lotteries`.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, eligibility and capacities.
    caps : sequence of float
        Largest chances of a dyad, each from 1e-6 to 1.
    aim : {"score", "pairs"}
        What comes first.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    Raises
    ------
    OptionError
        As for `capped_lottery`.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> lottery_frontier(scores, [1.0, 0.75, 0.5])[["cap", "price"]].round(3).to_numpy().tolist()
    [[1.0, 1.0], [0.75, 0.906], [0.5, 0.812]]
    """
    return compare_lotteries(
        [capped_lottery(compatibility, cap=cap, aim=aim, weight=weight) for cap in caps]
    )


def compare_lotteries(lotteries: Sequence[Lottery]) -> pd.DataFrame:
    """Return the summary of lotteries side by side, one row each.

    Parameters
    ----------
    lotteries : sequence of Lottery
        Of any kind; of the same people, if the rows are to be compared.

    Returns
    -------
    pandas.DataFrame
        ``policy, kind, cap, strength``; ``price`` (expected score as a share of the optimum) and
        ``value``; ``expected_dyads``; ``largest`` chance of a dyad; ``mean_largest_mentee`` and
        ``mean_largest_mentor`` (a person's likeliest dyad, on average over those with one);
        ``support`` (possible dyads) and ``entropy`` (nats).

    References
    ----------
    Xu, Jecmen, Song and Fang 2023, A one-size-fits-all approach to improving randomness in paper
    assignment, NeurIPS 36, from where the measures are.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> both = [capped_lottery(scores, cap=cap) for cap in (1.0, 0.5)]
    >>> compare_lotteries(both)[["largest", "support"]].to_numpy().tolist()
    [[1.0, 2.0], [0.5, 4.0]]
    """
    if not lotteries:
        return pd.DataFrame(columns=list(_SUMMARY))
    rows = []
    for lottery in lotteries:
        means = {}
        for side in ("mentee", "mentor"):
            largest = getattr(lottery, f"largest_of_{side}s")
            largest = largest[largest > 0]
            means[f"mean_largest_{side}"] = float(largest.mean()) if len(largest) else 0.0
        means["largest"] = float(lottery.probability.max(initial=0))
        rows.append({name: means.get(name, getattr(lottery, name, None)) for name in _SUMMARY})
    return pd.DataFrame(rows)
