"""A test that draws the pairs of a pilot again from the lottery that they were drawn from."""

from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate
from revlab.inference.inversion import invert

__all__ = ["replayed_slope"]

Floats = NDArray[np.float64]
_IDS = ["mentee_id", "mentor_id"]
_FEWEST = 100
_FEWEST_PEOPLE = 4


def replayed_slope(
    dyads: pd.DataFrame,
    possible: pd.DataFrame,
    redrawn: ArrayLike,
    *,
    role: str = "mentee",
    conf_level: float = 0.95,
) -> Estimate:
    """Test whether it made a difference with whom people were paired, by drawing again.

    The sharp null hypothesis is that everybody would have answered the same with any partner.
    Then each re-drawn matching tells what would have been seen: the same answers beside the
    scores of other partners.

    Parameters
    ----------
    dyads : pandas.DataFrame
        ``mentee_id, mentor_id, outcome`` of the dyads that were made (NaN is missing), and if
        known ``pre``, the same person's score at the start, and ``pool_id``.
    possible : pandas.DataFrame
        ``mentee_id, mentor_id, score`` of every dyad that the lottery can make, one row per
        column of ``redrawn``.
    redrawn : array of bool, shape (n_draws, n_possible)
        Matchings drawn again from the same lottery.
    role : {"mentee", "mentor"}
        Whose outcome it is: who keeps it when pairs are drawn again.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        The slope of the outcome on the score of the dyad, in points per point of score, within
        pools and adjusted for ``pre`` where these are given. The two-sided p-value counts
        re-drawn matchings whose slope, divided by the standard deviation of the scores drawn,
        is as large; the interval holds all slopes that the same test does not reject.

    Raises
    ------
    EstimateError
        If tables or draws do not fit, fewer than four people answered, the scores do not vary,
        or fewer than 100 draws pair the same people.

    Notes
    -----
    Draws that leave out somebody who was paired, or pair somebody who was not, are dropped: the
    answers of people without a partner are not known. The test given who was paired is exact.
    People with several dyads count once, with the mean of their outcomes and of their scores.

    References
    ----------
    Fisher (1935), The Design of Experiments; Rosenbaum (2002), Observational Studies, chapter 2,
    for the interval; Phipson & Smyth (2010), SAGMB 9, for counting the draw that happened.

    Examples
    --------
    >>> from itertools import permutations
    >>> cells = pd.DataFrame([(i, j) for i in "abcdef" for j in "uvwxyz"], columns=_IDS)
    >>> cells["score"] = [(3 * i + j * j) % 7 / 7 for i in range(6) for j in range(6)]
    >>> orders = list(permutations(range(6)))
    >>> draws = np.array([[order[i] == j for i in range(6) for j in range(6)] for order in orders])
    >>> made = cells[draws[0]].assign(outcome=lambda rows: 1 + 2 * rows["score"])
    >>> found = replayed_slope(made, cells, draws)
    >>> round(found.estimate, 6), round(found.p_value, 3)
    (2.0, 0.007)
    """
    one_of("role", role, ("mentee", "mentor"))
    again = _checked(dyads, possible, redrawn)
    who = f"{role}_id"
    same = _same_people(dyads[who], possible[who], again)
    kept = int(same.sum())
    must(
        kept >= _FEWEST,
        f"only {kept} of {len(again)} draws pair the same {role}s as the pilot did, and the test "
        f"needs {_FEWEST}; draw more often, or the lottery leaves too much open.",
        EstimateError,
    )
    people = _people(dyads, possible, who=who)
    drawn = _scores(people.index, possible, again[same], who=who)
    found = _inverted(_residuals(people, drawn), conf_level)
    words = {"pool_id": "within pools", "pre": "adjusted for the start"}
    about = " and ".join(said for column, said in words.items() if column in people)
    return replace(
        found,
        estimand="slope of the outcome on the score of the dyad",
        estimator="replayed_lottery",
        n=len(people),
        n_missing=int(dyads[who].nunique()) - len(people),
        unit="points per point of score",
        convention=f"{kept} matchings drawn again from the lottery and the one that happened, "
        f"{about}{', ' if about else ''}everybody keeps the own answer; two-sided p-value, "
        "interval by inversion",
        note="the draws cannot bound the slope" if found.conf_high == inf else "",
    )


def _people(dyads: pd.DataFrame, possible: pd.DataFrame, *, who: str) -> pd.DataFrame:
    """Return everybody who answered: the means of their dyads, and their pool."""
    answered = dyads[dyads["outcome"].notna()].drop(columns="score", errors="ignore")
    made = answered.merge(possible[[*_IDS, "score"]], on=_IDS, how="left")
    must(
        bool(made["score"].notna().all()),
        "`possible` lacks a dyad that was made; give the score of every dyad that the lottery "
        "can make.",
        EstimateError,
    )
    numbers = [name for name in ("outcome", "score", "pre") if name in made]
    people = made.groupby(who)[numbers].mean().dropna()
    if "pool_id" in made:
        people["pool_id"] = made.groupby(who)["pool_id"].first()
    must(
        len(people) >= _FEWEST_PEOPLE,
        f"{len(people)} people gave an outcome; the test needs {_FEWEST_PEOPLE}.",
        EstimateError,
    )
    return people


def _checked(dyads: pd.DataFrame, possible: pd.DataFrame, redrawn: ArrayLike) -> NDArray[np.bool_]:
    for name, frame, column in (("dyads", dyads, "outcome"), ("possible", possible, "score")):
        lost = [one for one in (*_IDS, column) if one not in frame]
        must(not lost, f"`{name}` needs the columns {lost}.", EstimateError)
        again = bool(frame.duplicated(_IDS).any())
        must(not again, f"`{name}` lists a dyad twice; keep one row.", EstimateError)
    scores = possible["score"].to_numpy(float)
    must(bool(np.isfinite(scores).all()), "`possible` has a score that is missing.", EstimateError)
    draws = np.asarray(redrawn, dtype=bool)
    must(
        draws.ndim == 2 and draws.shape[1] == len(possible),
        f"`redrawn` must have one column for each of {len(possible)} possible dyads; got shape "
        f"{draws.shape}.",
        EstimateError,
    )
    return draws


def _places(names: pd.Index, column: pd.Series) -> NDArray[np.bool_]:
    """Return which possible dyads belong to whom, shape (n_possible, n_people)."""
    who: NDArray[np.bool_] = column.to_numpy(object)[:, None] == names.to_numpy(object)
    return who


def _same_people(
    paired: pd.Series, column: pd.Series, again: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which draws pair exactly the people who were paired."""
    names = pd.Index(column.unique())
    counts = again.astype(np.float32) @ _places(names, column).astype(np.float32)
    same: NDArray[np.bool_] = ((counts > 0) == names.isin(paired)).all(axis=1)
    return same


def _scores(
    names: pd.Index, possible: pd.DataFrame, again: NDArray[np.bool_], *, who: str
) -> Floats:
    """Return the mean score of everybody's dyads in each draw, shape (n_people, n_draws)."""
    mine = _places(names, possible[who]).astype(float)
    sums = (again * possible["score"].to_numpy(float)) @ mine
    means: Floats = (sums / (again @ mine)).T
    return means


def _residuals(people: pd.DataFrame, drawn: Floats) -> Floats:
    """Take pool means and the start out of the outcome and out of all scores."""
    frame = np.column_stack([people["outcome"], people["score"], drawn])
    parts = [np.ones((len(people), 1))]
    if "pool_id" in people:
        parts = [pd.get_dummies(people["pool_id"]).to_numpy(float)]
    if "pre" in people:
        parts.append(people[["pre"]].to_numpy(float))
    fixed = np.column_stack(parts)
    rest: Floats = frame - fixed @ np.linalg.lstsq(fixed, frame, rcond=None)[0]
    return rest


def _inverted(left: Floats, conf_level: float) -> Estimate:
    outcome, score, drawn = left[:, 0], left[:, 1], left[:, 2:]
    size = float(np.sqrt(score @ score))
    sizes = np.sqrt((drawn**2).sum(axis=0))
    tiny = 1e-9 * max(1.0, float(sizes.max(initial=0.0)))
    must(
        size > tiny and float(np.sqrt(outcome @ outcome)) > tiny,
        "the scores of the dyads or the outcomes do not vary, so there is no slope.",
        EstimateError,
    )
    units = np.where(sizes > tiny, sizes, inf)
    values = (outcome @ drawn) / (units * size)
    shifts = np.clip((score @ drawn) / (units * size), -1.0, 1.0)
    observed = float(outcome @ score) / size**2
    return invert(
        observed,
        np.append(values, observed),
        shifts=np.append(shifts, 1.0),
        conf_level=conf_level,
    )
