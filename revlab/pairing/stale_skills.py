"""What pairing by skills is worth if what is recorded of them is incomplete or out of date."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.coverage import needs_met, skill_table
from revlab.pairing.matching import Matching
from revlab.pairing.policies import Policy, pair
from revlab.people.cohort import Cohort
from revlab.people.skills_stress import SHARES, draw_damage, middle_of_draws
from revlab.rng import stream

__all__ = ["stress_coverage"]

_SIDES = ("mentee", "mentor")


def stress_coverage(
    cohort: Cohort,
    *,
    policy: Policy | str = "optimal",
    kind: str = "both",
    shares: Sequence[float] = SHARES,
    n_draws: int = 50,
    seed: int,
) -> pd.DataFrame:
    """Return which needs partners cover while ever more recorded offers are missing or old.

    People are paired by what is recorded, and judged by what is really so. Random pairing, which
    reads no record, is judged beside it: a policy that does no better has nothing left to lose.

    Parameters
    ----------
    cohort : Cohort
        The people; the offers in ``cohort.skills`` are taken as what they could really offer.
    policy : Policy or str
        Whose pairs are made.
    kind : str
        A key of `revlab.people.skills_stress.DAMAGES`. The same seed damages the same offers as
        in `revlab.people.skills_stress.stress_recall`.
    shares : sequence of float
        Shares of damaged offers, 0 to 1.
    n_draws : int
        Draws for each share, at least 2; all shares use the same ones.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``kind, share, measure`` (coverage_mentee and coverage_mentor: share of the needs of that
        side that a partner can really meet; random_mentee and random_mentor: the same of random
        pairing), ``mean, low, high`` (middle 95% of the draws), ``mcse, n_draws``.

    Raises
    ------
    OptionError
        If there is no such kind of damage or no such policy.
    PairingError
        If a number is out of bounds, or nobody offers a skill.

    Examples
    --------
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 30, 30, rng=stream(1, "cohort"))
    >>> table = stress_coverage(cohort, kind="missing", shares=[0.0, 0.5], n_draws=2, seed=1)
    >>> mean = table.query("measure == 'coverage_mentee'")["mean"]
    >>> bool(mean.iloc[0] > mean.iloc[1])
    True
    """
    must(n_draws >= 2, f"`n_draws` must be at least 2; got {n_draws}.", PairingError)
    must(len(shares) > 0, "`shares` must name at least one share.", PairingError)
    offered = cohort.skills[cohort.skills["side"] == "offer"]
    must(len(offered) > 0, "nobody of this cohort offers a skill.", PairingError)
    unit = ["person_id", "skill_id"]
    offers = offered[unit].drop_duplicates().sort_values(unit).reset_index(drop=True)
    row = pd.MultiIndex.from_frame(offers).get_indexer(pd.MultiIndex.from_frame(offered[unit]))
    rows = []
    for draw in range(n_draws):
        by_chance = pair(cohort, policy="random", seed=_seed(seed, draw))
        before, by_record = None, by_chance
        for share in shares:
            damage = draw_damage(offers, kind, share, seed=seed, draw=draw)
            # What is no longer so changes no record, and so no pairs: they are made once.
            if before is None or (damage.listed != before).any():
                recorded = _without(cohort, offered.index[~damage.listed[row]])
                by_record = pair(recorded, policy=policy, seed=_seed(seed, draw))
                before = damage.listed
            real = _without(cohort, offered.index[~damage.true[row]])
            made = {"coverage": by_record, "random": by_chance}
            rows.append({"share": share, "draw": draw} | _judged(real, made))
    table = middle_of_draws(pd.DataFrame(rows), by=["share"])
    return table.assign(kind=kind)[["kind", *table.columns]]


def _seed(seed: int, draw: int) -> int:
    return int(stream(seed, draw, "pairing").integers(2**32))


def _without(cohort: Cohort, gone: pd.Index) -> Cohort:
    return replace(cohort, skills=cohort.skills.drop(index=gone).reset_index(drop=True))


def _judged(real: Cohort, made: Mapping[str, Matching]) -> dict[str, float]:
    """Return the share of needs of each side that partners can really meet."""
    skills = skill_table(real)
    return {
        f"{name}_{side}": needs_met(skills, matching, side).share
        for name, matching in made.items()
        for side in _SIDES
    }
