"""The answer card about missing answers: whether they could change the result."""

import math
from dataclasses import replace

import pandas as pd

from revlab.errors import must
from revlab.report.answer import AnswerCard
from revlab.report.canvas import list_words
from revlab.report.cards import plain_card
from revlab.report.caveats import Situation
from revlab.report.frames import interval, number
from revlab.report.missing_verdict import EFFECTS, Stability, judge_missing
from revlab.report.names import words

__all__ = ["missing_card"]

_QUESTION = "Would the missing answers change the answer?"
_FEWEST = 5
_LABELS = {
    "complete": "Pairs with all answers",
    "imputed": "Missing answers filled in",
    "weighted": "Rare answers count more",
    "bounds": "Bounds, if one arm answers more",
    "worst_case": "Every gap at an end of the scale",
}
_COLUMNS = [
    "approach", "contrast", "estimate", "conf_low", "conf_high", "bound_low", "bound_high", "n",
    "n_missing", "n_clusters", "convention", "note", "reason",
]  # fmt: skip


def missing_card(
    sensitivity: pd.DataFrame, *, margin: float | None = None, simulated: bool = False
) -> AnswerCard:
    """Return the card that says whether the result hangs on answers that were not given.

    Parameters
    ----------
    sensitivity : pandas.DataFrame
        From ``inference.analysis_missing.sensitivity``.
    margin : float or None
        Smallest difference that matters, set beforehand.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard
        Its verdict: the answer holds under every way to treat what is missing, depends on it, or
        cannot be told anyhow. Without a result it says why.

    Raises
    ------
    RevlabError
        If a column is missing.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_missing import sensitivity
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> frame = sensitivity(scores_of(pilot)[3], plan=plan_of_pilot(pilot.plan), seed=1)
    >>> missing_card(frame, margin=0.3).answer
    'We cannot tell either way: the answers that are there leave it open, and no way to treat the \
missing ones settles it.'
    """
    absent = sorted(set(_COLUMNS) - set(sensitivity.columns))
    must(not absent, f"the card of missing answers needs the columns {absent}.")
    why = "nothing was planned to be compared."
    if len(sensitivity):
        why = str(sensitivity["reason"].iloc[0])
    if why:
        return plain_card(
            _QUESTION, "This pilot cannot answer that.", facts={"Why": why}, simulated=simulated
        )
    rows = {str(row["approach"]): row for _, row in sensitivity.iterrows()}
    complete = rows["complete"]
    if complete["n_missing"] == 0:
        return plain_card(
            _QUESTION,
            f"Not here: all {complete['n']} pairs gave all answers.",
            facts={_LABELS["complete"]: _effect(complete)},
            convention=str(complete["convention"]),
            simulated=simulated,
        )
    stability = judge_missing(sensitivity, margin=margin)
    card = plain_card(
        _QUESTION,
        _answer(stability),
        facts=_facts(rows, margin),
        change_mind=_mind(rows),
        convention=_convention(rows),
        simulated=simulated,
    )
    known = Situation(
        n=int(complete["n"]),
        n_missing=int(complete["n_missing"]),
        n_clusters=int(complete["n_clusters"]),
    )
    return replace(card, verdict=_verdict(stability)).with_situation(known)


def _answer(stability: Stability) -> str:
    ways = len(stability.same) + len(stability.other)
    if not ways:
        return "We cannot tell: none of the ways to treat missing answers could be used here."
    if stability.place == "unknown":
        return (
            "We cannot tell either way: the answers that are there leave it open, and no way to "
            "treat the missing ones settles it."
        )
    if stability.place == "holds":
        return f"No: the answer is the same under all {ways} ways to treat the missing answers."
    return (
        f"It may: {len(stability.other)} of {ways} ways to treat the missing answers "
        f"lead{'s' if len(stability.other) == 1 else ''} to another answer."
    )


def _facts(rows: dict[str, pd.Series], margin: float | None) -> dict[str, str]:
    complete = rows["complete"]
    every = int(complete["n"] + complete["n_missing"])
    lost = int(complete["n_missing"])
    few = f"fewer than {_FEWEST}" if lost < _FEWEST else str(lost)
    facts = {"Pairs that lack an answer": f"{few} of {every}"}
    facts |= {_LABELS[one]: _effect(rows[one]) for one in EFFECTS if one in rows}
    if margin is not None:
        facts["Margin set beforehand"] = f"{number(margin)} points"
    if "response" in rows:
        facts["Who gave all answers"] = _response(rows["response"])
    return facts


def _verdict(stability: Stability) -> str:
    if stability.place == "holds":
        return f"Holds under every way to treat them; with all answers: {stability.base.strength}."
    if stability.place == "unknown":
        return "Cannot tell anyhow, whatever the missing answers were."
    names = list_words([f"“{_LABELS[one]}”" for one in stability.other])
    return f"Depends on the missing answers: another answer under {names}."


def _effect(row: pd.Series) -> str:
    if row["reason"]:
        return f"not given: {row['reason']}"
    span = interval(row["conf_low"], row["conf_high"])
    if not math.isnan(row["estimate"]):
        return f"{number(row['estimate'])} points ({span})"
    low, high = row["bound_low"], row["bound_high"]
    return f"between {number(low)} and {number(high)} points (interval {span})"


def _arms(row: pd.Series) -> tuple[str, str]:
    first, second = str(row["contrast"]).split(" - ", 1)
    return f"“{words(first)}”", f"“{words(second)}”"


def _response(row: pd.Series) -> str:
    if row["reason"]:
        return f"not given: {row['reason']}"
    first, second = _arms(row)
    side = "more" if row["estimate"] >= 0 else "fewer"
    size = number(100 * abs(row["estimate"]), 0)
    ends = interval(100 * row["conf_low"], 100 * row["conf_high"], decimals=0)
    return f"{size} in 100 pairs {side} in {first} than in {second} (difference {ends} in 100)"


def _mind(rows: dict[str, pd.Series]) -> str:
    row = rows.get("tipping")
    if row is None or row["reason"]:
        return ""
    arm = _arms(row)[0]
    to = "hold zero" if "leaves out" in row["note"] else "leave out zero"
    if math.isnan(row["estimate"]):
        return f"No shift of the missing answers of {arm} that the scale allows makes it {to}."
    way = "higher" if row["estimate"] > 0 else "lower"
    return (
        f"If the missing last answers of {arm} were {number(abs(row['estimate']))} points {way} "
        f"than filled in, the interval would come to {to}."
    )


def _convention(rows: dict[str, pd.Series]) -> str:
    said = [
        f"{_LABELS[one].lower()}: {rows[one]['convention']}"
        for one in EFFECTS
        if one in rows and not rows[one]["reason"]
    ]
    return ". ".join(one[:1].upper() + one[1:] for one in said) + "."
