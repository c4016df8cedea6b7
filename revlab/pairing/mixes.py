"""`Mix`: which dyads a quota counts, and how many of them there must or may be."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility

__all__ = ["Bound", "Mix", "bounds_of", "counted_cells", "said"]

_PAIRS = ("different", "same")
_UNITS = ("share", "dyads")
_FINEST = 10_000
_SIDES = ("mentor", "mentee")


@dataclass(frozen=True)
class Mix:
    """A floor, a ceiling or both on the dyads whose two people have certain values of a column.

    A dyad is counted if the two have different values, the same value, or the values that are
    named; where only one side is named, the other may have any value. Somebody whose value is
    not known makes a dyad that is neither "different" nor "same" nor named: it is not counted,
    but it is one of all the dyads that a share is taken of.

    Parameters
    ----------
    column : str
        A column of the tables of the people: "site", "unit", "profession", "grade", ….
    pairs : {"different", "same"}, optional
        Which dyads are counted, if no value is named. By default "different".
    mentor, mentee : object, optional
        The value that the mentor (junior) and the mentee (senior) of a counted dyad have.
    at_least, at_most : float, optional
        Floor and ceiling; one of them is needed.
    counted_in : {"share", "dyads"}
        Whether these are shares of all dyads, 0 to 1, or numbers of dyads.

    Raises
    ------
    OptionError
        If ``pairs`` or ``counted_in`` is something else.
    PairingError
        If there is no bound, one is out of range, the floor is above the ceiling, or values are
        named and ``pairs`` is given too.

    Examples
    --------
    >>> Mix("site", at_least=0.5)
    Mix: at least 50% of the dyads with different site
    >>> Mix("site", mentor="Oslo", mentee="Bergen", at_most=3, counted_in="dyads")
    Mix: at most 3 dyads with a mentor of site 'Oslo' and a mentee of site 'Bergen'
    """

    column: str
    pairs: str | None = None
    _: KW_ONLY
    mentor: object = None
    mentee: object = None
    at_least: float | None = None
    at_most: float | None = None
    counted_in: str = "share"

    def __post_init__(self) -> None:
        one_of("counted_in", self.counted_in, _UNITS)
        named = self.mentor is not None or self.mentee is not None
        if self.pairs is not None:
            one_of("pairs", self.pairs, _PAIRS)
            message = (
                f"a mix of {self.column} counts either {self.pairs} values or the values that are "
                "named for mentor or mentee; leave one of the two out."
            )
            must(not named, message, PairingError)
        elif not named:
            object.__setattr__(self, "pairs", "different")
        given = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        message = f"a mix of {self.column} needs `at_least` or `at_most`; give one or both."
        must(bool(given), message, PairingError)
        shares = self.counted_in == "share"
        allowed = "a share from 0 to 1" if shares else "a whole number of zero or more"
        hint = "; for a number of dyads say counted_in='dyads'" if shares else ""
        for limit in given:
            fits = 0 <= limit <= 1 if shares else limit >= 0 and limit % 1 == 0
            message = f"a bound of the mix of {self.column} must be {allowed}; got {limit}{hint}."
            must(bool(fits), message, PairingError)
        message = (
            f"the mix of {self.column} has a floor of {given[0]} above its ceiling of {given[-1]}; "
            "lower the floor or raise the ceiling."
        )
        must(given[0] <= given[-1], message, PairingError)

    @property
    def counted(self) -> str:
        """Which dyads are counted, in words."""
        if self.pairs is not None:
            return f"with {'different' if self.pairs == 'different' else 'the same'} {self.column}"
        people = [
            f"a {side} of {self.column} {getattr(self, side)!r}"
            for side in _SIDES
            if getattr(self, side) is not None
        ]
        return "with " + " and ".join(people)

    def __repr__(self) -> str:
        amounts = [bound.amount for bound in bounds_of([self])]
        return f"Mix: {' and '.join(amounts)} {self.counted}"


@dataclass(frozen=True)
class Bound:
    """One floor or ceiling of a mix.

    Parameters
    ----------
    mix : Mix
        What is counted.
    kind : {"at_least", "at_most"}
        Floor or ceiling.
    limit : Fraction
        Share of the dyads or number of dyads; shares are read to one in ten thousand.
    """

    mix: Mix
    kind: str
    limit: Fraction

    @property
    def amount(self) -> str:
        """The bound in words, without what it counts."""
        return f"{self.kind.replace('_', ' ')} {said(float(self.limit), self.mix.counted_in)}"

    @property
    def words(self) -> str:
        """The bound in words."""
        return f"{self.amount} {self.mix.counted}"


def said(value: float, counted_in: str) -> str:
    """Return a number of dyads or a share of them in words.

    Examples
    --------
    >>> said(0.125, "share"), said(1, "dyads")
    ('12.5% of the dyads', '1 dyad')
    """
    if counted_in == "share":
        return f"{100 * value:.4g}% of the dyads"
    return f"{value:.0f} dyad" + ("" if value == 1 else "s")


def bounds_of(mixes: Sequence[Mix]) -> tuple[Bound, ...]:
    """Return the floors and ceilings of the mixes, in their order.

    Examples
    --------
    >>> [bound.words for bound in bounds_of([Mix("unit", "same", at_least=0.1, at_most=0.4)])]
    ['at least 10% of the dyads with the same unit', 'at most 40% of the dyads with the same unit']
    """
    return tuple(
        Bound(mix, kind, Fraction(getattr(mix, kind)).limit_denominator(_FINEST))
        for mix in mixes
        for kind in ("at_least", "at_most")
        if getattr(mix, kind) is not None
    )


def counted_cells(mix: Mix, compatibility: Compatibility) -> NDArray[np.bool_]:
    """Return the cells that a mix counts, forbidden ones too.

    Parameters
    ----------
    mix : Mix
        Its bounds play no part.
    compatibility : Compatibility
        With the tables of its people.

    Returns
    -------
    array of bool, shape (n_mentees, n_mentors)

    Raises
    ------
    PairingError
        If the compatibility was made from numbers alone, or its people have no such column.

    Examples
    --------
    >>> from revlab.pairing.scoring import Score, score_cohort
    >>> from revlab.people.cohort import Cohort
    >>> people = pd.DataFrame({"unit": ["a", "b", "a"], "grade": [1, 1, 4]}, index=["x", "y", "z"])
    >>> fit = score_cohort(Cohort(people[:2], people[2:]), score=Score({"grade_gap": 1}))
    >>> counted_cells(Mix("unit", at_least=0.5), fit).tolist()
    [[False, True]]
    """
    values, known = {}, {}
    for side in _SIDES:
        values[side] = _column(compatibility, side, mix.column)
        known[side] = ~pd.isna(values[side])
    if mix.pairs is None:
        wanted = {
            side: known[side] & (values[side] == value) if value is not None else known[side] | True
            for side, value in (("mentor", mix.mentor), ("mentee", mix.mentee))
        }
        named: NDArray[np.bool_] = np.logical_and.outer(wanted["mentee"], wanted["mentor"])
        return named
    everybody = np.concatenate([values["mentee"], values["mentor"]])
    codes = pd.factorize(everybody, use_na_sentinel=True)[0]
    n = len(values["mentee"])
    same = np.equal.outer(codes[:n], codes[n:])
    both = np.logical_and.outer(known["mentee"], known["mentor"])
    counted: NDArray[np.bool_] = both & (same if mix.pairs == "same" else ~same)
    return counted


def _column(compatibility: Compatibility, side: str, column: str) -> NDArray[np.object_]:
    traits = getattr(compatibility, f"{side}_traits")
    must(
        traits is not None,
        f"a mix of {column} needs what is known of the people, and these scores were given as "
        f"numbers; score a cohort, or give the compatibility `mentee_traits` and `mentor_traits`.",
        PairingError,
    )
    there = ", ".join(sorted(map(repr, traits.columns)))
    message = f"the {side}s have no column {column!r} for a mix; they have {there}."
    must(column in traits.columns, message, PairingError)
    values: NDArray[np.object_] = traits[column].astype(object).to_numpy(dtype=object)
    lists = any(isinstance(value, tuple | list | set) for value in values)
    message = f"the column {column!r} holds lists, and a mix needs one value for each person."
    must(not lists, message, PairingError)
    return values
