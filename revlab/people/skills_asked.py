"""`AskedNeeds`: every need of a skills database, and whom a search names for it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import SkillsError, must

__all__ = ["AskedNeeds"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class AskedNeeds:
    """Every need of a database, and whom a search names for it.

    Parameters
    ----------
    needs : pandas.DataFrame
        person_id, skill_id (own words as what they were confirmed to be), label (the words that
        are searched for), level (NaN if not known).
    offers : pandas.DataFrame
        Every offer, one rating for a person and a skill: person_id, skill_id, target (the skill
        that it counts as), level, recorded_on.
    ranked : dict of str to array of int
        Words to the rows of ``offers`` that the search finds, the best first; a person may stand
        there more than once, and is shown with the first of them.
    enough : float
        Least level, 0 to 5, at which an offer is a help.

    Examples
    --------
    >>> needs = pd.DataFrame({"person_id": ["p1"], "skill_id": "sql", "label": "SQL", "level": 1.0})
    >>> offers = needs.assign(person_id="p2", target="sql", level=4.0, recorded_on=pd.NaT)
    >>> asked = AskedNeeds(needs, offers, {"SQL": np.array([0])}, enough=3.0)
    >>> asked.found()[["able", "found"]].values.tolist()
    [[1.0, 1.0]]
    >>> asked.found(listed=np.array([False]))[["able", "found"]].values.tolist()
    [[1.0, 0.0]]
    """

    needs: pd.DataFrame
    offers: pd.DataFrame
    ranked: dict[str, Places]
    enough: float

    def __repr__(self) -> str:
        people = self.needs["person_id"].nunique()
        return f"{len(self.needs)} needs of {people} people, against {len(self.offers)} offers"

    def found(
        self, *, k: int = 5, listed: Bools | None = None, true: Bools | None = None
    ) -> pd.DataFrame:
        """Return, for each need, who can help and at which place the search names them.

        Parameters
        ----------
        k : int
            Names that somebody who searches looks at.
        listed : array of bool, shape (n_offers,), optional
            Which offers the database holds; None for all.
        true : array of bool, shape (n_offers,), optional
            Which of them are so; None for all. An offer that is true and not listed helps
            nobody, and one that is listed and not true is asked in vain.

        Returns
        -------
        pandas.DataFrame
            ``needs`` and: able (people who can help), shown (names, at most k), found (able ones
            among them), first_place (of an able one in the whole list, NaN if there is none).

        Raises
        ------
        SkillsError
            If ``k`` is below 1.
        """
        names = ("able", "shown", "found", "first_place")
        counts = self.counts(k=k, listed=listed, true=true)
        return self.needs.assign(**dict(zip(names, counts, strict=True)))

    def counts(
        self, *, k: int = 5, listed: Bools | None = None, true: Bools | None = None
    ) -> Floats:
        """Return the four counts of `found` as an array, (4, n_needs)."""
        must(k >= 1, f"`k` must be at least 1; got {k}.", SkillsError)
        everyone = np.ones(len(self.offers), dtype=bool)
        listed, true = (everyone if mask is None else mask for mask in (listed, true))
        asks = self._asks
        out = np.full((4, len(self.needs)), np.nan)
        for rows, order, able in asks.blocks:
            place = _places(asks.person[order[listed[order]]], asks.n_people)
            left = able[true[able]]
            top = _top(asks.person[left], asks.level[left], asks.n_people)
            out[:, rows] = _judged(place, top, asks.asker[rows], asks.own[rows], k=k)
        return out

    @cached_property
    def _asks(self) -> "_Asks":
        people = pd.concat([self.offers["person_id"], self.needs["person_id"]])
        codes, _ = pd.factorize(people)
        level = self.offers["level"].to_numpy(np.float64)
        target = self.offers["target"].to_numpy()
        groups = self.needs.groupby(["label", "skill_id"]).indices.items()
        return _Asks(
            person=codes[: len(self.offers)],
            asker=codes[len(self.offers) :],
            level=level,
            own=self.needs["level"].fillna(-1.0).to_numpy(np.float64),
            n_people=int(codes.max(initial=-1)) + 1,
            blocks=[
                (rows, self.ranked[label], np.flatnonzero((level >= self.enough) & (target == at)))
                for (label, at), rows in groups
            ],
        )


@dataclass(frozen=True, eq=False)
class _Asks:
    """Needs and offers by places, and for each text: its needs, what is found, who is able."""

    person: Places
    asker: Places
    level: Floats
    own: Floats
    n_people: int
    blocks: list[tuple[Places, Places, Places]]


def _places(people: Places, n_people: int) -> Floats:
    """Return the place, from 1 on, at which each person first stands; inf for who does not."""
    place = np.full(n_people, np.inf)
    names, first = np.unique(people, return_index=True)
    place[names[np.argsort(first)]] = np.arange(1, len(names) + 1)
    return place


def _top(people: Places, level: Floats, n_people: int) -> Floats:
    """Return the highest level of each person, -inf for who offers nothing."""
    top = np.full(n_people, -np.inf)
    np.maximum.at(top, people, level)
    return top


def _judged(place: Floats, top: Floats, asker: Places, own: Floats, *, k: int) -> Floats:
    """Return able, shown, found and first place, (4, n_needs); nobody is told of oneself."""
    helpers = np.flatnonzero(np.isfinite(top))
    can = (top[helpers] > own[:, None]) & (helpers != asker[:, None])
    mine = place[asker]
    at = place[helpers] - (place[helpers] > mine[:, None])
    shown = np.minimum(np.isfinite(place).sum() - np.isfinite(mine), k)
    first = np.where(can, at, np.inf).min(axis=1, initial=np.inf)
    counts = [can.sum(axis=1), shown, (can & (at <= k)).sum(axis=1)]
    return np.array([*counts, np.where(np.isfinite(first), first, np.nan)], dtype=np.float64)
