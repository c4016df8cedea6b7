"""Cards and frames on records, ladders and interviews: they dare no more than the runs say."""

import numpy as np
import pandas as pd
import pytest

from revlab.errors import RevlabError
from revlab.fieldwork.interviews import Interviews, price_curve, value_of_interviews
from revlab.fieldwork.ladder import LadderModel
from revlab.fieldwork.simulate_ladder import compare_ladders, rung_shares, simulate_ladders
from revlab.pairing.compatibility import Compatibility
from revlab.people.population import Population, draw_cohort
from revlab.people.skills_stress import middle_of_draws
from revlab.report.answers_asks import interviews_card, ladder_card, records_card
from revlab.report.figures import draw
from revlab.report.figures_interviews import price_points
from revlab.report.figures_records import record_lines
from revlab.rng import stream

FIT = Compatibility.from_scores(stream(1, "scores").random((20, 20)))


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    cohort = draw_cohort(Population(), 30, 30, rng=stream(1, "cohort"))
    return simulate_ladders(cohort, model=LadderModel(burden=0.3), n_sims=6, seed=1)


def recall(hit: float) -> pd.DataFrame:
    draws = pd.DataFrame({"share": [0.0, 0.0, 0.3, 0.3], "draw": [0, 1, 0, 1]})
    draws = draws.assign(hit=[1.0, 1.0, hit, hit - 0.1], precision=[1.0, 1.0, 0.7, 0.7])
    return middle_of_draws(draws, by=["share"]).assign(kind="old")


@pytest.mark.parametrize("low", [-0.3, -0.1, 0.2])
def test_the_ladder_card_says_no_more_than_the_interval(runs: pd.DataFrame, low: float) -> None:
    table = compare_ladders(runs)
    table.loc[0, ["difference_low", "difference_high"]] = [low, low + 0.25]
    card = ladder_card(table, lift=0.4, n_sims=6)
    head = {-0.3: "As assumed here, no", -0.1: "Cannot tell", 0.2: "As assumed here, yes"}[low]
    assert card.answer.startswith(head)
    assert len(card.answer.split()) <= 25
    assert card.facts["Lift at which the two are equal"] == "0.40 SD a rung"
    assert (
        "more than any"
        in ladder_card(table, lift=np.inf, n_sims=6).facts["Lift at which the two are equal"]
    )


def test_the_ladder_card_gives_each_way_its_own_numbers() -> None:
    table = pd.DataFrame({
        "ladder": ["ladder", "straight"], "completed": [0.1, 0.3], "difference": [-0.2, 0.0],
        "difference_low": [-0.08, 0.0], "difference_high": [0.03, 0.0], "hours": [4.0, 5.0],
        "hours_per_completer": [40.0, 16.7],
    })  # fmt: skip
    card = ladder_card(table, lift=0.5, n_sims=20)
    assert "of 100 people asked, between 8 fewer and 3 more reach" in card.answer
    assert list(card.facts.values()) == ["10%", "30%", "0.50 SD a rung", "40.0", "16.7"]


def test_the_interviews_card_gives_each_number_its_own_place() -> None:
    value = value_of_interviews(FIT, worth=30.0, n_draws=6, seed=1)
    facts = interviews_card(value, worth=30.0).facts
    told = Interviews()
    assert facts["Reliability of the questionnaire"] == f"{told.together(0):.2f}"
    assert facts["Reliability with one interview"] == f"{told.together(1):.2f}"
    most = value.iloc[-1]["value"]
    assert facts["Most that any information can add"] == f"{most:.1f} hours for a pair"
    assert most > value.iloc[1]["value"]


def test_the_ladder_figure_shows_what_the_runs_say(runs: pd.DataFrame) -> None:
    frame = rung_shares(runs)
    view = draw("ladder", frame, simulated=True)
    done = runs[runs["ladder"] == "straight"]
    mean = (done["climbed"] / done["asked"]).mean()
    assert f"({mean:.0%} on average) by “straight”" in view.alt
    assert view.alt.count("climb it") == 5
    widths = [bar.get_width() for bar in view.figure.axes[0].patches]
    straight = frame[frame["ladder"] == "straight"].iloc[0]
    assert any(width == pytest.approx(100 * straight["dropped"]) for width in widths)
    assert sum(widths) == pytest.approx(100 * frame["asked"].sum())
    ends = [bar.get_x() + bar.get_width() for bar in view.figure.axes[0].patches]
    assert ends[-len(frame) :] == pytest.approx((100 * frame["asked"]).tolist())


@pytest.mark.parametrize(("worth", "head"), [(0.0, "No"), (40.0, "Cannot tell"), (1e6, "Yes")])
def test_the_interviews_card_follows_the_net_worth(worth: float, head: str) -> None:
    model = Interviews(questionnaire=0.2, interview=0.7)
    value = value_of_interviews(FIT, worth=worth, model=model, n_draws=12, seed=1)
    if head == "Cannot tell":
        value["net_low"], value["net_high"] = -1.0, 1.0
    card = interviews_card(value, worth=worth)
    assert card.answer.startswith(f"{head}:")
    assert len(card.answer.split()) <= 25
    assert card.facts["Worth at which one interview pays"].endswith(" hours")
    deaf = value_of_interviews(
        FIT, worth=worth, model=Interviews(interview=0.0), n_draws=4, seed=1
    )  # fmt: skip
    facts = interviews_card(deaf, worth=worth).facts
    assert facts["Worth at which one interview pays"] == "never"


def test_the_price_figure_joins_curve_and_interviews() -> None:
    how = {"n_draws": 6, "seed": 1}
    value = value_of_interviews(FIT, worth=50.0, **how)
    curve = price_curve(FIT, [0.64, 0.9, 1.0], **how)
    points = price_points(curve, value, worth=50.0)
    assert points["reliability"].is_monotonic_increasing
    assert points["reliability"].is_unique
    assert len(points) == 6
    assert points["interviews"].notna().sum() == 4
    at = points.set_index("reliability")["price"]
    assert at[0.9] == pytest.approx(50 * curve.set_index("reliability").loc[0.9, "part"])
    assert at[1.0] == pytest.approx(value["value"].iloc[-1])
    view = draw("interviews", points, simulated=True)
    marks = [line for line in view.figure.axes[0].lines if line.get_label().startswith("what")]
    assert marks[0].get_ydata().tolist() == [6.0, 12.0, 18.0]
    assert "1 interview a person costs 6.0 hours" in view.alt


def test_the_records_card_and_figure_say_what_is_left() -> None:
    card = records_card(recall(0.9), damage="no longer so")
    assert "for 80% to 90% of needs; today for 100%" in card.answer
    assert len(card.answer.split()) <= 25
    assert card.facts["Names that can help, 30% no longer so"] == "70%"
    assert card.facts["Names that can help, as recorded"] == "100%"
    worse = recall(0.9).replace({"mean": {1.0: 0.95}})
    worse.loc[worse["measure"] == "precision", "mean"] = [0.6, 0.5]
    now = records_card(worse, damage="old")
    assert now.answer.endswith("today for 95%.")
    assert now.facts["Names that can help, as recorded"] == "60%"
    lines = record_lines(recall(0.9))
    assert lines["line"].unique().tolist() == [
        "a search names somebody who can help", "names of a search who can help",
    ]  # fmt: skip
    view = draw("records", lines, settings={"damage": "no longer so"})
    assert "85% instead of 100% for “a search names" in view.alt
    assert "and 70% instead of 100% for “names of a search" in view.alt
    chosen = record_lines(recall(0.9), lines={"precision": "right names"})
    assert chosen["line"].unique().tolist() == ["right names"]
    with pytest.raises(RevlabError, match="records are shown for one kind of damage at a time"):
        record_lines(recall(0.9), recall(0.8).assign(kind="missing"))
