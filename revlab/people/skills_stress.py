"""What becomes of the search if the skills database is incomplete or out of date."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import SkillsError, must, one_of
from revlab.people.skills_asked import AskedNeeds
from revlab.people.skills_recall import measured
from revlab.rng import stream

__all__ = ["DAMAGES", "SHARES", "Damage", "draw_damage", "middle_of_draws", "stress_recall"]

Bools = npt.NDArray[np.bool_]

DAMAGES = {
    "missing": "offers that people could make and the database does not hold",
    "old": "offers that the database holds and that are no longer so",
    "both": "either, each with this share",
}
"""What can be wrong with offers, to the meaning."""

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
"""Shares of offers with something wrong, for a curve."""


@dataclass(frozen=True, eq=False)
class Damage:
    """Which offers a database holds, and which of all offers are so.

    Parameters
    ----------
    listed, true : array of bool, shape (n_offers,)
        In the order of the offers.
    """

    listed: Bools
    true: Bools


def draw_damage(offers: pd.DataFrame, kind: str, share: float, *, seed: int, draw: int) -> Damage:
    """Draw which offers are missing from a database, or are no longer so.

    Each offer is damaged with probability ``share``, independently of the others. The offers that
    are damaged at a small share are damaged at a larger one too, in the same draw.

    Parameters
    ----------
    offers : pandas.DataFrame
        person_id and skill_id, no offer twice; chance goes with the offer and not with its row.
    kind : str
        A key of `DAMAGES`.
    share : float
        0 to 1.
    seed, draw : int
        Root seed and number of the draw.

    Returns
    -------
    Damage

    Raises
    ------
    OptionError
        If there is no such kind of damage.
    SkillsError
        If ``share`` is no share.

    Examples
    --------
    >>> offers = pd.DataFrame({"person_id": ["p1", "p2"], "skill_id": "sql"})
    >>> draw_damage(offers, "missing", 1.0, seed=1, draw=0)
    Damage(listed=array([False, False]), true=array([ True,  True]))
    """
    one_of("kind", kind, DAMAGES)
    must(0 <= share <= 1, f"`share` must lie between 0 and 1; got {share:g}.", SkillsError)
    order = np.lexsort((offers["skill_id"].astype(str), offers["person_id"].astype(str)))
    masks = {}
    for one in ("missing", "old"):
        dice = np.empty(len(offers))
        dice[order] = stream(seed, draw, "damage", one).random(len(offers))
        hit = kind in (one, "both")
        masks[one] = dice >= share if hit else np.ones(len(offers), dtype=bool)
    return Damage(listed=masks["missing"], true=masks["old"])


def middle_of_draws(draws: pd.DataFrame, *, by: Sequence[str]) -> pd.DataFrame:
    """Return the mean over draws of each measure, with the middle 95% and the error of the mean.

    Parameters
    ----------
    draws : pandas.DataFrame
        The columns ``by``, draw, and measures.
    by : sequence of str
        What was varied.

    Returns
    -------
    pandas.DataFrame
        The columns ``by``, measure, mean, low, high (middle 95% of the draws), mcse (Monte Carlo
        standard error of the mean), n_draws (in which the measure can be computed).

    Examples
    --------
    >>> draws = pd.DataFrame({"share": 0.1, "draw": [0, 1], "hit": [0.5, 1.0]})
    >>> middle_of_draws(draws, by=["share"])[["measure", "mean", "n_draws"]].values.tolist()
    [['hit', 0.75, 2]]
    """
    long = draws.melt([*by, "draw"], var_name="measure", value_name="value")
    groups = long.groupby([*by, "measure"], sort=False)["value"]
    table = groups.agg(mean="mean", n_draws="count", sd="std")
    table["low"], table["high"] = groups.quantile(0.025), groups.quantile(0.975)
    table["mcse"] = table["sd"] / np.sqrt(table["n_draws"])
    return table[["mean", "low", "high", "mcse", "n_draws"]].reset_index()


def stress_recall(
    asked: AskedNeeds,
    *,
    kind: str = "both",
    shares: Sequence[float] = SHARES,
    k: int = 5,
    n_draws: int = 100,
    seed: int,
) -> pd.DataFrame:
    """Return how the search does while ever more offers are missing or no longer so.

    The offers that the database holds today are taken as what people could really offer. Each
    draw damages some of them; what the search then shows is judged by what is really so.

    Parameters
    ----------
    asked : AskedNeeds
        From `revlab.people.skills_recall.ask_for_needs`.
    kind : str
        A key of `DAMAGES`.
    shares : sequence of float
        Shares of damaged offers, 0 to 1.
    k : int
        Names that somebody who searches looks at.
    n_draws : int
        Draws for each share, at least 2; all shares use the same ones.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``kind, share, measure`` (one of `revlab.people.skills_recall.MEASURES`), ``mean, low,
        high`` (middle 95% of the draws), ``mcse, n_draws``.

    Raises
    ------
    OptionError
        If there is no such kind of damage.
    SkillsError
        If a number is out of bounds, or nobody needs anything.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import date
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_exchange import import_cohort
    >>> from revlab.people.skills_recall import ask_for_needs
    >>> cohort = draw_cohort(Population(), 20, 20, rng=stream(1, "cohort"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = import_cohort(db, cohort, recorded_on=date(2026, 3, 31))
    ...     asked = ask_for_needs(db)
    >>> table = stress_recall(asked, kind="missing", shares=[0.0, 1.0], n_draws=2, seed=1)
    >>> table.query("measure == 'hit'")["mean"].tolist()
    [1.0, 0.0]
    """
    must(n_draws >= 2, f"`n_draws` must be at least 2; got {n_draws}.", SkillsError)
    must(len(asked.needs) > 0, "nobody of this database needs anything.", SkillsError)
    must(len(shares) > 0, "`shares` must name at least one share.", SkillsError)
    rows = []
    for share in shares:
        for draw in range(n_draws):
            damage = draw_damage(asked.offers, kind, share, seed=seed, draw=draw)
            counts = asked.counts(k=k, listed=damage.listed, true=damage.true)
            means = {name: _mean(values) for name, values in measured(counts).items()}
            rows.append({"share": share, "draw": draw} | means)
    table = middle_of_draws(pd.DataFrame(rows), by=["share"])
    return table.assign(kind=kind)[["kind", *table.columns]]


def _mean(values: npt.NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan
