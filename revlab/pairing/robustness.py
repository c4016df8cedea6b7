"""Would the same people be paired if the questionnaire were filled in again."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.policies import Policy, pair_scored, policy_named, run_policy
from revlab.rng import stream

__all__ = ["Robustness", "robustness"]

Floats = NDArray[np.float64]
_SIDES = ("mentee", "mentor")


@dataclass(frozen=True, eq=False, repr=False)
class Robustness:
    """How much of a matching stays when the scores are measured again.

    Parameters
    ----------
    matching : Matching
        What the policy makes of the scores as they are.
    dyads : pandas.DataFrame
        ``dyad_id, mentor_id, mentee_id, score, share_kept, mc_error``: in which share of the
        draws the dyad is made again, with the Monte Carlo standard error of that share.
    share_kept : float
        Mean share of the dyads that are made again; NaN without dyads.
    mc_error : float
        Its Monte Carlo standard error.
    reliability : float
        Of the scores, as given.
    noise : dict of str to float
        Standard deviation of the noise of each side's score.
    n_draws : int
        Number of draws.
    """

    matching: Matching
    dyads: pd.DataFrame
    share_kept: float
    mc_error: float
    reliability: float
    noise: dict[str, float]
    n_draws: int

    def __repr__(self) -> str:
        if not len(self.dyads):
            return "There is no dyad that could change."
        return (
            f"With a reliability of {self.reliability:g}, {self.share_kept:.0%} of the "
            f"{len(self.dyads)} dyads would be made again (Monte Carlo error "
            f"{self.mc_error:.1%}, {self.n_draws} draws)"
        )


def robustness(
    compatibility: Compatibility,
    policy: Policy | str,
    *,
    reliability: float = 0.7,
    n_draws: int = 200,
    seed: int,
) -> Robustness:
    """Return how many dyads would change if the scores were measured again.

    Classical test theory: an observed score is a true score plus error, and the reliability r is
    the share of the observed variance that is true; two measurements of the same people then
    correlate by r. Each draw is such a second measurement: the scores that there are plus noise
    of standard deviation s * sqrt(1 - r**2) / r, where s is the standard deviation of that
    side's scores over the allowed dyads. (Up to the unit of the score this is
    m + r * (x - m) + s * sqrt(1 - r**2) * z, which keeps mean m and deviation s. Noise of
    s * sqrt((1 - r) / r), as if the scores were free of error now, would be too little.) Errors
    are independent between dyads and between the sides, except where both sides have the same
    scores, which stay the same; a noisy score below zero counts as zero. The policy's own chance
    is the same in every draw, so only the scores change.

    Parameters
    ----------
    compatibility : Compatibility
        The scores; all people are one pool.
    policy : Policy or str
        The policy or its name; it is called through `pair_scored` and `run_policy`.
    reliability : float
        Above 0, at most 1.
    n_draws : int
        One or more.
    seed : int
        Root seed.

    Returns
    -------
    Robustness

    Raises
    ------
    OptionError
        If there is no policy of that name.
    PairingError
        If the reliability is not above 0 and at most 1, or there is no draw.

    References
    ----------
    Lord and Novick 1968, Statistical theories of mental test scores, chapter 3.

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.2, 0.8]])
    >>> robustness(fit, "optimal", reliability=1.0, n_draws=10, seed=1)
    With a reliability of 1, 100% of the 2 dyads would be made again (Monte Carlo error 0.0%, \
10 draws)
    """
    message = f"`reliability` must be above 0 and at most 1; got {reliability}."
    must(0 < reliability <= 1, message, PairingError)
    must(n_draws >= 1, f"`n_draws` must be at least 1; got {n_draws}.", PairingError)
    found = policy_named(policy)
    made = pair_scored(compatibility, policy=found, rng=stream(seed, "pairing"))
    noise = {side: _noise(compatibility, side, reliability) for side in _SIDES}
    # In the order of the ids, so that the noise does not depend on the order of the roster.
    orders = [np.argsort(ids.to_numpy(str), kind="stable") for ids in _ids(compatibility)]
    ordered = compatibility.without_parts().select(*orders)
    cells = [
        ids.get_indexer(made.dyads[f"{side}_id"])
        for side, ids in zip(_SIDES, _ids(ordered), strict=True)
    ]
    kept = np.zeros((n_draws, len(made.dyads)), dtype=bool)
    for draw in range(n_draws):
        again = _measured_again(ordered, noise, stream(seed, draw, "measurement"))
        redone = run_policy(again, found, stream(seed, "pairing"))[1]
        together = np.zeros(ordered.shape, dtype=bool)
        together[redone[:, 0], redone[:, 1]] = True
        kept[draw] = together[cells[0], cells[1]]
    share = kept.mean(axis=0)
    dyads = made.dyads[["dyad_id", "mentor_id", "mentee_id", "score"]].assign(
        share_kept=share, mc_error=np.sqrt(share * (1 - share) / n_draws)
    )
    some = len(dyads) > 0
    of_draws = kept.mean(axis=1) if some else np.full(n_draws, np.nan)
    error = float(of_draws.std(ddof=1) / np.sqrt(n_draws)) if n_draws > 1 else np.nan
    mean = float(of_draws.mean())
    return Robustness(made, dyads, mean, error, reliability, noise, n_draws)


def _ids(compatibility: Compatibility) -> tuple[pd.Index, pd.Index]:
    return compatibility.mentee_ids, compatibility.mentor_ids


def _noise(compatibility: Compatibility, side: str, reliability: float) -> float:
    scores = getattr(compatibility, f"{side}_score")[compatibility.eligible]
    spread = float(scores.std()) if scores.size else 0.0
    return spread * float(np.sqrt(1 - reliability**2)) / reliability


def _measured_again(
    compatibility: Compatibility, noise: dict[str, float], rng: np.random.Generator
) -> Compatibility:
    errors = [rng.standard_normal(compatibility.shape) for _ in _SIDES]
    if np.array_equal(compatibility.mentee_score, compatibility.mentor_score):
        errors[1] = errors[0]
    scores = [
        np.maximum(getattr(compatibility, f"{side}_score") + noise[side] * error, 0.0)
        for side, error in zip(_SIDES, errors, strict=True)
    ]
    return replace(compatibility, mentee_score=scores[0], mentor_score=scores[1])
