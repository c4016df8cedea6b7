"""Which rules forbid a cell, as bits; and the first of them, worked out when it is asked for.

Bits of the smallest whole number that has one for each rule take one byte per cell for up to
eight rules; the first rule as a number would take one more, and few ask for it.
"""

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must

__all__ = ["MOST_RULES", "FirstRule", "bits_for", "first_rule", "settled_bits"]

Mask = NDArray[np.bool_]
Bits = NDArray[np.unsignedinteger[Any]]
First = NDArray[np.int8]

_BLOCK = 256
MOST_RULES = 32
"""A cell has 32 bits at most."""


def bits_for(n_rules: int) -> np.dtype[np.unsignedinteger[Any]]:
    """Return the smallest whole number with a bit for each rule.

    Raises
    ------
    PairingError
        If there are more than 32 rules.

    Examples
    --------
    >>> bits_for(5), bits_for(9)
    (dtype('uint8'), dtype('uint16'))
    """
    message = f"at most {MOST_RULES} eligibility rules go together; got {n_rules}."
    must(n_rules <= MOST_RULES, message, PairingError)
    return np.min_scalar_type(2 ** max(n_rules, 1) - 1)


def first_rule(bits: Bits) -> First:
    """Return the index of the first rule that forbids each cell, -1 if none does.

    Examples
    --------
    >>> first_rule(np.array([[0, 1, 6]], dtype=np.uint8)).tolist()
    [[-1, 0, 1]]
    """
    first = np.full(bits.shape, -1, dtype=np.int8)
    for r in reversed(range(8 * bits.dtype.itemsize)):
        first[(bits & bits.dtype.type(1 << r)) > 0] = r
    return first


def settled_bits(eligible: Mask, first: First | None, bits: Bits | None, *, n_rules: int) -> Bits:
    """Return the bits of a compatibility, from whatever of the three tables was given.

    Parameters
    ----------
    eligible : array of bool, shape (n_mentees, n_mentors)
        False where a dyad is forbidden.
    first : array of int8, same shape, or None
        The first rule that forbids each cell, -1 if none does.
    bits : array of unsigned int, same shape, or None
        Bit r is set where rule r forbids the cell.
    n_rules : int
        How many rules there are; not looked at if neither table is given.

    Raises
    ------
    PairingError
        If a table has another shape, or says something else than ``eligible``.

    Examples
    --------
    >>> settled_bits(np.array([[True, False]]), None, None, n_rules=1).tolist()
    [[0, 1]]
    """
    for name, table in (("forbidding", first), ("rule_bits", bits)):
        if table is not None:
            message = f"`{name}` must have shape {eligible.shape} (mentees, mentors); "
            fits = table.shape == eligible.shape
            must(fits, f"{message}got {table.shape}.", PairingError)
    if first is not None:
        must(
            _agree(first, eligible, below=0) and int(first.max(initial=-1)) < n_rules,
            "`forbidding` must be -1 where the dyad is eligible and else an index into `rules`.",
            PairingError,
        )
    if bits is None:
        return _from_first(eligible, first, n_rules)
    must(
        _agree(bits, eligible, below=1) and int(bits.max(initial=0)) < 2**n_rules,
        "`rule_bits` must be 0 where the dyad is eligible and else have the bits of the `rules` "
        "that forbid it.",
        PairingError,
    )
    return bits


def _agree(table: First | Bits, eligible: Mask, *, below: int) -> bool:
    """Return whether the table is below a number exactly where a dyad is eligible."""
    return all(
        bool(((table[k : k + _BLOCK] < below) == eligible[k : k + _BLOCK]).all())
        for k in range(0, len(table), _BLOCK)
    )


def _from_first(eligible: Mask, first: First | None, n_rules: int) -> Bits:
    if eligible.all():
        # Nothing is forbidden: one zero that shows itself in every cell.
        nothing: Bits = np.broadcast_to(np.uint8(0), eligible.shape)
        return nothing
    if first is None:
        return (~eligible).view(np.uint8)
    kind = bits_for(n_rules).type
    bits: Bits = np.where(eligible, kind(0), kind(1) << np.maximum(first, 0).astype(kind))
    return bits


class FirstRule:
    """The field ``forbidding`` of a compatibility: as given, or from its ``rule_bits``."""

    @overload
    def __get__(self, fit: None, kind: type) -> None: ...
    @overload
    def __get__(self, fit: object, kind: type) -> First: ...
    def __get__(self, fit: object | None, kind: type) -> First | None:
        """Return the table, or the default of the field, which is nothing."""
        if fit is None:
            return None
        known = fit.__dict__
        if known["_first_rule"] is None:
            known["_first_rule"] = first_rule(known["rule_bits"])
        first: First = known["_first_rule"]
        return first

    def __set__(self, fit: object, table: First | None) -> None:
        """Keep what was given."""
        fit.__dict__["_first_rule"] = table
