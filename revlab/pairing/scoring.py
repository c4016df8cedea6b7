"""Scoring rules: from a cohort and weights to a `Compatibility`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, ELIGIBILITY_RULES, EligibilityRule
from revlab.pairing.part import Part
from revlab.pairing.parts import PARTS, ScorePart
from revlab.people.cohort import Cohort

__all__ = ["DEFAULT_SCORE", "PARTS", "Score", "ScorePart", "score_cohort"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """A scoring rule: which parts count, and how much.

    Parameters
    ----------
    weights : mapping of str to float
        Names in ``PARTS`` to weights of zero or more; only their ratios matter.

    Raises
    ------
    OptionError
        If a name is not in ``PARTS``.
    PairingError
        If a weight is negative or not finite, or none is positive.

    Examples
    --------
    >>> Score({"profession": 2, "site": 1})
    Score of profession 2, site 1
    >>> Score({"profesion": 2})
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: `weights` must be one of 'declared_diversity', 'grade_gap', \
'hours', 'interests', 'language', 'objectives', 'organisational_distance', 'profession', \
'reciprocal_coverage', 'site', 'skill_coverage'; got 'profesion'. Did you mean 'profession'?
    """

    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        weights = {one_of("weights", name, PARTS): w for name, w in self.weights.items()}
        for name, weight in weights.items():
            must(
                bool(np.isfinite(weight)) and weight >= 0,
                f"the weight of {name!r} must be zero or more; got {weight}.",
                PairingError,
            )
        some = sum(weights.values()) > 0
        must(some, "a score needs at least one part with a weight above zero.", PairingError)
        object.__setattr__(self, "weights", weights)

    def __hash__(self) -> int:
        return hash(frozenset(self.weights.items()))

    def __repr__(self) -> str:
        return "Score of " + ", ".join(f"{name} {w:g}" for name, w in self.weights.items())

    def __call__(self, cohort: Cohort) -> tuple[Part, ...]:
        """Return the parts for which the cohort has data; see `score_cohort` for the others."""
        return _parts(cohort, self)[0]


DEFAULT_SCORE = Score(
    {
        "skill_coverage": 3.0,
        "reciprocal_coverage": 2.0,
        "objectives": 1.0,
        "interests": 1.0,
        "hours": 1.0,
        "site": 0.5,
        "profession": 0.5,
        "organisational_distance": 1.0,
        "grade_gap": 1.0,
        "language": 0.5,
    }
)
"""The score of a policy that states no other. The weights are a starting point, not a finding."""


def score_cohort(
    cohort: Cohort,
    *,
    score: Score = DEFAULT_SCORE,
    eligibility: Sequence[EligibilityRule | str] = DEFAULT_ELIGIBILITY,
) -> Compatibility:
    """Return how well every mentee and every mentor of a cohort fit, and who may meet whom.

    A side's score is the weighted mean of the parts that express a wish of that side. A part
    for which the cohort has no data is left out; where only some people have none, their dyads
    carry the mean of the part, so that saying nothing neither helps nor hurts. ``notes`` of the
    result name both.

    Parameters
    ----------
    cohort : Cohort
        The people.
    score : Score
        Which parts count, and how much.
    eligibility : sequence of rules or names in ``ELIGIBILITY_RULES``
        A dyad is allowed if no rule forbids it.

    Returns
    -------
    Compatibility
        Rows are the cohort's mentees and columns its mentors, in their order.

    Raises
    ------
    OptionError
        If a rule name does not exist.
    PairingError
        If the cohort has no data for any part of the score.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [1, 3]}, index=["ana", "bo"])
    >>> fit = score_cohort(Cohort(people[:1], people[1:]), score=Score({"grade_gap": 1}))
    >>> fit.joint().tolist(), fit.eligible.tolist()
    ([[1.0]], [[True]])
    """
    parts, notes = _parts(cohort, score)
    shape = (len(cohort.mentees), len(cohort.mentors))
    sides = {}
    for side in ("mentee", "mentor"):
        own = [part for part in parts if getattr(part, f"for_{side}")]
        sides[side] = _weighted_mean(own, shape)
        if not own:
            notes.append(f"No part of the score is a wish of the {side}s: all suit them equally.")
    rules = [_rule(entry) for entry in eligibility]
    bits, first = _forbidden(cohort, rules, shape)
    return Compatibility(
        mentee_ids=cohort.mentees.index,
        mentor_ids=cohort.mentors.index,
        mentee_score=sides["mentee"],
        mentor_score=sides["mentor"],
        eligible=first < 0,
        mentee_capacity=cohort.mentees["capacity"].to_numpy(),
        mentor_capacity=cohort.mentors["capacity"].to_numpy(),
        parts=parts,
        forbidding=first,
        rules=tuple(rule.words for rule in rules),
        rule_bits=bits,
        notes=tuple(notes),
        mentee_traits=cohort.mentees,
        mentor_traits=cohort.mentors,
    )


def _weighted_mean(parts: Sequence[Part], shape: tuple[int, int]) -> Floats:
    total = np.zeros(shape)
    for part in parts:
        total += part.weight * part.values
    return total / (sum(part.weight for part in parts) or 1.0)


def _parts(cohort: Cohort, score: Score) -> tuple[tuple[Part, ...], list[str]]:
    parts, notes = [], []
    for name, kind in PARTS.items():
        weight = float(score.weights.get(name, 0.0))
        if not weight:
            continue
        values = kind.values(cohort)
        unknown = np.isnan(values)
        if unknown.all() and values.size:
            notes.append(f"The part {name!r} is left out: the cohort has no data on {kind.needs}.")
            continue
        if unknown.any():
            # Rounded, because the last bits of a mean depend on the order of the people.
            values = np.where(unknown, np.round(np.nanmean(values), 9), values)
            notes.append(_filled(name, unknown))
        known = ~unknown if unknown.any() else None
        wish = (kind.for_mentor, kind.for_mentee)
        parts.append(Part(name, weight, values, *wish, words=kind.words, known=known))
    wanted = ", ".join(name for name, weight in score.weights.items() if weight)
    must(bool(parts), f"the cohort has no data for any part of the score ({wanted}).", PairingError)
    return tuple(parts), notes


def _filled(name: str, unknown: NDArray[np.bool_]) -> str:
    mentees, mentors = int(unknown.all(axis=1).sum()), int(unknown.all(axis=0).sum())
    return (
        f"The part {name!r} is not known for {mentees} mentees and {mentors} mentors: their "
        "dyads carry its mean."
    )


def _rule(entry: EligibilityRule | str) -> EligibilityRule:
    if isinstance(entry, str):
        return ELIGIBILITY_RULES[one_of("eligibility", entry, ELIGIBILITY_RULES)]
    return entry


def _forbidden(
    cohort: Cohort, rules: Sequence[EligibilityRule], shape: tuple[int, int]
) -> tuple[NDArray[np.uint32], NDArray[np.int8]]:
    must(
        len(rules) <= 32,
        f"at most 32 eligibility rules go together; got {len(rules)}.",
        PairingError,
    )
    bits, first = np.zeros(shape, dtype=np.uint32), np.full(shape, -1, dtype=np.int8)
    for r, rule in enumerate(rules):
        forbidden = np.asarray(rule(cohort))
        must(
            forbidden.shape == shape and forbidden.dtype == bool,
            f"the rule {rule.words!r} must return true or false in shape {shape} (mentees, "
            f"mentors); got {forbidden.dtype} in shape {forbidden.shape}.",
            PairingError,
        )
        bits |= forbidden.astype(np.uint32) << np.uint32(r)
        first[forbidden & (first < 0)] = r
    return bits, first
