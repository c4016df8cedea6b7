"""What the page on another policy says: its value, the reach of the lottery, bounds, the test."""

from dataclasses import dataclass

from revlab.design.evaluate import PolicyEvaluation
from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.caveats import Situation
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import or_refusal

__all__ = ["NoAnswer", "bounds_card", "check_size", "overlap_card", "replayed_card", "value_card"]

_LONGEST_NAME = 5
_STEP = 0.1
_RULES = {"anything on the scale": "nothing is assumed",
          "better in every feature is not worse": "a better fit is not worse"}  # fmt: skip


@dataclass(frozen=True)
class NoAnswer:
    """Why a pilot says nothing about a policy; stands where a `PolicyEvaluation` would.

    Examples
    --------
    >>> value_card(NoAnswer("the lottery could make none of its pairs.", True), "random").facts
    {'Why': 'the lottery could make none of its pairs.'}
    """

    reason: str
    simulated: bool


def _span(estimate: Estimate) -> str:
    return f"{number(estimate.estimate)} ({interval(estimate.conf_low, estimate.conf_high)})"


def check_size(found: PolicyEvaluation | NoAnswer) -> PolicyEvaluation:
    """Return the evaluation if a page may show it.

    Raises
    ------
    EstimateError
        If there is none, or fewer than five people answered.
    """
    if isinstance(found, NoAnswer):
        raise EstimateError(found.reason)
    least = Thresholds().scores
    must(
        found.value.n >= least,
        f"fewer than {least} people answered, so no mean is shown.",
        EstimateError,
    )
    return found


def _name(policy: str) -> str:
    # An answer has at most 25 words, so a long name gives way.
    name = words(policy)
    return f"“{name}”" if len(name.split()) <= _LONGEST_NAME else "the policy"


def _answer(found: PolicyEvaluation, policy: str) -> str:
    gap, name = found.difference, _name(policy)
    if gap is None:
        return "No difference can be told."
    where = "" if _whole(found) else "where it reaches, "
    if gap.conf_low > 0 or gap.conf_high < 0:
        more = "more" if gap.estimate > 0 else "less"
        least, most = sorted((abs(gap.conf_low), abs(gap.conf_high)))
        text = f"{where}{name} would likely have given {more}, by {interval(least, most)} points."
    else:
        text = (
            f"{where}this pilot cannot tell {name} from its lottery: the difference may be "
            f"anywhere from {interval(gap.conf_low, gap.conf_high)} points."
        )
    return text[:1].upper() + text[1:]


def _whole(found: PolicyEvaluation) -> bool:
    return found.known.share > 1 - 1e-6


def value_card(asked: PolicyEvaluation | NoAnswer, policy: str) -> AnswerCard:
    """Return the card that says what a policy would have given.

    Parameters
    ----------
    asked : PolicyEvaluation or NoAnswer
        From ``evaluate.evaluate_policy``.
    policy : str
        Name of the target policy.
    """
    question = f"What would “{words(policy)}” have given?"

    def make() -> AnswerCard:
        found = check_size(asked)
        facts = {
            "Mean under the lottery that was run": _span(found.logged),
            f"Mean under “{words(policy)}”": _span(found.value),
            "The same, without bias but less steady": _span(found.unbiased),
            "Outcome": f"{words(found.scale_id)} of {found.role}s, last survey, "
            f"{number(found.scale[0], 0)} to {number(found.scale[1], 0)} points",
        }
        if found.difference is not None:
            facts["Difference"] = f"{_span(found.difference)} points"
        card = plain_card(
            question,
            _answer(found, policy),
            facts=facts,
            change_mind="A pilot that runs this policy beside the lottery.",
            convention=found.value.convention,
            simulated=found.simulated,
        )
        return card.with_situation(
            Situation(n=found.value.n, n_missing=found.value.n_missing, planned=False)
        )

    return or_refusal(question, asked.simulated, make)


def overlap_card(asked: PolicyEvaluation | NoAnswer, policy: str) -> AnswerCard:
    """Return the card that says how far the lottery reaches into a policy.

    Parameters
    ----------
    asked, policy
        As for `value_card`.
    """
    question = f"How much can this pilot say about “{words(policy)}”?"

    def make() -> AnswerCard:
        found = check_size(asked)
        known = found.known
        weak = known.effective_n < 10
        return plain_card(
            question,
            f"The lottery could draw {percent(known.share)} of its pairs; the {found.value.n} "
            f"answers tell as much as {number(known.effective_n, 0)}"
            f"{', which is little' if weak else ''}.",
            facts={
                "Pairs only bounds can speak of": percent(1 - known.share),
                "Answers missing": f"{found.value.n_missing} of "
                f"{found.value.n + found.value.n_missing}",
            },
            change_mind="A lottery that leaves more to chance, or more answers.",
            convention="each answer weighs the policy's chance of the pair over the lottery's; "
            "as many equal answers as would be as exact (Kish)",
            simulated=found.simulated,
        )

    return or_refusal(question, asked.simulated, make)


def bounds_card(asked: PolicyEvaluation | NoAnswer, policy: str) -> AnswerCard:
    """Return the card about the pairs of a policy that the lottery could not have drawn.

    Parameters
    ----------
    asked, policy
        As for `value_card`.
    """
    question = f"And the pairs of “{words(policy)}” that could not have been drawn?"

    def make() -> AnswerCard:
        found = check_size(asked)
        if _whole(found):
            return plain_card(
                question, "There are none: all its pairs could have been drawn.",
                simulated=found.simulated,
            )  # fmt: skip
        worst = found.bounds.iloc[0]
        facts = {
            f"If {_rule(row.rule)}": f"{interval(row.conf_low, row.conf_high)} points"
            for row in found.bounds.itertuples()
        }
        misfit = float(found.bounds["misfit"].max())
        if misfit > 0:
            facts["The answers against these rules"] = (
                f"they miss them by up to {number(misfit)} points on average"
            )
        if "similarity" in found.refusals:
            facts["Narrower bounds"] = f"none: {found.refusals['similarity']}"
        return plain_card(
            question,
            f"Nobody saw them. Over all its pairs the mean likely lies between "
            f"{number(worst['conf_low'])} and {number(worst['conf_high'])} points, whatever they "
            "are like.",
            facts=facts,
            change_mind="Scores that are known to predict the outcome; then bounds are narrower.",
            convention="bounds of Manski, of a rising outcome and of similar pairs; intervals of "
            "Imbens and Manski at 95%",
            simulated=found.simulated,
        )

    return or_refusal(question, asked.simulated, make)


def _rule(rule: str) -> str:
    said = _RULES.get(rule, rule)
    if said.startswith("at most"):
        points = said.split()[2]
        unit = "point" if points == "1" else "points"
        return f"the best and the worst fit are at most {points} {unit} apart"
    return said


def replayed_card(asked: PolicyEvaluation | NoAnswer) -> AnswerCard:
    """Return the card that says whether it made a difference who was paired with whom.

    Parameters
    ----------
    asked : PolicyEvaluation or NoAnswer
        Any of the pilot's; the test is about the lottery, not about a target policy.
    """
    question = "Did it make a difference who was paired with whom?"

    def make() -> AnswerCard:
        found = check_size(asked)
        test = found.replayed
        if test is None:
            raise EstimateError(found.refusals.get("replayed", "the test was not run."))
        share = f"{number(100 * test.p_value, 0)} in 100"
        clear = test.p_value <= 1 - test.conf_level
        odd = f"a link as strong between fit and outcome in {share} draws."
        text = f"Likely: by chance alone there is {odd}" if clear else f"We cannot tell: {odd}"
        if not clear:
            text = f"We cannot tell: chance alone gives {odd}"
        ends = (test.conf_low * _STEP, test.conf_high * _STEP)
        return plain_card(
            question,
            text,
            facts={
                "A tenth of a point more fit": f"goes with {number(test.estimate * _STEP)} points "
                f"({interval(*ends)})",
                "Based on": f"{test.n} {found.role}s",
            },
            change_mind="More pairs, or a lottery whose pairs differ more in their fit.",
            convention=test.convention,
            simulated=found.simulated,
        )

    return or_refusal(question, asked.simulated, make)
