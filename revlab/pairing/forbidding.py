"""Which rules forbid which dyads of a cohort, as bits, in little memory."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.eligibility import (
    ELIGIBILITY_RULES,
    EligibilityRule,
    GradeGap,
    NoCommonHours,
    NoCommonLanguage,
    SameUnit,
)
from revlab.pairing.kinds import kinds
from revlab.pairing.rule_marks import bits_for
from revlab.people.cohort import Cohort

__all__ = ["forbidden_bits", "rules_named"]

_COLUMNS = MappingProxyType(
    {
        GradeGap: "grade",
        NoCommonHours: "availability",
        NoCommonLanguage: "languages",
        SameUnit: "unit",
    }
)
_FEW = 250_000
_BLOCK = 256


def rules_named(eligibility: Sequence[EligibilityRule | str]) -> tuple[EligibilityRule, ...]:
    """Return rules, looked up where they are names.

    Raises
    ------
    OptionError
        If a name does not exist.
    PairingError
        If the rules are one text, or more than 32.

    Examples
    --------
    >>> rules_named(["same_unit"])[0].words
    'they are in the same unit'
    """
    message = f"`eligibility` must be a list of rules or of their names; got {eligibility!r}."
    must(not isinstance(eligibility, str), message, PairingError)
    rules = tuple(
        ELIGIBILITY_RULES[one_of("eligibility", rule, ELIGIBILITY_RULES)]
        if isinstance(rule, str)
        else rule
        for rule in eligibility
    )
    bits_for(len(rules))
    return rules


def forbidden_bits(
    cohort: Cohort, rules: Sequence[EligibilityRule]
) -> NDArray[np.unsignedinteger[Any]]:
    """Return a table with bit r set where rule r forbids the dyad.

    Parameters
    ----------
    cohort : Cohort
        The people.
    rules : sequence of rules
        At most 32.

    Returns
    -------
    array of unsigned int, shape (n_mentees, n_mentors)
        One byte per cell for up to eight rules.

    Raises
    ------
    PairingError
        If a rule returns something else than true or false for every dyad.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> rules = rules_named(["grade_gap", "same_unit"])
    >>> forbidden_bits(Cohort(people[:1], people[1:]), rules).tolist()
    [[2]]
    """
    shape = (len(cohort.mentees), len(cohort.mentors))
    bits = np.zeros(shape, dtype=bits_for(len(rules)))
    for r, rule in enumerate(rules):
        column, bit = _COLUMNS.get(type(rule)), bits.dtype.type(1 << r)
        found = kinds(cohort, column, rule) if column and bits.size > _FEW else None
        marks = _marks(rule, cohort) if found is None else found.spread(found.table)
        for k in range(0, len(bits), _BLOCK):
            rows = slice(k, k + _BLOCK)
            some = marks[rows] if found is None else marks[found.mentee_kind[rows]]
            bits[rows] |= some * bit
    return bits


def _marks(rule: EligibilityRule, cohort: Cohort) -> NDArray[np.bool_]:
    shape = (len(cohort.mentees), len(cohort.mentors))
    forbidden = np.asarray(rule(cohort))
    must(
        forbidden.shape == shape and forbidden.dtype == bool,
        f"the rule {rule.words!r} must return true or false in shape {shape} (mentees, "
        f"mentors); got {forbidden.dtype} in shape {forbidden.shape}.",
        PairingError,
    )
    return forbidden
