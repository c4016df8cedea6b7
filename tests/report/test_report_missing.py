"""The card and the figure about missing answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from report_frames import synthetic_frames

from revlab.errors import RevlabError
from revlab.inference.analysis_missing import APPROACHES
from revlab.report.answers_missing import missing_card
from revlab.report.figures_missing import alt_sensitivity, plot_sensitivity
from revlab.report.frames import show
from revlab.report.missing_verdict import EFFECTS, judge_missing
from revlab.report.names import CODED_COLUMNS, HUMAN_NAMES, WORDS
from revlab.report.prose import lint_prose


def table(**ends: tuple[float, float]) -> pd.DataFrame:
    """Return a table of approaches whose intervals have the given ends."""
    frame = synthetic_frames()["sensitivity"].set_index("approach")
    for approach, (low, high) in ends.items():
        frame.loc[approach, ["conf_low", "conf_high"]] = low, high
    return frame.reset_index().assign(
        contrast="optimal - random", n=37, n_missing=8, n_clusters=24, conf_level=0.95,
        convention="by pools", note="the interval of the imputed answers leaves out zero",
        reason="",
    )  # fmt: skip


def refused(frame: pd.DataFrame, *approaches: str) -> pd.DataFrame:
    numbers = ["estimate", "conf_low", "conf_high", "bound_low", "bound_high"]
    frame.loc[frame["approach"].isin(approaches), numbers] = float("nan")
    frame.loc[frame["approach"].isin(approaches), "reason"] = "too few."
    return frame


def test_an_answer_that_holds_everywhere_is_told_so():
    frame = table(bounds=(0.05, 0.9), worst_case=(0.01, 1.9))
    card = missing_card(frame, margin=0.25)
    assert (
        card.answer == "No: the answer is the same under all 4 ways to treat the missing answers."
    )
    assert card.verdict.startswith("Holds under every way to treat them; with all answers: likely")
    assert card.facts["Missing answers filled in"] == "0.38 points (0.05 to 0.71)"
    assert card.facts["Bounds, if one arm answers more"] == (
        "between 0.20 and 0.60 points (interval 0.05 to 0.90)"
    )
    assert card.facts["Pairs that lack an answer"] == "8 of 45"
    assert card.facts["Margin set beforehand"] == "0.25 points"
    assert card.facts["Who gave all answers"] == (
        "12 in 100 pairs more in “best total fit” than in “random” (difference -5 to 29 in 100)"
    )
    assert card.change_mind == (
        "If the missing last answers of “best total fit” were 0.60 points lower than filled in, "
        "the interval would come to hold zero."
    )
    assert "Missing answers filled in: by pools" in card.convention
    assert [caveat.rule_id for caveat in card.caveats] == []


def test_beyond_the_margin_and_past_zero_are_one_answer_but_another_side_is_not():
    frame = table(complete=(0.3, 0.7), bounds=(0.05, 0.9), worst_case=(0.01, 1.9))
    assert judge_missing(frame, margin=0.25).place == "holds"
    other = table(imputed=(-0.7, -0.1), bounds=(0.05, 0.9), worst_case=(0.01, 1.9))
    assert judge_missing(other, margin=0.25).other == ("imputed",)
    inside = table(**dict.fromkeys(EFFECTS, (-0.1, 0.1)))
    assert judge_missing(inside, margin=0.25).place == "holds"
    assert judge_missing(inside).place == "unknown"
    assert missing_card(inside, margin=0.25).answer.startswith("No: the answer is the same")
    assert missing_card(inside).answer.startswith("We cannot tell either way")


def test_an_answer_that_hangs_on_the_missing_ones_names_under_what():
    card = missing_card(table(bounds=(0.05, 0.9)), margin=0.25, simulated=True)
    assert card.answer == (
        "It may: 1 of 4 ways to treat the missing answers leads to another answer."
    )
    assert card.verdict == (
        "Depends on the missing answers: another answer under “Every gap at an end of the scale”."
    )
    assert card.caveats[0].rule_id == "simulated"
    two = missing_card(table())
    assert "2 of 4 ways to treat the missing answers lead to" in two.answer
    assert "Margin set beforehand" not in two.facts
    opened = table(complete=(-0.1, 0.9), bounds=(-0.2, 0.9))
    assert judge_missing(opened).other == ("imputed", "weighted")


def test_an_open_answer_stays_open():
    frame = table(**dict.fromkeys(EFFECTS, (-0.5, 0.9)))
    frame.loc[frame["approach"] == "tipping", "note"] = "the interval ... holds zero"
    frame.loc[frame["approach"] == "tipping", "estimate"] = 0.4
    card = missing_card(frame, margin=0.25)
    assert card.answer.startswith("We cannot tell either way: ")
    assert card.verdict == "Cannot tell anyhow, whatever the missing answers were."
    assert card.change_mind.endswith(
        "were 0.40 points higher than filled in, the interval would come to leave out zero."
    )
    frame.loc[frame["approach"] == "tipping", "estimate"] = float("nan")
    assert missing_card(frame).change_mind == (
        "No shift of the missing answers of “best total fit” that the scale allows makes it leave "
        "out zero."
    )


def test_refusals_stay_on_the_card_and_empty_tables_say_why():
    card = missing_card(refused(table(), "weighted", "tipping", "response"))
    assert card.facts["Rare answers count more"] == "not given: too few."
    assert card.facts["Who gave all answers"] == "not given: too few."
    assert card.change_mind == ""
    assert "2 of 3 ways" in card.answer
    alone = missing_card(refused(table(), *APPROACHES[1:]))
    assert alone.answer.startswith("We cannot tell: none of the ways")
    none = missing_card(refused(table(), *APPROACHES))
    assert none.facts == {"Why": "too few."}
    assert missing_card(table().iloc[:0]).facts == {"Why": "nothing was planned to be compared."}
    with pytest.raises(RevlabError, match=r"card of missing answers needs the columns \['note'\]"):
        missing_card(table().drop(columns="note"))


def test_nothing_missing_needs_no_verdict_and_few_people_are_not_counted():
    frame = table().iloc[:1].assign(n_missing=0)
    assert missing_card(frame).answer == "Not here: all 37 pairs gave all answers."
    few = missing_card(table().assign(n_missing=4))
    assert few.facts["Pairs that lack an answer"] == "fewer than 5 of 41"
    rough = missing_card(table().assign(n_clusters=8, n_missing=20))
    assert [caveat.rule_id for caveat in rough.caveats] == ["few_clusters", "many_missing"]


def test_what_the_card_says_is_plain_english():
    for frame in (table(), table(bounds=(0.05, 0.9), worst_case=(0.01, 1.9))):
        card = missing_card(frame, margin=0.25)
        for said in (card.answer, card.verdict, card.change_mind, *card.facts.values()):
            assert lint_prose(said) == []


def test_bounds_are_bars_without_a_dot_and_the_alt_text_lists_every_row():
    frame = table()
    ax = plot_sensitivity(frame, margin=0.25)
    dots = [line for line in ax.lines if line.get_marker() == "D"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [0.42, 0.38, 0.4]
    drawn = [part for one in ax.collections for part in one.get_segments()]
    rows = frame[frame["approach"].isin(EFFECTS)]
    spans = rows[["conf_low", "conf_high"]].to_numpy()
    assert np.array([part[:, 0] for part in drawn]) == pytest.approx(spans)
    band = [one for one in ax.patches if isinstance(one, Rectangle) and not one.get_hatch()]
    assert (band[0].get_x(), band[0].get_width()) == pytest.approx((-0.25, 0.5))
    bars = [one for one in ax.patches if isinstance(one, Rectangle) and one.get_hatch()]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    assert ends == [pytest.approx((0.2, 0.6)), pytest.approx((-0.9, 1.5))]
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [WORDS[one] for one in EFFECTS]
    alt = alt_sensitivity(frame, margin=0.25)
    assert "bounds for those who always answer: bounds 0.20 to 0.60 (-0.10 to 0.85)" in alt
    assert "Margin: 0.25." in alt
    assert "shift" not in alt
    inside = table(**dict.fromkeys(EFFECTS, (-0.1, 0.1)))
    told = [alt_sensitivity(inside, margin=margin) for margin in (0.25, None)]
    assert "point to the same answer" in told[0]
    assert "We cannot tell under any" in told[1]
    head = plot_sensitivity(inside, margin=0.25).figure.get_suptitle()  # type: ignore[union-attr]
    assert "point to the same answer" in head.replace("\n", " ")
    kept = plot_sensitivity(refused(table(), "bounds", "worst_case"))
    assert len(kept.get_yticklabels()) == 3
    with pytest.raises(RevlabError, match="figure of missing answers needs at least one row"):
        plot_sensitivity(refused(table(), *APPROACHES))


def test_the_table_of_approaches_has_human_names():
    assert "approach" in CODED_COLUMNS
    assert {"approach", "bound_low", "bound_high"} <= set(HUMAN_NAMES)
    assert set(APPROACHES) <= set(WORDS)
    shown = show(table()[["approach", "estimate", "bound_low"]], caption="Ways")
    assert shown.headings == ("Way to treat what is missing", "Estimate", "Least difference")
    assert [row[0] for row in shown.rows] == [WORDS[one] for one in APPROACHES]


def test_the_stability_of_one_row_says_that_it_is_alone():
    stability = judge_missing(table().iloc[:1])
    assert (stability.same, stability.other) == ((), ())
    assert stability.finding.startswith("Only the complete pairs can be compared")
    assert replace(stability, other=("bounds",)).place == "depends"
