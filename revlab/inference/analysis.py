"""`analyse_pilot`: everything that a pilot folder can say, and what it cannot, in one call."""

from dataclasses import dataclass

import pandas as pd

from revlab.errors import EstimateError
from revlab.fieldwork.frames import attendance
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import adjust
from revlab.inference.analysis_endings import ending_reasons, session_hazards
from revlab.inference.analysis_missing import sensitivity_of_primary
from revlab.inference.analysis_programme import drop_out, gains, progressed, sides_of
from revlab.inference.analysis_scales import item_tables, scores_of
from revlab.inference.analysis_steps import deviations_of, everything_found, plan_for
from revlab.inference.attendance import attendance_by_arm
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, findings_frame, refusals_frame
from revlab.inference.flow import missingness, participant_flow
from revlab.inference.plan import AnalysisPlan

__all__ = ["PilotAnalysis", "analyse_pilot"]


@dataclass(frozen=True, eq=False)
class PilotAnalysis:
    """What a pilot says.

    Parameters
    ----------
    plan : AnalysisPlan or None
        What was planned; None if nothing was to be compared.
    simulated : bool
        Whether the data are simulated.
    findings : tuple of Finding
        Every estimate; see ``revlab.inference.findings.TOPICS``.
    refused : tuple of Refusal
        What could not be given, and why.
    flow, missing : pandas.DataFrame
        See `participant_flow` and `missingness`.
    progression : pandas.DataFrame
        See `revlab.inference.progression.progression`; no rows without criteria.
    items : pandas.DataFrame
        scale_id, role, wave and the columns of `item_analysis`.
    drop_out, at_risk : pandas.DataFrame
        arm ("all" first) and the columns of `kaplan_meier` and `at_risk_table`.
    attendance : pandas.DataFrame
        See `attendance_by_arm`.
    gains : pandas.DataFrame
        See `gain_table`; no rows if one side has no change.
    sensitivity : pandas.DataFrame
        What missing answers could change of the primary contrast; see
        `revlab.inference.analysis_missing.sensitivity`.
    hazards, reasons : pandas.DataFrame
        When dyads end and why; see `revlab.inference.analysis_endings`.
    deviations : pandas.DataFrame
        what, planned, done: how this analysis differs from the one that was registered (from the
        plan, where nothing was registered); no rows if it does not.
    registered : bool
        Whether the pilot holds a plan as it was registered.
    """

    plan: AnalysisPlan | None
    simulated: bool
    findings: tuple[Finding, ...]
    refused: tuple[Refusal, ...]
    flow: pd.DataFrame
    missing: pd.DataFrame
    progression: pd.DataFrame
    items: pd.DataFrame
    drop_out: pd.DataFrame
    at_risk: pd.DataFrame
    attendance: pd.DataFrame
    gains: pd.DataFrame
    sensitivity: pd.DataFrame
    hazards: pd.DataFrame
    reasons: pd.DataFrame
    deviations: pd.DataFrame
    registered: bool = False

    def frame(self, topic: str) -> pd.DataFrame:
        """Return the findings on one topic as rows; empty if there are none."""
        return findings_frame([f for f in self.findings if f.where.topic == topic])

    def estimate(self, topic: str, *, scale_id: str = "", role: str = "") -> Estimate:
        """Return the first finding on a topic (and scale and role, if given).

        Raises
        ------
        EstimateError
            With the reason of the refusal, if there was one.
        """
        for finding in self.findings:
            if self._is(finding.where, topic, scale_id, role):
                return finding.estimate
        reason = "it was not analysed."
        for refusal in self.refused:
            if self._is(refusal.where, topic, scale_id, role):
                reason = refusal.reason
                break
        raise EstimateError(f"there is no estimate of {topic!r}: {reason}")

    @staticmethod
    def _is(where: Where, topic: str, scale_id: str, role: str) -> bool:
        return (
            where.topic == topic and scale_id in ("", where.scale_id) and role in ("", where.role)
        )

    @property
    def refusals(self) -> pd.DataFrame:
        """What could not be given: topic, scale_id, role, wave, arm, reason."""
        return refusals_frame(self.refused)

    @property
    def primary(self) -> Estimate:
        """The primary contrast.

        Raises
        ------
        EstimateError
            If nothing was planned, or it could not be estimated.
        """
        return self._of_primary("contrast")

    @property
    def check(self) -> Estimate:
        """The randomisation test of the primary contrast."""
        return self._of_primary("check")

    def _of_primary(self, topic: str) -> Estimate:
        if self.plan is None:
            raise EstimateError("nothing was planned to be compared; add a [plan] to pilot.toml.")
        first = self.plan.primary
        return self.estimate(topic, scale_id=first.primary_scale, role=first.primary_role)

    def __repr__(self) -> str:
        what = "simulated pilot" if self.simulated else "pilot"
        return (
            f"Analysis of a {what}: {len(self.findings)} findings, {len(self.refused)} refused; "
            f"{self.plan if self.plan else 'no plan'}"
        )


def analyse_pilot(pilot: Pilot, *, plan: AnalysisPlan | None = None, seed: int) -> PilotAnalysis:
    """Analyse a pilot, real or simulated, as its plan says.

    Primary and secondary outcomes are those of the plan; every other outcome is exploratory.
    Contrasts of secondary outcomes are adjusted by Holm, exploratory ones by
    Benjamini-Hochberg. What cannot be given is refused with a reason and stops nothing else.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    plan : AnalysisPlan or None
        None takes the plan of the pilot's ``pilot.toml``, else of its ``registered.toml``.
    seed : int
        Root of the bootstrap and randomisation streams.

    Returns
    -------
    PilotAnalysis

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> analysis = analyse_pilot(read_pilot(shipped("data/example_pilot")), seed=1)
    >>> analysis.simulated, analysis.primary.n > 0
    (True, True)
    """
    plan = plan_for(pilot) if plan is None else plan
    level = plan.primary.conf_level if plan else 0.95
    scores = scores_of(pilot)
    sides = sides_of(scores, plan)
    results = everything_found(pilot, scores, plan=plan, seed=seed)
    curves, at_risk = drop_out(pilot, conf_level=level)
    findings = tuple(adjust([one for one in results if isinstance(one, Finding)]))
    refused = tuple(one for one in results if isinstance(one, Refusal))
    return PilotAnalysis(
        plan=plan,
        simulated=pilot.source == "simulated",
        findings=findings,
        refused=refused,
        flow=participant_flow(
            pilot.people,
            pilot.dyads,
            sessions=pilot.sessions,
            responses=pilot.responses,
            arms=pilot.arms,
            conf_level=level,
        ),
        missing=missingness(pilot.responses, pilot.dyads, conf_level=level),
        progression=progressed(pilot, plan=plan),
        items=pd.concat([item_tables(pilot, one) for one in scores], ignore_index=True),
        drop_out=curves,
        at_risk=at_risk,
        attendance=attendance_by_arm(attendance(pilot), conf_level=level),
        gains=gains(sides),
        sensitivity=sensitivity_of_primary(scores, plan=plan, seed=seed),
        hazards=session_hazards(pilot, conf_level=level),
        reasons=ending_reasons(pilot, conf_level=level),
        deviations=deviations_of(pilot, plan, findings=findings, refused=refused),
        registered=pilot.registered is not None,
    )
