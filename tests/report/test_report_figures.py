import io
import re

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from report_frames import estimate, settings, synthetic_frames

from revlab.errors import RevlabError
from revlab.people.cohort import Cohort
from revlab.report.canvas import HATCHES, MARKERS, MENTEE, MENTOR, PALETTE, new_axes, safe
from revlab.report.counts import grade_counts, possible_pairs, skill_balance
from revlab.report.figures import FIGURES, draw
from revlab.report.prose import lint_prose

FRAMES = synthetic_frames()
SETTINGS = settings()


def _head(ax: object) -> str:
    figure = ax.figure  # type: ignore[attr-defined]
    suptitle = figure.get_suptitle()
    return str(suptitle or ax.get_title(loc="left")).replace("\n", " ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_draws_says_its_finding_and_changes_nothing(name: str) -> None:
    frame, before = FRAMES[name].copy(), dict(matplotlib.rcParams)
    ax = FIGURES[name].plot(frame, **SETTINGS.get(name, {}))
    alt = FIGURES[name].alt(frame, **SETTINGS.get(name, {}))
    pd.testing.assert_frame_equal(frame, FRAMES[name])
    assert dict(matplotlib.rcParams) == before
    finding = _head(ax).replace("−", "-")
    assert len(finding) > 20
    assert finding in alt
    assert any(character.isdigit() for character in alt)
    assert alt.endswith(".")
    assert [fault for fault in lint_prose(alt) if "more than 30 words" not in fault] == []


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "likert"])
def test_axes_have_names(name: str) -> None:
    ax = FIGURES[name].plot(FRAMES[name])
    assert ax.get_xlabel() or ax.get_xticklabels()
    assert len(ax.get_xlabel() + ax.get_ylabel()) > 5


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_draws_into_given_axes(name: str) -> None:
    figure = Figure()
    ax = figure.add_subplot(1, 2, 1)
    assert FIGURES[name].plot(FRAMES[name], ax, **SETTINGS.get(name, {})) is ax
    assert ax.get_title(loc="left")
    assert figure.get_suptitle() == ""
    figure.savefig(io.BytesIO(), format="png", dpi=50)


@pytest.mark.parametrize("name", FIGURES)
def test_a_frame_without_rows_or_columns_is_one_sentence(name: str) -> None:
    for call in (FIGURES[name].plot, FIGURES[name].alt):
        with pytest.raises(RevlabError, match=r"^the .*figure.* needs (the|a) column"):
            call(FRAMES[name][[]])
        with pytest.raises(RevlabError, match=r"^the .*figure.* needs at least one row\.$"):
            call(FRAMES[name].iloc[:0])


@pytest.mark.parametrize("name", FIGURES)
def test_one_row_is_enough_or_is_refused_in_words(name: str) -> None:
    # The first row of some frames is a forbidden pair or an answer that was not given.
    view = draw(name, FRAMES[name].dropna().iloc[[0]])
    assert len(view.png()) > 1000


def test_pictures_are_small_stripped_and_repeatable() -> None:
    view = draw("change", FRAMES["change"], settings=SETTINGS["change"])
    png = view.png()
    assert len(png) < 60_000
    assert png == view.png()
    picture = Image.open(io.BytesIO(png))
    assert picture.info == {}
    assert set(re.findall(rb"tEXt|iTXt|zTXt|eXIf|tIME|pHYs", png)) == set()


def test_a_simulated_figure_says_so_in_picture_words_and_caption() -> None:
    view = draw("power", FRAMES["power"], caption="Read it.", simulated=True)
    assert view.figure.get_supxlabel() == "SIMULATED DATA"
    assert view.alt.startswith("Simulated data. ")
    assert view.caption == "Read it. Simulated data."
    assert draw("power", FRAMES["power"]).figure.get_supxlabel() == ""


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(RevlabError, match=r"`name` must be one of .*Did you mean 'policies'"):
        draw("polices", FRAMES["policies"])


def test_ids_of_people_and_pairs_never_reach_a_figure() -> None:
    for name in ("attendance", "heat"):
        view = draw(name, FRAMES[name])
        texts = [text.get_text() for text in view.figure.findobj(matplotlib.text.Text)]
        assert not re.search(r"D0\d\d", " ".join([view.alt, *texts]))


def test_names_from_users_are_no_formulas() -> None:
    frame = pd.DataFrame({"skill": ["R&D $x_{", "$"], "offered": [1, 2], "needed": [3, 1]})
    view = draw("skills", frame)
    assert len(view.png()) > 1000
    assert safe("from -0.5 to 3-4") == "from −0.5 to 3-4"


def test_settings_of_the_user_do_not_reach_the_picture() -> None:
    plain = draw("ranks", FRAMES["ranks"]).png()
    with matplotlib.rc_context({"savefig.bbox": "tight", "savefig.facecolor": "black",
                                "font.size": 20.0, "axes.facecolor": "black"}):  # fmt: skip
        assert Image.open(io.BytesIO(draw("ranks", FRAMES["ranks"]).png())).size == (
            Image.open(io.BytesIO(plain)).size
        )


def _luminance(colour: str) -> float:
    red, green, blue = matplotlib.colors.to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_the_two_sides_differ_in_greyscale_and_have_more_than_colour() -> None:
    assert abs(_luminance(MENTOR) - _luminance(MENTEE)) > 0.2
    assert len(set(PALETTE)) == len(set(MARKERS)) == len(set(HATCHES)) == 7


def test_the_effect_axis_holds_interval_and_margin() -> None:
    ax = FIGURES["change"].plot(FRAMES["change"], estimate=estimate(0.05, 3.57), margin=0.25)
    side = next(other for other in ax.figure.axes if other is not ax)
    low, high = side.get_ylim()
    assert low < -0.25
    assert high > 3.57


def test_the_flow_shows_all_arms_together_unless_told_otherwise() -> None:
    flow = FRAMES["flow"]
    both = pd.concat([flow.assign(arm="all"), flow.assign(arm="random", n=1)], ignore_index=True)
    assert FIGURES["flow"].alt(both) == FIGURES["flow"].alt(flow)
    assert "random" in FIGURES["flow"].alt(
        pd.concat([both, flow.assign(arm="b")]).query("arm != 'all'")
    )


def test_a_tie_of_policies_is_told() -> None:
    frame = FRAMES["policies"].assign(mean_score=0.5, worst_score=0.1)
    assert FIGURES["policies"].alt(frame).count("“") == len(frame)
    missing = frame.assign(worst_score=np.nan)
    assert "worst-off pair does" not in FIGURES["policies"].alt(missing)
    assert len(draw("policies", missing).png()) > 1000


def test_survival_starts_with_everybody_and_counts_those_at_risk() -> None:
    frame = pd.DataFrame(
        {"time": [0.0, 2.0, 6.0], "at_risk": [20, 20, 15], "survival": [1.0, 0.75, 0.75],
         "conf_low": [np.nan, 0.5, 0.5], "conf_high": [np.nan, 0.9, 0.9]}
    )  # fmt: skip
    ax = FIGURES["survival"].plot(frame)
    assert ax.lines[0].get_ydata()[0] == 100
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0\n20", "2\n20", "6\n15"]


def test_likert_counts_the_missing_and_parts_at_the_middle() -> None:
    frame = pd.DataFrame({"item": "a", "value": pd.array([1, 2, 3, 4, 5, None], dtype="Int64")})
    ax = FIGURES["likert"].plot(frame)
    assert ax.get_yticklabels()[0].get_text() == "a\nn = 5, 1 missing"
    assert sorted(round(bar.get_x()) for bar in ax.patches) == [-50, -30, -10, 10, 30]
    with pytest.raises(RevlabError, match="needs at least one answer"):
        FIGURES["likert"].alt(pd.DataFrame({"item": ["a"], "value": pd.array([None], "Int64")}))


def test_counts_of_a_cohort() -> None:
    people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["a", "b", "c"])
    skills = pd.DataFrame(
        {"person_id": ["a", "a", "b", "c"], "skill_id": ["x", "y", "x", "z"],
         "side": ["offer", "offer", "offer", "need"], "level": 3.0, "source": "self"}
    )  # fmt: skip
    cohort = Cohort(people.loc[["a", "b"]], people.loc[["c"]], skills=skills)
    assert grade_counts(cohort)["n"].tolist() == [2, 1]
    balance = skill_balance(cohort, labels={"z": "video"})
    assert balance.values.tolist() == [["video", 0, 1], ["y", 1, 0], ["x", 2, 0]]
    bare = Cohort(people.loc[["a", "b"]], people.loc[["c"]])
    assert len(skill_balance(bare)) == 0


def test_possible_pairs_mark_the_forbidden_and_the_made() -> None:
    from revlab.pairing.compatibility import Compatibility
    from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS, Matching

    compatibility = Compatibility.from_scores(
        pd.DataFrame([[0.9, 0.1], [0.4, 0.8]], index=["s1", "s2"], columns=["j1", "j2"]),
        eligible=[[True, False], [True, True]],
    )
    row = ["D001", "P01", "x", "j2", "s2", 0.8, 0.8, 0.8, 1, 1]
    left = pd.DataFrame(columns=list(LEFT_COLUMNS))
    matching = Matching("x", pd.DataFrame([row], columns=list(DYAD_COLUMNS)), left, left)
    frame = possible_pairs(compatibility, matching=matching)
    assert frame["paired"].tolist() == [False, False, False, True]
    assert frame["score"].isna().tolist() == [False, True, False, False]


def test_a_new_figure_gets_the_style_and_nothing_else_does() -> None:
    ax = new_axes(None)
    assert not ax.spines["top"].get_visible()
    assert matplotlib.rcParams["axes.spines.top"]


def test_scores_of_fewer_than_five_people_are_not_shown() -> None:
    frame = pd.DataFrame(
        {"arm": ["optimal"] * 4 + ["random"] * 5, "pre": [1.23] * 4 + [2.22] * 5, "post": 3.33}
    )
    ax = FIGURES["change"].plot(frame)
    drawn = {float(value) for line in ax.lines for value in line.get_ydata()}
    assert 1.23 not in drawn
    assert 2.22 in drawn
    alt = FIGURES["change"].alt(frame)
    assert "1.23" not in alt
    assert "fewer than 5 complete pairs, not shown" in alt
    answers = pd.DataFrame({"item": ["a"] * 4 + ["b"] * 5, "value": [1, 2, 3, 5] + [5] * 5})
    bars = FIGURES["likert"].plot(answers).patches
    assert sum(bar.get_width() for bar in bars) == 100
    said = FIGURES["likert"].alt(answers)
    assert "“a” fewer than 5 answers, not shown" in said
    assert "No item has 5 answers" in FIGURES["likert"].alt(answers[answers["item"] == "a"])
