"""Looks on the way in a plan: sealed with it, read from its file, heeded by the analysis."""

from dataclasses import replace
from pathlib import Path

import pytest

from revlab.errors import OptionError, PilotError, TableError
from revlab.fieldwork.pilot import read_pilot
from revlab.fieldwork.plan_file import read_plan
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.fieldwork.registered_file import read_registered
from revlab.inference.analysis_contrasts import contrasts
from revlab.inference.analysis_scales import scores_of
from revlab.inference.analysis_sizes import equivalence_table
from revlab.inference.deviations import deviations
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.looks import look_bounds
from revlab.inference.plan import AnalysisPlan
from revlab.inference.plan_reading import plan_of_pilot, read_analysis_plan, write_analysis_plan
from revlab.shipped import shipped

FIRST = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
AT_HALF = replace(FIRST, looks=(0.5, 1.0))


def test_a_plan_without_looks_keeps_its_digest_and_its_levels() -> None:
    plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    assert plan.digest.startswith("85dea97cc76d")
    assert (plan.contrast_level, plan.alpha, plan.looks, plan.look_note) == (0.95, 0.05, None, "")


def test_the_digest_seals_the_looks_and_not_which_of_them_this_is() -> None:
    plans = [
        AnalysisPlan(first)
        for first in (
            FIRST,
            AT_HALF,
            replace(AT_HALF, looks=(0.4, 1.0)),
            replace(AT_HALF, look_bounds="pocock"),
        )
    ]
    assert len({plan.digest for plan in plans}) == 4
    assert AnalysisPlan(replace(AT_HALF, look=1)).digest == plans[1].digest
    changed = deviations(plans[1], AnalysisPlan(replace(AT_HALF, look=1)))
    assert changed.empty
    told = deviations(plans[0], plans[3]).to_numpy().tolist()
    assert told == [
        ["looks at the data", "not stated", "0.5, 1"],
        ["bounds of the looks", "spend_obrien_fleming", "pocock"],
    ]


@pytest.mark.parametrize(("look", "number"), [(1, 1), (2, 2), (0, 2)])
def test_the_level_is_that_of_the_look(look: int, number: int) -> None:
    plan = AnalysisPlan(replace(AT_HALF, look=look, conf_level=0.9))
    bounds = look_bounds([0.5, 1.0], alpha=0.1)
    assert plan.contrast_level == pytest.approx(1 - bounds.level(number), abs=1e-12)
    assert plan.look_note.startswith(f"look {number} of 2, at {number / 2:.0%} of the information")
    # one-sided tests at .1 on each side share out .2 over both
    both = look_bounds([0.5, 1.0], alpha=0.2)
    assert plan.alpha == pytest.approx(both.level(number) / 2, abs=1e-12)


def test_a_look_at_almost_nothing_still_has_an_interval() -> None:
    plan = AnalysisPlan(replace(FIRST, looks=(0.01, 1.0), look=1))
    assert 1 - 1e-8 < plan.contrast_level < 1


def test_the_analysis_gives_the_interval_of_its_look_and_says_so() -> None:
    pilot = read_pilot(shipped("data/example_pilot"))
    plain = plan_of_pilot(pilot.plan)
    first = plain.primary
    early = replace(plain, primary=replace(first, looks=(0.5, 1.0), look=1))
    own = (first.primary_scale, first.primary_role)
    (scores,) = (one for one in scores_of(pilot) if (one.outcome.scale_id, one.outcome.role) == own)
    before, now = (contrasts(scores, plan=plan, seed=1) for plan in (plain, early))
    level = 1 - look_bounds([0.5, 1.0]).level(1)
    for one, other in zip(before, now, strict=True):
        assert other.estimate.conf_level == pytest.approx(level, abs=1e-12)
        assert other.estimate.estimate == one.estimate.estimate
        assert other.estimate.p_value == one.estimate.p_value
        assert other.estimate.conf_low < one.estimate.conf_low
        assert other.estimate.conf_high > one.estimate.conf_high
        assert "look 1 of 2, at 50% of the information" in other.estimate.note
        assert "look" not in one.estimate.note
    rule = ESTIMATORS[first.estimator](scores.frame, plain.contrast, conf_level=level)
    assert (now[0].estimate.conf_low, now[0].estimate.conf_high) == (rule.conf_low, rule.conf_high)
    judged = equivalence_table(now, plan=early).iloc[0]
    both = look_bounds([0.5, 1.0], alpha=0.1)
    assert judged["conf_level"] == pytest.approx(1 - both.level(1), abs=1e-12)


def test_a_plan_with_looks_is_written_and_read_again(tmp_path: Path) -> None:
    plan = AnalysisPlan(replace(AT_HALF, look_bounds="spend_pocock", look=1))
    path = tmp_path / "plan.toml"
    write_analysis_plan(plan, path)
    assert "looks = [0.5, 1.0]" in path.read_text(encoding="utf-8")
    again = read_analysis_plan(path)
    assert again == plan
    assert again.digest == plan.digest


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("looks = 0.5", "column 'plan.looks': must be a list; got '0.5'"),
        ("looks = [0.5]", "`looks` must be 1 to 20 shares of the information"),
        ("looks = [0.5, 'all']", "`looks` must be 1 to 20 shares of the information"),
        ("looks = [[0.5], 1]", "`looks` must be 1 to 20 shares of the information"),
        ("looks = [true]", "`looks` must be 1 to 20 shares of the information"),
        ("looks = [0.5, 1]\nlook = 3", "which of the 2 `looks` this is, or 0 for the last; got 3"),
        ("look = 1", "which of the 0 `looks` this is"),
        ("looks = [0.5, 1]\nlook_bounds = 'haybittle'", "`look_bounds` must be one of"),
    ],
)
def test_faulty_looks_in_a_file_are_told_with_the_place(tmp_path: Path, line, rule) -> None:
    path = tmp_path / "plan.toml"
    write_analysis_plan(AnalysisPlan(FIRST), path)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    faults = [str(fault) for fault in read_registered(path).faults]
    assert len(faults) == 1
    assert rule in faults[0]
    assert faults[0].startswith("plan.toml, column 'plan")
    with pytest.raises(TableError, match=r"plan\.toml"):
        read_analysis_plan(path)


def test_a_pilot_folder_states_its_looks_in_its_plan(tmp_path: Path) -> None:
    text = (shipped("data/example_pilot") / "pilot.toml").read_text(encoding="utf-8")
    path = tmp_path / "pilot.toml"
    path.write_text(text.replace("[plan]\n", "[plan]\nlooks = [0.5, 1]\nlook = 1\n"), "utf-8")
    read = read_plan(path)
    assert (read.faults, read.plan.analysis.looks, read.plan.analysis.look) == ((), (0.5, 1.0), 1)


def test_looks_that_cannot_be_are_refused() -> None:
    with pytest.raises(PilotError, match="`looks` must be 1 to 20 shares"):
        replace(FIRST, looks=(0.5, 0.9))
    with pytest.raises(PilotError, match="or 0 for the last; got -1"):
        replace(AT_HALF, look=-1)
    with pytest.raises(OptionError, match="`look_bounds` must be one of"):
        replace(AT_HALF, look_bounds="wald")


def test_the_looks_of_a_plan_have_its_own_level_and_bounds() -> None:
    plan = AnalysisPlan(replace(AT_HALF, look=1, conf_level=0.9, look_bounds="pocock"))
    expected = look_bounds([0.5, 1.0], alpha=0.1, bounds="pocock")
    assert plan.looks is not None
    assert plan.looks.table["bound"].tolist() == pytest.approx(expected.table["bound"].tolist())
    assert plan.contrast_level == pytest.approx(1 - expected.level(1), abs=1e-12)
    assert f"a p-value of at most {expected.level(1):.2g}, and" in plan.look_note
    assert plan.look_note.endswith("with a chance of at most 0.1 (bounds pocock)")


def test_the_largest_one_sided_level_still_has_looks() -> None:
    plan = AnalysisPlan(replace(AT_HALF, alpha=0.5))
    most = look_bounds([0.5, 1.0], alpha=0.499)
    assert plan.alpha == pytest.approx(most.level(2) / 2, abs=1e-12)
