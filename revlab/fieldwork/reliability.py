"""What a policy sees of the true scores: questionnaires and interviews are not exact."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import OptionError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import Policy, pair_scored, policy_named
from revlab.rng import stream

__all__ = ["attenuation_curve", "kept_shares", "observed_scores"]

Array = npt.NDArray[np.float64]


def observed_scores(
    compatibility: Compatibility, reliability: float, rng: np.random.Generator
) -> Compatibility:
    """Return the scores as an instrument of this reliability would show them to a policy.

    Each side's score ``s`` becomes ``mean + sd * (sqrt(r) z + sqrt(1 - r) e)`` with
    ``z = (s - mean) / sd`` over the eligible dyads and standard normal ``e``: its correlation
    with the true score is the root of the reliability ``r``, and its spread is the same. What
    falls below 0 becomes 0. Pair by what is returned, and judge by the scores that were given.

    Parameters
    ----------
    compatibility : Compatibility
        The true scores.
    reliability : float
        Share of the variance of the observed score that is true, 0 to 1.
    rng : numpy.random.Generator
        The chance, from `revlab.rng.stream`.

    Returns
    -------
    Compatibility
        Without parts: they explain the true score and not the observed one.

    Raises
    ------
    OptionError
        If the reliability is not between 0 and 1.

    References
    ----------
    Spearman 1904, American Journal of Psychology 15:72-101, on attenuation.

    Examples
    --------
    >>> true = Compatibility.from_scores(stream(1, "scores").random((50, 50)))
    >>> seen = observed_scores(true, 0.64, stream(1, "questionnaire"))
    >>> float(np.corrcoef(seen.mentee_score.ravel(), true.mentee_score.ravel())[0, 1].round(1))
    0.8
    """
    must(
        0 <= reliability <= 1,
        f"`reliability` must lie between 0 and 1; got {reliability:g}.",
        OptionError,
    )
    if reliability == 1:
        return compatibility.without_parts()
    noise = rng.standard_normal((2, *compatibility.shape))
    seen = [
        _seen(score.astype(np.float64), compatibility.eligible, reliability, e)
        for score, e in zip(
            (compatibility.mentee_score, compatibility.mentor_score), noise, strict=True
        )
    ]
    return replace(compatibility.without_parts(), mentee_score=seen[0], mentor_score=seen[1])


def _seen(score: Array, eligible: npt.NDArray[np.bool_], reliability: float, noise: Array) -> Array:
    known = score[eligible] if eligible.any() else score.ravel()
    mean, sd = (float(known.mean()), float(known.std())) if known.size else (0.0, 0.0)
    away = np.sqrt(reliability) * (score - mean) + np.sqrt(1 - reliability) * sd * noise
    return np.asarray(np.maximum(mean + away, 0.0))


def attenuation_curve(
    compatibility: Compatibility,
    reliabilities: Sequence[float],
    *,
    policy: Policy | str = "optimal",
    n_draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return what is left of the value of a policy when the scores are not measured exactly.

    The value is the mean true score of its dyads above that of random pairing. What a better
    instrument would add can be read from the curve, and held against what interviews cost.

    Parameters
    ----------
    compatibility : Compatibility
        The true scores.
    reliabilities : sequence of float
        Reliabilities of the instrument, 0 to 1.
    policy : Policy or str
        Whose dyads are made.
    n_draws : int
        Draws of the measurement error for each reliability, at least 2.
    seed : int
        Root seed; all reliabilities share the errors.

    Returns
    -------
    pandas.DataFrame
        ``reliability, mean_score, kept_share`` (of the value with an exact instrument),
        ``kept_low, kept_high`` (middle 95% of the draws), one row per reliability.

    Raises
    ------
    OptionError
        If there are fewer than two draws, or the policy is no better than chance even with an
        exact instrument.

    References
    ----------
    Spearman 1904, American Journal of Psychology 15:72-101, on attenuation.

    Examples
    --------
    >>> true = Compatibility.from_scores(stream(1, "scores").random((30, 30)))
    >>> curve = attenuation_curve(true, [1.0, 0.5], n_draws=5, seed=1)
    >>> curve["kept_share"].round(1).tolist()
    [1.0, 0.8]
    """
    found = kept_shares(compatibility, reliabilities, policy=policy, n_draws=n_draws, seed=seed)
    table = found.groupby("reliability", sort=False).agg(
        mean_score=("mean_score", "mean"), kept_share=("kept_share", "mean")
    )
    shares = found.groupby("reliability", sort=False)["kept_share"]
    table["kept_low"], table["kept_high"] = shares.quantile(0.025), shares.quantile(0.975)
    return table.reset_index()


def kept_shares(
    compatibility: Compatibility,
    reliabilities: Sequence[float],
    *,
    policy: Policy | str = "optimal",
    n_draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the draws behind `attenuation_curve`, which all reliabilities share.

    Parameters
    ----------
    compatibility, reliabilities, policy, n_draws, seed
        As for `attenuation_curve`; no reliability twice.

    Returns
    -------
    pandas.DataFrame
        ``reliability, draw, mean_score, kept_share``.

    Raises
    ------
    OptionError
        As `attenuation_curve`, and if a reliability is named twice.

    Examples
    --------
    >>> true = Compatibility.from_scores(stream(1, "scores").random((30, 30)))
    >>> kept_shares(true, [1.0, 0.5], n_draws=2, seed=1)["draw"].tolist()
    [0, 1, 0, 1]
    """
    must(n_draws >= 2, f"`n_draws` must be at least 2; got {n_draws}.", OptionError)
    once = len(set(reliabilities)) == len(reliabilities)
    must(once, "`reliabilities` names one of them twice.", OptionError)
    chosen = policy_named(policy)
    true = compatibility.without_parts()
    best = _true_score(true, true, chosen, seed=seed)
    by_chance = policy_named("random")
    draws = [_true_score(true, true, by_chance, seed=seed, draw=k) for k in range(n_draws)]
    chance = float(np.mean(draws))
    must(
        best > chance,
        f"policy {chosen.name!r} is no better than chance here, so it has no value to lose.",
        OptionError,
    )
    rows = []
    for reliability in reliabilities:
        for draw in range(n_draws):
            seen = observed_scores(true, reliability, stream(seed, draw, "questionnaire"))
            score = _true_score(true, seen, chosen, seed=seed, draw=draw)
            rows.append((reliability, draw, score, (score - chance) / (best - chance)))
    return pd.DataFrame(rows, columns=["reliability", "draw", "mean_score", "kept_share"])


def _true_score(
    true: Compatibility, seen: Compatibility, policy: Policy, *, seed: int, draw: int = 0
) -> float:
    """Return the mean true score of the dyads that a policy makes of what it sees."""
    made = pair_scored(seen, policy=policy, rng=stream(seed, draw, "pairing")).dyads
    row = true.mentee_ids.get_indexer(made["mentee_id"])
    column = true.mentor_ids.get_indexer(made["mentor_id"])
    return float(true.joint_at(row, column).mean())
