"""The cards of the pages: what they say follows the data, and a refusal keeps its card."""

from dataclasses import replace

import pandas as pd
import pytest

from revlab.design.diagnose import diagnose
from revlab.design.sizes import PairsNeeded
from revlab.errors import RevlabError
from revlab.fieldwork.pilot import read_pilot
from revlab.inference.analysis import analyse_pilot
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.disparity import disparity
from revlab.pairing.policies import pair
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.report.answers_design import answer_design
from revlab.report.answers_fieldwork import answer_simulation
from revlab.report.answers_pairing import answer_policies, leftover_reasons, shown_groups
from revlab.report.answers_people import answer_cohort, partner_counts
from revlab.report.answers_pilot import change_card, contrast_card
from revlab.report.answers_programme import (
    attendance_card,
    drop_out_card,
    flow_card,
    progression_card,
    reliability_card,
)
from revlab.report.pilot_frames import likert_rows, main_scale, margin_of
from revlab.rng import stream
from revlab.shipped import shipped


@pytest.fixture(scope="module")
def pilot():
    return read_pilot(shipped("data/example_pilot"))


@pytest.fixture(scope="module")
def analysis(pilot):
    return analyse_pilot(pilot, seed=1)


def test_every_card_of_the_example_pilot_says_that_it_is_simulated(analysis) -> None:
    cards = [
        contrast_card(analysis),
        change_card(analysis, scale_id="digital_confidence", role="mentee"),
        flow_card(analysis),
        reliability_card(analysis),
        drop_out_card(analysis),
        attendance_card(analysis),
        progression_card(analysis),
    ]
    for card in cards:
        assert card.simulated
        assert "Simulated data" in repr(card)
        assert len(card.answer.split()) <= 25


def test_the_contrast_card_carries_the_plan_and_the_numbers_of_the_estimate(analysis) -> None:
    card = contrast_card(analysis)
    assert card.status == "primary"
    assert f"{analysis.primary.estimate:.2f}" in card.facts["Difference"]
    assert card.facts["Margin set beforehand"] == "0.30 points"
    assert {caveat.rule_id for caveat in card.caveats} >= {"simulated", "few_clusters"}


def test_counts_on_the_cards_are_those_of_the_data(analysis, pilot) -> None:
    ended = int((pilot.dyads["ended"] == "early").sum())
    assert drop_out_card(analysis).answer.startswith(f"{ended} of {len(pilot.dyads)} pairs")
    assert flow_card(analysis).answer.startswith(f"{len(pilot.dyads)} pairs were made")


def test_without_a_plan_the_contrast_keeps_its_card_and_says_why(pilot) -> None:
    bare = replace(pilot, plan=replace(pilot.plan, analysis=None, progression=()), registered=None)
    analysis = analyse_pilot(bare, seed=1)
    card = contrast_card(analysis)
    assert card.answer == "This pilot cannot answer that."
    assert "nothing was planned" in card.facts["Why"]
    assert "laid down" in progression_card(analysis).answer
    assert margin_of(bare) == 0.3
    assert main_scale(bare, "mentee") == "digital_confidence"


def test_a_scale_without_a_first_score_is_refused_with_the_reason(analysis) -> None:
    card = change_card(analysis, scale_id="relationship_quality", role="mentee")
    assert card.answer == "This pilot cannot answer that."
    assert "asked only after the start" in card.facts["Why"]


def test_a_real_pilot_has_no_page_about_its_truth(pilot) -> None:
    real = replace(pilot, source="real", truth=None, plan=replace(pilot.plan, seed=None))
    with pytest.raises(RevlabError, match="about a simulated pilot"):
        answer_simulation(real)


def test_likert_rows_hold_everybody_asked(pilot) -> None:
    rows = likert_rows(pilot, "digital_confidence", role="mentee", wave=1)
    assert rows["item"].nunique() == 4
    assert rows["item"].str.endswith("(reversed)").sum() == len(pilot.dyads)
    with pytest.raises(RevlabError, match="`role` must be one of 'mentee'"):
        likert_rows(pilot, "digital_confidence", role="mentor", wave=1)


def test_the_cohort_card_counts_people_without_a_partner() -> None:
    people = pd.DataFrame({"unit": "IT", "grade": [1, 4, 5]}, index=["a", "b", "c"])
    cohort = Cohort(people.loc[["a"]], people.loc[["b", "c"]])
    fit = Compatibility.from_scores([[0.5], [0.4]], eligible=[[True], [False]])
    assert answer_cohort(cohort, fit).answer.startswith("All 1 mentors and 1 of 2 mentees have")
    counts = partner_counts(fit).set_index(["side", "partners"])["people"]
    assert counts["mentees (senior)", "none"] == 1


def test_the_policy_card_names_the_best_by_each_judge_and_needs_its_yardstick() -> None:
    frame = pd.DataFrame(
        {
            "policy": ["random", "optimal", "stable_mentee"],
            "n_dyads": [8, 9, 10],
            "total_score": [4.0, 7.0, 6.9],
            "mean_score": [0.5, 0.78, 0.69],
            "worst_score": [0.1, 0.2, 0.3],
            "blocking_pairs": [20, 3, 0],
        }
    )
    card = answer_policies(frame)
    assert "makes 9 pairs with mean fit 0.78" in card.answer
    assert "random pairing makes 8 with mean fit 0.50" in card.answer
    assert "10 pairs (random: 8)" in card.facts["Most pairs"]
    assert "0.30" in card.facts["Best for the worst-off pair"]
    assert card.facts["Fewest who would rather swap"].endswith("(random: 20)")
    with pytest.raises(RevlabError, match="its yardstick"):
        answer_policies(frame.iloc[1:])


def test_small_units_are_not_shown() -> None:
    cohort = draw_cohort(Population(), 40, 40, rng=stream(3, "cohort"))
    mentees = cohort.mentees.copy()
    mentees["unit"] = ["Tiny"] * 2 + ["Large"] * 38
    cohort = replace(cohort, mentees=mentees)
    shown = shown_groups(disparity(cohort, pair(cohort, policy="optimal", seed=1), "unit"))
    tiny = shown[shown["group"] == "Tiny"]
    assert tiny["n"].isna().all()
    assert tiny.drop(columns=["side", "group"]).isna().all(axis=None)


def test_the_rates_of_visible_groups_do_not_tell_the_share_of_a_hidden_one() -> None:
    """The best-served group is hidden because the small one could be worked out from it."""
    frame = pd.DataFrame(
        {
            "side": "mentee",
            "group": ["Large", "Middle", "Second", "Tiny"],
            "n": [60, 40, 12, 3],
            "n_matched": [30, 18, 12, 3],
            "share": [0.5, 0.45, 1.0, 1.0],
            "conf_low": 0.0,
            "conf_high": 1.0,
            "impact_ratio": [0.5, 0.45, 1.0, float("nan")],
            "verdict": ["below four fifths"] * 2 + ["four fifths or more", "cannot judge"],
        }
    )
    shown = shown_groups(frame).set_index("group")
    assert shown.loc[["Second", "Tiny"], "n"].isna().all()
    assert shown["impact_ratio"].isna().all()
    assert shown.loc[["Large", "Middle"], "verdict"].tolist() == ["cannot judge"] * 2
    whole = shown_groups(frame.iloc[:3])
    assert whole["impact_ratio"].tolist() == [0.5, 0.45, 1.0]


def test_leftovers_are_counted_and_not_named() -> None:
    frame = pd.DataFrame(
        {
            "person_id": ["ana", "bo"],
            "side": "mentor",
            "reason": "all taken",
            "what_would_help": "more seniors",
        }
    )
    counted = leftover_reasons(frame)
    assert counted["people"].tolist() == [2]
    assert "person_id" not in counted


@pytest.mark.parametrize(
    ("low", "words"),
    [(0.1, "at least 8 times in 10"), (-0.1, "would mostly be missed")],
)
def test_the_design_card_follows_the_power(low: float, words: str) -> None:
    runs = pd.DataFrame(
        {
            "replication": range(50),
            "estimator": "e",
            "estimand_name": "y",
            "estimand": 0.3,
            "estimate": 0.3,
            "std_error": 0.2,
            "conf_low": low,
            "conf_high": 0.6,
            "n": 20,
            "failed": "",
        }
    )
    table = pd.DataFrame({"estimator": ["e"], "effect": 0.8, "low": 0.7, "high": 0.9})
    needed = PairsNeeded(133, 124, 144, 0.3, 0.8, beyond_grid=True, convention="")
    card = answer_design(
        diagnose(runs), table, estimator="e", n_pairs=26, effect=0.3, needed=needed
    )
    assert words in card.answer
    assert any("133 (124 to 144" in fact for fact in card.facts.values())
    with pytest.raises(RevlabError, match="must hold 'f' once"):
        answer_design(diagnose(runs), table, estimator="f", n_pairs=26, effect=0.3)
