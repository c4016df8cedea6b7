"""Perturbed maximisation: chances spread smoothly, beside or instead of a hard cap."""

import numpy as np
from numpy.typing import NDArray

from revlab.errors import OptionError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.flow import best_shares
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_terms import Terms, check_cap, terms_of
from revlab.pairing.spread_flow import spread_shares

__all__ = ["MOST_STRENGTH", "perturbed_lottery"]

Floats = NDArray[np.float64]
MOST_STRENGTH = 0.5
"""Beyond a half, more of a dyad would count less than nothing."""

_LEAST_STRENGTH = 1e-3
_FLATTEST = 0.01
_BITS = 20
_TRIES = 12
_CLOSE = 0.01


def perturbed_lottery(
    compatibility: Compatibility,
    *,
    strength: float | None = None,
    loss: float | None = None,
    cap: float = 1.0,
    aim: str = "score",
    policy: str = "optimal",
) -> Lottery:
    """Return the lottery that makes large chances count for less.

    Maximises the sum of ``score * (chance - strength * chance**2)`` under the rules of
    `capped_lottery` (in the square, scores below a hundredth of the largest count as that
    much). So two dyads with chances of a half are better than one that is certain, the more so
    the larger the strength; chances spread over near-ties and stay large where a dyad is much
    better than others. With ``aim="pairs"`` the expected number of dyads comes first. Chances
    are multiples of 2**-20, about a millionth.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, eligibility and capacities; the joint score is the mean of both sides'.
    strength : float, optional
        From 0 to 0.5; zero is `capped_lottery`.
    loss : float, optional
        Instead of ``strength``: the strength is as large as can be with an expected score at
        most this share below the optimum, to a hundredth of the loss.
    cap : float
        Largest chance of a dyad, from 1e-6 to 1.
    aim : {"score", "pairs"}
        What comes first.
    policy : str
        Name of the policy that is softened.

    Returns
    -------
    Lottery
        Of kind "perturbed", with its strength.

    Raises
    ------
    OptionError
        If not exactly one of ``strength`` and ``loss`` is given, one is out of range, or the
        cap alone costs more than ``loss``.

    References
    ----------
    Xu, Jecmen, Song and Fang 2023, A one-size-fits-all approach to improving randomness in paper
    assignment, NeurIPS 36 (there PM-Q).

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.6]])
    >>> perturbed_lottery(scores, strength=0.2).probability.round(3)
    array([[0.435, 0.565],
           [0.565, 0.435]])
    >>> perturbed_lottery(scores, loss=0.01).price > 0.99
    True
    """
    given = (strength is None) != (loss is None)
    must(given, "give either `strength` or `loss`, and not both.", OptionError)
    check_cap(cap)
    terms = terms_of(compatibility, aim=aim, weight=0.5)
    if strength is None:
        strength = _strongest(terms, cap, float(loss or 0.0))
    what = f"`strength` must be from 0 to {MOST_STRENGTH}; got {strength}."
    must(bool(0 <= strength <= MOST_STRENGTH), what, OptionError)
    shares = _shares(terms, cap, strength)
    return terms.lottery(shares, cap=cap, kind="perturbed", policy=policy, strength=strength)


def _shares(terms: Terms, cap: float, strength: float) -> Floats:
    worth = np.where(terms.eligible, terms.score + terms.bonus, 0.0)
    if strength == 0:
        return terms.settled(best_shares(worth, terms.room, terms.seats, cap=cap), cap=cap)
    curve = strength * np.maximum(terms.score, _FLATTEST)
    places = np.concatenate([terms.room, terms.seats])
    most = np.floor(cap * 2**_BITS) / 2**_BITS
    spread = spread_shares(worth, curve, places, cap=float(most))
    # A share of a billionth is noise of the method; on a coarse grid it is nothing.
    shares = terms.settled(spread, cap=cap, bits=_BITS)
    if shares.max(initial=0.0) > cap:
        shares = terms.settled(np.where(spread < 2.0**-_BITS, 0.0, spread), cap=cap)
    return shares


def _loss(terms: Terms, cap: float, strength: float) -> float:
    largest = terms.compatibility.joint()[terms.compatibility.eligible].max(initial=0.0)
    value = float((terms.score * _shares(terms, cap, strength)).sum()) * largest
    optimum = float(terms.best.sum())
    return 1 - value / optimum if optimum else 0.0


def _strongest(terms: Terms, cap: float, loss: float) -> float:
    """Return the largest strength whose loss is at most this: a larger one never loses less."""
    must(bool(0 <= loss <= 1), f"`loss` must be from 0 to 1; got {loss}.", OptionError)
    if _loss(terms, cap, MOST_STRENGTH) <= loss:
        return MOST_STRENGTH
    if _loss(terms, cap, _LEAST_STRENGTH) > loss:
        alone = _loss(terms, cap, 0.0)
        what = f"the cap of {cap:g} alone costs {alone:.2%} of the optimum, more than `loss`"
        must(alone <= loss + 1e-9, f"{what}; raise one of them.", OptionError)
        return 0.0
    low, high = _LEAST_STRENGTH, MOST_STRENGTH
    for _ in range(_TRIES):
        middle = float(np.sqrt(low * high))
        lost = _loss(terms, cap, middle)
        if lost > loss:
            high = middle
            continue
        low = middle
        if lost >= loss * (1 - _CLOSE):
            break
    return low
