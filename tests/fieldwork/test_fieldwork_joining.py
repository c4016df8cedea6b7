"""Who joins, what people know of themselves, and what a policy sees of the scores."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from revlab.errors import CohortError, OptionError, PilotError
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.joiners import joiners
from revlab.fieldwork.joining import JOINING, Joining
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.reliability import attenuation_curve, observed_scores
from revlab.fieldwork.self_knowledge import SelfKnowledge, missed_needs, self_rated
from revlab.fieldwork.simulate import expected_outcomes, simulate_outcomes
from revlab.pairing.compatibility import Compatibility
from revlab.rng import stream


def join(scene, joining: Joining, **options: int) -> pd.DataFrame:
    return joiners(scene.potential(Programme(joining=joining), **options))


def mean_gain(scene, joining: Joining) -> float:
    """Return the mean true gain of the juniors who take part, whoever they meet."""
    potential = scene.potential(Programme(joining=joining))
    people = joiners(potential)
    in_ = {
        role: np.flatnonzero(people.loc[people["role"] == role, "joins"])
        for role in ("mentor", "mentee")
    }
    n = min(map(len, in_.values()))
    matching = scene.matching(in_["mentor"][:n], in_["mentee"][:n], pools=1)
    frame = expected_outcomes(potential, matching, scale_id="voice", role="mentor")
    return float((frame["post"] - frame["pre"]).mean())


def test_mandatory_takes_everybody_and_the_others_their_share(crowd) -> None:
    for rule in JOINING:
        found = join(crowd, Joining(rule, share=0.3)).groupby("role")["joins"].mean()
        assert found.to_dict() == pytest.approx(
            dict.fromkeys(("mentor", "mentee"), 1.0 if rule == "mandatory" else 0.3)
        )


def test_volunteers_gain_about_nothing_where_all_together_gain(crowd) -> None:
    """The target: ordinary gains when everybody is assigned, about none among volunteers."""
    target = evidence().set_index("parameter").loc["target.volunteers_gain"]
    gains = {rule: mean_gain(crowd, Joining(rule)) for rule in JOINING}
    assert gains["mandatory"] > 0.05
    ratio = gains["volunteers"] / gains["mandatory"]
    assert target["low"] < ratio < target["high"]
    assert gains["lottery"] / gains["mandatory"] == pytest.approx(1.0, abs=0.2)
    assert gains["selected"] / gains["mandatory"] == pytest.approx(1.0, abs=0.2)


def test_the_calibration_of_volunteers_is_exact_in_a_large_cohort() -> None:
    assert Joining("volunteers").expected_factor == pytest.approx(0.0, abs=0.01)
    assert Joining("mandatory").expected_factor == 1.0


@pytest.mark.parametrize("rule", JOINING)
def test_the_expected_factor_is_that_of_many_people(rule: str) -> None:
    need, luck = np.random.default_rng(3).standard_normal((2, 400_000))
    joining = Joining(rule, share=0.35, judgement=0.4)
    in_ = joining(need, luck)
    assert joining.gain_factor(need[in_]).mean() == pytest.approx(joining.expected_factor, abs=0.01)


def test_good_judgement_selects_those_who_gain_more(crowd) -> None:
    blind, good = (Joining("selected", judgement=j) for j in (0.0, 0.6))
    means = [
        found.loc[found["joins"], "gain_factor"].mean()
        for found in (join(crowd, blind), join(crowd, good))
    ]
    assert means[1] > means[0] + 0.4


def test_rules_share_the_same_people_with_the_same_needs(scene) -> None:
    found = [join(scene, Joining(rule))["gain_factor"] for rule in JOINING]
    for other in found[1:]:
        assert other.equals(found[0])
    assert not found[0].equals(join(scene, Joining(), seed=12)["gain_factor"])


def test_without_a_spread_it_does_not_matter_who_joins(scene) -> None:
    plain = expected_outcomes(scene.potential(), scene.shuffled(), scale_id="voice", role="mentor")
    alike = Programme(joining=Joining("volunteers", gain_spread=0.0))
    same = expected_outcomes(
        scene.potential(alike), scene.shuffled(), scale_id="voice", role="mentor"
    )
    pd.testing.assert_frame_equal(plain, same, check_exact=True)


def test_choosing_the_lowest_scores_regresses_to_the_mean_without_any_gain(crowd) -> None:
    """A programme that does nothing looks as if it worked for those who scored worst."""
    nothing = Assumptions(outcomes=OutcomeModel(gains=dict.fromkeys(GAINS, 0.0)))
    potential = crowd.potential(Programme(assumptions=nothing))
    frame = simulate_outcomes(
        potential, crowd.shuffled(), scale_id="digital_confidence", role="mentee"
    ).dropna()
    change = frame["post"] - frame["pre"]
    worst = frame["pre"] <= frame["pre"].quantile(0.25)
    assert abs(change.mean()) < 0.05
    assert change[worst].mean() > 0.1


def test_joining_that_cannot_be_is_refused(scene) -> None:
    with pytest.raises(OptionError, match=r"`rule` must be one of .*Did you mean 'volunteers'"):
        Joining("volunters")
    with pytest.raises(OptionError, match="`share` must be above 0"):
        Joining(share=0.0)
    with pytest.raises(OptionError, match="`optin` must be a correlation"):
        Joining(optin=-2.0)
    with pytest.raises(OptionError, match="`gain_spread` must be zero or more"):
        Joining(gain_spread=-1.0)
    with pytest.raises(PilotError, match="does not say how people join"):
        joiners(scene.potential())


def assessed_skills(n: int = 4000) -> pd.DataFrame:
    level = np.random.default_rng(8).integers(0, 6, n).astype(float)
    return pd.DataFrame(
        {
            "person_id": [f"S{k // 5:04d}" for k in range(n)],
            "skill_id": [f"skill{k % 5}" for k in range(n)],
            "side": np.where(level <= 2, "need", "offer"),
            "level": level,
            "source": "assessed",
        }
    )


def test_the_weakest_overrate_themselves_and_the_strongest_underrate() -> None:
    found = self_rated(assessed_skills(), SelfKnowledge(), rng=stream(1, "self"))
    gap = (found["level"] - found["tested"]).groupby(found["tested"]).mean()
    assert (np.diff(gap) < 0).all()
    assert gap.iloc[0] > 0.8
    assert gap.iloc[-1] < -0.8


def test_self_rated_levels_correlate_as_stated() -> None:
    skills = assessed_skills(40_000)
    for accuracy in (0.29, 0.8):
        found = self_rated(skills, SelfKnowledge(accuracy=accuracy), rng=stream(2, "self"))
        assert found["level"].corr(found["tested"]) == pytest.approx(accuracy, abs=0.05)


def test_people_who_know_themselves_miss_no_need() -> None:
    known = self_rated(assessed_skills(), SelfKnowledge(accuracy=1.0), rng=stream(1, "self"))
    assert not known["missed"].any()
    assert (known["level"] == known["tested"]).all()
    shares = [
        self_rated(assessed_skills(), knowledge, rng=stream(1, "self"))["missed"].mean()
        for knowledge in (SelfKnowledge(accuracy=0.9), SelfKnowledge(), SelfKnowledge(lift=0.5))
    ]
    assert shares[0] < shares[1] < shares[2]
    table = missed_needs(self_rated(assessed_skills(), SelfKnowledge(), rng=stream(1, "self")))
    assert table["needs"].sum() == (assessed_skills()["side"] == "need").sum()
    assert (table["missed"] > 0.2).all()


def test_what_somebody_says_does_not_depend_on_the_order_of_the_table() -> None:
    skills = assessed_skills(200)
    keys = ["person_id", "skill_id", "side"]
    one, two = (
        self_rated(table, SelfKnowledge(), rng=stream(1, "self")).sort_values(keys)
        for table in (skills, skills.iloc[::-1])
    )
    assert one["level"].tolist() == two["level"].tolist()


def test_skills_without_levels_are_refused() -> None:
    with pytest.raises(CohortError, match=r"the columns \['level'\] are missing"):
        self_rated(assessed_skills(5).drop(columns="level"), SelfKnowledge(), rng=stream(1, "self"))
    with pytest.raises(OptionError, match="`accuracy` must lie between 0 and 1"):
        SelfKnowledge(accuracy=1.5)


@pytest.mark.parametrize("reliability", [0.0, 0.36, 0.81])
def test_observed_scores_correlate_by_the_root_of_the_reliability(
    crowd, reliability: float
) -> None:
    true = crowd.compatibility.select(range(400), range(400))
    seen = observed_scores(true, reliability, stream(1, "questionnaire"))
    for name in ("mentee_score", "mentor_score"):
        one, two = getattr(true, name).ravel(), getattr(seen, name).ravel()
        assert np.corrcoef(one, two)[0, 1] == pytest.approx(np.sqrt(reliability), abs=0.02)
        assert two.std() == pytest.approx(one.std(), rel=0.08)
        assert two.min() >= 0


def test_a_perfect_instrument_shows_the_scores_and_rules_stay(scene) -> None:
    eligible = np.random.default_rng(1).random((24, 24)) < 0.5
    fit = Compatibility.from_scores(scene.compatibility.joint(), eligible=eligible)
    assert (observed_scores(fit, 1.0, stream(1, "q")).mentee_score == fit.mentee_score).all()
    seen = observed_scores(fit, 0.5, stream(1, "q"))
    assert (seen.eligible == eligible).all()
    assert (seen.mentee_score != fit.mentee_score).any()
    with pytest.raises(OptionError, match="`reliability` must lie between 0 and 1; got 2"):
        observed_scores(fit, 2.0, stream(1, "q"))


def test_pairing_on_a_worse_instrument_attenuates_the_value_of_pairing(crowd) -> None:
    """The attenuation curve: what is left of the optimum above chance falls with reliability."""
    true = crowd.compatibility.select(range(300), range(300))
    joint = true.joint()
    chance, best = joint.mean(), joint[linear_sum_assignment(-joint)].mean()
    left = []
    for reliability in (1.0, 0.8, 0.5, 0.2, 0.0):
        seen = observed_scores(true, reliability, stream(3, "questionnaire")).joint()
        paired = joint[linear_sum_assignment(-seen)].mean()
        left.append((paired - chance) / (best - chance))
    assert left[0] == pytest.approx(1.0)
    assert all(np.diff(left) < 0)
    assert left[-1] == pytest.approx(0.0, abs=0.12)


def test_the_attenuation_curve_is_that_of_pairing_by_hand(crowd) -> None:
    true = crowd.compatibility.select(range(80), range(80))
    levels = [1.0, 0.7, 0.3, 0.0]
    curve = attenuation_curve(true, levels, n_draws=12, seed=3)
    assert curve["kept_share"].iloc[0] == pytest.approx(1.0)
    assert all(np.diff(curve["kept_share"]) < 0)
    assert curve["kept_share"].iloc[-1] == pytest.approx(0.0, abs=0.08)
    assert (curve["kept_low"] <= curve["kept_high"]).all()
    joint = true.joint()
    by_hand = []
    for draw in range(12):
        seen = observed_scores(true, 0.7, stream(3, draw, "questionnaire")).joint()
        by_hand.append(joint[linear_sum_assignment(-seen)].mean())
    assert curve["mean_score"].iloc[1] == pytest.approx(np.mean(by_hand))


def test_a_policy_that_looks_at_nothing_has_no_value_to_lose(scene) -> None:
    flat = Compatibility.from_scores(np.full((6, 6), 0.5))
    with pytest.raises(OptionError, match="no better than chance"):
        attenuation_curve(flat, [0.5], n_draws=2, seed=1)
    with pytest.raises(OptionError, match="`n_draws` must be at least 2; got 1"):
        attenuation_curve(scene.compatibility, [0.5], n_draws=1, seed=1)


def test_joining_goes_into_gains_person_by_person(scene) -> None:
    programme = Programme(joining=Joining(gain_spread=0.5))
    frames = [
        expected_outcomes(scene.potential(p), scene.shuffled(), scale_id="voice", role="mentor")
        for p in (replace(programme, joining=None), programme)
    ]
    factor = joiners(scene.potential(programme)).set_index("person_id")["gain_factor"]
    factor = factor.loc[frames[0]["person_id"].astype(str)].to_numpy()
    more = frames[1]["post"].to_numpy(float) > frames[0]["post"].to_numpy(float)
    moved = frames[0]["post"].to_numpy(float) > frames[0]["pre"].to_numpy(float)
    assert (more[moved] == (factor > 1)[moved]).all()
