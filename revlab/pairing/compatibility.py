"""`Compatibility`: how well every possible dyad fits, and whether it is allowed."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import PairingError, must
from revlab.pairing.centring import share_left
from revlab.pairing.given_tables import as_marks, as_numbers, own_ids, same_labels
from revlab.pairing.part import Part
from revlab.pairing.people_input import check_score, numbered, own_traits, spread, whole_capacity
from revlab.pairing.rule_marks import FirstRule, settled_bits

__all__ = ["Compatibility", "Part"]

Floats = NDArray[np.float64]
SEPARABLE = 0.01
"""Below this share of interaction the repr says that there is little to choose."""
MANY_CELLS = 20_000_000
"""Above this number of cells the repr does not work the share of interaction out."""
_BLOCK = 256
_SCORES = ("mentee_score", "mentor_score")
_FIRST_RULE = FirstRule()
_BY_HAND = ("the pair was ruled out by hand",)


@dataclass(frozen=True, eq=False, repr=False)
class Compatibility:
    """Scores of both sides for every possible dyad, and the mask of those that are allowed.

    **Rows are mentees (senior), columns are mentors (junior).** A cell that is not eligible is
    forbidden, which is not the same as a score of zero.

    Parameters
    ----------
    mentee_ids, mentor_ids : pandas.Index
        Person ids of the rows and of the columns, no repeats.
    mentee_score, mentor_score : array of float, shape (n_mentees, n_mentors)
        How well the mentor suits the mentee, and the mentee the mentor; finite, zero or more;
        kept in single precision if both are given so, else in double.
    eligible : array of bool, shape (n_mentees, n_mentors)
        False where the dyad is forbidden.
    mentee_capacity, mentor_capacity : array of int
        Most dyads of each person, zero or more.
    parts : tuple of Part
        The components of the scores, empty if the scores were given as numbers.
    forbidding : array of int8, same shape, optional
        Index into ``rules`` of the first rule that forbids the cell, -1 if none does.
    rules : tuple of str
        The eligibility rules in words.
    rule_bits : array of unsigned int, same shape, optional
        Bit r is set where rule r forbids the cell. Either table follows from the other.
    notes : tuple of str
        What was left out or filled in, in sentences.
    mentee_traits, mentor_traits : pandas.DataFrame, optional
        What is known of the people beside their scores, one row each, indexed by their ids.

    Raises
    ------
    PairingError
        If shapes disagree, an id repeats, a score is not finite or is negative, a capacity is
        not a whole number of zero or more, or rules and ``eligible`` disagree.

    Examples
    --------
    >>> Compatibility.from_scores([[1.0, 0.0], [0.2, 0.9]])
    Compatibility of 2 mentees (rows) and 2 mentors (columns): 4 of 4 dyads are allowed, \
interaction share 0.97
    >>> Compatibility.from_scores([[1.0, 0.5], [0.8, 0.3]])
    Compatibility of 2 mentees (rows) and 2 mentors (columns): 4 of 4 dyads are allowed, \
interaction share 0.00: who meets whom hardly changes the total score
    """

    mentee_ids: pd.Index
    mentor_ids: pd.Index
    mentee_score: Floats
    mentor_score: Floats
    eligible: NDArray[np.bool_]
    mentee_capacity: NDArray[np.int64]
    mentor_capacity: NDArray[np.int64]
    parts: tuple[Part, ...] = ()
    forbidding: FirstRule = _FIRST_RULE
    rules: tuple[str, ...] = ()
    rule_bits: NDArray[np.unsignedinteger[Any]] | None = None
    notes: tuple[str, ...] = ()
    mentee_traits: pd.DataFrame | None = None
    mentor_traits: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        for side in ("mentee", "mentor"):
            ids = own_ids(getattr(self, f"{side}_ids"), side)
            object.__setattr__(self, f"{side}_ids", ids)
            name = f"{side}_capacity"
            object.__setattr__(self, name, whole_capacity(getattr(self, name), name, len(ids)))
            traits = own_traits(getattr(self, f"{side}_traits"), ids, side)
            object.__setattr__(self, f"{side}_traits", traits)
        scores = [as_numbers(getattr(self, name), name) for name in _SCORES]
        kind = np.result_type(*(score.dtype for score in scores))
        for name, score in zip(_SCORES, scores, strict=True):
            must(score.shape == self.shape, self._misfit(name, score.shape), PairingError)
            check_score(score, name, mentee_ids=self.mentee_ids, mentor_ids=self.mentor_ids)
            object.__setattr__(self, name, score.astype(kind, copy=False))
        eligible = as_marks(self.eligible, "eligible")
        must(eligible.shape == self.shape, self._misfit("eligible", eligible.shape), PairingError)
        object.__setattr__(self, "eligible", eligible)
        for part in self.parts:
            wrong = self._misfit(f"part {part.name}", part.values.shape)
            must(part.values.shape == self.shape, wrong, PairingError)
        first, bits = self.__dict__["_first_rule"], self.rule_bits
        rules = tuple(self.rules) or (_BY_HAND if first is bits is None else ())
        object.__setattr__(
            self, "rule_bits", settled_bits(eligible, first, bits, n_rules=len(rules))
        )
        object.__setattr__(self, "rules", rules)

    def _misfit(self, name: str, shape: tuple[int, ...]) -> str:
        return f"`{name}` must have shape {self.shape} (mentees, mentors); got {shape}."

    def __repr__(self) -> str:
        n, m = self.shape
        allowed = f"{int(self.eligible.sum())} of {n * m} dyads are allowed"
        head = f"Compatibility of {n} mentees (rows) and {m} mentors (columns): {allowed}"
        if not self.eligible.any() or n * m > MANY_CELLS:
            return head if self.eligible.any() else f"{head}: nobody can be paired"
        share = self.interaction_share
        warn = ": who meets whom hardly changes the total score" if share < SEPARABLE else ""
        return f"{head}, interaction share {share:.2f}{warn}"

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike | pd.DataFrame,
        mentor_scores: ArrayLike | pd.DataFrame | None = None,
        *,
        eligible: ArrayLike | None = None,
        mentee_capacity: ArrayLike | None = None,
        mentor_capacity: ArrayLike | None = None,
    ) -> "Compatibility":
        """Return a compatibility from numbers.

        Parameters
        ----------
        scores : array or pandas.DataFrame, shape (n_mentees, n_mentors)
            Score of the mentees; the labels of a frame become the ids.
        mentor_scores : array or pandas.DataFrame, same shape, optional
            Score of the mentors, by default that of the mentees.
        eligible : array of bool, same shape, optional
            By default every dyad is allowed.
        mentee_capacity, mentor_capacity : int or array of int, optional
            By default one each.

        Raises
        ------
        PairingError
            As for `Compatibility`, and if ``scores`` is not a table of numbers.

        Examples
        --------
        >>> Compatibility.from_scores([[0.5, 0.1]], mentee_capacity=2).mentor_ids.tolist()
        ['mentor1', 'mentor2']
        """
        table = as_numbers(scores, "scores")
        message = f"`scores` must have two axes, mentees and mentors; got {table.ndim}."
        must(table.ndim == 2, message, PairingError)
        for name, other in (("mentor_scores", mentor_scores), ("eligible", eligible)):
            same_labels(other, scores, name)
        n, m = table.shape
        labelled = isinstance(scores, pd.DataFrame)
        rows = scores.index if labelled else numbered("mentee", n)  # type: ignore[union-attr]
        columns = scores.columns if labelled else numbered("mentor", m)  # type: ignore[union-attr]
        return cls(
            mentee_ids=rows,
            mentor_ids=columns,
            mentee_score=table,
            mentor_score=table if mentor_scores is None else as_numbers(mentor_scores, _SCORES[1]),
            eligible=as_marks(
                np.ones((n, m), dtype=bool) if eligible is None else eligible, "eligible"
            ),
            mentee_capacity=spread(mentee_capacity, n, "mentee_capacity"),
            mentor_capacity=spread(mentor_capacity, m, "mentor_capacity"),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of mentees and of mentors."""
        return len(self.mentee_ids), len(self.mentor_ids)

    def joint(self, weight: float = 0.5) -> Floats:
        """Return ``weight * mentee_score + (1 - weight) * mentor_score``.

        Raises
        ------
        PairingError
            If ``weight`` is not between 0 and 1.
        """
        message = f"`weight` must be between 0 and 1; got {weight}."
        must(0 <= weight <= 1, message, PairingError)
        joint = weight * self.mentee_score
        for k in range(0, len(joint), _BLOCK):
            joint[k : k + _BLOCK] += (1 - weight) * self.mentor_score[k : k + _BLOCK]
        return joint

    def joint_at(self, rows: ArrayLike, columns: ArrayLike) -> Floats:
        """Return the joint score of some cells, half of each side's, in double precision."""
        i, j = np.asarray(rows, dtype=np.intp), np.asarray(columns, dtype=np.intp)
        # In the precision of the table first, so that a cell is what it is in `joint`.
        joint = 0.5 * self.mentee_score[i, j] + 0.5 * self.mentor_score[i, j]
        return joint.astype(float, copy=False)

    @cached_property
    def interaction_share(self) -> float:
        """Share of the variance of the joint score that depends on who meets whom."""
        return share_left(self.joint(), self.eligible)

    def without_parts(self) -> "Compatibility":
        """Return the same people, scores and rules without the parts of the scores."""
        return self._changed(parts=())

    def select(self, rows: ArrayLike, columns: ArrayLike) -> "Compatibility":
        """Return these mentees (row numbers) and mentors (column numbers), in this order."""
        i, j = np.asarray(rows, dtype=np.intp), np.asarray(columns, dtype=np.intp)
        if all(np.array_equal(x, np.arange(n)) for x, n in zip((i, j), self.shape, strict=True)):
            return self
        cells = np.ix_(i, j)
        chosen: dict[str, object] = {"parts": tuple(part.select(cells) for part in self.parts)}
        chosen |= {name: getattr(self, name)[i] for name in ("mentee_ids", "mentee_capacity")}
        chosen |= {name: getattr(self, name)[j] for name in ("mentor_ids", "mentor_capacity")}
        for name, people in (("mentee_traits", i), ("mentor_traits", j)):
            traits = getattr(self, name)
            chosen[name] = None if traits is None else traits.iloc[people]
        for name in (*_SCORES, "eligible", "_first_rule", "rule_bits"):
            table = self.__dict__[name]
            chosen[name] = None if table is None else table[cells]
        changed = self._changed(**chosen)
        changed.__dict__.pop("interaction_share", None)
        return changed

    def _changed(self, **chosen: object) -> "Compatibility":
        # What was checked as a whole need not be checked again for every pool.
        changed = copy(self)
        changed.__dict__.update(chosen)
        return changed
