"""What a cohort page says: who is in the roster and who could be paired."""

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.people.cohort import Cohort
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import percent

__all__ = ["answer_cohort", "partner_counts", "rule_counts", "side_counts", "skills_note"]

_BINS = (0, 1, 5, 10, np.inf)
_BIN_WORDS = ("none", "1 to 4", "5 to 9", "10 or more")


def side_counts(cohort: Cohort) -> pd.DataFrame:
    """Count the people of each side, and say where they stand.

    Returns
    -------
    pandas.DataFrame
        ``side, people, units, lowest_grade, highest_grade, places``, one row per side;
        ``places`` is the sum of the capacities.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> side_counts(Cohort(people.loc[["ana"]], people.loc[["bo"]]))["people"].tolist()
    [1, 1]
    """
    rows = []
    for side, people in (
        ("mentors (junior)", cohort.mentors),
        ("mentees (senior)", cohort.mentees),
    ):
        label = people["grade_label"].fillna(people["grade"].astype(str))
        order = people["grade"].sort_values().index
        rows.append(
            {
                "side": side,
                "people": len(people),
                "units": people["unit"].nunique(),
                "lowest_grade": label[order[0]] if len(people) else "",
                "highest_grade": label[order[-1]] if len(people) else "",
                "places": int(people["capacity"].sum()),
            }
        )
    return pd.DataFrame(rows)


def rule_counts(compatibility: Compatibility) -> pd.DataFrame:
    """Count the possible pairs that each rule forbids, each pair at the first rule that does.

    Returns
    -------
    pandas.DataFrame
        ``rule, n, share``; the last row is the pairs that are allowed.

    Examples
    --------
    >>> one = Compatibility.from_scores([[0.5, 0.2]], eligible=[[True, True]])
    >>> rule_counts(one).values.tolist()
    [['the pair was ruled out by hand', 0, 0.0], ['allowed', 2, 1.0]]
    """
    first = compatibility.forbidding
    counts = {
        words: int((first == index).sum()) if first is not None else 0
        for index, words in enumerate(compatibility.rules)
    }
    counts["allowed"] = int(compatibility.eligible.sum())
    frame = pd.DataFrame({"rule": list(counts), "n": list(counts.values())})
    frame["share"] = frame["n"] / max(compatibility.eligible.size, 1)
    return frame


def partner_counts(compatibility: Compatibility) -> pd.DataFrame:
    """Count people by how many partners the rules allow them.

    Returns
    -------
    pandas.DataFrame
        ``side, partners, people``.

    Examples
    --------
    >>> one = Compatibility.from_scores([[0.5, 0.2]], eligible=[[True, False]])
    >>> partner_counts(one).query("people > 0").values.tolist()
    [['mentors (junior)', 'none', 1], ['mentors (junior)', '1 to 4', 1], \
['mentees (senior)', '1 to 4', 1]]
    """
    rows = []
    for side, axis in (("mentors (junior)", 0), ("mentees (senior)", 1)):
        partners = compatibility.eligible.sum(axis=axis)
        counts = np.histogram(partners, bins=np.array(_BINS))[0]
        rows += [(side, words, int(n)) for words, n in zip(_BIN_WORDS, counts, strict=True)]
    return pd.DataFrame(rows, columns=["side", "partners", "people"])


def skills_note(cohort: Cohort) -> str:
    """Say where the skills of a cohort come from.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> skills_note(Cohort(people.loc[["ana"]], people.loc[["bo"]]))
    'The roster says nothing about skills.'
    """
    sources = set(cohort.skills["source"])
    if not sources:
        return "The roster says nothing about skills."
    if sources == {"simulated"}:
        hours = " and the free hours" if "free hours are simulated." in cohort.notes else ""
        return (
            f"The roster says nothing about skills: these{hours} are simulated, to show the method."
        )
    said = "stated by the people themselves" if sources == {"self"} else "stated or assessed"
    also = "; some are simulated" if "simulated" in sources else ""
    return f"Skills as {said}{also}."


def answer_cohort(cohort: Cohort, compatibility: Compatibility) -> AnswerCard:
    """Return the card that says who could be paired at all.

    Parameters
    ----------
    cohort : Cohort
        The people.
    compatibility : Compatibility
        Theirs.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> cohort = Cohort(people.loc[["ana"]], people.loc[["bo"]])
    >>> one = Compatibility.from_scores([[0.5]])
    >>> answer_cohort(cohort, one).answer
    'All 1 mentors and all 1 mentees have at least one partner that the rules allow.'
    """
    mentors = int(compatibility.eligible.any(axis=0).sum())
    mentees = int(compatibility.eligible.any(axis=1).sum())
    n_mentees, n_mentors = compatibility.shape
    allowed = int(compatibility.eligible.sum())
    share = allowed / max(compatibility.eligible.size, 1)
    facts = {
        "Mentors (junior) with a possible partner": f"{mentors} of {n_mentors}",
        "Mentees (senior) with a possible partner": f"{mentees} of {n_mentees}",
        "Possible pairs that the rules allow": f"{allowed:,} of {compatibility.eligible.size:,} "
        f"({percent(share)})",
        "People from": cohort.origin,
    }
    if len(cohort.on_both_sides):
        facts["People on both sides"] = str(len(cohort.on_both_sides))
    return plain_card(
        "Who could be paired with whom?",
        f"{_of(mentors, n_mentors, 'mentors')} and {_of(mentees, n_mentees, 'mentees').lower()} "
        "have at least one partner that the rules allow.",
        facts=facts,
        change_mind="A rule that is relaxed, or people at the ends of the ladder of grades "
        "who join or leave.",
        convention=f"rules: {', '.join(compatibility.rules) or 'none'}; the mentor is always "
        "the junior",
    )


def _of(some: int, total: int, what: str) -> str:
    return f"All {total} {what}" if some == total else f"{some} of {total} {what}"
