"""What pairing by an exact score is worth over random pairing, in hours."""

import numpy as np
import pandas as pd

from revlab.errors import OptionError, must
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.replications import Replications
from revlab.pairing.matching import Matching
from revlab.pairing.policies import Policy, pair_scored, policy_named
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["worth_of_pairing"]

_GAIN = "gain_digital_confidence_mentee"


def worth_of_pairing(
    cohort: Cohort,
    *,
    hours_per_sd: float,
    programme: Programme | None = None,
    policy: Policy | str = "optimal",
    n_sims: int,
    seed: int,
) -> pd.DataFrame:
    """Return what a policy with an exact score is worth over random pairing, for a dyad.

    Parameters
    ----------
    cohort : Cohort
        The people.
    hours_per_sd : float
        What the organisation would give for one SD of digital confidence of one senior, in hours
        of junior time.
    programme : Programme or None
        Levers and assumptions, above all ``assumptions.validity``: how far the score tells who
        fits.
    policy : Policy or str
        The policy.
    n_sims : int
        Replications, at least 2.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        One row: ``gain`` and ``gain_random`` (SD, mean over dyads), ``difference`` with ``low,
        high`` (middle 95% of the replications) and ``mcse``, ``worth, worth_low, worth_high``
        (hours for a dyad), ``n_sims``.

    Raises
    ------
    OptionError
        If a number is out of bounds.

    Examples
    --------
    >>> from revlab.people.population import Population, draw_cohort
    >>> cohort = draw_cohort(Population(), 20, 20, rng=stream(1, "cohort"))
    >>> row = worth_of_pairing(cohort, hours_per_sd=100.0, n_sims=3, seed=1).iloc[0]
    >>> bool(row["worth"] == 100 * row["difference"])
    True
    """
    must(n_sims >= 2, f"`n_sims` must be at least 2; got {n_sims}.", OptionError)
    sound = bool(np.isfinite(hours_per_sd)) and hours_per_sd >= 0
    must(sound, f"`hours_per_sd` must be hours; got {hours_per_sd:g}.", OptionError)
    scored = score_cohort(cohort).without_parts()
    runs = Replications(cohort, scored, programme or Programme(), seed)

    def _paired(how: Policy | str, draw: int) -> Matching:
        return pair_scored(scored, policy=policy_named(how), rng=stream(seed, draw, "pairing"))

    made = _paired(policy, 0)
    gain = runs.summaries(made, n_sims)[_GAIN].to_numpy()
    chance = runs.summaries(lambda r: _paired("random", r), n_sims)[_GAIN].to_numpy()
    apart = gain - chance
    low, high = np.quantile(apart, [0.025, 0.975])
    row = {
        "gain": gain.mean(),
        "gain_random": chance.mean(),
        "difference": apart.mean(),
        "low": low,
        "high": high,
        "mcse": apart.std(ddof=1) / np.sqrt(n_sims),
        "worth": hours_per_sd * apart.mean(),
        "worth_low": hours_per_sd * low,
        "worth_high": hours_per_sd * high,
        "n_sims": n_sims,
    }
    return pd.DataFrame([row])
