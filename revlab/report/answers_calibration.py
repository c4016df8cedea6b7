"""The answer card and table about what a pilot of one's own teaches the simulator."""

import pandas as pd

from revlab.design.learned import Learned
from revlab.errors import EstimateError, must
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import show
from revlab.report.refusals import or_refusal

__all__ = ["calibration_card", "learned_lines", "learned_rows", "unlearnt_rows"]

_FEWEST = Thresholds().scores
_QUESTION = "What did our own pilot teach the simulator?"


def _outside(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["default"] < rows["conf_low"]) | (rows["default"] > rows["conf_high"])]


def calibration_card(learned: Learned, *, simulated: bool = False) -> AnswerCard:
    """Return the card that says how much of the simulator a pilot informs.

    Parameters
    ----------
    learned : Learned
        From `revlab.design.learned.learn_from_pilot`.
    simulated : bool
        Whether the pilot is simulated.

    Returns
    -------
    AnswerCard
        A refusal if the pilot informs nothing or has too few pairs to be shown.
    """

    def make() -> AnswerCard:
        rows = learned_rows(learned)
        must(
            learned.n_dyads >= _FEWEST and len(rows) > 0,
            "the pilot informs none of the parameters, or has too few pairs to be shown.",
            EstimateError,
        )
        n, moved = len(rows), _outside(rows)
        said = "; ".join(moved["meaning"]) if len(moved) else "none"
        return plain_card(
            _QUESTION,
            f"{n} of {len(learned.table)} assumptions; for {len(moved)} of these the usual value "
            "is outside the interval. What pairing does, it cannot teach.",
            facts={
                "Usual value outside the interval": said,
                "Not informed": f"{len(learned.table) - n} assumptions stay as they were",
                "Based on": f"{learned.n_dyads} pairs",
            },
            change_mind="More pairs narrow the intervals; none of the other assumptions becomes "
            "known by that.",
            convention="Maximum likelihood of sessions and endings, half an event added to each "
            "level, with profile-likelihood 95% intervals; shares of answers, reliability and the "
            "two views with jackknife 95% intervals over pools. In made-up pilots of 26 to 200 "
            "people a side, with few and many endings, they held the truth in 91 to 99 of 100.",
            simulated=simulated,
        )

    return or_refusal(_QUESTION, simulated, make)


def learned_rows(learned: Learned) -> pd.DataFrame:
    """Return what a pilot informs: fitted value, interval, and the usual value beside it.

    Parameters
    ----------
    learned : Learned
        From `revlab.design.learned.learn_from_pilot`.

    Returns
    -------
    pandas.DataFrame
        ``meaning, value, conf_low, conf_high, default, informed_by``.
    """
    rows = learned.table[learned.table["informed_by"] != ""]
    columns = ["meaning", "value", "conf_low", "conf_high", "default", "informed_by"]
    return rows[columns].reset_index(drop=True)


def unlearnt_rows(learned: Learned) -> pd.DataFrame:
    """Return what a pilot does not inform, and why.

    Parameters
    ----------
    learned : Learned
        From `revlab.design.learned.learn_from_pilot`.

    Returns
    -------
    pandas.DataFrame
        ``meaning, value, grade, reason``, the values being the usual ones.
    """
    rows = learned.table[learned.table["informed_by"] == ""]
    return rows[["meaning", "value", "grade", "note"]].rename(columns={"note": "reason"})


def learned_lines(learned: Learned, *, simulated: bool) -> list[str]:
    """Return what a pilot taught, and what it did not and why, as lines for the command line.

    Parameters
    ----------
    learned : Learned
        From `revlab.design.learned.learn_from_pilot`.
    simulated : bool
        Whether the pilot is simulated.

    Returns
    -------
    list of str
        The answer of the card, a table of what was learnt, and one line for each reason why
        something was not, with what it is about.

    Raises
    ------
    EstimateError
        If the pilot informs nothing.
    """
    must(
        len(learned_rows(learned)) > 0,
        "the pilot informs none of the parameters: nearly all or hardly any of its sessions were "
        "held and of its answers given, or there are too few of them.",
        EstimateError,
    )
    card = calibration_card(learned, simulated=simulated)
    table = show(learned_rows(learned), caption=f"What {learned.n_dyads} pairs taught")
    lines = ["Simulated data."] if simulated else []
    lines += [card.question, card.answer, "", repr(table), ""]
    lines.append("What it cannot teach, by the reason; these keep their usual values:")
    for reason, rows in unlearnt_rows(learned).groupby("reason", sort=False):
        lines.append(f"- {str(reason).rstrip('.')}: {'; '.join(rows['meaning'])}.")
    return lines
