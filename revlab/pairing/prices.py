"""What stability and fairness cost in total score, from the matchings alone."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.standing import standing

__all__ = ["prices"]

_SAME = 1e-9


def prices(
    compatibility: Compatibility,
    matchings: Mapping[str, Matching],
    *,
    reference: str | None = None,
) -> pd.DataFrame:
    """Return the price of each matching against one of them.

    The price is the reference's total score over the matching's: 1.25 means that the reference
    has a quarter more. Where the reference has the best total of all matchings, the price of the
    best stable matching is the *price of stability* and that of a fair matching the *price of
    fairness*. No mechanism is run here: the best stable matching is the best of those given, so
    its price is at least the true price of stability.

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by.
    matchings : mapping of str to Matching
        What to compare, by label; all of the same people.
    reference : str, optional
        Label of the matching to compare with, by default that of the largest total.

    Returns
    -------
    pandas.DataFrame
        One row per label: ``policy, n_dyads, total_score, price, score_lost, worst_score,
        worst_gain, gain_per_score_lost, blocking_pairs, stable, best_stable``. ``score_lost`` is
        the reference's total less this one, ``worst_gain`` the score of the worst dyad less that
        of the reference, and ``gain_per_score_lost`` their quotient (missing where nothing is
        lost). ``stable``: no pair blocks; ``best_stable`` marks the first stable matching of
        largest total. Prices are missing where the total is zero.

    Raises
    ------
    OptionError
        If ``reference`` is not a label.
    PairingError
        If there is no matching, or one names strangers.

    References
    ----------
    Anshelevich, Das and Naamad 2013, Anarchy, stability, and utopia: creating better matchings,
    Autonomous Agents and Multi-Agent Systems 26:120-140. Bertsimas, Farias and Trichakis 2011,
    The price of fairness, Operations Research 59:17-31 (there as the share that is lost,
    1 - 1 / price).

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> made = {
    ...     name: matching_from_cells(fit, np.array(cells), policy=name)
    ...     for name, cells in {"best": [[0, 1], [1, 0]], "stable": [[0, 0], [1, 1]]}.items()
    ... }
    >>> prices(fit, made)[["policy", "price", "stable", "worst_gain"]].round(2).values.tolist()
    [['best', 1.0, False, 0.0], ['stable', 1.6, True, -0.7]]
    """
    must(bool(matchings), "`matchings` is empty; give at least one to price.", PairingError)
    rows = [_measured(label, compatibility, made) for label, made in matchings.items()]
    frame = pd.DataFrame(rows)
    if reference is None:
        reference = str(frame["policy"].iloc[int(frame["total_score"].to_numpy().argmax())])
    one_of("reference", reference, list(matchings))
    base = frame[frame["policy"] == reference].iloc[0]
    lost = (base["total_score"] - frame["total_score"]).to_numpy(float)
    gain = (frame["worst_score"] - base["worst_score"]).to_numpy(float)
    some = lost > _SAME
    total = frame["total_score"].where(frame["total_score"] > 0)
    stable_total = frame["total_score"].where(frame["stable"], -np.inf)
    best_stable = np.zeros(len(frame), dtype=bool)
    best_stable[int(stable_total.to_numpy().argmax())] = bool(frame["stable"].any())
    priced = frame.assign(
        price=base["total_score"] / total,
        score_lost=lost,
        worst_gain=gain,
        gain_per_score_lost=np.where(some, gain, np.nan) / np.where(some, lost, 1.0),
        best_stable=best_stable,
    )
    return priced[list(_COLUMNS)]


_COLUMNS = (
    "policy",
    "n_dyads",
    "total_score",
    "price",
    "score_lost",
    "worst_score",
    "worst_gain",
    "gain_per_score_lost",
    "blocking_pairs",
    "stable",
    "best_stable",
)


def _measured(label: str, compatibility: Compatibility, matching: Matching) -> dict[str, object]:
    sides = standing(compatibility, matching)
    scores = compatibility.joint()[sides["mentee"].together]
    blocking = int((sides["mentee"].would_take & sides["mentor"].would_take.T).sum())
    return {
        "policy": label,
        "n_dyads": len(scores),
        "total_score": float(scores.sum()),
        "worst_score": float(scores.min()) if len(scores) else np.nan,
        "blocking_pairs": blocking,
        "stable": blocking == 0,
    }
