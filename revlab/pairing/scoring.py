"""Scoring rules: from a cohort and weights to a `Compatibility`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, EligibilityRule
from revlab.pairing.forbidding import forbidden_bits, rules_named
from revlab.pairing.part import Part
from revlab.pairing.parts import PARTS, ScorePart
from revlab.pairing.reweighting import side_scores
from revlab.pairing.score_notes import filled_note, left_out_note, no_data_message, no_wish_note
from revlab.people.cohort import Cohort

__all__ = ["DEFAULT_SCORE", "PARTS", "Score", "ScorePart", "score_cohort"]


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
'reciprocal_coverage', 'related_skills', 'site', 'skill_coverage', 'traits'; got 'profesion'. Did \
you mean 'profession'?
    """

    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        weights = {one_of("weights", name, PARTS): w for name, w in self.weights.items()}
        for name, weight in weights.items():
            must(
                isinstance(weight, Real) and np.isfinite(float(weight)) and weight >= 0,
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
    rules = rules_named(eligibility)
    parts, notes = _parts(cohort, score)
    shape = (len(cohort.mentees), len(cohort.mentors))
    sides = side_scores(parts, shape)
    for side in sides:
        if not any(getattr(part, f"for_{side}") for part in parts):
            notes.append(no_wish_note(side))
    bits = forbidden_bits(cohort, rules)
    return Compatibility(
        mentee_ids=cohort.mentees.index,
        mentor_ids=cohort.mentors.index,
        mentee_score=sides["mentee"],
        mentor_score=sides["mentor"],
        eligible=bits == 0,
        mentee_capacity=cohort.mentees["capacity"].to_numpy(),
        mentor_capacity=cohort.mentors["capacity"].to_numpy(),
        parts=parts,
        rules=tuple(rule.words for rule in rules),
        rule_bits=bits,
        notes=tuple(notes),
        mentee_traits=cohort.mentees,
        mentor_traits=cohort.mentors,
    )


def _parts(cohort: Cohort, score: Score) -> tuple[tuple[Part, ...], list[str]]:
    parts, notes = [], []
    for name, kind in PARTS.items():
        weight = float(score.weights.get(name, 0.0))
        if not weight:
            continue
        values = kind.values(cohort)
        unknown = np.isnan(values)
        if unknown.all() and values.size:
            notes.append(left_out_note(name))
            continue
        if unknown.any():
            # Rounded, because the last bits of a mean depend on the order of the people.
            values = np.where(unknown, np.round(np.nanmean(values), 9), values)
            lacking = (int(unknown.all(axis=axis).sum()) for axis in (1, 0))
            notes.append(filled_note(name, *lacking))
        known = ~unknown if unknown.any() else None
        wish = (kind.for_mentor, kind.for_mentee)
        parts.append(Part(name, weight, values, *wish, words=kind.words, known=known))
    must(bool(parts), no_data_message(score.weights), PairingError)
    return tuple(parts), notes
