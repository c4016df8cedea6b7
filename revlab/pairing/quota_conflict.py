"""Why quotas cannot hold: the smallest set that excludes each other, and what would be possible."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mixes import Bound, counted_cells, said
from revlab.pairing.quota_optimum import any_dyad, whole_optimum
from revlab.pairing.quota_programme import LARGEST, Programme

__all__ = ["conflict_in_words"]

_EQUAL = 1e-6


def conflict_in_words(
    programme: Programme, compatibility: Compatibility, bounds: Sequence[Bound]
) -> str:
    """Return the sentence that says which quotas exclude each other and what to change.

    Single quotas and pairs of them are tried first; a larger set is found by leaving one after
    the other out (the deletion filter of Chinneck and Dravnieks 1991, ORSA Journal on Computing
    3:157-168), so that every quota in it is needed for the conflict.

    Parameters
    ----------
    programme : Programme
        Which no matching meets.
    compatibility : Compatibility
        The people and rules that it was made of.
    bounds : sequence of Bound
        Its bounds, in their order.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import pandas as pd
    >>> from revlab.pairing.mixes import Mix, bounds_of
    >>> from revlab.pairing.quota_programme import programme_of
    >>> site = pd.DataFrame({"site": ["Oslo", "Oslo"]}, index=["mentor1", "mentor2"])
    >>> fit = Compatibility.from_scores([[1.0, 0.5]])
    >>> fit = replace(fit, mentor_traits=site, mentee_traits=site[:1].set_axis(["mentee1"]))
    >>> bounds = bounds_of([Mix("site", at_least=0.5)])
    >>> conflict_in_words(programme_of(fit, bounds, weight=0.5, seconds=9), fit, bounds)
    'the quota of at least 50% of the dyads with different site cannot hold with the eligibility \
rules and capacities: the most possible with different site is 0% of the dyads; there is no pair \
with different site among these people; change the bound to that or drop it, relax a rule, or \
pair more people.'
    """
    if not len(programme.cells):
        wanted = "; ".join(bound.words for bound in bounds)
        return (
            f"the quotas want {wanted}, but the eligibility rules and capacities allow no dyad at "
            "all; relax a rule or drop the quotas."
        )
    kept = _conflict(programme, len(bounds))
    alone = len(kept) == 1
    wanted = " and ".join(bounds[b].words for b in kept)
    possible = "; ".join(_possible(programme, bounds[b], b, kept) for b in kept)
    why = [_forbidden(compatibility, bounds[b]) for b in kept if bounds[b].kind == "at_least"]
    change = "change the bound to that or drop it" if alone else "change one of them to that"
    held = "the quota" if alone else "the quotas"
    together = "" if alone else " together"
    return (
        f"{held} of {wanted} cannot hold{together} with the eligibility rules and capacities: "
        f"{possible}{'' if alone else ', if the others stay'}{''.join(why)}; {change}, relax a "
        "rule, or pair more people."
    )


def _conflict(programme: Programme, n_bounds: int) -> tuple[int, ...]:
    for size in (1, 2):
        for kept in combinations(range(n_bounds), size):
            if not any_dyad(programme.with_bounds(kept)):
                return kept
    needed = tuple(range(n_bounds))
    for bound in range(n_bounds):
        rest = tuple(b for b in needed if b != bound)
        if not any_dyad(programme.with_bounds(rest)):
            needed = rest
    return needed


def _possible(programme: Programme, bound: Bound, number: int, kept: Sequence[int]) -> str:
    """Say how far a bound could be met if only the other bounds held."""
    others = programme.with_bounds([b for b in kept if b != number])
    inside = programme.inside[number].astype(np.float64)
    sign = 1.0 if bound.kind == "at_least" else -1.0
    chosen = whole_optimum(others, sign * inside * LARGEST)
    if bound.mix.counted_in == "share":
        # Dinkelbach 1967: the best share is the one at which the best difference is zero.
        while chosen is not None:
            share = float(inside[chosen].mean())
            better = whole_optimum(others, sign * (inside - share) * LARGEST)
            if better is None or sign * (inside[better] - share).sum() <= _EQUAL:
                break
            chosen = better
    found = np.empty(0, dtype=np.intp) if chosen is None else chosen
    value = inside[found].mean() if bound.mix.counted_in == "share" else inside[found].sum()
    extreme = "the most" if bound.kind == "at_least" else "the fewest"
    return f"{extreme} possible {bound.mix.counted} is {said(float(value), bound.mix.counted_in)}"


def _forbidden(compatibility: Compatibility, bound: Bound) -> str:
    """Say how many of the counted pairs the rules forbid, and which rule does most."""
    counted = counted_cells(bound.mix, compatibility)
    if not counted.any():
        return f"; there is no pair {bound.mix.counted} among these people"
    forbidden = counted & ~compatibility.eligible
    if not forbidden.any():
        return ""
    rules = np.bincount(np.asarray(compatibility.forbidding)[forbidden])
    return (
        f"; of the {int(counted.sum())} pairs {bound.mix.counted} the rules forbid "
        f"{int(forbidden.sum())}, most often because {compatibility.rules[int(rules.argmax())]}"
    )
