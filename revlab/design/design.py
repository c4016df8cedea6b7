"""`Design`: a study that has not been run yet, said completely."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from revlab.errors import DesignError, must, one_of
from revlab.fieldwork.programme import Programme
from revlab.inference.estimate import Contrast
from revlab.inference.estimators import POINT_ESTIMATORS
from revlab.pairing.policies import Policy
from revlab.people.cohort import Cohort

__all__ = ["Design"]


@dataclass(frozen=True, eq=False)
class Design:
    """A pilot that compares two pairing policies over randomised pools.

    The model is ``cohort`` and ``programme``, the inquiry is ``contrast`` on one scale of one
    role, the data strategy is pools that are dealt to the arms at random, the answer strategy is
    ``estimators``.

    Parameters
    ----------
    cohort : Cohort
        The people that each simulated pilot draws from.
    n_pairs : int
        People drawn on each side. Up to the size of the cohort they are drawn without
        replacement; above it with replacement, and a person who is drawn twice stands twice,
        with the same scores and rules.
    n_pools : int
        Pools that are paired on their own; at least two for each arm.
    arms : mapping of str to Policy
        Arm label to pairing policy.
    contrast : Contrast
        Which arm minus which.
    programme : Programme
        What the pairs then do.
    scale_id, role : str
        The outcome and who reports it.
    estimators : tuple of str
        Names in ``POINT_ESTIMATORS``: the truth of a design is in points, so that "superiority",
        a share, has nothing to be held against.

    Raises
    ------
    DesignError
        If there are fewer than four pools, fewer pairs than pools, or nobody on one side.
    OptionError
        If the contrast names an arm that is not there, or an estimator does not exist.

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
    arms: Mapping[str, Policy]
    contrast: Contrast
    programme: Programme = field(default_factory=Programme)
    scale_id: str = "digital_confidence"
    role: str = "mentee"
    estimators: tuple[str, ...] = ("ancova_cr2",)

    def __post_init__(self) -> None:
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
        must(
            len(self.cohort.mentors) > 0 and len(self.cohort.mentees) > 0,
            "a design needs people on both sides to draw from; one side of the cohort is empty.",
            DesignError,
        )
        for arm in (self.contrast.treatment, self.contrast.control):
            one_of("contrast", arm, list(self.arms))
        for name in self.estimators:
            one_of("estimators", name, list(POINT_ESTIMATORS))
        one_of("role", self.role, self.programme.instrument.roles_of(self.scale_id))

    def __repr__(self) -> str:
        what = f"{self.contrast} on {self.scale_id} ({self.role})"
        size = f"{self.n_pairs} pairs in {self.n_pools} pools"
        return f"Design: {what}, {size}, {', '.join(self.estimators)}"
