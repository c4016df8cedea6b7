"""The page on another policy: cards of few words, the table, the truth, and refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError
from revlab.fieldwork.pilot import Pilot, write_pilot
from revlab.inference.estimate import Estimate
from revlab.report.answer import AnswerCard
from revlab.report.answers_evaluation import (
    NoAnswer,
    bounds_card,
    overlap_card,
    replayed_card,
    value_card,
)
from revlab.report.evaluation_tables import (
    evaluation_figure,
    evaluation_table,
    say_evaluation,
    truth_table,
)
from revlab.report.inputs import load_inputs, study_inputs
from revlab.report.lottery_study import LotteryStudy, lottery_study
from revlab.report.study_files import StudyFiles
from revlab.shipped import shipped


@pytest.fixture(scope="module")
def study() -> LotteryStudy:
    """Return the simulated study of the page, with two policies."""
    return lottery_study(study_inputs(seed=2026), ["optimal", "random"], seed=2026)


def cards(study: LotteryStudy, policy: str) -> list[AnswerCard]:
    """Return all cards about a policy."""
    found = study.of(policy)
    three = [card(found, policy) for card in (value_card, overlap_card, bounds_card)]
    return [*three, replayed_card(found)]


def test_the_cards_answer_with_numbers_of_the_evaluation(study: LotteryStudy) -> None:
    value, reach, whole, test = cards(study, "optimal")
    found = study.of("optimal")
    assert f"{found.value.estimate:.2f} (" in value.facts["Mean under “best total fit”"]
    assert "this pilot cannot tell “best total fit” from its lottery" in value.answer
    assert f"{100 * found.known.share:.0f}% of its pairs" in reach.answer
    worst = found.bounds.iloc[0]
    assert f"between {worst['conf_low']:.2f} and {worst['conf_high']:.2f} points" in whole.answer
    assert f"in {100 * found.replayed.p_value:.0f} in 100 draws" in test.answer
    for card in (value, reach, whole, test):
        assert card.simulated
        assert "gov.uk" not in repr(card)
    assert {"not_planned", "many_missing"} <= {caveat.rule_id for caveat in value.caveats}


def test_a_policy_out_of_reach_gets_cards_that_say_why(study: LotteryStudy) -> None:
    for card in cards(study, "random"):
        assert card.answer == "This pilot cannot answer that."
        assert card.facts["Why"] == study.refused["random"]
        assert card.simulated
    assert study.unanswerable["policy"].tolist() == ["random"]
    with pytest.raises(OptionError, match="`policy` must be one of 'optimal', 'random'"):
        study.of("nash")


def gap(study: LotteryStudy, low: float, high: float) -> str:
    """Return the answer if the difference had this interval."""
    found = study.evaluations["optimal"]
    changed = replace(found.difference, estimate=(low + high) / 2, conf_low=low, conf_high=high)
    return value_card(replace(found, difference=changed), "optimal").answer


def test_the_answer_follows_the_interval_of_the_difference(study: LotteryStudy) -> None:
    more = (
        "Where it reaches, “best total fit” would likely have given more, by 0.10 to 0.90 points."
    )
    assert gap(study, 0.1, 0.9) == more
    assert "given less, by 0.10 to 0.90 points" in gap(study, -0.9, -0.1)
    assert "may be anywhere from -0.10 to 0.90 points" in gap(study, -0.1, 0.9)
    name = value_card(study.evaluations["optimal"], "a name of very many words indeed").answer
    assert "cannot tell the policy from" in name


def test_fewer_than_five_answers_are_not_shown(study: LotteryStudy) -> None:
    found = study.evaluations["optimal"]
    few = replace(found, value=replace(found.value, n=4))
    for card in (value_card, overlap_card, bounds_card):
        assert "fewer than 5 people" in card(few, "optimal").facts["Why"]
    assert "fewer than 5 people" in replayed_card(few).facts["Why"]
    shown = evaluation_figure(replace(study, evaluations={"optimal": few}))
    assert isinstance(shown, AnswerCard)


def test_a_clear_test_and_a_whole_reach_are_worded(study: LotteryStudy) -> None:
    found = study.evaluations["optimal"]
    sure = replace(found, replayed=replace(found.replayed, p_value=0.01))
    assert replayed_card(sure).answer.startswith("Likely: by chance alone")
    untold = replace(found, replayed=None, refusals={"replayed": "no scores."})
    assert replayed_card(untold).facts["Why"] == "no scores."
    known = replace(found.known, share=1.0)
    whole = replace(found, known=known)
    assert bounds_card(whole, "optimal").answer.startswith("There are none")
    assert value_card(whole, "optimal").answer.startswith("This pilot cannot tell")


def test_the_table_and_the_truth_stand_side_by_side(study: LotteryStudy) -> None:
    table = truth_table(study)
    assert table["policy"].tolist() == ["logged", "optimal"]
    row = table.iloc[1]
    assert (
        row["whole_low"] <= row["conf_low"] + 1e-9 or row["whole_high"] >= row["conf_high"] - 1e-9
    )
    # a simulation knows: the bounds of the whole policy hold its truth
    assert row["whole_low"] < row["truth"] < row["whole_high"]
    real = replace(study, truth=study.truth[:0])
    assert truth_table(real)["truth"].isna().all()
    assert truth_table(replace(study, evaluations={})).empty


def test_nothing_to_show_is_said_and_the_figure_marks_simulated_data(study: LotteryStudy) -> None:
    figure = evaluation_figure(study, caption="What the pilot says.")
    assert repr(figure).startswith("Figure: Simulated data. Means with their intervals")
    nothing = evaluation_figure(replace(study, evaluations={}))
    assert "says nothing about any of these policies" in nothing.facts["Why"]


def test_the_sentences_of_the_command_line_hold_the_answers(study: LotteryStudy) -> None:
    lines = say_evaluation(study.evaluations["optimal"], "optimal")
    for card in cards(study, "optimal"):
        assert card.question in lines
        assert f"  {card.answer}" in lines


def test_bounds_of_the_simulated_policies_hold_the_truth_over_seeds() -> None:
    inside = []
    for seed in (1, 2):
        found = truth_table(lottery_study(study_inputs(seed=seed), ["greedy"], seed=seed))
        rows = found[found["policy"] != "logged"]
        inside += [row.whole_low < row.truth < row.whole_high for row in rows.itertuples()]
    assert all(inside)


def test_an_own_pilot_by_lottery_is_taken_under_its_pseudonyms(
    study: LotteryStudy, tmp_path
) -> None:
    roster = shipped("data/rosters/ukcs_small")
    named = study.pilot
    short = {name: name.split("@")[0] for name in named.people["person_id"]}
    pilot = _renamed(named, short)
    for file in roster.glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace("@gov.uk", "")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    for file in roster.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    write_pilot(pilot, tmp_path / "pilot")
    files = StudyFiles(roster=(tmp_path,), pilot=tmp_path / "pilot")
    inputs = load_inputs(files, seed=1)
    assert not set(inputs.pilot.lottery["mentee_id"]) & set(short.values())
    own = lottery_study(inputs, ["optimal"], seed=1)
    assert own.why == ""
    assert own.origin.startswith("These are the answers of your pilot")
    assert own.truth.empty
    assert "optimal" in own.evaluations or "optimal" in own.refused
    stranger = lottery_study(
        replace(inputs, cohort=study_inputs(seed=1).cohort), ["optimal"], seed=1
    )
    assert "are not on" in stranger.why


def _renamed(pilot: Pilot, short: dict[str, str]) -> Pilot:
    frames = {}
    for name in ("people", "dyads", "responses", "truth", "lottery"):
        frame = getattr(pilot, name)
        columns = [
            c for c in frame if c in ("person_id", "mentor_id", "mentee_id", "respondent_id")
        ]
        frames[name] = frame.assign(**{c: frame[c].map(short) for c in columns})
    return replace(pilot, **frames)


def test_no_answer_stands_for_an_evaluation() -> None:
    card = value_card(NoAnswer("out of reach.", simulated=False), "random")
    assert (card.facts["Why"], card.simulated) == ("out of reach.", False)


def test_the_table_reads_the_numbers_of_every_policy(study: LotteryStudy) -> None:
    table = evaluation_table(study.evaluations)
    found = study.evaluations["optimal"]
    assert isinstance(found.value, Estimate)
    row = table.set_index("policy").loc["optimal"]
    assert row["estimate"] == found.value.estimate
    assert row["share"] == found.known.share
    assert np.isfinite(table.drop(columns="policy").to_numpy(float)).all()
    assert isinstance(table, pd.DataFrame)
