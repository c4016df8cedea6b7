"""Why this dyad, why is somebody left over, and which rule would have to give way."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.cells import LEFT_OUT, NO_CAPACITY
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.making_room import could_make_room
from revlab.pairing.matching import Matching
from revlab.pairing.part import Part
from revlab.pairing.standing import same_pool, standing
from revlab.people.cohort import Cohort

__all__ = ["explain_dyads", "explain_unmatched"]

_HIGH = 0.5
_SHOWN = 3
_CLOSE = 1e-9
_CLOSE_IN_BLOCKS = 1e-6
_HELP_COLUMNS = ["what_would_help", "n_allowed", "n_freed", "consequence"]
Mask = NDArray[np.bool_]


def explain_dyads(
    compatibility: Compatibility,
    matching: Matching,
    *,
    parts: tuple[Part, ...] | None = None,
) -> pd.DataFrame:
    """Return the dyads with the reason for each, and what each part gives to the score.

    Parameters
    ----------
    compatibility : Compatibility
        The scores that the policy used.
    matching : Matching
        The matching.
    parts : tuple of Part, optional
        The parts of just these dyads, as `revlab.pairing.dyad_parts.dyad_parts` gives them, for
        a compatibility that was scored in blocks and keeps none.

    Returns
    -------
    pandas.DataFrame
        The columns of the dyads, ``reason`` in words (the parts of one half or more that give
        most, at most three; a value that only fills a gap in the data is no reason), and one
        column ``part_<name>`` for each part; these sum to ``score``. Scores that were given as
        numbers have the one column ``part_given``.

    Raises
    ------
    PairingError
        If the matching names strangers or was made with other scores.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [1, 3]}, index=["ana", "bo"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> matching = pair(cohort, policy="optimal", seed=1)
    >>> explained = explain_dyads(score_cohort(cohort), matching).iloc[0]
    >>> explained["reason"]
    'they come from different units; the distance between their grades is good'
    >>> float(explained["part_grade_gap"])
    0.5
    """
    together = standing(compatibility, matching)["mentee"].together
    i = compatibility.mentee_ids.get_indexer(matching.dyads["mentee_id"])
    j = compatibility.mentor_ids.get_indexer(matching.dyads["mentor_id"])
    score = matching.dyads["score"].to_numpy(float)
    must(
        bool(np.allclose(compatibility.joint_at(i, j), score, rtol=0, atol=_close(compatibility))),
        f"the {int(together.sum())} dyads were scored by another compatibility; explain them with "
        "the one that the policy used.",
        PairingError,
    )
    own = compatibility.parts
    if not own and not parts:
        return matching.dyads.assign(reason="the scores were given as numbers", part_given=score)
    if parts:
        values = np.array([part.values for part in parts]).T
        known = np.array([part.known for part in parts], dtype=bool).T
    else:
        parts = own
        values = np.array([part.values[i, j] for part in parts]).T
        known = np.array([_known(part.known, i, j) for part in parts]).T
    given = values * _shares(parts)
    order = np.argsort(-given, axis=1, kind="stable")
    reasons = [
        _because([parts[p].words for p in row if high[p]][:_SHOWN])
        for row, high in zip(order, (values >= _HIGH) & known, strict=True)
    ]
    columns = {f"part_{part.name}": given[:, p] for p, part in enumerate(parts)}
    return matching.dyads.assign(reason=reasons, **columns)


def _known(known: Mask | None, i: NDArray[np.intp], j: NDArray[np.intp]) -> Mask:
    return np.ones(len(i), dtype=bool) if known is None else known[i, j]


def _close(compatibility: Compatibility) -> float:
    return _CLOSE if compatibility.mentee_score.dtype == np.float64 else _CLOSE_IN_BLOCKS


def _shares(parts: tuple[Part, ...]) -> NDArray[np.float64]:
    """Weight of each part in the joint score: half its weight in each side's mean."""
    shares = np.zeros(len(parts))
    for side in ("mentee", "mentor"):
        own = np.array([p.weight * getattr(p, f"for_{side}") for p in parts])
        shares += 0.5 * own / (own.sum() or 1.0)
    return shares


def _because(words: list[str]) -> str:
    return "; ".join(words) if words else "the best that was left, though no part is high"


def explain_unmatched(
    cohort: Cohort, compatibility: Compatibility, matching: Matching
) -> pd.DataFrame:
    """Return everybody who is left over, why, and the least that would help.

    Parameters
    ----------
    cohort : Cohort
        The people.
    compatibility : Compatibility
        Scores and rules of the policy.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``person_id, side, reason, what_would_help, n_allowed, n_freed, consequence``. Where the
        rules allow nobody, ``what_would_help`` names the smallest set of rules whose relaxing
        gives the person a possible partner in their pool, and of several such sets the one that
        frees most; ``n_freed`` is the number of partners it frees. ``n_allowed`` counts the
        allowed partners in the pool who have a capacity. ``consequence`` says whether the person
        could then (or already now, by another choice of dyads) be paired without anybody being
        left out: whether an augmenting path (Berge 1957) leads from them to a free place. The
        rules are relaxed for them alone.

    Raises
    ------
    PairingError
        If the matching names strangers.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [3, 3]}, index=["ana", "bo"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> left = pair(cohort, policy="optimal", seed=1)
    >>> explain_unmatched(cohort, score_cohort(cohort), left)["what_would_help"][0]
    'to allow dyads although the mentee is not 1 or more grades above the mentor'
    """
    sides, pool = standing(compatibility, matching), same_pool(compatibility, matching)
    bits = np.asarray(compatibility.rule_bits)
    tables = {"mentor": (cohort.mentors, bits.T, pool.T), "mentee": (cohort.mentees, bits, pool)}
    frames = []
    for (side, (people, marks, reach)), other in zip(
        tables.items(), ("mentee", "mentor"), strict=True
    ):
        left = getattr(matching, f"unmatched_{side}s")
        own = getattr(compatibility, f"{side}_ids").get_indexer(left["person_id"])
        strange = left["person_id"][(own < 0) | ~left["person_id"].isin(people.index)].tolist()
        must(not strange, f"{side} {strange[:1]} of the matching is not there.", PairingError)
        partners = getattr(compatibility, f"{other}_ids").to_numpy(object)
        # Nobody becomes their own partner by relaxing a rule.
        able = (getattr(compatibility, f"{other}_capacity") > 0) & (
            partners != left["person_id"].to_numpy(object)[:, None]
        )
        near, far = able & reach[own], able & ~reach[own]
        room = (sides[other].room > 0, could_make_room(sides[side], sides[other]))
        helps = []
        for reason, *cells in zip(left["reason"], marks[own], near, far, strict=True):
            words, n_allowed, n_freed, then = _help(reason, cells, compatibility.rules)
            now = n_allowed > 0 and reason != NO_CAPACITY
            helps.append((words, n_allowed, n_freed, _consequence(then, room, now)))
        table = pd.DataFrame(helps, columns=_HELP_COLUMNS)
        table = table.astype({"n_allowed": int, "n_freed": int})
        frames.append(left[["person_id", "reason"]].assign(side=side).join(table))
    explained = pd.concat(frames, ignore_index=True)
    return explained[["person_id", "side", "reason", *_HELP_COLUMNS]]


def _help(
    reason: str, cells: Sequence[NDArray[np.generic]], rules: tuple[str, ...]
) -> tuple[str, int, int, Mask]:
    """Say what would help one person, and with whom, from the rules that forbid each partner."""
    bits, near, far = (np.asarray(values) for values in cells)
    allowed = near & (bits == 0)
    n_allowed = int(allowed.sum())
    if reason == NO_CAPACITY:
        return "a capacity of one or more", n_allowed, 0, allowed
    if reason == LEFT_OUT:
        return "another policy, because an allowed partner has room", n_allowed, 0, allowed
    if n_allowed:
        words = "more room among their allowed partners, or more such people"
        return words, n_allowed, 0, allowed
    elsewhere = far & (bits == 0)
    if elsewhere.any():
        return "another pool, where the rules allow them a partner", 0, 0, elsewhere
    if not near.any():
        words = "somebody else on the other side with a capacity of one or more"
        return words, 0, 0, allowed
    sets, freed = np.unique(bits[near], return_counts=True)
    size = np.bitwise_count(sets)
    smallest = size == size.min()
    pick = int(np.argmax(np.where(smallest, freed, 0)))
    broken = [words for r, words in enumerate(rules) if int(sets[pick]) >> r & 1]
    words = "to allow dyads although " + " and although ".join(broken)
    return words, 0, int(freed[pick]), near & (bits == sets[pick])


def _consequence(partners: Mask, room: tuple[Mask, Mask], now: bool) -> str:
    """Say whether somebody could then be paired without anybody being left out."""
    if not partners.any():
        return "there is nobody yet with whom they could be paired"
    when = "already now" if now else "then"
    free, movable = (bool((partners & able).any()) for able in room)
    if free:
        return f"{when} they could be paired, and nobody else would have to move"
    if movable:
        return f"{when} they could be paired if others changed partners, and nobody be left out"
    return f"{when} they could be paired only in the place of somebody else"
