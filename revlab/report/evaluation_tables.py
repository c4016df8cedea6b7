"""Evaluated policies side by side: as a table, as a figure, beside the truth, as sentences."""

from collections.abc import Mapping

import pandas as pd

from revlab.design.evaluate import PolicyEvaluation
from revlab.errors import EstimateError, must
from revlab.report.answer import AnswerCard
from revlab.report.answers_evaluation import (
    bounds_card,
    check_size,
    overlap_card,
    replayed_card,
    value_card,
)
from revlab.report.cards import plain_card
from revlab.report.figures import draw
from revlab.report.lottery_study import LotteryStudy
from revlab.report.views import FigureView

__all__ = ["evaluation_figure", "evaluation_table", "say_evaluation", "truth_table"]


def evaluation_table(evaluations: Mapping[str, PolicyEvaluation]) -> pd.DataFrame:
    """Return the means of several policies side by side, as the figure reads them.

    Parameters
    ----------
    evaluations : mapping of str to PolicyEvaluation
        Policy to what one pilot says about it, at least one.

    Returns
    -------
    pandas.DataFrame
        ``policy, estimate, conf_low, conf_high, whole_low, whole_high, share, effective_n``; the
        first row is the lottery that was run, with the code word "logged".

    Raises
    ------
    EstimateError
        If there is none, or fewer than five people answered.
    """
    must(
        len(evaluations) > 0,
        "this pilot says nothing about any of these policies; ask about policies closer to its "
        "lottery.",
        EstimateError,
    )
    first = next(iter(evaluations.values()))
    rows = [("logged", first.logged, first.logged.conf_low, first.logged.conf_high, 1.0,
             float(first.logged.n))]  # fmt: skip
    for policy, found in evaluations.items():
        check_size(found)
        worst = found.bounds.iloc[0]
        ends = float(worst["conf_low"]), float(worst["conf_high"])
        rows.append((policy, found.value, *ends, found.known.share, found.known.effective_n))
    return pd.DataFrame(
        {
            "policy": [row[0] for row in rows],
            "estimate": [row[1].estimate for row in rows],
            "conf_low": [row[1].conf_low for row in rows],
            "conf_high": [row[1].conf_high for row in rows],
            "whole_low": [row[2] for row in rows],
            "whole_high": [row[3] for row in rows],
            "share": [row[4] for row in rows],
            "effective_n": [row[5] for row in rows],
        }
    )


def say_evaluation(found: PolicyEvaluation, policy: str) -> list[str]:
    """Return the findings as plain sentences, for the command line.

    Parameters
    ----------
    found, policy
        As for `value_card`.
    """
    cards = [
        overlap_card(found, policy),
        value_card(found, policy),
        bounds_card(found, policy),
        replayed_card(found),
    ]
    lines = []
    for card in cards:
        lines += [card.question, f"  {card.answer}"]
        lines += [f"  {label}: {value}" for label, value in card.facts.items()]
        lines += [f"  Note: {caveat.sentence}" for caveat in card.caveats]
    return [*lines, *(f"Note: {note}" for note in found.notes)]


def evaluation_figure(study: LotteryStudy, *, caption: str = "") -> FigureView | AnswerCard:
    """Return the figure of all policies that a pilot was asked about, or why there is none.

    Parameters
    ----------
    study : LotteryStudy
        From ``lottery_study.lottery_study``.
    caption : str
        What to read below the figure.
    """
    try:
        frame = evaluation_table(study.evaluations)
    except EstimateError as error:
        why = {"Why": str(error)}
        return plain_card(
            "What would other policies have given?",
            "This pilot cannot answer that.",
            facts=why,
            simulated=study.simulated,
        )
    return draw("evaluations", frame, caption=caption, simulated=study.simulated)


def truth_table(study: LotteryStudy) -> pd.DataFrame:
    """Return estimates beside the truth, which only a simulation knows.

    Parameters
    ----------
    study : LotteryStudy
        From ``lottery_study.lottery_study``.

    Returns
    -------
    pandas.DataFrame
        ``policy, estimate, conf_low, conf_high, whole_low, whole_high, truth``; truth is that of
        all pairs of the policy, NaN for a real pilot. No rows if the pilot answers nothing.
    """
    columns = ["policy", "estimate", "conf_low", "conf_high", "whole_low", "whole_high"]
    try:
        frame = evaluation_table(study.evaluations)[columns]
    except EstimateError:
        return pd.DataFrame(columns=[*columns, "truth"])
    known = study.truth.set_index("policy")["estimate"].astype(float)
    return frame.assign(truth=frame["policy"].map(known).astype(float))
