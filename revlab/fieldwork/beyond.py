"""Outcomes beyond the questionnaire: what is assumed of ideas, ties, retention, cost and more."""

from dataclasses import dataclass, field

from revlab.fieldwork.contact_names import ContactModel
from revlab.fieldwork.contexts import ContextModel
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.expectation_form import ExpectationForm
from revlab.fieldwork.goal_model import GoalModel
from revlab.fieldwork.ideas import IdeaModel
from revlab.fieldwork.leaving import LeavingModel
from revlab.fieldwork.spill_over import SpillOver
from revlab.fieldwork.start import StartModel
from revlab.fieldwork.ties import TieModel

__all__ = ["OUTCOMES", "Beyond"]

OUTCOMES = {
    "ideas_raised": "ideas of a dyad; exposure: sessions held",
    "ideas_tried": "ideas of a dyad that were tried; exposure: sessions held",
    "ideas_adopted": "ideas of a dyad that were adopted; exposure: sessions held",
    "new_ties": "people of the other level that somebody came to know; exposure: sessions held",
    "months_stayed": "months in the organisation; exposure: months followed",
    "left": "1 if the person left while followed; exposure: months stayed",
    "days_to_start": "days from pairing to the first appointment; exposure: 1",
    "acquainted": "1 if the two knew each other when they were paired; exposure: 1",
    "gain_in_business": "latent gain of the senior that shows at work, SD; exposure: 1",
    "gain_in_private": "latent gain of the senior that shows in private, SD; exposure: 1",
    "spill_over": "latent gain of a senior who takes no part, SD; exposure: 1",
    "cost": "hours of junior time; exposure: sessions held",
}
"""Outcome to its meaning and its exposure."""


@dataclass(frozen=True)
class Beyond:
    """What is assumed of outcomes that no questionnaire asks; every number has its evidence row.

    Parameters
    ----------
    ideas, ties, leaving, start, context, spill_over, costs, contacts, expectations, goals
        The parts of the model.
    scale_id : str
        Scale of the seniors whose gain spills over and shows in contexts.

    Examples
    --------
    >>> Beyond().leaving.hazard_ratio
    1.0
    """

    ideas: IdeaModel = field(default_factory=IdeaModel)
    ties: TieModel = field(default_factory=TieModel)
    leaving: LeavingModel = field(default_factory=LeavingModel)
    start: StartModel = field(default_factory=StartModel)
    context: ContextModel = field(default_factory=ContextModel)
    spill_over: SpillOver = field(default_factory=SpillOver)
    costs: Costs = field(default_factory=Costs)
    scale_id: str = "digital_confidence"
    contacts: ContactModel = field(default_factory=ContactModel)
    expectations: ExpectationForm = field(default_factory=ExpectationForm)
    goals: GoalModel = field(default_factory=GoalModel)
