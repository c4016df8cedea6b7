"""Questionnaires or interviews before pairing: what the better score is worth, and its price."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.errors import OptionError, must
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.evidence import default
from revlab.fieldwork.reliability import kept_shares
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import Policy

__all__ = ["Interviews", "price_curve", "value_of_interviews"]


@dataclass(frozen=True)
class Interviews:
    """How much interviews add to a questionnaire, and the hours that they take.

    Errors of the questionnaire and of different interviewers are independent, and all are put
    together in the best way, each with the weight that its precision gives it: the ratios of true
    variance to error, ``r / (1 - r)``, add up. For interviews alone that is Spearman and Brown.

    Parameters
    ----------
    questionnaire, interview : float
        Reliability of the score of fit from the questionnaire, and of one interviewer's, 0 to 1.
    person_hours : float
        Hours of the person who is asked, for one interview.
    interviewer_hours : float
        Hours, at the rate of a junior, of the person who asks.

    Raises
    ------
    OptionError
        If a number is out of bounds.

    References
    ----------
    Spearman 1910, British Journal of Psychology 3:271-295; Brown 1910, the same 3:296-322.

    Examples
    --------
    >>> model = Interviews(questionnaire=0.5, interview=0.5, person_hours=1.0,
    ...                    interviewer_hours=1.5)
    >>> [round(model.together(n), 2) for n in (0, 1, 2)]
    [0.5, 0.67, 0.75]
    >>> model.hours(2, costs=Costs(senior_hour=2.0))
    12.0
    """

    questionnaire: float = default("interviews.questionnaire")
    interview: float = default("interviews.interview")
    person_hours: float = default("interviews.person_hours")
    interviewer_hours: float = default("interviews.interviewer_hours")

    def __post_init__(self) -> None:
        for name in ("questionnaire", "interview"):
            value = getattr(self, name)
            message = f"`{name}` must lie between 0 and 1; got {value:g}."
            must(0 <= value <= 1, message, OptionError)
        for name in ("person_hours", "interviewer_hours"):
            value = getattr(self, name)
            must(value >= 0, f"`{name}` must be zero or more; got {value:g}.", OptionError)

    def together(self, interviews: int) -> float:
        """Return the reliability of the questionnaire with so many interviews of each person."""
        parts = [self.questionnaire, *[self.interview] * interviews]
        if max(parts) == 1:
            return 1.0
        ratio = sum(part / (1 - part) for part in parts)
        return ratio / (1 + ratio)

    def hours(self, interviews: int, *, costs: Costs | None = None) -> float:
        """Return the hours of junior time for one dyad, if both are interviewed so often."""
        rates = costs or Costs()
        people = self.person_hours * (1.0 + rates.senior_hour)
        return float(interviews * (people + 2.0 * self.interviewer_hours))


def price_curve(
    compatibility: Compatibility,
    reliabilities: Sequence[float],
    *,
    model: Interviews | None = None,
    policy: Policy | str = "optimal",
    n_draws: int = 50,
    seed: int,
) -> pd.DataFrame:
    """Return which part of the worth of pairing a better score may cost: the break-even curve.

    Parameters
    ----------
    compatibility : Compatibility
        The true scores.
    reliabilities : sequence of float
        Of the score with interviews, 0 to 1.
    model : Interviews or None
        Says how reliable the questionnaire is.
    policy : Policy or str
        Whose dyads are made.
    n_draws : int
        Draws of the errors, at least 2, which all reliabilities share.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``reliability, kept_share`` (of the value of pairing with an exact score), ``part, part_low,
        part_high``: what is kept beyond the questionnaire, mean and middle 95% of the draws.
        Interviews pay if they cost less, per dyad, than ``part`` times what pairing with an exact
        score is worth over random pairing; for a reliability of 1 that is the value of perfect
        information.

    Raises
    ------
    OptionError
        If a number is out of bounds, or the policy is no better than chance.

    References
    ----------
    Raiffa & Schlaifer 1961, Applied statistical decision theory, chapter 4.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> true = Compatibility.from_scores(stream(1, "scores").random((30, 30)))
    >>> curve = price_curve(true, [0.64, 1.0], n_draws=4, seed=1)
    >>> curve["part"].round(2).tolist()
    [0.0, 0.15]
    """
    start = (model or Interviews()).questionnaire
    every = list(dict.fromkeys([start, *reliabilities]))
    draws = kept_shares(compatibility, every, policy=policy, n_draws=n_draws, seed=seed)
    kept = draws.pivot(index="draw", columns="reliability", values="kept_share")
    gained = kept.sub(kept[start], axis=0)[list(reliabilities)]
    low, high = np.quantile(gained, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "reliability": list(reliabilities),
            "kept_share": kept[list(reliabilities)].mean().to_numpy(),
            "part": gained.mean().to_numpy(),
            "part_low": low,
            "part_high": high,
        }
    )


def value_of_interviews(
    compatibility: Compatibility,
    *,
    worth: float,
    most: int = 3,
    model: Interviews | None = None,
    n_draws: int = 50,
    seed: int,
) -> pd.DataFrame:
    """Return what interviews before pairing bring and cost for a dyad, by their number.

    Parameters
    ----------
    compatibility : Compatibility
        The true scores; pairs have the best total of what is seen of them.
    worth : float
        What pairing with an exact score is worth over random pairing, in hours of junior time for
        a dyad; an organisation's own number, or that of
        `revlab.fieldwork.pairing_worth.worth_of_pairing`.
    most : int
        Most interviews of each person, at least 1.
    model : Interviews or None
        Reliabilities and hours.
    n_draws, seed
        As for `price_curve`.

    Returns
    -------
    pandas.DataFrame
        One row for each number from 0 on, and one for an exact score (``interviews`` missing):
        ``interviews, reliability, kept_share, value, value_low, value_high`` (what the interviews
        add, in hours for a dyad), ``hours`` (what they cost), ``net, net_low, net_high``,
        ``break_even`` (the worth at which they pay) and ``break_even_low, break_even_high``, inf
        where they may add nothing; NaN for the questionnaire alone. An exact score has no cost,
        so that its value is the most that any information can be worth.

    Raises
    ------
    OptionError
        If a number is out of bounds, or the policy is no better than chance.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> true = Compatibility.from_scores(stream(1, "scores").random((30, 30)))
    >>> table = value_of_interviews(true, worth=10.0, most=1, n_draws=4, seed=1)
    >>> table["hours"].tolist(), bool(table["value"].is_monotonic_increasing)
    ([0.0, 6.0, 0.0], True)
    """
    must(most >= 1, f"`most` must be at least 1; got {most}.", OptionError)
    sound = bool(np.isfinite(worth)) and worth >= 0
    must(sound, f"`worth` must be hours, zero or more; got {worth:g}.", OptionError)
    how = model or Interviews()
    numbers = range(most + 1)
    told = [how.together(n) for n in numbers]
    curve = price_curve(
        compatibility, list(dict.fromkeys([*told, 1.0])), model=how, n_draws=n_draws, seed=seed
    ).set_index("reliability")
    table = curve.loc[[*told, 1.0]].reset_index()
    table.insert(0, "interviews", pd.array([*numbers, None], dtype="Int64"))
    table["hours"] = [*(how.hours(n) for n in numbers), 0.0]
    for end in ("", "_low", "_high"):
        table[f"value{end}"] = worth * table[f"part{end}"]
        table[f"net{end}"] = table[f"value{end}"] - table["hours"]
    asked = table["hours"] > 0
    for end, part in (("", "part"), ("_low", "part_high"), ("_high", "part_low")):
        adds = table[part].where(table[part] > 0)
        table[f"break_even{end}"] = (table["hours"] / adds).fillna(np.inf).where(asked)
    return table.drop(columns=["part", "part_low", "part_high"])
