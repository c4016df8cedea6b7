"""The policy explorer, driven by its traits: every control changes what is shown, rightly."""

import io
import re
import subprocess
import sys
from html import unescape

import pandas as pd
import pytest

from revlab.errors import OptionError, RevlabError
from revlab.pairing.matching import DYAD_COLUMNS
from revlab.pairing.policies import POLICIES, pair
from revlab.pairing.quality import judge
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.people.roster import read_roster
from revlab.people.skill_draw import draw_skills
from revlab.people.skills import read_skills
from revlab.report.panels import PolicyExplorer
from revlab.report.sliders import LabelledSlider
from revlab.rng import stream
from revlab.shipped import shipped

SEED = 2026


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """The shipped roster with skills."""
    people = read_roster(shipped("data/rosters/ukcs_small"))
    skills = read_skills(shipped("data/skills/esco_digital.csv"))
    return draw_skills(people, skills, rng=stream(SEED, "skills"))


@pytest.fixture
def explorer(cohort: Cohort) -> PolicyExplorer:
    """A fresh explorer."""
    return PolicyExplorer(cohort, seed=SEED)


def shown(explorer: PolicyExplorer, name: str) -> str:
    """Return the HTML of one of the views."""
    return str(explorer._views[name].value)


def in_file(explorer: PolicyExplorer) -> pd.DataFrame:
    """Return what a user gets who follows the download link."""
    return pd.read_csv(io.BytesIO(explorer.csv), encoding="utf-8-sig")


def everything(explorer: PolicyExplorer) -> str:
    """Return all that the explorer sends to a browser, the file behind the link left out."""
    views = " ".join(view.value for view in explorer._views.values())
    traits = [*explorer.weights.values(), explorer.minimum_gap, explorer._status]
    states = " ".join(str(one.get_state()) for one in traits)
    return re.sub(r'href="data:[^"]*"', "", f"{views} {states} {explorer!r}")


def test_the_first_view_is_the_best_total_fit_against_random(
    explorer: PolicyExplorer, cohort: Cohort
) -> None:
    dyads = pair(cohort, policy="optimal", seed=SEED).dyads
    chance = pair(cohort, policy="random", seed=SEED).dyads
    both = set(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True)) & set(
        zip(chance["mentor_id"], chance["mentee_id"], strict=True)
    )
    assert explorer.headline == (
        f"“best total fit” makes {len(dyads)} pairs, mean fit {dyads['score'].mean():.2f}, "
        f"worst {dyads['score'].min():.2f}; {len(dyads) - len(both)} pairs differ from “random”."
    )
    assert repr(explorer) == explorer.headline


@pytest.mark.parametrize("name", list(POLICIES))
def test_the_file_holds_exactly_the_pairs_of_pair(
    explorer: PolicyExplorer, cohort: Cohort, name: str
) -> None:
    explorer.policy.value = name
    expected = pair(cohort, policy=name, seed=SEED).dyads[list(DYAD_COLUMNS)]
    pd.testing.assert_frame_equal(
        in_file(explorer)[list(DYAD_COLUMNS)], expected, check_dtype=False, rtol=1e-12
    )


def test_the_file_holds_the_pairs_of_changed_settings_too(
    explorer: PolicyExplorer, cohort: Cohort
) -> None:
    explorer.weights["profession"].value = 4
    explorer.minimum_gap.value = 2
    explorer.maximum_gap.value = 5
    explorer.units.value = "other"
    expected = pair(cohort, policy=explorer.chosen, seed=SEED).dyads
    got = in_file(explorer)
    assert got["mentor_id"].tolist() == expected["mentor_id"].tolist()
    assert got["mentee_id"].tolist() == expected["mentee_id"].tolist()
    grade = cohort.mentees["grade"].loc[got["mentee_id"]].to_numpy()
    gap = grade - cohort.mentors["grade"].loc[got["mentor_id"]].to_numpy()
    assert gap.min() >= 2
    assert gap.max() <= 5
    units = cohort.mentees["unit"].loc[got["mentee_id"]].to_numpy()
    assert (units != cohort.mentors["unit"].loc[got["mentor_id"]].to_numpy()).all()


def test_each_weight_changes_the_pairs_and_the_sentence(explorer: PolicyExplorer) -> None:
    start = (explorer.headline, in_file(explorer)[["mentor_id", "mentee_id"]])
    for name, slider in explorer.weights.items():
        usual = slider.value
        slider.value = 0 if usual else 5
        assert explorer.headline != start[0], name
        assert not in_file(explorer)[["mentor_id", "mentee_id"]].equals(start[1]), name
        slider.value = usual
        assert explorer.headline == start[0], name


def test_every_view_follows_the_policy(explorer: PolicyExplorer) -> None:
    before = {name: shown(explorer, name) for name in explorer._views}
    explorer.policy.value = "greedy"
    changed = {name for name in before if shown(explorer, name) != before[name]}
    assert changed == set(before)


def test_the_judges_are_those_of_the_pairing_room(explorer: PolicyExplorer, cohort: Cohort) -> None:
    explorer.policy.value = "stable_mentee"
    fit = score_cohort(cohort)
    said = judge(cohort, fit, pair(cohort, policy="stable_mentee", seed=SEED)).set_index("judge")
    rows = re.findall(r"<tr>(.*?)</tr>", shown(explorer, "judges"))
    cells = [[unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
    table = {row[0]: row[1] for row in cells[1:]}
    assert table["Mean fit"] == f"{said.loc['mean_score', 'value']:.2f}"
    assert table["Would both rather switch"] == f"{said.loc['blocking_pairs', 'value']:.0f}" == "0"


def test_the_comparison_is_on_the_same_settings(explorer: PolicyExplorer) -> None:
    explorer.weights["skill_coverage"].value = 0
    explorer.comparison.value = "optimal"
    assert explorer.headline.endswith(".")
    assert "differ" not in explorer.headline
    assert explorer.run.matching is explorer.other.matching


def test_the_order_brings_other_pairs_up(explorer: PolicyExplorer) -> None:
    worst = shown(explorer, "pairs")
    explorer.order.value = "best"
    fits = [float(x) for x in re.findall(r'class="num">([\d.]+)<', shown(explorer, "pairs"))]
    assert fits == sorted(fits, reverse=True)
    assert shown(explorer, "pairs") != worst
    explorer.order.value = "changed"
    assert ">no<" in shown(explorer, "pairs")


def test_every_pair_has_a_reason_in_words(explorer: PolicyExplorer) -> None:
    frame = in_file(explorer)
    assert frame["reason"].str.len().min() > 10
    parts = frame.filter(regex="^part_").sum(axis=1)
    assert (parts - frame["score"]).abs().max() < 1e-9


def test_rules_that_forbid_everything_are_a_sentence(explorer: PolicyExplorer) -> None:
    explorer.minimum_gap.value = explorer.minimum_gap.max
    assert explorer._status.kind == "answer"
    explorer.maximum_gap.value = 1
    assert explorer.headline.startswith("The mentee cannot be at least")
    assert explorer._status.kind == "problem"
    assert not any(view.value for view in explorer._views.values())
    explorer.minimum_gap.value = 1
    assert explorer._status.kind == "answer"
    assert shown(explorer, "pairs")


def test_no_pair_at_all_is_a_sentence() -> None:
    people = pd.DataFrame({"unit": ["a", "b"], "grade": [3, 3]}, index=["x", "y"])
    explorer = PolicyExplorer(Cohort(people[:1], people[1:]), seed=1)
    assert explorer.headline.startswith("“best total fit” makes no pair")
    assert explorer._status.kind == "problem"
    assert "Left over" in shown(explorer, "left")


def test_no_weight_at_all_is_a_sentence(explorer: PolicyExplorer) -> None:
    for slider in explorer.weights.values():
        slider.value = 0
    assert explorer.headline == "A score needs at least one part with a weight above zero."
    assert explorer._repr_mimebundle_()["text/html"].count("<p") == 1


def test_the_start_comes_back(explorer: PolicyExplorer) -> None:
    start = (explorer.headline, explorer.settings)
    explorer.policy.value = "random"
    explorer.weights["profession"].value = 5
    explorer.maximum_gap.value = 2
    explorer._reset.click()
    assert (explorer.headline, explorer.settings) == start


def test_no_id_reaches_the_page_and_codes_do(explorer: PolicyExplorer, cohort: Cohort) -> None:
    text = everything(explorer)
    people = cohort.mentors.index.union(cohort.mentees.index)
    assert not [person for person in people if person in text]
    assert len(set(re.findall(r"P\d{3}", shown(explorer, "pairs")))) == 24
    frame = in_file(explorer)
    assert set(frame["mentor_code"]).isdisjoint(frame["mentee_code"])


def test_the_snapshot_holds_totals_and_nobody(explorer: PolicyExplorer, cohort: Cohort) -> None:
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == explorer.headline
    still = bundle["text/html"]
    assert explorer.headline in unescape(still)
    assert "snapshot" in still
    assert "revlab app" in still
    assert "kills are simulated" in still
    assert not re.findall(r"P\d{3}|D\d{3}", re.sub(r'src="[^"]*"', "", still))
    people = cohort.mentors.index.union(cohort.mentees.index)
    assert not [person for person in people if person in still]
    alt = re.search(r'alt="([^"]*)"', still)
    assert alt is not None
    assert "best total fit: 0." in unescape(alt[1])


def test_a_few_people_get_no_scores_in_the_snapshot() -> None:
    people = pd.DataFrame({"unit": list("abab"), "grade": [1, 2, 4, 5]}, index=list("wxyz"))
    still = PolicyExplorer(Cohort(people[:2], people[2:]), seed=1)._repr_mimebundle_()["text/html"]
    assert "Fewer than 5 pairs" in still
    assert "<table" not in still


def test_a_formula_in_an_id_does_not_reach_the_file_alive() -> None:
    people = pd.DataFrame({"unit": list("ab"), "grade": [1, 4]}, index=["=cmd()", "<b>x</b>"])
    explorer = PolicyExplorer(Cohort(people[:1], people[1:]), seed=1)
    assert b'"\'=cmd()"' in explorer.csv
    assert "<b>x" not in everything(explorer)


def test_the_large_figure_waits_to_be_asked(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("revlab.report.panels._AT_ONCE", 100)
    explorer = PolicyExplorer(cohort, seed=SEED)
    assert "most pairs" not in shown(explorer, "figure")
    explorer._everything.value = True
    assert "most pairs" in shown(explorer, "figure")
    explorer.policy.value = "greedy"
    assert "most pairs" in shown(explorer, "figure")


def test_own_policies_and_none(cohort: Cohort) -> None:
    own = {name: POLICIES[name] for name in ("greedy", "stable_mentor")}
    explorer = PolicyExplorer(cohort, seed=SEED, policies=own)
    assert [value for _, value in explorer.policy.options] == list(own)
    with pytest.raises(RevlabError, match="at least one policy"):
        PolicyExplorer(cohort, seed=SEED, policies={})


def test_the_slider_keeps_its_range() -> None:
    slider = LabelledSlider(label="Same site", value=2, max=5)
    with pytest.raises(OptionError, match="`Same site` must be between 0 and 5; got 6"):
        slider.value = 6
    assert slider.value == 2


def test_importing_revlab_does_not_import_the_widgets() -> None:
    code = (
        "import sys, revlab, revlab.pairing.policies;"
        "sys.exit(' '.join({'ipywidgets', 'anywidget', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
