"""Which parts of a score decide who meets whom, and why the others do not."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.centring import share_left
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.part import Part
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import Policy, policy_named, run_policy
from revlab.pairing.reweighting import side_scores
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["idle_parts"]

_COLUMNS = ["part", "weight", "interaction_share", "n_dyads", "n_changed", "total_change"]
_DIGITS = 12
_SEPARABLE = 1e-6
_CLOSE = 1e-9
_TIMES = tuple(2**k for k in range(1, 11))
_OTHER_SCORES = 8
_TIES = ", but only between matchings that are equally good"
_SIDES = ("mentee", "mentor")
_ONLY = {"mentee": (True, False), "mentor": (False, True)}

_Cells = frozenset[tuple[int, int]]


def idle_parts(cohort: Cohort, *, policy: Policy | str, seed: int) -> pd.DataFrame:
    """Return what becomes of the dyads without each part of the policy's score.

    Each part in turn is made the same for every dyad, at its mean, and the policy is run again
    with the same chance; the other parts keep their weights. A part that changes no dyad costs
    people's trouble to fill in and gives nothing back; the sentence says why. (To leave a part
    out, as `revlab.pairing.reweighting.reweighted` does, also gives more weight to the others.)

    Parameters
    ----------
    cohort : Cohort
        The people.
    policy : Policy or str
        The policy or its name.
    seed : int
        Root seed, as for `revlab.pairing.policies.pair`.

    Returns
    -------
    pandas.DataFrame
        One row per part of the policy's score: ``part``; ``weight``; ``interaction_share``, the
        share of the part's variance over the allowed dyads that is not a number of the mentee
        plus a number of the mentor (NaN without data); ``n_dyads`` of the policy; ``n_changed``,
        the dyads made only with or only without the part, whichever are more; ``total_change``,
        what the dyads made without the part have more, by the score without the part, than
        those made with it; ``verdict``, one of "moves", "ties" (the other dyads are as good with
        and without the part) and "idle"; ``sentence``. Scores are rounded to 12 digits, so that
        last bits break no tie.

    Raises
    ------
    OptionError
        If there is no policy of that name.
    PairingError
        If the cohort has no data for any part of the score.

    References
    ----------
    Searle 1971, Linear models, chapter 7 (the interaction share).

    Examples
    --------
    >>> people = pd.DataFrame({"unit": list("abab"), "grade": [1, 2, 4, 5]}, index=list("wxyz"))
    >>> table = idle_parts(Cohort(people[:2], people[2:]), policy="optimal", seed=1)
    >>> table.loc[table["n_changed"] > 0, ["part", "sentence"]].values.tolist()
    [['organisational_distance', 'moves 2 of 2 dyads.']]
    >>> table["sentence"].iloc[-1]
    'moves nothing: the cohort has no data on languages.'
    """
    found = policy_named(policy)
    fit = score_cohort(cohort, score=found.score, eligibility=found.eligibility)
    trial = _Trial(fit, found, seed)
    known = {part.name: part for part in fit.parts}
    rows = []
    for name, weight in found.score.weights.items():
        part = known.get(name)
        if part is None:
            why = "its weight is zero" if not weight else _no_data(name)
            numbers = (np.nan, len(trial.dyads), 0, 0.0)
        else:
            numbers, why = _without(trial, part)
        verdict = ("ties" if why else "moves") if numbers[2] else "idle"
        sentence = f"moves {numbers[2]} of {max(numbers[1], numbers[2])} dyads{why}."
        if verdict == "idle":
            sentence = f"moves nothing: {why}."
        rows.append((name, float(weight), *numbers, verdict, sentence))
    return pd.DataFrame(rows, columns=[*_COLUMNS, "verdict", "sentence"])


def _no_data(name: str) -> str:
    return f"the cohort has no data on {PARTS[name].needs}"


@dataclass(frozen=True, eq=False)
class _Trial:
    """One policy on one cohort, to be run again with other weights and the same chance."""

    fit: Compatibility
    policy: Policy
    seed: int

    def scores(self, part: Part | None = None) -> Compatibility:
        """Return the rounded scores, with another part of that name in the place of the own one."""
        own = self.fit.parts
        if part is not None:
            own = tuple(part if part.name == other.name else other for other in own)
        score = side_scores(own, self.fit.shape)
        rounded: dict[str, Any] = {f"{s}_score": np.round(score[s], _DIGITS) for s in _SIDES}
        return replace(self.fit, parts=own, **rounded)

    def run(self, fit: Compatibility) -> _Cells:
        """Return the dyads as cells of the people in the order of their ids."""
        cells = run_policy(fit, self.policy, stream(self.seed, "pairing"))[1]
        return frozenset((int(i), int(j)) for i, j in cells)

    @cached_property
    def dyads(self) -> _Cells:
        """The dyads that the policy makes."""
        return self.run(self.scores())

    @cached_property
    def ignored(self) -> frozenset[tuple[str, ...]]:
        """The sides whose score, of one or of both, could be any other without another dyad."""
        asked = (_SIDES, *((side,) for side in _SIDES))
        return frozenset(sides for sides in asked if self._ignores(sides))

    def _ignores(self, sides: tuple[str, ...]) -> bool:
        own = self.scores()
        for k in range(_OTHER_SCORES):
            rng = stream(self.seed, "other scores", k)
            other: dict[str, Any] = {f"{side}_score": rng.random(self.fit.shape) for side in sides}
            if self.run(replace(own, **other)) != self.dyads:
                return False
        return True

    def total(self, fit: Compatibility, cells: _Cells) -> float:
        """Return the total joint score of dyads."""
        rows, columns = (
            np.argsort(ids.to_numpy(str), kind="stable") for ids in (fit.mentee_ids, fit.mentor_ids)
        )
        joint = fit.joint()
        return float(sum(joint[rows[i], columns[j]] for i, j in sorted(cells)))

    def tied(self, cells: _Cells, even: Compatibility) -> bool:
        """Return whether other dyads are as many, and as good with and without the part."""
        same = (
            abs(self.total(fit, cells) - self.total(fit, self.dyads)) < _CLOSE
            for fit in (self.scores(), even)
        )
        return len(cells) == len(self.dyads) and all(same)


def _without(trial: _Trial, part: Part) -> tuple[tuple[float, int, int, float], str]:
    """Return the numbers of a part, and what is to be said of them."""
    even = trial.scores(_evened(part, trial.fit.eligible))
    before, after = trial.dyads, trial.run(even)
    n_changed = max(len(before - after), len(after - before))
    share = share_left(part.values, trial.fit.eligible)
    change = trial.total(even, after) - trial.total(even, before) if n_changed else 0.0
    numbers = (share, len(before), n_changed, change)
    if not n_changed:
        return numbers, _why(trial, part, share)
    return numbers, _TIES if trial.tied(after, even) else ""


def _evened(part: Part, eligible: NDArray[np.bool_]) -> Part:
    """Return the part with its mean over the allowed dyads everywhere."""
    allowed = part.values[eligible]
    if not allowed.size or not np.ptp(allowed):
        return part  # its mean might differ from it in the last bit
    return replace(part, values=np.full_like(part.values, np.round(allowed.mean(), _DIGITS)))


def _why(trial: _Trial, part: Part, share: float) -> str:
    """Return why a part that moves nothing does not."""
    eligible = trial.fit.eligible
    everywhere = np.ones_like(eligible)
    if not eligible.any():
        return "the rules allow no dyad"
    if _SIDES in trial.ignored:
        return "this policy makes the same dyads whatever the score"
    for side in _SIDES:
        if (side,) in trial.ignored and (part.for_mentee, part.for_mentor) == _ONLY[side]:
            return f"it is a wish of the {side}s, and whatever they wish the dyads are the same"
    allowed = part.values[eligible]
    if np.ptp(allowed) == 0:
        if np.ptp(part.values) == 0:
            return "it is the same for every dyad"
        return "it differs only where the rules forbid the dyad"
    even = trial.scores(_evened(part, eligible))
    for times in _TIMES:
        other = trial.run(trial.scores(replace(part, weight=part.weight * times)))
        if other != trial.dyads and not trial.tied(other, even):
            return f"its weight is too small; {times} times the weight would change the dyads"
    if share < _SEPARABLE:
        if share_left(part.values, everywhere) >= _SEPARABLE:
            return "it says who suits whom only where the rules forbid the dyad"
        return f"it {_depends(part.values)}, not on who meets whom"
    if len(trial.fit.parts) == 1:
        return "it is the only part, and chance makes the same dyads without it"
    return "the other parts choose the same dyads without it"


def _depends(values: NDArray[np.float64]) -> str:
    if not np.ptp(values, axis=0).any():
        return "depends on the mentor alone"
    if not np.ptp(values, axis=1).any():
        return "depends on the mentee alone"
    return "depends on each of the two alone"
