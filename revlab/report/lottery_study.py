"""What the page on another policy works on: a pilot drawn by lottery, and policies to ask about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from revlab.design.evaluate import PolicyEvaluation, evaluate_policy
from revlab.errors import EstimateError, PilotError, one_of
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.simulate import expected_outcomes, reveal_pilot
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.lottery_pools import lottery_table
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair_scored
from revlab.pairing.scoring import score_cohort
from revlab.report.answers_evaluation import NoAnswer
from revlab.report.inputs import StudyInputs
from revlab.rng import stream

__all__ = ["LotteryStudy", "lottery_study"]

_IDS = ["mentee_id", "mentor_id"]
_SCALE, _ROLE = "digital_confidence", "mentee"
_CAP = 0.4


@dataclass(frozen=True, eq=False, repr=False)
class LotteryStudy:
    """A pilot drawn by lottery and the policies that it is asked about.

    Parameters
    ----------
    pilot : Pilot
        With a lottery.
    evaluations : mapping of str to PolicyEvaluation
        Policy to what the pilot says about it.
    refused : mapping of str to str
        Policy to why the pilot says nothing about it.
    truth : pandas.DataFrame
        ``policy, estimate``: the true means, of a simulated pilot; no rows for a real one. The
        policy "logged" is the matching that was drawn.
    why : str
        Why the pilot is simulated, as a sentence; "" if it is the user's own.
    """

    pilot: Pilot
    evaluations: Mapping[str, PolicyEvaluation]
    refused: Mapping[str, str]
    truth: pd.DataFrame
    why: str = ""

    def __repr__(self) -> str:
        asked = ", ".join([*self.evaluations, *self.refused])
        return f"{self.pilot!r}, asked about {asked}"

    @property
    def origin(self) -> str:
        """Where the answers come from, in a sentence or two."""
        if not self.why:
            return "These are the answers of your pilot, whose pairs were drawn by lottery."
        return f"{self.why} So a pilot of the roster is simulated that was drawn by lottery."

    @property
    def unanswerable(self) -> pd.DataFrame:
        """Policies that the pilot says nothing about: ``policy, reason``."""
        return pd.DataFrame({"policy": list(self.refused), "reason": list(self.refused.values())})

    def of(self, policy: str) -> PolicyEvaluation | NoAnswer:
        """Return what the pilot says about a policy, or why it says nothing.

        Raises
        ------
        OptionError
            If it was not asked about the policy.
        """
        one_of("policy", policy, [*self.evaluations, *self.refused])
        found = self.evaluations.get(policy)
        return found or NoAnswer(self.refused[policy], self.simulated)

    @property
    def simulated(self) -> bool:
        """Whether the pilot is simulated."""
        return self.pilot.source == "simulated"


def lottery_study(inputs: StudyInputs, policies: Sequence[str], *, seed: int) -> LotteryStudy:
    """Ask a pilot drawn by lottery what other policies would have given the same people.

    Parameters
    ----------
    inputs : StudyInputs
        The user's pilot is taken if its pairs were drawn by lottery and its people are on the
        roster; else a pilot of the roster is simulated, drawn with no pair likelier than 40%.
    policies : sequence of str
        Names in ``POLICIES``, each run in the pools of the pilot.
    seed : int
        Root seed.

    Returns
    -------
    LotteryStudy

    Examples
    --------
    >>> from revlab.report.inputs import study_inputs
    >>> study = lottery_study(study_inputs(seed=1), ["optimal"], seed=1)
    >>> list(study.evaluations), study.truth["policy"].tolist()
    (['optimal'], ['logged', 'optimal'])
    """
    for name in policies:
        one_of("policies", name, POLICIES)
    fit, why = score_cohort(inputs.cohort), _why_not(inputs)
    outcome: dict[str, str] = {}
    truth = pd.DataFrame({"policy": [], "estimate": []})
    if why:
        potential = draw_potential(inputs.cohort, fit, programme=Programme(), seed=seed)
        rng = stream(seed, "another policy")
        runs = {name: pair_scored(fit, policy=POLICIES[name], rng=rng) for name in policies}
        pilot, drawn = _simulated(potential, fit, seed=seed)
        outcome = {"scale_id": _SCALE, "role": _ROLE}
        truth = _truth(potential, {"logged": drawn, **runs})
        targets = {name: run.dyads for name, run in runs.items()}
    else:
        pilot, outcome = inputs.pilot, _outcome(inputs.pilot)
        targets = {name: _target(fit, pilot, name, seed=seed) for name in policies}
    scores = _scores(fit, [pd.DataFrame(pilot.lottery), pilot.dyads, *targets.values()])
    found, refused = {}, {}
    for name, target in targets.items():
        try:
            found[name] = evaluate_policy(pilot, target, scores=scores, seed=seed, **outcome)
        except (EstimateError, PilotError) as error:
            refused[name] = str(error)
    return LotteryStudy(pilot, found, refused, truth, why)


def _why_not(inputs: StudyInputs) -> str:
    """Return why the pilot of a study cannot be asked, "" if it can."""
    pilot, cohort = inputs.pilot, inputs.cohort
    if pilot.lottery is None or pilot.lottery.empty:
        return f"The pairs of {inputs.pilot_name} were not drawn by lottery."
    there = set(cohort.mentees.index) | set(cohort.mentors.index)
    if not set(pd.DataFrame(pilot.lottery)[_IDS].to_numpy().ravel()) <= there:
        return f"People of {inputs.pilot_name} are not on {inputs.roster_name}."
    return ""


def _outcome(pilot: Pilot) -> dict[str, str]:
    """Return the primary outcome of the plan, else the first secondary one, else the first scale.

    A pilot that is one lottery compares no arms, so its plan often has no primary comparison.
    """
    plan = pilot.plan
    if plan.analysis is not None:
        return {"scale_id": plan.analysis.primary_scale, "role": plan.analysis.primary_role}
    if plan.secondary:
        return {"scale_id": plan.secondary[0].scale_id, "role": plan.secondary[0].role}
    scale = str(pilot.instrument.scales["scale_id"].iloc[0])
    return {"scale_id": scale, "role": pilot.instrument.roles_of(scale)[0]}


def _simulated(potential: Potential, fit: Compatibility, *, seed: int) -> tuple[Pilot, Matching]:
    lottery = LotteryDraw(cap=_CAP).lottery(fit)
    drawn = lottery.draw(fit, stream(seed, "lottery"))
    table = lottery_table({str(drawn.dyads["pool_id"].iloc[0]): lottery})
    return replace(reveal_pilot(potential, drawn), lottery=table), drawn


def _target(fit: Compatibility, pilot: Pilot, policy: str, *, seed: int) -> pd.DataFrame:
    """Return the dyads that a policy makes in each pool that was paired by lottery."""
    frames = []
    people = pilot.people[pilot.people["pool_id"].isin(pd.DataFrame(pilot.lottery)["pool_id"])]
    for pool, rows in people.groupby("pool_id"):
        sides = []
        for role in ("mentee", "mentor"):
            names = rows.loc[rows["role"] == role, "person_id"].astype(str)
            place = getattr(fit, f"{role}_ids").get_indexer(names)
            sides.append(np.sort(place[place >= 0]))
        rng = stream(seed, "another policy", str(pool))
        frames.append(pair_scored(fit.select(*sides), policy=POLICIES[policy], rng=rng).dyads)
    return pd.concat(frames, ignore_index=True)


def _truth(potential: Potential, runs: Mapping[str, Matching]) -> pd.DataFrame:
    means = [
        float(expected_outcomes(potential, run, scale_id=_SCALE, role=_ROLE)["post"].mean())
        for run in runs.values()
    ]
    return pd.DataFrame({"policy": list(runs), "estimate": means})


def _scores(fit: Compatibility, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the joint score of every dyad in the tables."""
    named = [table[_IDS].astype(str) for table in tables]
    dyads = pd.concat(named, ignore_index=True).drop_duplicates(ignore_index=True)
    rows = fit.mentee_ids.get_indexer(dyads["mentee_id"])
    columns = fit.mentor_ids.get_indexer(dyads["mentor_id"])
    return dyads.assign(score=fit.joint_at(rows, columns))
