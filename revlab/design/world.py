"""One replication of a design before anybody is paired: people, pools, arms, all of chance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.design.arms import policy_in
from revlab.design.design import Design
from revlab.design.drawn_people import drawn_cohort
from revlab.fieldwork.joiners import joiners
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["Scored", "World", "draw_world", "score_design"]

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of everybody whom a design may draw: by arm, and the reference for the truth.

    They are the same in every replication, so they are computed once for a design.
    """

    arms: Mapping[str, Compatibility]
    reference: Compatibility


def score_design(design: Design) -> Scored:
    """Score the cohort of a design by the default score and by the policy of each arm."""
    # The parts only explain; without them a draw of people copies less.
    arms = {
        arm: score_cohort(
            design.cohort, score=policy_in(own).score, eligibility=policy_in(own).eligibility
        ).without_parts()
        for arm, own in design.arms.items()
    }
    return Scored(arms, score_cohort(design.cohort).without_parts())


@dataclass(frozen=True, eq=False)
class World:
    """All that one replication has decided before anybody is paired."""

    design: Design
    cohort: Cohort
    pools: pd.DataFrame
    arms: Mapping[str, str]
    scored: Mapping[str, Compatibility]
    potential: Potential
    pairing_seed: int

    def matched(self, arms: Mapping[str, str], policy_of: Mapping[str, str]) -> Matching:
        """Pair the pools, each by the policy of the arm that ``policy_of`` names for its arm."""
        return pair_in_pools(
            self.cohort,
            self.pools,
            arms=arms,
            policies={arm: policy_in(self.design.arms[policy_of[arm]]) for arm in policy_of},
            scored={arm: self.scored[policy_of[arm]] for arm in policy_of},
            seed=self.pairing_seed,
        )


def draw_world(design: Design, scored: Scored, *, seed: int, replication: int) -> World:
    """Draw the people, pools, arms and shocks of one replication.

    The people have what the roster knows of them: traits, skills, reporting lines. If a design
    says that joiners take part, all who were drawn get their shocks, those who join by the rule
    of the programme are dealt to pools, and the others are not seen again.

    Parameters
    ----------
    design : Design
        What is run.
    scored : Scored
        From `score_design`.
    seed, replication : int
        What the streams of chance are keyed by.

    Returns
    -------
    World
    """
    rng = stream(seed, replication, "people")
    columns = _drawn(len(design.cohort.mentors), design.n_pairs, rng)
    rows = _drawn(len(design.cohort.mentees), design.n_pairs, rng)
    cohort = drawn_cohort(design.cohort, mentors=columns, mentees=rows)
    reference = _selected(scored.reference, rows, columns, cohort)
    potential = draw_potential(
        cohort, reference, programme=design.programme, seed=seed, replication=replication
    )
    if design.taking_part == "joiners":
        found = joiners(potential)
        come = found.loc[found["joins"], ["role", "person_id"]]
        junior, senior = (
            people.index.isin(come.loc[come["role"] == role, "person_id"])
            for role, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees))
        )
        columns, rows = columns[junior], rows[senior]
        cohort = cohort.subset(cohort.mentors.index[junior], cohort.mentees.index[senior])
    pools = draw_pools(cohort, design.n_pools, rng=stream(seed, replication, "pools"))
    labels = [design.contrast.treatment, design.contrast.control]
    arms = draw_arms(
        sorted(pools["pool_id"].unique()), labels, rng=stream(seed, replication, "arms")
    )
    return World(
        design,
        cohort,
        pools,
        arms,
        {arm: _selected(fit, rows, columns, cohort) for arm, fit in scored.arms.items()},
        potential,
        int(stream(seed, replication, "pairing").integers(2**31)),
    )


def _drawn(n_people: int, n_wanted: int, rng: np.random.Generator) -> Places:
    return np.sort(rng.choice(n_people, size=n_wanted, replace=n_wanted > n_people))


def _selected(fit: Compatibility, rows: Places, columns: Places, cohort: Cohort) -> Compatibility:
    cells = np.ix_(rows, columns)
    return replace(
        fit,
        mentee_ids=cohort.mentees.index,
        mentor_ids=cohort.mentors.index,
        mentee_score=fit.mentee_score[cells],
        mentor_score=fit.mentor_score[cells],
        eligible=fit.eligible[cells],
        mentee_capacity=fit.mentee_capacity[rows],
        mentor_capacity=fit.mentor_capacity[columns],
        forbidding=None if fit.forbidding is None else fit.forbidding[cells],
        rule_bits=None if fit.rule_bits is None else fit.rule_bits[cells],
        mentee_traits=None if fit.mentee_traits is None else cohort.mentees,
        mentor_traits=None if fit.mentor_traits is None else cohort.mentors,
    )
