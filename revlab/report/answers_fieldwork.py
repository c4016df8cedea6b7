"""What a simulated pilot shows: sessions, endings, answers, and the truth behind them."""

import pandas as pd

from revlab.errors import must
from revlab.fieldwork.frames import attendance, observed_measures
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import percent

__all__ = ["answer_simulation", "answered_shares", "assumption_rows", "truth_and_answers"]

_SHOWN_GRADES = ("A", "B", "C", "assumption")


def _simulated(pilot: Pilot) -> None:
    must(pilot.source == "simulated", "this page is about a simulated pilot; got a real one.")


def answer_simulation(pilot: Pilot) -> AnswerCard:
    """Return the card that says how a simulated pilot went.

    Parameters
    ----------
    pilot : Pilot
        Simulated.

    Returns
    -------
    AnswerCard

    Raises
    ------
    RevlabError
        If the pilot is a real one.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> answer_simulation(read_pilot(shipped("data/example_pilot"))).question
    'What could happen in such a programme?'
    """
    _simulated(pilot)
    counts = observed_measures(pilot).set_index("measure")
    done, dyads = counts.loc["dyads_completed"]
    held, planned = counts.loc["sessions_held"]
    answered, asked = counts.loc["final_response"]
    sessions = attendance(pilot)
    arms = sorted(set(pilot.arms["arm"]))
    never = int((sessions["held"] == 0).sum())
    return plain_card(
        "What could happen in such a programme?",
        f"In this simulation {done} of {dyads} pairs last to the end, {percent(held / planned)} "
        f"of planned sessions take place, and {percent(answered / asked)} answer the last survey.",
        facts={
            "Sessions held per pair, median": f"{sessions['held'].median():g} of "
            f"{pilot.plan.planned_sessions}",
            "Pairs that never met": f"{never} of {dyads}",
            "Pools and arms": f"{len(pilot.arms)} pools, {' and '.join(arms)}",
        },
        change_mind="Real attendance and response figures from your own organisation.",
        convention=f"one simulated programme, seed {pilot.plan.seed}; defaults from the evidence "
        "registry; another seed gives other numbers",
        simulated=True,
    )


def answered_shares(pilot: Pilot) -> pd.DataFrame:
    """Count the people asked and the people who answered at least one item, by role and wave.

    Returns
    -------
    pandas.DataFrame
        ``role, wave, asked, answered, share``.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> shares = answered_shares(read_pilot(shipped("data/example_pilot")))
    >>> len(shares), bool((shares["answered"] <= shares["asked"]).all())
    (6, True)
    """
    keys = ["role", "wave", "respondent_id"]
    answered = pilot.responses.assign(said=pilot.responses["value"].notna())
    people = answered.groupby(keys, observed=True)["said"].any().reset_index()
    counts = people.groupby(["role", "wave"])["said"].agg(asked="size", answered="sum")
    frame = counts.reset_index()
    frame["share"] = frame["answered"] / frame["asked"]
    return frame


def truth_and_answers(pilot: Pilot) -> pd.DataFrame:
    """Compare, per side, scale and wave, the truth of everybody with the answers that came.

    Parameters
    ----------
    pilot : Pilot
        Simulated.

    Returns
    -------
    pandas.DataFrame
        ``role, scale_id, wave, truth, answers, n, of``: mean expected score of all people in
        dyads, mean score of those who answered, how many answered, of how many.

    Raises
    ------
    RevlabError
        If the pilot is a real one.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> frame = truth_and_answers(read_pilot(shipped("data/example_pilot")))
    >>> float((frame["truth"] - frame["answers"]).abs().max()) < 1
    True
    """
    _simulated(pilot)
    keys = ["role", "scale_id", "wave"]
    scores = score_scales(pilot.responses, pilot.instrument)
    seen = scores.groupby(keys)["score"].agg(answers="mean", n="count")
    truth = pilot.truth.groupby(keys)["expected_score"].agg(truth="mean", of="size")  # type: ignore[union-attr]
    frame = truth.join(seen).reset_index()
    frame["n"] = frame["n"].fillna(0).astype(int)
    return frame[[*keys, "truth", "answers", "n", "of"]]


_USED = ("programme", "fit", "relationship", "sessions", "gain", "outcome", "survey")
"""Parts of the registry that every simulation uses."""


def assumption_rows(registry: pd.DataFrame) -> pd.DataFrame:
    """Return the registry as a page shows it: what is assumed, its range, and why.

    Parameters
    ----------
    registry : pandas.DataFrame
        From ``evidence.evidence``.

    Returns
    -------
    pandas.DataFrame
        ``meaning, value, low, high, grade, source`` of the parameters that a programme with
        every lever at its default uses. Company folklore (grade D), context rows and the
        levers that are off by default are left out.

    Examples
    --------
    >>> from revlab.fieldwork.evidence import evidence
    >>> sorted(set(assumption_rows(evidence())["grade"]) - {"A", "B", "C"})
    ['assumption']
    """
    used = registry[
        registry["grade"].isin(_SHOWN_GRADES)
        & registry["parameter"].str.partition(".")[0].isin(_USED)
    ]
    columns = ["meaning", "value", "low", "high", "unit", "grade", "source"]
    return used[columns].reset_index(drop=True)
