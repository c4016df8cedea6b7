"""What would another pairing policy have given? From a pilot whose pairs were drawn by lottery."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import pandas as pd

from revlab.design.drawn_again import DrawnAgain, chances_of, draw_again
from revlab.design.target import known_scores, target_chances
from revlab.design.unreached import unreached_bounds
from revlab.errors import EstimateError, PilotError, must
from revlab.fieldwork.frames import dyad_outcomes
from revlab.fieldwork.pilot import Pilot
from revlab.inference.counterfactual import policy_difference, policy_value
from revlab.inference.estimate import Estimate
from revlab.inference.overlap import Overlap, chances, overlap
from revlab.inference.replayed_lottery import replayed_slope

__all__ = ["PolicyEvaluation", "evaluate_policy"]

_IDS = ["mentee_id", "mentor_id"]


@dataclass(frozen=True, eq=False, repr=False)
class PolicyEvaluation:
    """What a pilot drawn by lottery says about a target policy.

    Parameters
    ----------
    scale_id, role : str
        The outcome, at the last survey that asks it, and who reports it.
    scale : tuple of float
        Ends of the scale.
    known : Overlap
        How far the lottery reaches: share of the target's dyads, effective n, distance.
    logged : Estimate
        Mean outcome under the lottery that was run.
    value : Estimate
        Hájek mean under the target policy, where the lottery reaches.
    unbiased : Estimate
        The same by Horvitz and Thompson: without bias, less steady.
    difference : Estimate or None
        Target less logged, where the lottery reaches.
    bounds : pandas.DataFrame
        For the whole target policy, one row per rule with the fields of `PolicyBounds`.
    replayed : Estimate or None
        Whether it made a difference who was paired with whom (`replayed_slope`).
    refusals : mapping of str to str
        What could not be told ("difference", "similarity", "replayed") and why.
    notes : tuple of str
        What else to know, in sentences.
    simulated : bool
        Whether the pilot is.
    """

    scale_id: str
    role: str
    scale: tuple[float, float]
    known: Overlap
    logged: Estimate
    value: Estimate
    unbiased: Estimate
    difference: Estimate | None
    bounds: pd.DataFrame
    replayed: Estimate | None
    refusals: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    simulated: bool = False

    def __repr__(self) -> str:
        return f"{self.scale_id} ({self.role}): {self.value!r}; {self.known!r}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per number: values, difference, bounds, the replayed test."""
        given = {
            "logged": self.logged,
            "target": self.value,
            "target_unbiased": self.unbiased,
            "difference": self.difference,
            "replayed_slope": self.replayed,
        }
        rows = [
            {"quantity": name, **asdict(estimate)} for name, estimate in given.items() if estimate
        ]
        whole = self.bounds.rename(columns={"low": "bound_low", "high": "bound_high"})
        table = pd.concat(
            [pd.DataFrame(rows), whole.assign(quantity="whole_target")], ignore_index=True
        )
        table["share_reached"], table["effective_n"] = self.known.share, self.known.effective_n
        head = ["quantity", "rule", "estimate", "bound_low", "bound_high", "conf_low", "conf_high"]
        return table[[*head, *(name for name in table if name not in head)]]


def evaluate_policy(
    pilot: Pilot,
    target: pd.DataFrame,
    *,
    scale_id: str = "",
    role: str = "",
    scores: pd.DataFrame | None = None,
    seed: int,
) -> PolicyEvaluation:
    """Say what a target policy would have given the people of a pilot drawn by lottery.

    Parameters
    ----------
    pilot : Pilot
        With a lottery; only pools that were paired by it count.
    target : pandas.DataFrame
        ``mentee_id, mentor_id`` and ``probability``, or without it the pairs of a policy that
        leaves nothing to chance; a ``score`` column serves as ``scores`` if none are given.
    scale_id, role : str
        The outcome and who reports it; by default the primary outcome of the plan.
    scores : pandas.DataFrame, optional
        ``mentee_id, mentor_id, score`` of all dyads that either policy can make, and if wanted
        further features of which more is better; for the bounds that rest on similar dyads and
        for the replayed test.
    seed : int
        Of the re-drawn matchings and of what is filled in for the variance.

    Returns
    -------
    PolicyEvaluation

    Raises
    ------
    PilotError
        If the pilot has no lottery, or the target names people who are not in it.
    EstimateError
        If the lottery says nothing about the target.
    OptionError
        If there is no such scale, or the role is not asked it.

    References
    ----------
    Saveski, Jecmen, Shah & Ugander (2023), Counterfactual evaluation of peer-review assignment
    policies, NeurIPS.

    Examples
    --------
    >>> from revlab.fieldwork.simulate import simulate_pilot
    >>> from revlab.pairing.lottery_capped import capped_lottery
    >>> from revlab.pairing.lottery_pools import lottery_table
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> from revlab.people.roster import read_roster
    >>> from revlab.rng import stream
    >>> from revlab.shipped import shipped
    >>> cohort = read_roster(shipped("data/rosters/ukcs_small"))
    >>> fit = score_cohort(cohort)
    >>> lottery = capped_lottery(fit, cap=0.4)
    >>> drawn = lottery.draw(fit, stream(1, "lottery"))
    >>> pilot = simulate_pilot(cohort, drawn, compatibility=fit, seed=1)
    >>> pilot = replace(pilot, lottery=lottery_table({"P01": lottery}))
    >>> best = pair(cohort, policy="optimal", seed=1).dyads
    >>> found = evaluate_policy(pilot, best, scale_id="digital_confidence", seed=1)
    >>> round(found.known.share, 2), found.value.n
    (0.82, 19)
    """
    possible = chances_of(pilot)
    scale_id, role = _outcome(pilot, scale_id, role)
    forms = pilot.instrument.forms(scale_id, role)
    ends = float(min(form.low for form in forms)), float(max(form.high for form in forms))
    wanted = target_chances(pilot, target, possible=possible)
    features = known_scores(pilot, target, scores)
    again = draw_again(pilot, seed=seed)
    made = _made(pilot, again, scale_id=scale_id, role=role)
    known = overlap(chances(again.possible, wanted.table), made)
    own = overlap(chances(again.possible, again.possible), made)
    value = policy_value(known, again.drawn, seed=seed)
    logged = policy_value(own, again.drawn, seed=seed)
    refusals: dict[str, str] = {}
    difference = replayed = None
    try:
        difference = policy_difference(known, again.drawn, seed=seed)
    except EstimateError as error:
        refusals["difference"] = str(error)
    bounds = unreached_bounds(value, known, features, ends=ends)
    if bounds.refusal:
        refusals["similarity"] = bounds.refusal
    try:
        replayed = _replayed(made, again, features, role=role)
    except EstimateError as error:
        refusals["replayed"] = str(error)
    return PolicyEvaluation(
        scale_id,
        role,
        ends,
        known,
        replace(logged, estimand="mean outcome under the lottery that was run", note=""),
        value,
        policy_value(known, again.drawn, estimator="horvitz_thompson", seed=seed),
        difference,
        bounds.table,
        replayed,
        refusals,
        wanted.notes,
        pilot.source == "simulated",
    )


def _outcome(pilot: Pilot, scale_id: str, role: str) -> tuple[str, str]:
    plan = pilot.plan.analysis
    if not scale_id:
        must(
            plan is not None,
            "the plan of this pilot names no primary outcome; say which scale (--scale) is meant, "
            f"one of {', '.join(map(repr, pilot.instrument.scales['scale_id']))}.",
            PilotError,
        )
        scale_id = plan.primary_scale if plan else ""
        role = role or (plan.primary_role if plan else "")
    roles = pilot.instrument.roles_of(scale_id)
    must(
        bool(role) or len(roles) == 1,
        f"both sides are asked {scale_id!r}; say the role (--role), 'mentor' or 'mentee'.",
        PilotError,
    )
    return scale_id, role or roles[0]


def _made(pilot: Pilot, again: DrawnAgain, *, scale_id: str, role: str) -> pd.DataFrame:
    answers = dyad_outcomes(pilot, scale_id, role=role)
    waves = pilot.instrument.waves_of(scale_id)
    made = pilot.dyads[_IDS].astype(str).assign(
        pool_id=pilot.dyads["pool_id"].astype(str), outcome=answers["post"].to_numpy(float)
    )  # fmt: skip
    if len(waves) > 1:
        made["pre"] = answers["pre"].to_numpy(float)
    return made[made["pool_id"].isin(again.possible["pool_id"])].reset_index(drop=True)


def _replayed(
    made: pd.DataFrame, again: DrawnAgain, features: pd.DataFrame | str, *, role: str
) -> Estimate:
    must(not isinstance(features, str), str(features), EstimateError)
    table = pd.DataFrame(features)[[*_IDS, "score"]]
    possible = again.possible[_IDS].merge(table, on=_IDS, how="left")
    must(
        bool(possible["score"].notna().all()),
        "the replayed test needs the score of every dyad that the lottery could make; give all of "
        "them (--roster).",
        EstimateError,
    )
    return replayed_slope(made, possible, again.drawn, role=role)
