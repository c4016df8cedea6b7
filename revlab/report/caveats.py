"""The caveats that a result must carry: each a rule with an id, a trigger and one sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from revlab.report.frames import number, percent
from revlab.report.names import words

__all__ = ["CAVEATS", "Caveat", "CaveatRule", "Situation", "caveats_for"]


@dataclass(frozen=True)
class Situation:
    """What is known about the study behind a result; what is not known fires nothing.

    Parameters
    ----------
    n_clusters : int
        Pools behind a cluster-robust number, 0 if there are none.
    n, n_missing : int
        Units used and units left out for a missing value.
    n_per_arm : mapping of str to int
        Pairs with data, per arm.
    pools_per_arm : mapping of str to int
        Pools, per arm.
    dropout_per_arm : mapping of str to float
        Share of pairs that ended early, per arm.
    waves : int
        Survey waves behind the result; 1 means that nothing was asked beforehand.
    retrospective : bool
        Whether "before" was asked afterwards.
    reliability : float
        Reliability of the scale, NaN if not known.
    planned : bool
        Whether the outcome was primary or secondary in the plan.
    simulated : bool
        Whether the data are simulated.
    looks : int
        How often the data were looked at for this result.
    fragile : tuple of str
        Assumptions whose change changes the verdict, in words.
    by_birth : bool
        Whether cohorts of birth are compared.
    compared : bool
        Whether there is something to compare with; False for a description, whose parts differ
        in more than what they are told apart by.

    Examples
    --------
    >>> [caveat.rule_id for caveat in caveats_for(Situation(n_clusters=8, simulated=True))]
    ['simulated', 'few_clusters']
    """

    n_clusters: int = 0
    n: int = 0
    n_missing: int = 0
    n_per_arm: Mapping[str, int] = field(default_factory=dict)
    pools_per_arm: Mapping[str, int] = field(default_factory=dict)
    dropout_per_arm: Mapping[str, float] = field(default_factory=dict)
    waves: int = 2
    retrospective: bool = False
    reliability: float = float("nan")
    planned: bool = True
    simulated: bool = False
    looks: int = 1
    fragile: tuple[str, ...] = ()
    by_birth: bool = False
    compared: bool = True

    @property
    def share_missing(self) -> float:
        """Units without a value, of all units; 0 if there are none."""
        every = self.n + self.n_missing
        return self.n_missing / every if every else 0.0

    @property
    def dropout_gap(self) -> float:
        """Largest difference in drop-out between two arms, as a share."""
        shares = self.dropout_per_arm.values()
        return max(shares) - min(shares) if len(shares) > 1 else 0.0


@dataclass(frozen=True)
class Caveat:
    """A caveat that fired: its rule and its sentence."""

    rule_id: str
    sentence: str


@dataclass(frozen=True)
class CaveatRule:
    """When a caveat fires, and what it then says."""

    trigger: Callable[[Situation], bool]
    sentence: Callable[[Situation], str]


def _smallest(sizes: Mapping[str, int]) -> str:
    arm = min(sizes, key=lambda name: (sizes[name], name))
    return f"“{words(arm)}” has {sizes[arm]}"


CAVEATS: Mapping[str, CaveatRule] = MappingProxyType(
    {
        "simulated": CaveatRule(
            lambda s: s.simulated,
            lambda s: "Simulated data: this shows what the design could see, not what people felt.",
        ),
        "not_planned": CaveatRule(
            lambda s: not s.planned,
            lambda s: "Exploratory: this was not in the plan, so it needs a new study to confirm.",
        ),
        "one_pool_per_arm": CaveatRule(
            lambda s: any(count < 2 for count in s.pools_per_arm.values()),
            lambda s: (
                "One pool stands for a whole arm, so the difference may be one of pools, not of "
                "policies."
            ),
        ),
        "few_clusters": CaveatRule(
            lambda s: 0 < s.n_clusters < 20,
            lambda s: (
                f"Only {s.n_clusters} pools stand behind this; with fewer than 20 the interval "
                "is rough."
            ),
        ),
        "small_arm": CaveatRule(
            lambda s: any(count < 20 for count in s.n_per_arm.values()),
            lambda s: (
                f"Few pairs: {_smallest(s.n_per_arm)}; with fewer than 20 in an arm, chance "
                "weighs heavily."
            ),
        ),
        "uneven_dropout": CaveatRule(
            # Ten points exactly do not fire; the tiny allowance is for binary fractions.
            lambda s: s.dropout_gap > 0.10 + 1e-9,
            lambda s: (
                f"Early endings differ by {number(100 * s.dropout_gap, 0)} points between the "
                "arms, so those who stayed may not be alike."
            ),
        ),
        "many_missing": CaveatRule(
            lambda s: s.share_missing > 0.20,
            lambda s: (
                f"{percent(s.share_missing)} of the values are missing; those who answered may "
                "differ from those who did not."
            ),
        ),
        "post_only": CaveatRule(
            lambda s: s.waves < 2,
            lambda s: "Asked only afterwards, so nobody can say what was there before.",
        ),
        "retrospective": CaveatRule(
            lambda s: s.retrospective,
            lambda s: "“Before” was asked afterwards, and memory favours improvement.",
        ),
        "low_reliability": CaveatRule(
            lambda s: s.reliability < 0.70,
            lambda s: (
                f"The scale's reliability is {number(s.reliability)}, below 0.70, which makes "
                "differences look smaller and less sure."
            ),
        ),
        "many_looks": CaveatRule(
            lambda s: s.looks > 1,
            lambda s: (
                f"The data were looked at {s.looks} times, which makes chance finds more likely."
            ),
        ),
        "birth_cohort": CaveatRule(
            lambda s: s.by_birth,
            lambda s: (
                "Another cohort of birth also means another age, rank and length of service; one "
                "pilot cannot tell them apart."
            ),
        ),
        "description": CaveatRule(
            lambda s: not s.compared,
            lambda s: (
                "A description: whatever else differed or changed may be behind it, so no cause "
                "is named."
            ),
        ),
        "fragile": CaveatRule(
            lambda s: bool(s.fragile),
            lambda s: f"The verdict changes with what is assumed about {', '.join(s.fragile)}.",
        ),
    }
)
"""Rule id -> rule, in the order in which a card lists them."""


def caveats_for(situation: Situation) -> tuple[Caveat, ...]:
    """Return the caveats that fire, in the order of `CAVEATS`.

    Examples
    --------
    >>> caveats_for(Situation(n=8, n_missing=2))
    ()
    >>> caveats_for(Situation(n=7, n_missing=3))[0].sentence
    '30% of the values are missing; those who answered may differ from those who did not.'
    """
    return tuple(
        Caveat(rule_id, rule.sentence(situation))
        for rule_id, rule in CAVEATS.items()
        if rule.trigger(situation)
    )
