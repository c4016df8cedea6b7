"""What changed between the matchings of two rounds, in rows with reasons."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.waiting_list import WaitingList

__all__ = ["CHANGE_COLUMNS", "changes_between", "with_kept_ids"]

CHANGE_COLUMNS = (
    "change",
    "dyad_id",
    "mentee_id",
    "mentor_id",
    "score_before",
    "score",
    "because",
)
"""Columns of ``Rematch.changes``."""

_ORDER = ("kept", "ended", "re-paired", "new")
Pair = tuple[str, str]


def with_kept_ids(after: Matching, before: Matching) -> Matching:
    """Return the matching with the old id of every dyad that goes on, and fresh ids for others.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> before = matching_from_cells(fit, np.array([[1, 1]]), policy="by hand")
    >>> after = matching_from_cells(fit, np.array([[0, 0], [1, 1]]), policy="by hand")
    >>> with_kept_ids(after, before).dyads["dyad_id"].tolist()
    ['D002', 'D001']
    """
    old = dict(zip(_pairs(before), before.dyads["dyad_id"], strict=True))
    numbers = before.dyads["dyad_id"].astype(str).str.extract(r"(\d+)$")[0].dropna().astype(int)
    last = int(numbers.max()) if len(numbers) else 0
    ids = []
    for pair in _pairs(after):
        last += pair not in old
        ids.append(old.get(pair, f"D{last:03d}"))
    return replace(after, dyads=after.dyads.assign(dyad_id=ids))


def changes_between(
    before: Matching, after: Matching, compatibility: Compatibility, *, waiting: WaitingList
) -> pd.DataFrame:
    """Return one row for each dyad of either round, with what happened to it and why.

    Parameters
    ----------
    before, after : Matching
        The two rounds.
    compatibility : Compatibility
        The people, rules and capacities of the second round.
    waiting : WaitingList
        Who waited before the second round.

    Returns
    -------
    pandas.DataFrame
        Columns `CHANGE_COLUMNS`; kept dyads first, then the ended, re-paired and new ones.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8]])
    >>> before = matching_from_cells(fit, np.array([[0, 1]]), policy="by hand")
    >>> after = matching_from_cells(fit, np.array([[0, 0]]), policy="by hand")
    >>> frame = changes_between(
    ...     before, after, fit, waiting=WaitingList().with_leftovers(before)
    ... )
    >>> frame[["change", "because"]].values.tolist()
    [['re-paired', 'other dyads are better by more than the exchange rate'], ['new', 'the mentee \
was re-paired; the mentor has waited since round 1']]
    """
    state = _State(before, after, compatibility, waiting)
    rows = []
    old = dict(zip(_pairs(before), before.dyads.to_dict("records"), strict=True))
    new = dict(zip(_pairs(after), after.dyads.to_dict("records"), strict=True))
    for pair, row in old.items():
        stays = pair in new
        over = state.why_over(pair)
        kind = "kept" if stays else "ended" if over else "re-paired"
        moved = "other dyads are better by more than the exchange rate"
        because = "nothing better was worth breaking it" if stays else over or moved
        score = new[pair]["score"] if stays else np.nan
        rows.append((kind, row["dyad_id"], *pair, row["score"], score, because))
    for pair, row in new.items():
        if pair not in old:
            because = f"the mentee {state.came(pair, 0)}; the mentor {state.came(pair, 1)}"
            rows.append(("new", row["dyad_id"], *pair, np.nan, row["score"], because))
    frame = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    frame = frame.astype({"score_before": float, "score": float})
    rank = frame["change"].map(_ORDER.index)
    order = np.lexsort([frame["mentor_id"], frame["mentee_id"], rank])
    return frame.iloc[order].reset_index(drop=True)


def _pairs(matching: Matching) -> list[Pair]:
    return list(zip(matching.dyads["mentee_id"], matching.dyads["mentor_id"], strict=True))


@dataclass(frozen=True, eq=False)
class _State:
    """Two rounds and the people between them."""

    before: Matching
    after: Matching
    fit: Compatibility
    waiting: WaitingList

    @cached_property
    def over(self) -> list[Pair]:
        """The dyads of the round before that did not go on."""
        now = set(_pairs(self.after))
        return [pair for pair in _pairs(self.before) if pair not in now]

    @cached_property
    def had(self) -> tuple[set[str], set[str]]:
        """The mentees and the mentors who were in dyads."""
        return set(self.before.dyads["mentee_id"]), set(self.before.dyads["mentor_id"])

    def why_over(self, pair: Pair) -> str:
        """Return why a dyad of the round before could not go on, empty if it could."""
        gone = [
            f"the {side} left"
            for side, person in zip(("mentee", "mentor"), pair, strict=True)
            if person not in getattr(self.fit, f"{side}_ids")
        ]
        if gone:
            return " and ".join(gone)
        i, j = self.fit.mentee_ids.get_loc(pair[0]), self.fit.mentor_ids.get_loc(pair[1])
        places = (self.fit.mentee_capacity[i], self.fit.mentor_capacity[j])
        out = [
            f"the {side} takes no more part"
            for side, capacity in zip(("mentee", "mentor"), places, strict=True)
            if capacity == 0
        ]
        if out:
            return " and ".join(out)
        bits = int(np.asarray(self.fit.rule_bits)[i, j])
        rules = [words for r, words in enumerate(self.fit.rules) if bits >> r & 1]
        if rules:
            return "they may not meet any more, because " + " and because ".join(rules)
        less = [
            f"the {side} has fewer places now"
            for side, person, capacity in zip(("mentee", "mentor"), pair, places, strict=True)
            if (self.before.dyads[f"{side}_id"] == person).sum() > capacity
        ]
        return " and ".join(less)

    def came(self, pair: Pair, which: int) -> str:
        """Return where a person of a new dyad comes from."""
        side, person = ("mentee", "mentor")[which], pair[which]
        if person in self.had[which]:
            lost = [old for old in self.over if old[which] == person]
            if not lost:
                return "had a free place"
            ended = any(self.why_over(pair) for pair in lost)
            return "lost a dyad that ended" if ended else "was re-paired"
        people = self.waiting.people
        listed = people[(people["side"] == side) & (people["person_id"] == person)]
        if len(listed):
            return f"has waited since round {int(listed['since'].iloc[0])}"
        return "has arrived"
