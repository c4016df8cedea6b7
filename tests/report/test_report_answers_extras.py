"""The cards of ideas, ties, expectations, goals and first sessions follow the data and hide few."""

import re
from collections.abc import Callable
from dataclasses import replace
from math import exp

import pytest

from revlab.fieldwork.example import example_pilot
from revlab.fieldwork.extra_tables import EXTRA_TABLES
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis import PilotAnalysis, analyse_pilot
from revlab.inference.analysis_ties import networks
from revlab.inference.findings import Refusal, Where
from revlab.inference.tie_permutation import expected_cross
from revlab.report.answer import AnswerCard
from revlab.report.answers_extras import extra_cards, first_session_card, ideas_card, ties_card
from revlab.report.answers_goals import arm_rows, expectations_card, goals_card
from revlab.report.figures_ties import alt_ties, plot_ties, tie_rows
from revlab.report.frames import interval, number
from revlab.report.prose import lint_prose

CANNOT = "This pilot cannot answer that."
CARDS = (first_session_card, ideas_card, ties_card, expectations_card, goals_card)
EACH = pytest.mark.parametrize("make", CARDS, ids=lambda make: make.__name__)
Make = Callable[[PilotAnalysis], AnswerCard]


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return example_pilot(extras=tuple(EXTRA_TABLES))


@pytest.fixture(scope="module")
def analysis(pilot: Pilot) -> PilotAnalysis:
    return analyse_pilot(pilot, seed=1)


def changed(analysis: PilotAnalysis, topic: str, **numbers: object) -> PilotAnalysis:
    """Return the analysis with other numbers in the findings on one topic."""
    findings = tuple(
        replace(one, estimate=replace(one.estimate, **numbers)) if one.where.topic == topic else one
        for one in analysis.findings
    )
    return replace(analysis, findings=findings)


def refused(analysis: PilotAnalysis, topic: str, arm: str = "") -> PilotAnalysis:
    """Return the analysis with one topic refused (of one arm, if it is given)."""
    gone = [
        one
        for one in analysis.findings
        if one.where.topic == topic and (not arm or one.where.arm == arm)
    ]
    refusals = tuple(Refusal(one.where, "too few.") for one in gone)
    kept = tuple(one for one in analysis.findings if one not in gone)
    return replace(analysis, findings=kept, refused=(*analysis.refused, *refusals))


@EACH
def test_a_card_of_a_further_table_is_short_plain_and_marked(
    make: Make, analysis: PilotAnalysis
) -> None:
    card = make(analysis)
    assert card.simulated
    assert card.answer != CANNOT
    assert len(card.answer.split()) <= 25
    assert card.convention
    for sentence in (card.answer, card.change_mind, *card.facts.values()):
        assert lint_prose(sentence) == []


@EACH
def test_nobody_stands_on_a_card_of_a_further_table(
    make: Make, analysis: PilotAnalysis, pilot: Pilot
) -> None:
    text = repr(make(analysis)) + make(analysis)._repr_html_()
    ids = {*pilot.people["person_id"], *pilot.dyads["dyad_id"], *pilot.people["pool_id"]}
    assert not {word for word in ids if re.search(rf"\b{re.escape(word)}\b", text)}


@EACH
def test_a_card_without_its_numbers_says_why(make: Make, analysis: PilotAnalysis) -> None:
    card = make(replace(analysis, findings=(), refused=()))
    assert card.answer == CANNOT
    assert "it was not analysed" in card.facts["Why"]


def test_cards_are_there_for_what_was_recorded(analysis: PilotAnalysis) -> None:
    assert len(extra_cards(analysis)) == 5
    only = [f for f in analysis.findings if f.where.topic.startswith(("goals", "first", "lasted"))]
    cards = extra_cards(replace(analysis, findings=tuple(only), refused=()))
    assert [card.question for card in cards] == [
        "How soon did pairs meet?",
        "Were the goals reached, and do people know them?",
    ]
    gone = replace(analysis, findings=(), refused=(Refusal(Where("ideas_rate"), "nothing."),))
    assert [card.question[:9] for card in extra_cards(gone)] == ["Did pairs"]


def test_the_median_is_on_the_card_with_its_interval_and_unit(analysis: PilotAnalysis) -> None:
    median = analysis.estimate("first_session")
    card = first_session_card(analysis)
    span = interval(median.conf_low, median.conf_high, decimals=0)
    assert f"within {span} days of pairing" in card.answer
    assert sum(label.startswith("Half had met") for label in card.facts) == 2
    endless = first_session_card(changed(analysis, "first_session", conf_high=float("inf")))
    assert "no limit" in endless.answer


def test_small_arms_are_not_shown_nor_the_arms_beside_them(analysis: PilotAnalysis) -> None:
    for topic, make, start in (
        ("first_session", first_session_card, "Half had met"),
        ("ideas_rate", ideas_card, "Raised, "),
        ("goals_reached", goals_card, "T-score, "),
    ):
        arms = [f for f in make(analysis).facts if f.startswith(start) and "best guess" not in f]
        assert len(arms) == 2
        few = tuple(
            replace(one, estimate=replace(one.estimate, n=4))
            if one.where.topic == topic and one.where.arm == "random"
            else one
            for one in analysis.findings
        )
        pairs = analysis.attendance.assign(n_dyads=4)
        hidden = [replace(analysis, findings=few), replace(analysis, attendance=pairs)]
        if topic != "first_session":  # a median that does not exist tells nothing of the others
            hidden.append(refused(analysis, topic, "random"))
        for less in hidden:
            facts = make(less).facts
            assert not [f for f in facts if f.startswith(start) and "best guess" not in f]
            assert not [f for f in facts if f.startswith(("Difference", "Raised per", "Log-rank"))]
    kept = first_session_card(refused(analysis, "first_session", "random")).facts
    assert [f for f in kept if f.startswith("Difference")]


@pytest.mark.parametrize(
    ("topic", "make"),
    [
        ("first_session", first_session_card),
        ("ties_change", ties_card),
        ("expectation_gap", expectations_card),
        ("goals_reached", goals_card),
    ],
)
def test_fewer_than_five_are_no_answer(topic: str, make: Make, analysis: PilotAnalysis) -> None:
    card = make(changed(analysis, topic, n=4))
    assert card.answer == CANNOT
    assert "fewer than 5" in card.facts["Why"]


@pytest.mark.parametrize(
    ("topic", "make"),
    [("first_session", first_session_card), ("ideas_rate", ideas_card),
     ("goals_reached", goals_card)],
)  # fmt: skip
def test_an_arm_never_stands_for_all(topic: str, make: Make, analysis: PilotAnalysis) -> None:
    card = make(refused(analysis, topic, "all"))
    assert card.answer == CANNOT
    assert card.facts["Why"].endswith("too few.")


def test_the_figure_of_ties_takes_share_and_chance_from_the_findings(
    analysis: PilotAnalysis, pilot: Pilot
) -> None:
    rows = tie_rows(analysis)
    assert rows["wave"].tolist() == [1, 2, 3]
    for row, (wave, network) in zip(rows.itertuples(), networks(pilot), strict=True):
        assert row.wave == wave
        assert row.estimate == pytest.approx(network.cross.mean())
        assert row.chance == pytest.approx(expected_cross(network).mean())
    assert "19%" not in alt_ties(rows.assign(n=4))
    assert alt_ties(rows.assign(n=4)).endswith("Fewer than 5 people answered, not shown.")
    unknown = tie_rows(refused(analysis, "ties_index"))
    assert unknown["chance"].isna().all()
    assert "If levels" not in alt_ties(unknown)
    assert tie_rows(refused(analysis, "ties_share")).empty
    assert plot_ties(rows).get_ylim() == (0, 100)


def test_dates_of_first_sessions_are_asked_for_only_where_there_are_none(
    analysis: PilotAnalysis,
) -> None:
    assert first_session_card(analysis).change_mind == ""
    weeks = first_session_card(changed(analysis, "first_session", unit="weeks"))
    assert "starts.csv" in weeks.change_mind


def test_the_ties_card_tells_what_was_left_out(analysis: PilotAnalysis) -> None:
    noted = changed(analysis, "ties_change", note="a word on who is left out")
    assert ties_card(noted).convention.endswith("; a word on who is left out")


def test_a_ratio_that_cannot_be_given_is_refused_only_where_there_is_a_plan(
    analysis: PilotAnalysis,
) -> None:
    gone = refused(analysis, "ideas_contrast")
    assert ideas_card(gone).facts["Raised per session"].startswith("refused: ")
    assert "Raised per session" not in ideas_card(replace(gone, plan=None)).facts
    assert arm_rows(analysis, "ideas_adopted").empty
    assert "Adopted per person" not in ideas_card(analysis).facts


def test_ratios_are_shown_as_times_and_not_as_logs(analysis: PilotAnalysis) -> None:
    gap = analysis.estimate("ideas_contrast")
    shown = ideas_card(analysis).facts["Raised per session"]
    assert shown.startswith(interval(exp(gap.conf_low), exp(gap.conf_high), decimals=1))
    assert shown.endswith(f"best guess {number(exp(gap.estimate), 1)}")
    slope = analysis.estimate("expectation_ending")
    span = interval(exp(slope.conf_low), exp(slope.conf_high), decimals=1)
    assert span in expectations_card(analysis).answer


def test_ideas_that_too_few_had_adopted_have_no_rate(analysis: PilotAnalysis) -> None:
    card = ideas_card(refused(analysis, "ideas_adopted"))
    assert "too few were adopted to show a rate" in card.answer
    assert "Adopted, best guess" not in card.facts


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.1, 0.5, "Yes: "), (-0.5, -0.1, "No, less: "), (-0.5, 0.5, "We cannot tell: ")],
)
def test_the_ties_card_follows_its_interval(
    low: float, high: float, said: str, analysis: PilotAnalysis
) -> None:
    card = ties_card(changed(analysis, "ties_change", conf_low=low, conf_high=high))
    assert card.answer.startswith(said)


def test_small_waves_are_left_out_and_small_p_values_are_not_zero(
    analysis: PilotAnalysis,
) -> None:
    tiny = changed(analysis, "ties_index", p_value=0.0001)
    assert "p < 0.001 if levels did not matter" in repr(ties_card(tiny))
    few = changed(changed(analysis, "ties_index", n=4), "ties_share", n=4)
    assert "survey" not in " ".join(ties_card(few).facts)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 0.5, "Yes, more often"),
        (-0.5, -0.1, "No, less often"),
        (-0.5, 0.5, "We cannot tell"),
    ],
)
def test_the_expectations_card_follows_its_interval(
    low: float, high: float, said: str, analysis: PilotAnalysis
) -> None:
    made = changed(analysis, "expectation_ending", conf_low=low, conf_high=high)
    assert expectations_card(made).answer.startswith(said)


def test_a_refused_hazard_still_shows_how_far_apart_people_are(analysis: PilotAnalysis) -> None:
    card = expectations_card(refused(analysis, "expectation_ending"))
    assert card.answer == CANNOT
    assert "How far the two lie apart" in card.facts
    assert card.facts["Why"].endswith("too few.")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (51.0, 60.0, "More than expected"),
        (40.0, 49.0, "Less than expected"),
        (48.0, 53.0, "About as expected"),
        (43.0, 53.0, "More or less than expected, we cannot tell"),
    ],
)
def test_the_goals_card_follows_its_interval(
    low: float, high: float, said: str, analysis: PilotAnalysis
) -> None:
    made = changed(analysis, "goals_reached", conf_low=low, conf_high=high)
    assert goals_card(made).answer.startswith(f"{said}: a T-score of {low} to {high}")
    alone = goals_card(refused(refused(made, "goals_stated"), "goals_contrast"))
    assert "people can say" not in alone.answer
    assert alone.facts["Difference between the arms"].startswith("refused: ")


def test_without_a_plan_there_is_no_difference_on_the_cards(analysis: PilotAnalysis) -> None:
    told = [f for f in analysis.findings if not f.where.topic.endswith(("_contrast", "_check"))]
    for plan, there in ((analysis.plan, True), (None, False)):
        bare = replace(analysis, plan=plan, findings=tuple(told), refused=())
        labels = [label for card in extra_cards(bare) for label in card.facts]
        assert any(label.startswith("Difference") for label in labels) == there
