"""`Design`: a study that has not been run yet, said completely."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from revlab.design.arms import Arm, check_arms
from revlab.errors import DesignError, must, one_of
from revlab.fieldwork.programme import Programme
from revlab.inference.estimate import Contrast
from revlab.inference.estimators import POINT_ESTIMATORS
from revlab.pairing.policies import Policy
from revlab.people.cohort import Cohort

__all__ = ["TAKING_PART", "Design"]

TAKING_PART = ("everybody", "joiners")
"""Who of the people drawn is paired."""


@dataclass(frozen=True, eq=False)
class Design:
    """A pilot that compares two arms: pairing policies, programmes, or both.

    The model is ``cohort`` and ``programme``, the inquiry is ``contrast`` on one scale of one
    role, the data strategy is pools, or dyads within pools, that are dealt to the arms at random,
    the answer strategy is ``estimators``. Arms may differ in when they end: each is asked after
    its own last session.

    Parameters
    ----------
    cohort : Cohort
        The people that each simulated pilot draws from.
    n_pairs : int
        People drawn on each side. Up to the size of the cohort they are drawn without
        replacement; above it with replacement, and a person who is drawn twice stands twice,
        with the same scores and rules.
    n_pools : int
        Pools that are paired on their own; at least two for each arm if pools are dealt.
    arms : mapping of str to Policy or Arm
        Arm label to pairing policy, or to an `revlab.design.arms.Arm`: a policy with changes to
        the programme.
    contrast : Contrast
        Which arm minus which.
    programme : Programme
        What the pairs then do.
    scale_id, role : str
        The outcome and who reports it.
    estimators : tuple of str
        Names in ``POINT_ESTIMATORS``: the truth of a design is in points, so that "superiority",
        a share, has nothing to be held against.
    unit : {"pool", "dyad"}
        What is dealt to the arms by lot. Dyads are dealt within their pool, which is their block
        in the analysis, and dyads that share a person together; one dyad's arm must then be of no
        consequence for another's, which no pilot can check.
    taking_part : {"everybody", "joiners"}
        Who of those drawn is paired: everybody, or those who join by ``programme.joining``. The
        estimand is then that of the joiners of each draw.

    Raises
    ------
    DesignError
        If there are fewer than four pools, fewer pairs than pools, or nobody on one side; if
        dyads are dealt, fewer than two pairs for each pool, an estimator that needs pools, or arms
        that only whole pools can be in.
    OptionError
        If the contrast names an arm that is not there, or an estimator, the unit or a value of
        an arm's programme does not exist.

    Examples
    --------
    >>> import pandas as pd
    >>> from revlab.pairing.policies import POLICIES
    >>> people = pd.DataFrame({"unit": "a", "grade": [1]}, index=["x"])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis(["y"]))
    >>> arms = {name: POLICIES[name] for name in ("optimal", "random")}
    >>> Design(cohort, 26, n_pools=8, arms=arms, contrast=Contrast("optimal", "random"))
    Design: optimal - random on digital_confidence (mentee), 26 pairs in 8 pools, ancova_cr2
    """

    cohort: Cohort
    n_pairs: int
    n_pools: int
    arms: Mapping[str, Policy | Arm]
    contrast: Contrast
    programme: Programme = field(default_factory=Programme)
    scale_id: str = "digital_confidence"
    role: str = "mentee"
    estimators: tuple[str, ...] = ("ancova_cr2",)
    unit: str = "pool"
    taking_part: str = "everybody"

    def __post_init__(self) -> None:
        check_arms(self.arms.values(), self.programme, unit=self.unit)
        self._check_sizes()
        must(
            len(self.cohort.mentors) > 0 and len(self.cohort.mentees) > 0,
            "a design needs people on both sides to draw from; one side of the cohort is empty.",
            DesignError,
        )
        for arm in (self.contrast.treatment, self.contrast.control):
            one_of("contrast", arm, list(self.arms))
        self._check_joiners()
        for name in self.estimators:
            one_of("estimators", name, list(POINT_ESTIMATORS))
        one_of("role", self.role, self.programme.instrument.roles_of(self.scale_id))

    def _check_sizes(self) -> None:
        if self.unit == "dyad":
            must(
                self.n_pools >= 1 and self.n_pairs >= max(4, 2 * self.n_pools),
                "to deal dyads, `n_pairs` must be at least 4 and two for each pool; got "
                f"{self.n_pairs} in {self.n_pools}.",
                DesignError,
            )
            must(
                "mixed_pools" not in self.estimators,
                "'mixed_pools' needs several dyads in what is dealt, so it cannot analyse dyads "
                "that are dealt one by one; take another of `estimators`.",
                DesignError,
            )
            return
        must(
            self.n_pools >= 4,
            f"`n_pools` must be at least 4, two for each arm; got {self.n_pools}.",
            DesignError,
        )
        must(
            self.n_pairs >= self.n_pools,
            f"`n_pairs` must be at least `n_pools`, {self.n_pools}; got {self.n_pairs}.",
            DesignError,
        )

    def _check_joiners(self) -> None:
        if one_of("taking_part", self.taking_part, TAKING_PART) == "everybody":
            return
        rule = self.programme.joining
        if rule is None:
            raise DesignError(
                "the programme does not say how people join; give it "
                '`joining=Joining(...)`, or leave `taking_part` at "everybody".'
            )
        come = self.n_pairs if rule.rule == "mandatory" else round(rule.share * self.n_pairs)
        fewest = self.n_pools if self.unit == "pool" else max(4, 2 * self.n_pools)
        must(
            come >= fewest,
            f"of {self.n_pairs} people on each side {come} join, and {self.n_pools} pools need "
            f"{fewest}; draw more people or make fewer pools.",
            DesignError,
        )

    def __repr__(self) -> str:
        what = f"{self.contrast} on {self.scale_id} ({self.role})"
        dealt = "" if self.unit == "pool" else " dealt one by one"
        who = "pairs" if self.taking_part == "everybody" else "people a side who may join"
        size = f"{self.n_pairs} {who}{dealt} in {self.n_pools} pools"
        return f"Design: {what}, {size}, {', '.join(self.estimators)}"
