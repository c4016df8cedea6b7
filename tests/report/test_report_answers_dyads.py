"""The cards and figures about dyads, noise, margins and endings follow the data and hide few."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.inference.analysis import PilotAnalysis, analyse_pilot
from revlab.inference.analysis_endings import ending_reasons, session_hazards
from revlab.inference.analysis_scales import scores_of
from revlab.inference.analysis_sizes import equivalence_table
from revlab.inference.growth_waves import growth_means
from revlab.inference.plan import Outcome
from revlab.report.answer import AnswerCard
from revlab.report.answers_dyads import agreement_card, alikeness_card
from revlab.report.answers_endings import lasting_card, shown_hazards
from revlab.report.answers_noise import equivalence_card, noise_card
from revlab.report.figures import FIGURES, draw
from revlab.report.prose import lint_prose
from revlab.shipped import shipped

MENTEES = {"scale_id": "digital_confidence", "role": "mentee"}
CANNOT = "This pilot cannot answer that."


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return read_pilot(shipped("data/example_pilot"))


def unplanned(pilot: Pilot) -> Pilot:
    return replace(pilot, plan=replace(pilot.plan, analysis=None), registered=None)


@pytest.fixture(scope="module")
def analysis(pilot: Pilot) -> PilotAnalysis:
    return analyse_pilot(pilot, seed=1)


def changed(analysis: PilotAnalysis, topic: str, **numbers: float) -> PilotAnalysis:
    """Return the analysis with other numbers in the findings on one topic."""
    findings = tuple(
        replace(one, estimate=replace(one.estimate, **numbers)) if one.where.topic == topic else one
        for one in analysis.findings
    )
    return replace(analysis, findings=findings)


def every_card(analysis: PilotAnalysis) -> list[AnswerCard]:
    return [
        agreement_card(analysis),
        alikeness_card(analysis),
        noise_card(analysis, **MENTEES),
        noise_card(analysis, scale_id="voice", role="mentor"),
        equivalence_card(analysis),
        lasting_card(analysis),
    ]


def test_every_card_answers_and_says_that_it_is_simulated(analysis: PilotAnalysis) -> None:
    for card in every_card(analysis):
        assert card.answer != CANNOT, card
        assert card.simulated
        assert card.convention
        assert len(card.answer.split()) <= 25
        assert lint_prose(f"{card.answer} {card.change_mind}") == []
        assert "p_k" not in repr(card)


def test_the_numbers_of_the_cards_are_those_of_the_findings(analysis: PilotAnalysis) -> None:
    agreed = analysis.estimate("agreement")
    assert f"{agreed.estimate:.2f} ({agreed.conf_low:.2f}" in agreement_card(analysis).answer
    alike = analysis.estimate("pool_icc", **MENTEES)
    card = alikeness_card(analysis)
    assert f"{alike.estimate:.2f}" in card.answer
    factor = 1 + (alike.n / alike.n_clusters - 1) * alike.conf_high
    assert f"{factor:.1f} times" in card.facts["For the next trial"]
    mean = analysis.estimate("lasted")
    assert lasting_card(analysis).answer.startswith(f"{mean.estimate:.1f} ({mean.conf_low:.1f}")
    gap = analysis.estimate("lasted_contrast")
    facts = lasting_card(analysis).facts
    assert (
        f"{gap.estimate:.1f} ({gap.conf_low:.1f}"
        in facts["Difference, best total fit minus random"]
    )
    assert any("Log-rank" in label for label in facts)


@pytest.mark.parametrize(
    ("card", "topic", "low", "high", "words"),
    [
        (agreement_card, "agreement", 0.2, 0.6, "To some degree"),
        (agreement_card, "agreement", -0.6, -0.2, "No:"),
        (agreement_card, "agreement", -0.1, 0.6, "We cannot tell"),
        (alikeness_card, "pool_icc", 0.1, 0.4, "Yes, to some degree"),
        (alikeness_card, "pool_icc", -0.4, -0.1, "No, less than between"),
        (alikeness_card, "pool_icc", -0.4, 0.1, "We cannot tell"),
    ],
)
def test_what_a_card_dares_to_say_follows_the_interval(
    analysis: PilotAnalysis, card: object, topic: str, low: float, high: float, words: str
) -> None:
    said = card(changed(analysis, topic, conf_low=low, conf_high=high))  # type: ignore[operator]
    assert said.answer.startswith(words)


@pytest.mark.parametrize(
    ("estimate", "error", "words"),
    [
        (0.0, 0.05, "Yes:"),
        (0.9, 0.05, "No: the difference, 0.80"),
        (0.2, 0.3, "No: the difference may"),
    ],
)
def test_the_margin_card_has_three_answers(
    analysis: PilotAnalysis, estimate: float, error: float, words: str
) -> None:
    moved = changed(analysis, "contrast", estimate=estimate, std_error=error)
    card = equivalence_card(moved)
    assert card.answer.startswith(words)
    assert card.status == "primary"
    assert {caveat.rule_id for caveat in card.caveats} >= {"simulated", "few_clusters"}
    behind = next(value for label, value in card.facts.items() if "behind" in label)
    assert behind == ("yes" if words != "No: the difference may" else behind)


def _with_shares(analysis: PilotAnalysis, better: int, worse: int, n: int = 40) -> PilotAnalysis:
    shares = {"better": better, "worse": worse, "unchanged": n - better - worse}
    for word, count in shares.items():
        analysis = changed(analysis, f"reliably_{word}", estimate=count / n, n=n)
    return analysis


def test_counts_of_few_people_are_hidden_and_cannot_be_worked_out(analysis: PilotAnalysis) -> None:
    card = noise_card(_with_shares(analysis, 9, 7), **MENTEES)
    assert card.answer.startswith("Better: 9 of 40; worse: 7")
    assert "60%" in card.facts["Within the noise"]
    for better, worse in ((9, 2), (1, 8), (0, 0), (4, 3)):
        said = noise_card(_with_shares(analysis, better, worse), **MENTEES)
        assert "fewer than 5" in said.answer
        assert "Within the noise" not in said.facts
        assert f"{100 * worse / 40:.0f}%" not in said.facts["Worse by more than noise"] or worse > 4


def test_few_pairs_are_a_reason_and_no_card_breaks(pilot: Pilot) -> None:
    two = pilot.dyads["dyad_id"].tolist()[:2]
    small = replace(
        unplanned(pilot),
        dyads=pilot.dyads[pilot.dyads["dyad_id"].isin(two)],
        sessions=pilot.sessions[pilot.sessions["dyad_id"].isin(two)],
        responses=pilot.responses[pilot.responses["dyad_id"].isin(two)],
    )
    for card in every_card(analyse_pilot(small, seed=1)):
        assert card.answer == CANNOT, card
        assert len(card.facts["Why"]) > 20


def test_four_pairs_are_not_shown_whatever_was_estimated(analysis: PilotAnalysis) -> None:
    topics = ("agreement", "pool_icc", "reliably_better", "lasted")
    for topic in topics:
        analysis = changed(analysis, topic, n=4)
    cards = every_card(analysis)
    assert [card.answer == CANNOT for card in cards] == [True, True, True, True, False, True]


def test_further_scales_stand_on_a_card_unless_few_answered(analysis: PilotAnalysis) -> None:
    numbers = {"estimate": 0.31, "conf_low": 0.11, "conf_high": 0.51}
    first = next(one for one in analysis.findings if one.where.topic == "agreement")
    for n, told in ((5, ["0.31 (0.11 to 0.51), n = 5"]), (4, [])):
        estimate = replace(first.estimate, n=n, **numbers)
        other = replace(first, where=replace(first.where, scale_id="voice"), estimate=estimate)
        facts = agreement_card(replace(analysis, findings=(*analysis.findings, other))).facts
        assert [v for label, v in facts.items() if label.startswith("Agreement on")] == told
        moved = tuple(
            replace(one, estimate=replace(one.estimate, n=n, **numbers))
            if one.where.topic == "pool_icc" and one.where.scale_id == "voice"
            else one
            for one in analysis.findings
        )
        said = list(alikeness_card(replace(analysis, findings=moved)).facts.values())
        assert said.count("0.31 (0.11 to 0.51)") == len(told)


def test_arms_and_shares_have_their_own_numbers_and_small_arms_none(
    analysis: PilotAnalysis,
) -> None:
    one = next(f for f in analysis.findings if (f.where.topic, f.where.arm) == ("lasted", "random"))
    for n, told in ((5, ["4.2 (3.1 to 5.6), n = 5"]), (4, [])):
        estimate = replace(one.estimate, estimate=4.2, conf_low=3.1, conf_high=5.6, n=n)
        own = tuple(replace(f, estimate=estimate) if f is one else f for f in analysis.findings)
        facts = lasting_card(replace(analysis, findings=own)).facts
        assert [v for label, v in facts.items() if label == "Mean, random"] == told
    moved = changed(analysis, "reliably_better", estimate=0.25, conf_low=0.1, conf_high=0.4, n=40)
    moved = changed(moved, "reliably_worse", estimate=0.5, conf_low=0.3, conf_high=0.7, n=40)
    facts = noise_card(moved, **MENTEES).facts
    assert facts["Better by more than noise"] == "25% (10% to 40%)"
    assert facts["Worse by more than noise"] == "50% (30% to 70%)"


def test_the_margin_card_names_the_arm_and_only_outcomes_with_a_margin(
    analysis: PilotAnalysis,
) -> None:
    others = (Outcome("voice", "mentor", margin=0.3), Outcome("relationship_quality", "mentor"))
    plan = replace(analysis.plan, secondary=others)
    facts = equivalence_card(replace(analysis, plan=plan)).facts
    assert "Is “best total fit” at worst a margin behind?" in facts
    told = {label: value for label, value in facts.items() if label.endswith(", mentors")}
    row = equivalence_table(analysis.findings, plan=plan).set_index("scale_id").loc["voice"]
    span = f"{row['conf_low']:.2f} to {row['conf_high']:.2f}"
    assert list(told.values()) == [f"{row['verdict']} ({span}; margin 0.30)"]


def test_the_likeness_is_that_of_the_primary_outcome_wherever_it_stands(
    analysis: PilotAnalysis,
) -> None:
    turned = replace(analysis, findings=tuple(reversed(analysis.findings)))
    assert alikeness_card(turned).answer == alikeness_card(analysis).answer
    assert "confidence" in alikeness_card(turned).facts["About"]


def test_without_a_plan_there_is_no_margin_and_no_difference(pilot: Pilot) -> None:
    bare = analyse_pilot(unplanned(pilot), seed=1)
    assert "nothing was planned" in equivalence_card(bare).facts["Why"]
    assert not any("Difference" in label for label in lasting_card(bare).facts)
    assert alikeness_card(bare).answer != CANNOT


def test_a_scale_asked_only_afterwards_has_no_noise_card(analysis: PilotAnalysis) -> None:
    card = noise_card(analysis, scale_id="relationship_quality", role="mentor")
    assert card.answer == CANNOT
    assert "asked only after the start" in card.facts["Why"]
    other_side = noise_card(analysis, scale_id="digital_confidence", role="mentor")
    assert other_side.answer == CANNOT


def test_sessions_are_taken_together_until_five_pairs_have_ended(pilot: Pilot) -> None:
    shown = shown_hazards(session_hazards(pilot))
    every = shown[shown["arm"] == "all"]
    assert every["ended"].sum() == (pilot.dyads["ended"] == "early").sum()
    assert (shown["ended"].dropna() >= 5).all()
    for row in every.itertuples():
        first = int(row.sessions.split(" to ")[0])
        assert row.at_risk == (pilot.dyads["last_session"] >= first).sum()
        assert row.share == row.ended / row.at_risk


def test_one_hidden_arm_hides_both_and_one_hidden_row_keeps_no_number() -> None:
    table = pd.DataFrame(
        {
            "arm": ["all"] * 2 + ["a"] * 2 + ["b"] * 2,
            "session": [1, 2] * 3,
            "at_risk": [40, 33, 20, 14, 20, 19],
            "ended": [7, 2, 6, 0, 1, 2],
        }
    )
    assert set(shown_hazards(table)["arm"]) == {"all"}
    few = shown_hazards(table[table["arm"] == "b"])
    assert few.empty
    alone = shown_hazards(table[table["arm"] == "b"].assign(arm="all"))
    assert alone["ended"].isna().all()
    assert np.isnan(alone["share"]).all()


def test_the_figure_of_growth_hides_means_of_few(pilot: Pilot) -> None:
    table = growth_means(pilot, scores_of(pilot)[:1])
    whole = draw("growth", table, simulated=True)
    assert whole.alt.count("survey") >= 6
    assert len(whole.png()) > 1000
    middle = table["wave"] == 2
    few = table.assign(n=table["n"].mask(middle, 4), estimate=table["estimate"].mask(middle, 9.87))
    assert "9.87" not in FIGURES["growth"].alt(few)
    labels = [label.get_text() for label in FIGURES["growth"].plot(few).get_xticklabels()]
    assert labels[1] == "midway\nunder 5\nunder 5"
    assert "not shown" in FIGURES["growth"].alt(table.assign(n=3))


def test_the_figure_of_reasons_hides_reasons_of_few(pilot: Pilot) -> None:
    table = ending_reasons(pilot)
    alt = FIGURES["reasons"].alt(table)
    assert "“other reasons”" in alt
    assert "With intervals" in alt
    few = pd.DataFrame({"reason": "rare", "time": [1, 2], "events": [2, 1], "share": [0.1, 0.2]})
    assert "rare" not in FIGURES["reasons"].alt(few)
    assert len(draw("reasons", few).png()) > 1000
