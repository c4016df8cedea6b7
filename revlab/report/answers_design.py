"""The answer card of a design: what a pilot of this size could show."""

import pandas as pd

from revlab.design.diagnose import Diagnosis
from revlab.design.sizes import PairsNeeded
from revlab.errors import must
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import number, percent

__all__ = ["answer_design", "diagnosis_table"]


def answer_design(
    diagnosis: Diagnosis,
    detectable: pd.DataFrame,
    *,
    estimator: str,
    n_pairs: int,
    effect: float,
    needed: PairsNeeded | None = None,
) -> AnswerCard:
    """Return the card that says what a pilot of ``n_pairs`` could show.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of the design with the stated effect.
    detectable : pandas.DataFrame
        From ``detectable_effect``.
    estimator : str
        Which estimator the card is about.
    n_pairs : int
        Pairs in the design.
    effect : float
        Stated effect, in points.
    needed : PairsNeeded or None
        How many pairs the stated effect needs, if that was asked.

    Returns
    -------
    AnswerCard

    Raises
    ------
    RevlabError
        If the table does not hold the estimator once.

    Examples
    --------
    >>> from revlab.design.diagnose import diagnose
    >>> runs = pd.DataFrame({
    ...     "replication": range(4), "estimator": "e", "estimand_name": "y", "estimand": 0.3,
    ...     "estimate": [0.1, 0.3, 0.5, 0.3], "std_error": 0.2, "conf_low": [-0.2, 0, 0.2, 0],
    ...     "conf_high": [0.4, 0.6, 0.8, 0.6], "n": 20, "failed": ""})
    >>> table = pd.DataFrame({"estimator": ["e"], "effect": 0.8, "low": 0.7, "high": 0.9})
    >>> card = answer_design(diagnose(runs), table, estimator="e", n_pairs=26, effect=0.3)
    >>> print(card.answer)
    With 26 pairs, only an effect of 0.80 points or more would be seen reliably; 0.30 points would \
mostly be missed.
    """
    own = detectable[detectable["estimator"] == estimator]
    must(len(own) == 1, f"the detectable effects must hold {estimator!r} once.")
    table = diagnosis.diagnosands.set_index(["estimator", "diagnosand"])["value"]
    errors = diagnosis.diagnosands.set_index(["estimator", "diagnosand"])["mcse"]
    smallest = own.iloc[0]
    power = float(table[estimator, "power"])

    def with_error(name: str) -> str:
        value, error = float(table[estimator, name]), float(errors[estimator, name])
        return f"{percent(value)} (Monte Carlo error {percent(error, 1)})"

    bias, bias_error = table[estimator, "bias"], errors[estimator, "bias"]
    facts = {
        "Smallest effect seen 8 times in 10": f"{number(smallest['effect'])} points "
        f"({number(smallest['low'])} to {number(smallest['high'])})",
        f"Chance to see {number(effect)} points": with_error("power"),
        "Intervals that hold the truth": with_error("coverage"),
        "Bias": f"{number(bias, 3)} points (Monte Carlo error {number(bias_error, 3)})",
    }
    if needed is not None:
        beyond = ", beyond the sizes simulated" if needed.beyond_grid else ""
        span = f"{needed.n_pairs} ({needed.low} to {needed.high}{beyond})"
        facts[f"Pairs needed to see {number(effect)} points 8 times in 10"] = span
    return plain_card(
        f"What could a pilot of {n_pairs} pairs show about two pairing policies?",
        _answer(n_pairs, float(smallest["effect"]), effect=effect, power=power),
        facts=facts,
        change_mind="More pools, a more reliable scale, or a first survey that says more "
        "about the last one.",
        convention=f"{diagnosis.n_sims} simulated pilots analysed by {estimator}, "
        f"{diagnosis.n_failed} fits of all rules without an estimate; power is the share of 95% "
        "intervals that leave out zero; Monte Carlo errors after Morris, White and Crowther (2019)",
        simulated=True,
    )


def _answer(n_pairs: int, smallest: float, *, effect: float, power: float) -> str:
    if power >= 0.8:
        return (
            f"With {n_pairs} pairs, an effect of {number(effect)} points would be seen at least "
            "8 times in 10."
        )
    chance = "mostly be missed" if power < 0.5 else "be missed too often"
    return (
        f"With {n_pairs} pairs, only an effect of {number(smallest)} points or more would be seen "
        f"reliably; {number(effect)} points would {chance}."
    )


_SHOWN = (
    "mean_estimand", "mean_estimate", "bias", "sd_estimate", "mean_std_error", "power",
    "coverage", "type_s", "exaggeration", "mean_n",
)  # fmt: skip


def diagnosis_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Return the diagnosands as a page shows them: one row each, value and error per estimator.

    Examples
    --------
    >>> from revlab.design.diagnose import diagnose
    >>> runs = pd.DataFrame({
    ...     "replication": [0, 1], "estimator": "e", "estimand_name": "y", "estimand": 0.5,
    ...     "estimate": [0.4, 0.8], "std_error": 0.1, "conf_low": [0.2, 0.6],
    ...     "conf_high": [0.6, 1.0], "n": 20, "failed": ""})
    >>> diagnosis_table(diagnose(runs))["diagnosand"].tolist()[:3]
    ['mean_estimand', 'mean_estimate', 'bias']
    """
    rows = diagnosis.diagnosands[diagnosis.diagnosands["diagnosand"].isin(_SHOWN)]
    order = {name: place for place, name in enumerate(_SHOWN)}
    rows = rows.assign(place=rows["diagnosand"].map(order)).sort_values(
        ["place", "estimator"], kind="stable"
    )
    return rows[["diagnosand", "estimator", "value", "mcse"]].reset_index(drop=True)
