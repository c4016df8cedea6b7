"""The sentences of an answer card, made from an `Estimate` and from nothing else."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from revlab.inference.estimate import Estimate
from revlab.report.frames import number
from revlab.report.names import words
from revlab.report.quantities import CHANGES, Quantity
from revlab.report.verdicts import Verdict, judge_interval

__all__ = ["Wording", "word_estimate"]

_MOST_WORDS_OF_A_NAME = 4


@dataclass(frozen=True)
class Wording:
    """The sentences and facts of a card."""

    answer: str
    verdict: str
    facts: Mapping[str, str]
    change_mind: str
    convention: str


def word_estimate(estimate: Estimate, *, margin: float | None, higher_is: str) -> Wording:
    """Return the sentences of a card.

    Parameters
    ----------
    estimate : Estimate
        A contrast, or a single quantity.
    margin : float or None
        For a contrast the smallest difference that matters, else the value asked for.
    higher_is : {"better", "worse"}
        What a larger value means.

    Returns
    -------
    Wording

    Raises
    ------
    RevlabError
        If the margin of a contrast is not more than zero.

    Examples
    --------
    >>> nan = float("nan")
    >>> alpha = Estimate("alpha of voice", "alpha", "", 0.82, nan, nan, nan, nan, 0.74, 0.88, n=40)
    >>> word_estimate(alpha, margin=0.7, higher_is="better").answer
    'Alpha of voice is 0.82, clearly above the 0.70 asked for.'
    """
    if estimate.contrast:
        return _word_contrast(estimate, margin, 1 if higher_is == "better" else -1)
    return _word_single(estimate, margin)


def _word_contrast(estimate: Estimate, margin: float | None, good: int) -> Wording:
    quantity = Quantity(estimate.unit, difference=True)
    verdict = judge_interval(estimate.conf_low, estimate.conf_high, margin=margin)
    if estimate.contrast in CHANGES:
        answer = _change_answer(estimate, verdict, quantity, margin, good)
    else:
        answer = _arms_answer(estimate, verdict, quantity, margin, good)
    facts = {
        "Compared": " minus ".join(words(arm) for arm in estimate.contrast.split(" - ", 1)),
        "Difference": _with_interval(estimate, quantity),
        "Margin set beforehand": quantity.write(margin) if margin else "none was set",
        "Based on": _based_on(estimate),
    }
    convention = _convention(estimate)
    if verdict.place == "inside":
        convention += " The interval used is stricter than two one-sided tests at 5%."
    mind = _change_mind(estimate, verdict, quantity, margin)
    return Wording(answer, verdict.sentence, facts, mind, convention)


def _arms_answer(
    estimate: Estimate, verdict: Verdict, quantity: Quantity, margin: float | None, good: int
) -> str:
    first, second = _arms(estimate.contrast)
    winner, loser = (first, second) if verdict.sign * good >= 0 else (second, first)
    size = quantity.write(abs(estimate.estimate))
    limit = quantity.write(margin or 0.0)
    if verdict.place == "beyond":
        return (
            f"{winner} clearly did better than {loser}: by {size}, more than the {limit} that "
            "matter."
        )
    if verdict.place == "direction":
        return f"{winner} probably did better than {loser}, by about {size}; how much is uncertain."
    if verdict.place == "inside":
        return f"{first} and {second} lie closer together than the {limit} that would matter."
    return _cannot_tell(f"{first} or {second} did better", "difference", estimate, quantity)


def _arms(contrast: str) -> tuple[str, str]:
    names = [words(arm) for arm in contrast.split(" - ", 1)]
    # An answer has at most 25 words, so long names give way to the parts that they play.
    if len(names) != 2 or any(len(name.split()) > _MOST_WORDS_OF_A_NAME for name in names):
        return "the new arm", "the comparison arm"
    return f"“{names[0]}”", f"“{names[1]}”"


def _change_answer(
    estimate: Estimate, verdict: Verdict, quantity: Quantity, margin: float | None, good: int
) -> str:
    way = "better" if verdict.sign * good > 0 else "worse"
    size = quantity.write(abs(estimate.estimate))
    limit = quantity.write(margin or 0.0)
    if verdict.place == "beyond":
        return f"Clearly {way} afterwards: by {size}, more than the {limit} that matter."
    if verdict.place == "direction":
        return f"Probably {way} afterwards, by about {size}; how much is uncertain."
    if verdict.place == "inside":
        return f"Before and after lie closer together than the {limit} that would matter."
    return _cannot_tell("it got better or worse", "change", estimate, quantity)


def _cannot_tell(what: str, noun: str, estimate: Estimate, quantity: Quantity) -> str:
    if not (math.isfinite(estimate.conf_low) and math.isfinite(estimate.conf_high)):
        return f"We cannot tell whether {what}: there is no interval for the {noun}."
    span = quantity.span(estimate.conf_low, estimate.conf_high)
    return f"We cannot tell whether {what}: the {noun} may be anywhere from {span}."


def _word_single(estimate: Estimate, asked: float | None) -> Wording:
    quantity = Quantity(estimate.unit, difference=False)
    long = len(estimate.estimand.split()) > 2 * _MOST_WORDS_OF_A_NAME
    what = "The value" if long else estimate.estimand[:1].upper() + estimate.estimand[1:]
    value = quantity.write(estimate.estimate)
    span = quantity.span(estimate.conf_low, estimate.conf_high)
    facts = {"Value": _with_interval(estimate, quantity), "Based on": _based_on(estimate)}
    if asked is None:
        return Wording(f"{what} is {value} ({span}).", "", facts, "", _convention(estimate))
    limit = quantity.write(asked)
    facts = {**facts, "Asked for beforehand": limit}
    if estimate.conf_low > asked or estimate.conf_high < asked:
        side = "above" if estimate.conf_low > asked else "below"
        answer = f"{what} is {value}, clearly {side} the {limit} asked for."
        verdict = f"Clear: the whole interval is {side} the value asked for."
    else:
        answer = f"{what} is {value}; whether the {limit} asked for is reached, we cannot tell."
        verdict = "Cannot tell: the interval holds the value asked for."
    mind = f"A new measurement whose interval lies on the other side of {limit}."
    return Wording(answer, verdict, facts, mind, _convention(estimate))


def _with_interval(estimate: Estimate, quantity: Quantity) -> str:
    value = quantity.write(estimate.estimate)
    if not (math.isfinite(estimate.conf_low) or math.isfinite(estimate.conf_high)):
        return f"{value} (no interval)"
    span = quantity.span(estimate.conf_low, estimate.conf_high)
    return f"{value} ({_level(estimate.conf_level)} interval {span})"


def _level(share: float) -> str:
    # At a look on the way the level is no whole number, and never quite all.
    decimals = next((k for k in range(9) if abs(round(100 * share, k) - 100 * share) < 1e-9), 9)
    shortest = max(0, math.ceil(-math.log10(100 * (1 - share))) + 1)
    return f"{number(100 * share, min(decimals, max(1, shortest)))}%"


def _based_on(estimate: Estimate) -> str:
    pools = f" in {estimate.n_clusters} pools" if estimate.n_clusters else ""
    missing = f"{estimate.n_missing} left out for missing values"
    return f"n = {estimate.n}{pools}; {missing if estimate.n_missing else 'none missing'}"


def _convention(estimate: Estimate) -> str:
    degrees = f"degrees of freedom {number(estimate.df, 1)}" if math.isfinite(estimate.df) else ""
    level = f"{_level(estimate.conf_level)} interval"
    parts = [words(estimate.estimator), estimate.convention, degrees, level]
    sentence = "; ".join(part.strip().rstrip(".") for part in parts if part.strip())
    note = f" {estimate.note.strip().rstrip('.')}." if estimate.note.strip() else ""
    return f"{sentence}.{note}"


def _change_mind(
    estimate: Estimate, verdict: Verdict, quantity: Quantity, margin: float | None
) -> str:
    if verdict.place == "beyond":
        limit = quantity.write(margin or 0.0)
        mind = f"A new study whose interval reaches inside the margin of {limit}"
        missing = f", or {estimate.n_missing} missing answers that point the other way"
        return f"{mind}{missing if estimate.n_missing else ''}."
    if verdict.place == "inside":
        return "A new study whose interval reaches past the margin, or a smaller margin."
    half = (estimate.conf_high - estimate.conf_low) / 2
    if margin is None:
        return "A margin set before the data are seen, and a new study judged by it."
    if math.isfinite(half) and half > margin and estimate.n:
        needed = math.ceil(estimate.n * (half / margin) ** 2)
        return (
            f"A narrower interval: for plus or minus {quantity.write(margin)} about {needed} pairs "
            f"are needed; there were {estimate.n}."
        )
    return "A new study whose interval lies wholly past the margin or wholly inside it."
