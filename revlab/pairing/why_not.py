"""Why are these two not together: the rule, the person who would not want it, or the price."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.duals import Certificate, certificate
from revlab.pairing.forced import Forced, force
from revlab.pairing.matching import Matching
from revlab.pairing.standing import standing

__all__ = ["WhyNot", "why_not"]

_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class WhyNot:
    """Why a mentee and a mentor are not together.

    Parameters
    ----------
    mentee_id, mentor_id : str
        The two people.
    answer : str
        "together", "not paired here", "another pool", "forbidden", "no capacity", "costs",
        "unwilling" or "would both rather".
    sentence : str
        The answer in words.
    rules : tuple of str
        The rules that forbid the dyad.
    cost : float
        What the total score would lose at least if the dyad had to be made and everything else
        were chosen anew as well as possible: exact. NaN unless the answer is "costs".
    at_least : float
        The same from the dual prices alone: never more. NaN like ``cost``.
    fewer_dyads : int
        How many dyads would be lost as well, if the number of dyads came first.
    changes : pandas.DataFrame
        ``change, mentee_id, mentor_id, score``: the changes that cost this.
    losers : pandas.DataFrame
        ``side, person_id, before, after, loss``: who would have less, by their own scores summed
        over their dyads; the largest loss first.
    """

    mentee_id: str
    mentor_id: str
    answer: str
    sentence: str
    rules: tuple[str, ...]
    cost: float
    at_least: float
    fewer_dyads: int
    changes: pd.DataFrame
    losers: pd.DataFrame

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True, eq=False)
class _Question:
    """Two people and the matching."""

    fit: Compatibility
    matching: Matching
    i: int
    j: int

    @property
    def names(self) -> tuple[str, str]:
        return str(self.fit.mentee_ids[self.i]), str(self.fit.mentor_ids[self.j])

    def answered(self, answer: str, sentence: str, **known: object) -> WhyNot:
        none = pd.DataFrame(columns=["change", "mentee_id", "mentor_id", "score"])
        nobody = pd.DataFrame(columns=["side", "person_id", "before", "after", "loss"])
        rest: dict[str, object] = {"rules": (), "cost": np.nan, "at_least": np.nan}
        rest |= {"fewer_dyads": 0, "changes": none, "losers": nobody}
        return WhyNot(*self.names, answer, sentence, **(rest | known))  # type: ignore[arg-type]


def why_not(
    compatibility: Compatibility, matching: Matching, *, mentee_id: str, mentor_id: str
) -> WhyNot:
    """Return why a mentee and a mentor are not together.

    A rule that forbids the dyad comes first. If the matching has the best total score (or the
    most dyads and then the best total), the answer is what the dyad would cost, found as the
    shortest way to change the matching round it, and who would pay. For any other matching it is
    who of the two would not want it; if both would, the matching is not stable.

    Parameters
    ----------
    compatibility : Compatibility
        The scores and rules that the policy used.
    matching : Matching
        The matching.
    mentee_id, mentor_id : str
        The two people.

    Returns
    -------
    WhyNot

    Raises
    ------
    PairingError
        If a person is not on that side of the compatibility, or the matching names strangers.

    References
    ----------
    Ahuja, Magnanti and Orlin 1993, Network flows, chapter 9 (the cost of a unit of flow that is
    forced through an arc).

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> why_not(fit, crossed, mentee_id="mentee1", mentor_id="mentor1")
    With mentee1 and mentor1 together the total score would be 0.6 lower: mentee1 and mentor2 \
would part, mentee2 and mentor1 would part, and mentee2 and mentor2 would meet. Less for mentee2 \
(0.7) and mentor2 (0.7).
    """
    place = {}
    for side, person in (("mentee", mentee_id), ("mentor", mentor_id)):
        ids = getattr(compatibility, f"{side}_ids")
        message = (
            f"there is no {side} {person!r}; the {side}s are the {len(ids)} of the compatibility."
        )
        must(person in ids, message, PairingError)
        place[side] = int(ids.get_loc(person))
    asked = _Question(compatibility, matching, place["mentee"], place["mentor"])
    sides = standing(compatibility, matching)
    if sides["mentee"].together[asked.i, asked.j]:
        return asked.answered("together", f"{mentee_id} and {mentor_id} are together.")
    barred = _barred(asked, bool(sides["mentee"].within_reach[asked.i, asked.j]))
    if barred is not None:
        return barred
    for aim in ("score", "pairs"):
        proof = certificate(compatibility, matching, aim=aim)
        if proof.optimal:
            return _priced(asked, proof)
    return _preferred(asked)


def _barred(asked: _Question, within_reach: bool) -> WhyNot | None:
    """Say what makes the dyad impossible, if anything does."""
    fit, (i, j) = asked.fit, (asked.i, asked.j)
    mentee, mentor = asked.names
    bits = int(np.asarray(fit.rule_bits)[i, j])
    rules = tuple(words for r, words in enumerate(fit.rules) if bits >> r & 1)
    if not fit.eligible[i, j]:
        because = " and because ".join(rules)
        sentence = f"{mentee} and {mentor} may not meet, because {because}."
        return asked.answered("forbidden", sentence, rules=rules)
    for name, side, places in (
        (mentee, "mentee", fit.mentee_capacity[i]),
        (mentor, "mentor", fit.mentor_capacity[j]),
    ):
        if places == 0:
            sentence = f"{side} {name} has a capacity of zero, so they are paired with nobody."
            return asked.answered("no capacity", sentence)
        matching = asked.matching
        there = {
            *matching.dyads[f"{side}_id"],
            *getattr(matching, f"unmatched_{side}s")["person_id"],
        }
        if name not in there:
            sentence = f"{side} {name} was not there when this matching was made."
            return asked.answered("not paired here", sentence)
    if not within_reach:
        sentence = f"{mentee} and {mentor} were in different pools, and each pool is paired alone."
        return asked.answered("another pool", sentence)
    return None


def _priced(asked: _Question, proof: Certificate) -> WhyNot:
    """Say what the dyad would cost a matching that is optimal."""
    forced = force(asked.fit, asked.matching, (asked.i, asked.j), aim=proof.aim)
    # The prices bound the score and the bonus of the dyads together, not the score alone.
    apart = np.nan if forced.fewer_dyads else float(proof.at_least[asked.i, asked.j])
    return asked.answered(
        "costs",
        _cost_in_words(asked, forced),
        cost=forced.cost,
        at_least=min(apart, forced.cost),
        fewer_dyads=forced.fewer_dyads,
        changes=forced.changes,
        losers=forced.losers,
    )


def _cost_in_words(asked: _Question, forced: Forced) -> str:
    mentee, mentor = asked.names
    cost, fewer, changes = forced.cost, forced.fewer_dyads, forced.changes
    if not cost and not fewer:
        what = "nothing would be lost: another matching has the same total score"
    else:
        what = f"the total score would be {abs(cost):.3g} {'lower' if cost >= 0 else 'higher'}"
        if fewer:
            count = "one dyad" if fewer == 1 else f"{fewer} dyads"
            what = f"there would be {count} fewer, and {what}"
    own = [changes["mentee_id"] == mentee, changes["mentor_id"] == mentor]
    others = changes.assign(far=~(own[0] | own[1]))[~(own[0] & own[1])]
    moves = [
        f"{row.mentee_id} and {row.mentor_id} would {'meet' if row.change == 'new' else 'part'}"
        for row in others.sort_values(["far", "change"], kind="stable").itertuples()
    ]
    sentence = f"With {mentee} and {mentor} together {what}"
    sentence += f": {_listed(moves)}." if moves else "."
    paying = [f"{row.person_id} ({row.loss:.3g})" for row in forced.losers.itertuples()]
    return f"{sentence} Less for {_listed(paying)}." if paying else sentence


def _listed(words: list[str]) -> str:
    more = len(words) - _SHOWN
    shown = words if more <= 0 else [*words[:_SHOWN], f"{more} more"]
    if len(shown) < 3:
        return " and ".join(shown)
    return ", ".join(shown[:-1]) + f", and {shown[-1]}"


def _preferred(asked: _Question) -> WhyNot:
    """Say who of the two would rather keep somebody else."""
    sides = standing(asked.fit, asked.matching)
    mentee, mentor = asked.names
    reasons = []
    for side, name, other, own, new in (
        ("mentee", mentee, mentor, asked.i, asked.j),
        ("mentor", mentor, mentee, asked.j, asked.i),
    ):
        view = sides[side]
        if not view.would_take[own, new]:
            partners = asked.fit.mentor_ids if side == "mentee" else asked.fit.mentee_ids
            held = partners[view.worst_partner[own]]
            reasons.append(
                f"{name} has no place free and likes {other} ({view.score[own, new]:.3g}) no "
                f"better than {held} ({view.worst_held[own]:.3g})"
            )
    if reasons:
        return asked.answered("unwilling", "; ".join(reasons) + ".")
    sentence = (
        f"{mentee} and {mentor} would both rather have each other: this matching is neither stable "
        "nor the one of largest total score."
    )
    return asked.answered("would both rather", sentence)
