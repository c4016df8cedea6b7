"""The answer card of the plan: what was laid down, and whether it was kept."""

from revlab.inference.analysis import PilotAnalysis
from revlab.inference.plan import AnalysisPlan
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import number
from revlab.report.names import words

__all__ = ["plan_card"]

_QUESTION = "Was the pilot analysed as it was planned?"
_NAMES = 5


def plan_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card of the plan and of every deviation from it.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        It says whether a plan was registered; without one nobody can tell what was chosen after
        the answers were seen.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis import analyse_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> plan_card(analyse_pilot(pilot, seed=1)).answer
    'Yes: the analysis is the registered one, without a deviation.'
    """
    plan = analysis.plan
    if plan is None:
        return plain_card(
            _QUESTION,
            "Nothing was planned, so everything here is exploratory.",
            facts={"What to do": "add a [plan] table to pilot.toml before the next pilot"},
            simulated=analysis.simulated,
        )
    rows = analysis.deviations
    count = f"{len(rows)} deviation{'' if len(rows) == 1 else 's'}"
    if analysis.registered and rows.empty:
        answer = "Yes: the analysis is the registered one, without a deviation."
    elif analysis.registered:
        answer = f"Not in every point: there is {count} from the registered plan."
        answer = answer.replace("there is", "there are") if len(rows) > 1 else answer
    elif rows.empty:
        answer = "It follows the plan in the pilot's folder; that plan was not registered."
    else:
        answer = f"The plan was not registered, and {count} from it had to be made."
    listed = {
        f"Otherwise than planned: {_readable(str(row.what))}": f"planned {_readable(row.planned)}, "
        f"done {_readable(row.done)}"
        for row in rows.itertuples()
    }
    return plain_card(
        _QUESTION,
        answer,
        facts=_planned(plan) | listed,
        change_mind="A plan sealed before the pilot, with its digest kept by somebody else.",
        convention=f"plan {plan.digest[:12]}; deviations are found by comparing the plans and "
        "what was computed",
        simulated=analysis.simulated,
    )


def _planned(plan: AnalysisPlan) -> dict[str, str]:
    first, *others = plan.planned
    said = {
        "Primary outcome": f"{words(first.scale_id).lower()} of the {first.role}s, differences "
        f"matter from {number(plan.primary.margin)} points"
    }
    if others:
        shown = [f"{words(one.scale_id).lower()} ({one.role}s)" for one in others[:_NAMES]]
        more = "" if len(others) <= _NAMES else f" and {len(others) - _NAMES} more"
        said["Secondary outcomes"] = ", ".join(shown) + more
    return said


def _readable(text: object) -> str:
    return words(str(text)) if str(text).isidentifier() else str(text).replace("_", " ")
