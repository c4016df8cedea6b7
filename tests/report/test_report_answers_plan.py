"""The card of the plan: kept, changed, unregistered, none."""

from dataclasses import replace

import pandas as pd
import pytest

from revlab.fieldwork.pilot import read_pilot
from revlab.inference.analysis import PilotAnalysis, analyse_pilot
from revlab.report.answers_plan import plan_card
from revlab.shipped import shipped


@pytest.fixture(scope="module")
def analysed() -> PilotAnalysis:
    return analyse_pilot(read_pilot(shipped("data/example_pilot")), seed=1)


def test_a_plan_that_was_kept_is_said_to_be(analysed: PilotAnalysis) -> None:
    card = plan_card(analysed)
    assert card.answer.startswith("Yes")
    assert card.facts["Primary outcome"].startswith("digital confidence of the mentees")
    assert analysed.plan.digest[:12] in card.convention


def test_every_deviation_is_on_the_card_in_words(analysed: PilotAnalysis) -> None:
    rows = pd.DataFrame(
        [
            ("margin in points", "0.2", "0.3"),
            ("estimator of outcome voice (mentor)", "ancova_cr2", "change_cr2"),
        ],
        columns=["what", "planned", "done"],
    )
    card = plan_card(replace(analysed, deviations=rows))
    assert card.answer == "Not in every point: there are 2 deviations from the registered plan."
    assert card.facts["Otherwise than planned: margin in points"] == "planned 0.2, done 0.3"
    assert "_" not in " ".join([*card.facts, *card.facts.values()])
    open_plan = plan_card(replace(analysed, deviations=rows[:1], registered=False))
    assert (
        open_plan.answer == "The plan was not registered, and 1 deviation from it had to be made."
    )


def test_without_a_plan_or_a_registration_the_card_says_so(analysed: PilotAnalysis) -> None:
    assert "was not registered" in plan_card(replace(analysed, registered=False)).answer
    nothing = plan_card(replace(analysed, plan=None))
    assert "everything here is exploratory" in nothing.answer
    assert "pilot.toml" in nothing.facts["What to do"]
