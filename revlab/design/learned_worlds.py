"""`learned_coverage`: how often what `learn_from_pilot` says of a made-up pilot holds the truth."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from revlab.design.histories import counted
from revlab.design.learned import learn_from_pilot
from revlab.design.learned_attendance import learned_attendance
from revlab.design.parameter_values import with_values
from revlab.design.profile import Fitted
from revlab.errors import DesignError, must, one_of
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.simulate import reveal_pilot
from revlab.pairing.matching import Matching
from revlab.pairing.pools import draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

__all__ = ["ENDINGS", "SIZES", "TRUTH", "learned_coverage", "made_up_worlds"]

SIZES = (26, 60, 120, 200)
"""People on each side of the pilots in the stored table."""

ENDINGS = {"few": -4.4, "some": -3.4, "many": -2.8}
"""Level of ending early at which about 13, 28 and 40 of 100 dyads end early."""

TRUTH = {
    "sessions.skip_base": -1.2,
    "sessions.skip_after_skip": 0.6,
    "sessions.end_skips": 0.7,
    "survey.response_intake": 0.8,
    "survey.response_mentor": 0.6,
    "survey.response_mentee": 0.45,
    "survey.response_held": 1.5,
    "survey.item_missing": 0.05,
    "survey.discrimination": 1.5,
    "relationship.perception_sd": 0.9,
}
"""What is true in the made-up pilots, beside the level of ending; not the defaults."""

_PAIRS_A_POOL, _SAME_PEOPLE = 4, 20
_RATES = ("coverage", "above", "below", "bias", "median_width")


def made_up_worlds(
    n_pairs: int, endings: str, *, n_sims: int, seed: int
) -> Iterator[tuple[Potential, Matching]]:
    """Yield what chance decides and random pairs in pools of four; new people after every twenty.

    Parameters
    ----------
    n_pairs : int
        People on each side, at least 8; the usual rules leave one in ten without a partner.
    endings : {"few", "some", "many"}
        How many dyads end early.
    n_sims : int
        Worlds.
    seed : int
        Root seed.

    Examples
    --------
    >>> [len(world.people) for world, _ in made_up_worlds(26, "few", n_sims=2, seed=1)]
    [52, 52]
    """
    end_base = ENDINGS[one_of("endings", endings, ENDINGS)]
    must(n_pairs >= 8, f"`n_pairs` must be at least 8; got {n_pairs}.", DesignError)
    programme = with_values(Programme(), TRUTH | {"sessions.end_base": end_base})
    for replication in range(n_sims):
        if replication % _SAME_PEOPLE == 0:
            own = (seed, "made-up pilots", n_pairs, replication)
            cohort = draw_cohort(Population(), n_pairs, n_pairs, rng=stream(*own, "people"))
            pools = draw_pools(cohort, n_pairs // _PAIRS_A_POOL, rng=stream(*own, "pools"))
            arms = dict.fromkeys(pools["pool_id"], "random")
            matching = pair_in_pools(
                cohort, pools, arms=arms, policies={"random": "random"}, seed=seed + replication
            )
            scored = score_cohort(cohort)
        potential = draw_potential(
            cohort, scored, programme=programme, seed=seed, replication=replication
        )
        yield potential, matching


def learned_coverage(
    n_pairs: int, endings: str, *, n_sims: int, seed: int, told: str = "all"
) -> pd.DataFrame:
    """Learn from made-up pilots, and count how often the intervals hold what is true.

    Parameters
    ----------
    n_pairs : int
        People on each side, at least 8; the usual rules leave one in ten without a partner.
    endings : {"few", "some", "many"}
        How many dyads end early.
    n_sims : int
        Pilots, at least one.
    seed : int
        Root seed.
    told : {"all", "sessions"}
        What is learnt from: whole pilots, or what became of their sessions, which is faster.

    Returns
    -------
    pandas.DataFrame
        One row per parameter: ``parameter, n_pairs, endings, told, seed, n_sims, truth, learnt``
        (pilots that inform it; the rates are those of these), ``coverage, above, below`` (share
        of intervals that lie above and below the truth), ``bias`` (median of estimate - truth),
        ``median_width``.

    Raises
    ------
    DesignError
        If there are fewer than 8 pairs or no pilots.
    OptionError
        If there is no such amount of endings, or nothing like that to be told.

    Examples
    --------
    >>> rows = learned_coverage(26, "many", n_sims=1, seed=1, told="sessions")
    >>> rows["parameter"].tolist()[:2]
    ['sessions.skip_base', 'sessions.skip_after_skip']
    """
    must(n_sims >= 1, f"`n_sims` must be at least 1; got {n_sims}.", DesignError)
    learn = {"all": _all, "sessions": _sessions}[one_of("told", told, ("all", "sessions"))]
    worlds = made_up_worlds(n_pairs, endings, n_sims=n_sims, seed=seed)
    found = [learn(potential, matching) for potential, matching in worlds]
    world = {"n_pairs": n_pairs, "endings": endings, "told": told, "seed": seed, "n_sims": n_sims}
    truths = TRUTH | {"sessions.end_base": ENDINGS[endings]}
    return pd.DataFrame(
        [
            {"parameter": name, **world, "truth": truth, **_rates(found, name, truth)}
            for name, truth in truths.items()
            if told == "all" or name.startswith("sessions.")
        ]
    )


def _sessions(potential: Potential, matching: Matching) -> Mapping[str, Fitted]:
    paths = run_dyads(potential, matching).paths
    told = counted((paths.reached & ~paths.held).T, paths.last_session)
    return learned_attendance(told, Programme()).fitted


def _all(potential: Potential, matching: Matching) -> Mapping[str, Fitted]:
    table = learn_from_pilot(reveal_pilot(potential, matching)).table
    rows = table[table["informed_by"] != ""].set_index("parameter")
    ends = rows[["value", "conf_low", "conf_high"]].to_numpy(dtype=float)
    return {name: Fitted(*row) for name, row in zip(rows.index, ends.tolist(), strict=True)}


def _rates(found: list[Mapping[str, Fitted]], name: str, truth: float) -> dict[str, float]:
    fits = [one[name] for one in found if name in one]
    if not fits:
        return {"learnt": 0, **dict.fromkeys(_RATES, float("nan"))}
    value, low, high = np.array([(f.value, f.conf_low, f.conf_high) for f in fits]).T
    above, below = float((low > truth).mean()), float((high < truth).mean())
    width = float(np.median(high - low))
    rates = (1 - above - below, above, below, float(np.median(value) - truth), width)
    return {"learnt": len(fits), **dict(zip(_RATES, rates, strict=True))}
