"""`Policy`: scoring rule + eligibility rules + mechanism, and the policies that there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from revlab.errors import PairingError, must, one_of
from revlab.pairing.blocks import score_by_size
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, EligibilityRule
from revlab.pairing.matching import Matching
from revlab.pairing.mechanism_list import MECHANISMS
from revlab.pairing.mechanisms import Cells, Mechanism
from revlab.pairing.scoring import DEFAULT_SCORE, Score
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = [
    "POLICIES",
    "Policy",
    "pair",
    "pair_scored",
    "policy_named",
    "run_policy",
    "with_settings",
]


@dataclass(frozen=True)
class Policy:
    """A pairing policy.

    Parameters
    ----------
    name : str
        Short name, for tables.
    score : Score
        How well two people fit.
    eligibility : tuple of rules
        Who may not meet whom.
    mechanism : callable
        ``(compatibility, rng) -> cells``.
    note : str
        What the policy does, in a sentence for HR.

    Examples
    --------
    >>> POLICIES["greedy"]
    Policy 'greedy': The best remaining dyad is made, again and again.
    """

    name: str
    score: Score
    eligibility: tuple[EligibilityRule | str, ...]
    mechanism: Mechanism
    note: str = ""

    def __post_init__(self) -> None:
        must(bool(self.name), "a policy needs a name; got an empty one.", PairingError)
        object.__setattr__(self, "eligibility", tuple(self.eligibility))

    def __repr__(self) -> str:
        return f"Policy {self.name!r}: {self.note}"


POLICIES: dict[str, Policy] = {
    name: Policy(name, DEFAULT_SCORE, DEFAULT_ELIGIBILITY, mechanism, note)
    for name, mechanism, note in MECHANISMS
}
"""All policies with the default score and rules; each mechanism of ``MECHANISMS`` makes one."""


def policy_named(policy: Policy | str) -> Policy:
    """Return a policy, looked up if it is a name.

    Raises
    ------
    OptionError
        If there is no policy of that name.

    Examples
    --------
    >>> policy_named("optimal").name
    'optimal'
    """
    if isinstance(policy, Policy):
        return policy
    return POLICIES[one_of("policy", policy, POLICIES)]


def with_settings(
    policy: Policy | str,
    *,
    score: Score | None = None,
    eligibility: Sequence[EligibilityRule | str] | None = None,
) -> Policy:
    """Return the policy with another score or other eligibility rules, under the same name.

    Raises
    ------
    OptionError
        If there is no policy of that name.

    Examples
    --------
    >>> with_settings("optimal", score=Score({"site": 1})).score
    Score of site 1
    """
    found = policy_named(policy)
    return replace(
        found,
        score=found.score if score is None else score,
        eligibility=found.eligibility if eligibility is None else tuple(eligibility),
    )


def pair(cohort: Cohort, *, policy: Policy | str, seed: int) -> Matching:
    """Pair the people of a cohort, all in one pool.

    For more than 20 million possible dyads the scores are rounded to single precision, so that
    two scores that differ by less than a part in ten million become a tie.

    Parameters
    ----------
    cohort : Cohort
        The people; if one side is empty the matching has no dyads and says why.
    policy : Policy or str
        The policy or its name in ``POLICIES``.
    seed : int
        Root seed. The result depends on it only where the policy uses chance or breaks ties,
        and never on the order of the rows.

    Returns
    -------
    Matching
        With ``pool_id`` "P01" and the policy's name as ``arm``.

    Raises
    ------
    OptionError
        If there is no policy of that name.
    PairingError
        If the cohort has no data for the score.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 2, 4]}, index=["ana", "bo", "cy"])
    >>> pair(Cohort(people[:2], people[2:]), policy="optimal", seed=1)
    Matching by 'optimal': 1 dyad, mean score 0.50; 1 mentor and 0 mentees left over
    """
    found = policy_named(policy)
    fit = score_by_size(cohort, score=found.score, eligibility=found.eligibility)
    return pair_scored(fit, policy=found, rng=stream(seed, "pairing"))


def pair_scored(
    compatibility: Compatibility,
    *,
    policy: Policy,
    rng: np.random.Generator,
    pool_id: str = "P01",
    arm: str | None = None,
) -> Matching:
    """Run the policy's mechanism on scores that are there already.

    Parameters
    ----------
    compatibility : Compatibility
        Scores and eligibility; the policy's own are not looked at.
    policy : Policy
        Whose mechanism to run.
    rng : numpy.random.Generator
        Chance, for drawing and for ties.
    pool_id, arm : str
        Labels of the dyads; the arm is by default the policy's name.

    Raises
    ------
    PairingError
        If the mechanism breaks a capacity or a rule.

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.2, 0.4]])
    >>> pair_scored(fit, policy=POLICIES["greedy"], rng=stream(1, "ties"))
    Matching by 'greedy': 1 dyad, mean score 0.40; 1 mentor and 0 mentees left over
    """
    ordered, cells = run_policy(compatibility, policy, rng)
    return matching_from_cells(ordered, cells, policy=policy.name, pool_id=pool_id, arm=arm)


def run_policy(
    compatibility: Compatibility, policy: Policy, rng: np.random.Generator
) -> tuple[Compatibility, Cells]:
    """Run the policy's mechanism with everybody in the order of the ids.

    Chance then does not depend on the order of the roster.

    Returns
    -------
    ordered : Compatibility
        The people in the order of their ids, without the parts.
    cells : array of int, shape (n_dyads, 2)
        Cells of ``ordered`` that the mechanism chose.

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.2, 0.4]])
    >>> run_policy(fit, POLICIES["greedy"], stream(1, "ties"))[1].tolist()
    [[0, 1]]
    """
    rows, columns = (
        np.argsort(ids.to_numpy(str), kind="stable")
        for ids in (compatibility.mentee_ids, compatibility.mentor_ids)
    )
    ordered = compatibility.without_parts().select(rows, columns)
    return ordered, policy.mechanism(ordered, rng)
