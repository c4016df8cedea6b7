"""The answer cards of a pilot about the programme: flow, scales, endings, sessions, criteria."""

import pandas as pd

from revlab.errors import EstimateError
from revlab.inference.analysis import PilotAnalysis
from revlab.report.answer import AnswerCard
from revlab.report.cards import answer_card, plain_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import STAYED, or_refusal, situation_of

__all__ = [
    "attendance_card",
    "drop_out_card",
    "flow_card",
    "progression_card",
    "reliability_card",
]

_USUAL = 0.7
_MET = "met at least once"
_ROLES = ("mentee", "mentor")


def _stage(flow: pd.DataFrame, stage: str, role: str) -> pd.Series:
    rows = flow[(flow["stage"] == stage) & (flow["role"] == role) & (flow["arm"] == "all")]
    if rows.empty:
        raise EstimateError(f"the participant flow has no stage {stage!r} for {role}s.")
    return rows.iloc[0]


def flow_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card of the participant flow: who was paired, met, stayed and answered."""
    question = "How many took part, and how many answered?"

    def make() -> AnswerCard:
        flow = analysis.flow
        paired = _stage(flow, "paired", "mentee")
        stayed = _stage(flow, STAYED, "mentee")
        last = {role: _stage(flow, "answered the last survey", role) for role in _ROLES}
        facts = {
            f"{role.capitalize()}s who answered the last survey": f"{row['n']} of {row['of']}, "
            f"{percent(row['share'])} ({percent(row['conf_low'])} to {percent(row['conf_high'])})"
            for role, row in last.items()
        }
        met = _stage(flow, _MET, "mentee")
        return plain_card(
            question,
            f"{paired['n']} pairs were made, {met['n']} met at least once, {stayed['n']} stayed to "
            f"the end; {last['mentee']['n']} mentees and {last['mentor']['n']} mentors answered "
            "the last survey.",
            facts=facts,
            convention="shares of those in pairs; Wilson 95% intervals",
            simulated=analysis.simulated,
        )

    return or_refusal(question, analysis.simulated, make)


def reliability_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether the scales measure consistently."""
    question = "Do the questions of each scale measure the same thing?"
    rows = analysis.frame("alpha")
    if rows.empty:
        return plain_card(
            question, "This pilot cannot answer that.", simulated=analysis.simulated,
            facts={"Why": "no scale had enough complete answers."},
        )  # fmt: skip
    good = int((rows["estimate"] >= _USUAL).sum())
    worst = rows.loc[rows["estimate"].idxmin()]
    sure = int((rows["conf_low"] >= _USUAL).sum())
    span = interval(worst["conf_low"], worst["conf_high"])
    return plain_card(
        question,
        f"{good} of {len(rows)} scale readings reach the usual {_USUAL}; only {sure} do so with "
        "their whole interval.",
        facts={
            "Least consistent": f"{words(worst['scale_id']).lower()}, {worst['role']}s, survey "
            f"{worst['wave']}: alpha {number(worst['estimate'])} ({span}), n = {worst['n']}"
        },
        change_mind="More answers: with few people the intervals of alpha are wide.",
        convention=str(worst["convention"]),
        simulated=analysis.simulated,
    )


def drop_out_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how many pairs ended early."""
    question = "How many pairs ended early?"

    def make() -> AnswerCard:
        curve = analysis.drop_out[analysis.drop_out["arm"] == "all"]
        if curve.empty:
            raise EstimateError("no pair was followed.")
        end, start = curve.iloc[-1], curve.iloc[0]
        ended = int(curve["events"].sum())
        low, high = 1 - end["conf_high"], 1 - end["conf_low"]
        arms = analysis.drop_out[analysis.drop_out["arm"] != "all"].groupby("arm")
        facts = {
            f"Ended early, {words(str(arm))}": f"{int(rows['events'].sum())} of "
            f"{int(rows['at_risk'].iloc[0])}"
            for arm, rows in arms
        }
        span = f"{percent(low)} to {percent(high)}"
        return plain_card(
            question,
            f"{ended} of {int(start['at_risk'])} pairs ended early: "
            f"{percent(1 - end['survival'])} ({span}).",
            facts=facts,
            change_mind="Knowing why each pair ended: a move to another job is no failure.",
            convention="Kaplan-Meier over sessions, 95% interval on the log-log scale; pairs in a "
            "pool are taken as independent here",
            simulated=analysis.simulated,
        )

    return or_refusal(question, analysis.simulated, make)


def attendance_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how many planned sessions took place."""
    question = "Did the planned sessions take place?"

    def make() -> AnswerCard:
        estimate = analysis.estimate("attendance")
        card = answer_card(
            estimate, question=question, status="", simulated=analysis.simulated
        ).with_situation(situation_of(analysis))
        rows = analysis.attendance[analysis.attendance["arm"] != "all"]
        return card.with_facts(
            {
                f"Held, {words(str(row.arm))}": f"{percent(row.share)} "
                f"({percent(row.conf_low)} to {percent(row.conf_high)}) of {row.planned} sessions"
                for row in rows.itertuples()
            }
        )

    return or_refusal(question, analysis.simulated, make)


def progression_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether the criteria set beforehand were met."""
    question = "Is the programme ready for a larger trial?"
    table = analysis.progression
    if table.empty:
        return plain_card(
            question,
            "Nothing was laid down beforehand, so nothing was met or missed.",
            facts={"What to do": "add [[progression]] criteria to pilot.toml before the pilot"},
            simulated=analysis.simulated,
        )
    lights = table["light"].astype(str)
    counted = ", ".join(
        f"{int((lights == light).sum())} {light}" for light in ("green", "amber", "red")
    )
    answer = {
        "red": "Stop and think: at least one criterion is red.",
        "amber": "Go on with changes: no criterion is red, but not all are green.",
    }
    worst = next((light for light in ("red", "amber") if (lights == light).any()), "")
    return plain_card(
        question,
        answer.get(worst, "Go on: every criterion is green."),
        facts={"Criteria": counted}
        | {
            str(row.criterion): f"{percent(row.observed)} ({percent(row.conf_low)} to "
            f"{percent(row.conf_high)}), {row.light}; chance that it is truly red "
            f"{percent(row.p_red)}"
            for row in table.itertuples()
        },
        convention=str(table["convention"].iloc[0]),
        simulated=analysis.simulated,
    )
