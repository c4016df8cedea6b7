"""What the policy explorer asks for: one public call of the pairing room per question, kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pandas as pd

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import ELIGIBILITY_RULES, EligibilityRule, GradeGap, SameUnit
from revlab.pairing.explain import explain_dyads, explain_unmatched
from revlab.pairing.matching import Matching
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import POLICIES, Policy, pair_scored, with_settings
from revlab.pairing.quality import judge
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["Run", "Runs", "Settings", "weight_shares"]

UNITS = ("any", "other")


@dataclass(frozen=True)
class Settings:
    """What the controls say, beside the policy.

    Parameters
    ----------
    weights : tuple of (str, float)
        Name of each score part and its weight.
    minimum_gap : int
        Fewest grades that the mentee (senior) is above the mentor (junior).
    maximum_gap : int or None
        Most grades, None for no limit.
    units : {"any", "other"}
        Whether the two may come from one unit.

    Raises
    ------
    OptionError
        If ``units`` is something else.
    PairingError
        If the most grades are fewer than the fewest.

    Examples
    --------
    >>> Settings((("site", 1.0),), maximum_gap=3).rules(POLICIES["optimal"])[1].words
    'the mentee is not 1 to 3 grades above the mentor'
    """

    weights: tuple[tuple[str, float], ...]
    minimum_gap: int = 1
    maximum_gap: int | None = None
    units: str = "any"

    def __post_init__(self) -> None:
        one_of("units", self.units, UNITS)
        most, least = self.maximum_gap, self.minimum_gap
        must(
            most is None or most >= least,
            f"The mentee cannot be at least {least} and at most {most} grades above the mentor; "
            "raise the upper limit or lower the other.",
            PairingError,
        )

    def rules(self, policy: Policy) -> tuple[EligibilityRule, ...]:
        """Return the policy's eligibility rules with these settings in the place of its own."""
        gap = GradeGap(self.minimum_gap, self.maximum_gap)
        named = [ELIGIBILITY_RULES[r] if isinstance(r, str) else r for r in policy.eligibility]
        rules = [gap if isinstance(rule, GradeGap) else rule for rule in named]
        rules = [rule for rule in rules if not isinstance(rule, SameUnit)]
        if gap not in rules:
            rules.insert(0, gap)
        return (*rules, SameUnit()) if self.units == "other" else tuple(rules)

    def policy(self, policy: Policy) -> Policy:
        """Return the policy with these settings: what to pass to `pair` to get the same pairs."""
        score = Score(dict(self.weights))
        return with_settings(policy, score=score, eligibility=self.rules(policy))


@dataclass(frozen=True, eq=False)
class Run:
    """One policy under one choice of settings; judges and reasons are made when asked for.

    Parameters
    ----------
    policy : str
        Name of the policy.
    cohort : Cohort
        The people.
    fit : Compatibility
        How well they fit under these settings.
    matching : Matching
        As from `pair`.
    """

    policy: str
    cohort: Cohort
    fit: Compatibility
    matching: Matching

    @cached_property
    def judges(self) -> pd.DataFrame:
        """What `quality.judge` says of the matching."""
        return judge(self.cohort, self.fit, self.matching)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The dyads with their reasons, from `explain.explain_dyads`."""
        return explain_dyads(self.fit, self.matching)

    @cached_property
    def left(self) -> pd.DataFrame:
        """The people left over and what would help, from `explain.explain_unmatched`."""
        return explain_unmatched(self.cohort, self.fit, self.matching)


class Runs:
    """The runs of a cohort under its policies, each made when it is first asked for.

    Parameters
    ----------
    cohort : Cohort
        The people.
    policies : mapping of str to Policy, optional
        By default ``POLICIES``.
    seed : int
        Root seed; the same stream as `pair`, so the pairs are the same.

    Raises
    ------
    RevlabError
        If there is no policy.
    """

    def __init__(
        self, cohort: Cohort, *, policies: Mapping[str, Policy] | None = None, seed: int
    ) -> None:
        self.cohort = cohort
        self.policies = dict(POLICIES if policies is None else policies)
        self.seed = seed
        must(bool(self.policies), "the explorer needs at least one policy; `policies` is empty.")
        # The scores of 500 x 500 people with all parts take 20 MB: few of them are kept.
        self._fit = lru_cache(maxsize=2)(self._score)
        self.run = lru_cache(maxsize=4)(self._run)
        self.matching = lru_cache(maxsize=64)(self._pair)

    def parts(self) -> dict[str, float]:
        """Return the score parts for which the cohort has data, with their usual weights."""
        usual = next(iter(self.policies.values())).score.weights
        known = Score(dict.fromkeys(PARTS, 1.0))(self.cohort)
        return {part.name: float(usual.get(part.name, 0.0)) for part in known}

    def widest_gap(self) -> int:
        """Return the most grades that any mentee is above any mentor, at least one."""
        highest, lowest = self.cohort.mentees["grade"].max(), self.cohort.mentors["grade"].min()
        return max(int(highest - lowest), 1)

    def codes(self) -> dict[str, str]:
        """Return a short code for each person, in an order that says nothing about them."""
        people = self.cohort.mentors.index.union(self.cohort.mentees.index).sort_values()
        order = stream(self.seed, "codes").permutation(len(people)) + 1
        width = max(len(str(len(people))), 2)
        return {person: f"P{k:0{width}d}" for person, k in zip(people, order, strict=True)}

    def policy(self, name: str, settings: Settings) -> Policy:
        """Return a policy under these settings.

        Raises
        ------
        OptionError
            If there is no policy of that name.
        """
        return settings.policy(self.policies[one_of("policy", name, self.policies)])

    def trade_off(self, names: tuple[str, ...], settings: Settings) -> pd.DataFrame:
        """Return ``policy, n_dyads, mean_score, worst_score`` of these policies."""
        rows = []
        for name in names:
            score = self.matching(name, settings).dyads["score"]
            rows.append((name, len(score), score.mean(), score.min()))
        return pd.DataFrame(rows, columns=["policy", "n_dyads", "mean_score", "worst_score"])

    def _score(self, score: Score, rules: tuple[EligibilityRule, ...]) -> Compatibility:
        return score_cohort(self.cohort, score=score, eligibility=rules)

    def fit(self, name: str, settings: Settings) -> Compatibility:
        """Return how well all people fit under these settings."""
        policy = self.policy(name, settings)
        return self._fit(policy.score, policy.eligibility)

    def _pair(self, name: str, settings: Settings) -> Matching:
        policy, rng = self.policy(name, settings), stream(self.seed, "pairing")
        return pair_scored(self.fit(name, settings), policy=policy, rng=rng)

    def _run(self, name: str, settings: Settings) -> Run:
        fit, matching = self.fit(name, settings), self.matching(name, settings)
        return Run(name, self.cohort, fit, matching)


def weight_shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each part in the joint score, which is the mean of both sides' scores.

    Examples
    --------
    >>> weight_shares({"site": 1, "skill_coverage": 1})
    {'site': 0.75, 'skill_coverage': 0.25}
    """
    shares = dict.fromkeys(weights, 0.0)
    for side in ("for_mentee", "for_mentor"):
        own = {name: weights[name] for name in weights if getattr(PARTS[name], side)}
        total = sum(own.values()) or 1.0
        for name, weight in own.items():
            shares[name] += 0.5 * weight / total
    return shares
