"""What pages say of records of skills, ladders of asks and interviews before pairing."""

import numpy as np
import pandas as pd

from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number, percent

__all__ = ["interviews_card", "ladder_card", "records_card"]


def _span(low: float, high: float) -> str:
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def _people(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f}"


def records_card(recall: pd.DataFrame, *, damage: str, share: float = 0.3) -> AnswerCard:
    """Return the card on how far a search can rest on the records of skills.

    Parameters
    ----------
    recall : pandas.DataFrame
        From `revlab.people.skills_stress.stress_recall`, with no damage and with ``share`` of it.
    damage : str
        What is wrong with the offers, in words.
    share : float
        The share of damaged offers that the answer is about.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> row = {"kind": "old", "share": [0.0, 0.3] * 2, "measure": ["hit"] * 2 + ["precision"] * 2}
    >>> recall = pd.DataFrame({**row, "mean": [1.0, 0.9, 1.0, 0.7], "low": [1.0, 0.8, 1.0, 0.6],
    ...                        "high": [1.0, 0.95, 1.0, 0.8], "n_draws": 50})
    >>> records_card(recall, damage="no longer so").answer
    'With 30% of offers no longer so, a search finds somebody for 80% to 95% of needs; today for \
100%.'
    """
    rows = recall.set_index(["measure", "share"])
    hit, today = rows.loc[("hit", share)], rows.loc[("hit", 0.0)]
    names, now = rows.loc[("precision", share)], rows.loc[("precision", 0.0)]
    return plain_card(
        "Does the database of skills find who can help?",
        f"With {percent(share)} of offers {damage}, a search finds somebody for "
        f"{_span(hit['low'], hit['high'])} of needs; today for {percent(today['mean'])}.",
        facts={
            "Names that can help, as recorded": percent(now["mean"]),
            f"Names that can help, {percent(share)} {damage}": _span(names["low"], names["high"]),
        },
        change_mind="A check of some offers with the people who made them: how many are still so.",
        convention=f"Middle 95% of {hit['n_draws']:.0f} draws of damaged offers; today's records "
        "are taken as whole and true; needs that somebody can really meet",
        simulated=True,
    )


def ladder_card(compared: pd.DataFrame, *, lift: float, n_sims: int) -> AnswerCard:
    """Return the card on whether to begin smaller.

    Parameters
    ----------
    compared : pandas.DataFrame
        From `revlab.fieldwork.simulate_ladder.compare_ladders`: the ladder, and the whole at once.
    lift : float
        From `revlab.fieldwork.simulate_ladder.break_even_lift`, in SD for each rung.
    n_sims : int
        Replications behind it.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> compared = pd.DataFrame({"ladder": ["ladder", "straight"], "completed": [0.1, 0.3],
    ...     "difference": [-0.2, 0.0], "difference_low": [-0.3, 0.0],
    ...     "difference_high": [-0.1, 0.0], "hours": [4.0, 5.0],
    ...     "hours_per_completer": [40.0, 16.7]})
    >>> ladder_card(compared, lift=0.5, n_sims=20).answer
    'As assumed here, no: of 100 people asked, 10 to 30 fewer reach the end step by step than at \
once.'
    """
    step, whole = compared.iloc[0], compared.iloc[-1]
    low, high = step["difference_low"], step["difference_high"]
    if high < 0:
        answer = f"As assumed here, no: of 100 people asked, {_people(-high, -low)} fewer reach"
    elif low > 0:
        answer = f"As assumed here, yes: of 100 people asked, {_people(low, high)} more reach"
    else:
        answer = (
            f"Cannot tell: of 100 people asked, between {100 * -low:.0f} fewer and "
            f"{100 * high:.0f} more reach"
        )
    answer += " the end step by step than at once."
    needed = "more than any that was tried" if np.isinf(lift) else f"{number(lift)} SD a rung"
    return plain_card(
        "Is it too much to ask, so that one should begin smaller?",
        answer,
        facts={
            "Reach the end, step by step": percent(step["completed"]),
            "Reach the end, asked at once": percent(whole["completed"]),
            "Lift at which the two are equal": needed,
            "Hours for each who reaches it, step by step": number(step["hours_per_completer"], 1),
            "Hours for each who reaches it, at once": number(whole["hours_per_completer"], 1),
        },
        change_mind="A count of who says yes to a small ask, and again to the next one.",
        convention=f"{n_sims} simulated organisations, shares of all people who are asked, middle "
        "95% of the runs; how much a small yes helps the next one was never measured here",
        simulated=True,
    )


def interviews_card(value: pd.DataFrame, *, worth: float) -> AnswerCard:
    """Return the card on whether interviews before pairing pay.

    Parameters
    ----------
    value : pandas.DataFrame
        From `revlab.fieldwork.interviews.value_of_interviews`.
    worth : float
        The worth of pairing with an exact score that it was computed for, in hours for a pair.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> value = pd.DataFrame({"interviews": pd.array([0, 1, None], dtype="Int64"),
    ...     "reliability": [0.6, 0.7, 1.0], "value": [0.0, 1.0, 3.0],
    ...     "value_low": [0.0, 0.5, 2.0], "value_high": [0.0, 1.5, 4.0],
    ...     "hours": [0.0, 6.0, 0.0], "net_low": [0.0, -5.5, 2.0], "net_high": [0.0, -4.5, 4.0],
    ...     "break_even": [float("nan"), 60.0, float("nan")]})
    >>> interviews_card(value, worth=10.0).answer
    'No: an interview of each person adds 0.50 to 1.50 hours of worth to a pair and costs 6.0.'
    """
    one = value[value["interviews"] == 1].iloc[0]
    exact = value[value["interviews"].isna()].iloc[0]
    adds = interval(one["value_low"], one["value_high"])
    head = "Yes" if one["net_low"] > 0 else "No" if one["net_high"] < 0 else "Cannot tell"
    from_on = "never" if np.isinf(one["break_even"]) else f"{number(one['break_even'], 0)} hours"
    return plain_card(
        "Are interviews before pairing worth their price?",
        f"{head}: an interview of each person adds {adds} hours of worth to a pair and costs "
        f"{number(one['hours'], 1)}.",
        facts={
            "Worth of the best pairing over chance, for a pair": f"{number(worth, 1)} hours",
            "Worth at which one interview pays": from_on,
            "Reliability of the questionnaire": number(value.iloc[0]["reliability"]),
            "Reliability with one interview": number(one["reliability"]),
            "Most that any information can add": f"{number(exact['value'], 1)} hours for a pair",
        },
        change_mind="Your own rates; a test of how far two interviewers agree on who fits.",
        convention="Hours of junior time; middle 95% of the draws of measurement error; the best "
        "weights of questionnaire and interviews; errors are independent",
        simulated=True,
    )
