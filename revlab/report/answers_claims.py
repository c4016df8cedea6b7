"""Cards for claims that a pilot can hardly answer: managers, grades, generations, applicants."""

import math

import pandas as pd

from revlab.errors import EstimateError
from revlab.inference.birth_cohorts import birth_cohort_difference
from revlab.inference.estimate import Estimate
from revlab.inference.gap_curve import gap_slope
from revlab.inference.interrupted import InterruptedSeries
from revlab.inference.manager_spread import attendance_between_managers
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.caveats import Situation
from revlab.report.frames import interval, number, percent
from revlab.report.refusals import or_refusal

__all__ = ["birth_cohort_card", "grades_card", "managers_card", "series_card"]


_FEWEST = Thresholds().scores


def _few(count: int) -> str:
    """Return a count of people, without saying how many if they are few."""
    return f"fewer than {_FEWEST}" if 0 < count < _FEWEST else f"{count}"


def _behind(estimate: Estimate, simulated: bool, *, by_birth: str = "") -> Situation:
    """Return what is known of a description, or of a comparison of cohorts of birth."""
    return Situation(
        n_clusters=estimate.n_clusters,
        n=estimate.n,
        n_missing=estimate.n_missing,
        simulated=simulated,
        by_birth=bool(by_birth),
        compared=bool(by_birth),
    )


def managers_card(frame: pd.DataFrame, *, simulated: bool = False) -> AnswerCard:
    """Return the card that says how far line managers differ in attendance, without names.

    Parameters
    ----------
    frame : pandas.DataFrame
        From ``revlab.fieldwork.people_frames.attendance_by_manager``.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(6), "manager_id": list("aabbcc"), "due": 6,
    ...                       "held": 5})
    >>> managers_card(frame).facts["Why"]
    '3 managers have two pairs or more; with fewer than 5 a spread would tell of single persons, \
so none is given.'
    """
    question = "Does attendance differ between the people of different line managers?"

    def make() -> AnswerCard:
        found = attendance_between_managers(frame)
        low, high = (f"{number(100 * end, 0)}" for end in (found.conf_low, found.conf_high))
        if found.conf_low > 0:
            answer = f"Yes: managers are spread by {low} to {high} points of attendance."
        else:
            answer = (
                f"Cannot tell: the spread between managers may be 0 and may be {high} points of "
                "attendance."
            )
        return plain_card(
            question,
            answer,
            facts={
                "Spread between managers": f"{low} to {high} points of attendance, best guess "
                f"{number(100 * found.estimate, 0)}",
                "Based on": f"{found.n} pairs of {found.n_clusters} managers",
                "Manager not known": f"{_few(found.n_missing)} pairs",
                "Not shown": "single managers, at any size of team",
            },
            change_mind="More managers with several people each.",
            convention=found.convention,
            simulated=simulated,
        ).with_situation(Situation(simulated=simulated, compared=False))

    return or_refusal(question, simulated, make)


def grades_card(frame: pd.DataFrame, *, simulated: bool = False) -> AnswerCard:
    """Return the card on what pairs of near and far grades said at the end, as a description.

    Parameters
    ----------
    frame : pandas.DataFrame
        From ``revlab.fieldwork.people_frames.scores_by_grades``.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> frame = pd.DataFrame({"pool_id": list("abcd"), "gap": [1, 2, 3, 4], "value": 3.0})
    >>> grades_card(frame).answer
    'This pilot cannot answer that.'
    """
    question = "Do pairs far apart in grade say something else than near ones?"

    def make() -> AnswerCard:
        found = gap_slope(frame)
        ends = interval(found.conf_low, found.conf_high)
        if found.conf_low > 0 or found.conf_high < 0:
            way = "higher" if found.estimate > 0 else "lower"
            answer = f"Yes: scores were {ends} points apart per grade, {way} for far grades."
        else:
            answer = f"Cannot tell: the difference per grade lies in {ends} points."
        return plain_card(
            question,
            answer,
            facts={
                "Difference per grade": f"{ends} points, best guess {number(found.estimate)}",
                "Based on": f"{found.n} pairs in {found.n_clusters} pools",
            },
            change_mind="Grades dealt by lot: pairs far apart differ in more than their grades.",
            convention=found.convention,
            simulated=simulated,
        ).with_situation(_behind(found, simulated))

    return or_refusal(question, simulated, make)


def birth_cohort_card(
    frame: pd.DataFrame, *, later: str, margin: float, simulated: bool = False
) -> AnswerCard:
    """Return the card on a difference between declared cohorts of birth, with its caveat.

    Parameters
    ----------
    frame : pandas.DataFrame
        From ``revlab.fieldwork.people_frames.changes_by_birth``.
    later : str
        The cohort that a claim is about.
    margin : float
        Smallest difference that would matter, in points, set beforehand.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> frame = pd.DataFrame({"pool_id": list("abcd"), "birth_cohort": "1980-2000", "value": 0.1})
    >>> birth_cohort_card(frame, later="1980-2000", margin=0.3).answer
    'This pilot cannot answer that.'
    """
    question = f"Are those born {later} different?"

    def make() -> AnswerCard:
        both = birth_cohort_difference(frame, later=later, margin=margin)
        found, test = both.estimate, both.equivalence
        ends = interval(found.conf_low, found.conf_high)
        said = {
            "inside": f"Too small to matter: {interval(test.conf_low, test.conf_high)} "
            f"points, inside the margin of {number(margin)}.",
            "beyond": f"They differ by {ends} points, beyond the margin of {number(margin)}.",
            "cannot tell": f"Cannot tell: the difference lies in {ends} points, the margin is "
            f"{number(margin)}.",
        }
        return plain_card(
            question,
            said[test.verdict],
            facts={
                "Difference": f"{ends} points, best guess {number(found.estimate)}",
                "Based on": f"{found.n} people who declared a cohort of birth",
                "Declared none, or gave no score": _few(found.n_missing),
            },
            change_mind="Many programmes over decades, in which age and cohort come apart.",
            convention=f"{found.convention}; {test.convention}",
            simulated=simulated,
        ).with_situation(_behind(found, simulated, by_birth=later))

    return or_refusal(question, simulated, make)


def series_card(series: InterruptedSeries, *, what: str, simulated: bool = False) -> AnswerCard:
    """Return the card on a monthly series around a date, which names no cause.

    Parameters
    ----------
    series : InterruptedSeries
        From ``revlab.inference.interrupted.interrupted_series``.
    what : str
        What was counted, in the plural: "applications".
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard

    Raises
    ------
    EstimateError
        If it is not said what was counted.

    Examples
    --------
    >>> from revlab.inference.interrupted import interrupted_series
    >>> months = pd.period_range("2024-01", periods=30, freq="M").astype(str)
    >>> counts = [20, 24, 19, 22, 21] * 3 + [30, 34, 29, 32, 31] * 3
    >>> found = interrupted_series(pd.DataFrame({"month": months, "count": counts}), "2025-04")
    >>> series_card(found, what="applications").answer
    'At that date applications changed by 9% to 99%; this cannot be put down to the programme.'
    """
    if not what.strip():
        raise EstimateError("`what` must say what was counted, such as applications.")
    level, slope = (
        [math.expm1(end) for end in (one.conf_low, one.estimate, one.conf_high)]
        for one in (series.level, series.slope)
    )
    changed = series.level.conf_low > 0 or series.level.conf_high < 0
    ends = f"{percent(level[0])} to {percent(level[2])}"
    if changed:
        answer = f"At that date {what} changed by {ends}; this cannot be put down to the programme."
    else:
        answer = f"Cannot tell: the step at that date lies in {ends}, whatever brought it about."
    return plain_card(
        f"Did {what} change when the programme began?",
        answer,
        facts={
            "Step at the date": f"{ends}, best guess {percent(level[1])}",
            "Growth per year, change": f"{percent(slope[0])} to {percent(slope[2])}, best guess "
            f"{percent(slope[1])}",
            "Based on": f"{series.level.n} months",
        },
        change_mind="The same series of a place without a programme, which changes or does not.",
        convention=series.level.convention,
        simulated=simulated,
    ).with_situation(_behind(series.level, simulated))
