"""Arms that differ in the programme: the same people and chance, other levers."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.design import simulate
from revlab.design.arms import CHANGES, Arm
from revlab.design.dealt import arm_outcomes, deal_dyads, shared_people
from revlab.design.design import Design
from revlab.design.gain_worlds import draw_gain_worlds
from revlab.design.simulate import simulate_design
from revlab.design.world import draw_world, score_design
from revlab.errors import DesignError, OptionError
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.outcomes import OutcomeModel
from revlab.fieldwork.potential import draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.recognition import Recognition
from revlab.fieldwork.simulate import expected_outcomes, simulate_outcomes
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.estimators import ESTIMATORS
from revlab.pairing.policies import POLICIES
from revlab.pairing.pools import pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

OPTIMAL = POLICIES["optimal"]
CONTRAST = Contrast("new", "old")
VALUES = {
    "planned_sessions": 3, "weeks_between": 1.0, "check_in_every": 1, "recording": "text",
    "recognition.until": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def cohort():
    return draw_cohort(Population(), 16, 16, rng=stream(21, "cohort"))


def two_arms(cohort, changes: dict[str, float | str], **settings: object) -> Design:
    arms = {"new": Arm(OPTIMAL, changes), "old": OPTIMAL}
    given = {"n_pairs": 16, "n_pools": 4, "arms": arms, "contrast": CONTRAST} | settings
    return Design(cohort, **given)


def world_of(design: Design, replication: int = 0):
    return draw_world(design, score_design(design), seed=5, replication=replication)


def everybody(design: Design, arm: str, replication: int = 0) -> pd.DataFrame:
    world = world_of(design, replication)
    own = {name: name for name in design.arms}
    matching = world.matched(dict.fromkeys(world.arms, arm), own)
    return arm_outcomes(expected_outcomes, world, matching, source={arm: arm})


def test_an_arm_without_changes_is_its_policy_bit_for_bit(cohort) -> None:
    policies = {"optimal": POLICIES["optimal"], "random": POLICIES["random"]}
    contrast = Contrast("optimal", "random")
    plain = Design(cohort, 16, n_pools=4, arms=policies, contrast=contrast)
    same = replace(plain, arms={name: Arm(policy) for name, policy in policies.items()})
    runs = [simulate_design(design, n_sims=3, seed=9) for design in (plain, same)]
    pd.testing.assert_frame_equal(*runs)


def test_each_arm_is_paired_by_its_own_policy(cohort) -> None:
    arms = {"new": Arm(POLICIES["random"], {"training": 1.0}), "old": OPTIMAL}
    world = world_of(two_arms(cohort, {}, arms=arms))
    own = {"new": "new", "old": "old"}
    for arm, name in (("new", "random"), ("old", "optimal")):
        every = dict.fromkeys(world.arms, arm)
        alone = pair_in_pools(
            world.cohort,
            world.pools,
            arms=every,
            policies={arm: name},
            scored={arm: world.scored[arm]},
            seed=world.pairing_seed,
        )
        pd.testing.assert_frame_equal(world.matched(every, own).dyads, alone.dyads)


def test_an_arm_keeps_what_it_does_not_change() -> None:
    base = Programme(weeks_between=2.0, recognition=Recognition(attendance=0.5, until=4))
    arm = Arm(OPTIMAL, {"training": 1.0, "recognition.joint": 0.7})
    marked = Recognition(attendance=0.5, joint=0.7, until=4)
    assert arm.of(base) == replace(base, training=1.0, recognition=marked)
    short = Arm(OPTIMAL, {"planned_sessions": 3}).of(base)
    assert (short.planned_sessions, short.weeks_between) == (3, 2.0)
    assert short.assumptions.outcomes.full_dose == base.planned_sessions
    own = replace(base.assumptions, outcomes=OutcomeModel(full_dose=10))
    kept = Arm(OPTIMAL, {"planned_sessions": 3}).of(replace(base, assumptions=own))
    assert kept.assumptions.outcomes.full_dose == 10


def test_a_change_to_what_the_programme_is_anyway_changes_nothing(cohort) -> None:
    plain = two_arms(cohort, {})
    moved = two_arms(cohort, {"training": plain.programme.training})
    runs = [simulate_design(design, n_sims=2, seed=9) for design in (plain, moved)]
    pd.testing.assert_frame_equal(*runs)
    assert (runs[0]["estimand"] == 0).all()


def test_a_design_with_programme_arms_goes_to_other_processes_and_gives_the_same(cohort) -> None:
    design = two_arms(cohort, {"training": 1.0, "recognition.joint": 1.0}, unit="dyad")
    sent = pickle.loads(pickle.dumps(design))
    one, two = (simulate_design(either, n_sims=2, seed=3) for either in (design, sent))
    pd.testing.assert_frame_equal(one, two)
    later = simulate_design(design, n_sims=1, seed=3)
    pd.testing.assert_frame_equal(one[one["replication"] < 1], later)


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_moves_what_people_gain(cohort, name: str) -> None:
    base = Programme(recognition=Recognition(attendance=0.5, joint=0.5, until=4))
    design = two_arms(cohort, {name: VALUES.get(name, 0.9)}, programme=base)
    gaps = [
        everybody(design, "new", r)["post"].to_numpy()
        - everybody(design, "old", r)["post"].to_numpy()
        for r in range(2)
    ]
    assert np.abs(np.concatenate(gaps)).max() > 1e-6


def test_the_truth_is_that_of_two_whole_programmes_with_the_same_pairs(cohort) -> None:
    design = two_arms(cohort, {"training": 1.0, "protected_time": 0.9})
    truth = simulate_design(design, n_sims=1, seed=5)["estimand"].iloc[0]
    world, means = world_of(design), []
    matching = world.matched(dict.fromkeys(world.arms, "old"), {"old": "old"})
    columns, rows = ([*ids] for ids in (world.potential.mentor_ids, world.potential.mentee_ids))
    assert set(columns + rows) == {*cohort.mentors.index, *cohort.mentees.index}
    for programme in (Programme(training=1.0, protected_time=0.9), Programme()):
        # all 16 are drawn, so that the scores of the cohort are those of the drawn people
        potential = draw_potential(
            world.cohort, score_cohort(cohort), programme=programme, seed=5, replication=0
        )
        frame = expected_outcomes(potential, matching, scale_id=design.scale_id, role=design.role)
        means.append(frame["post"].mean())
    assert truth == pytest.approx(means[0] - means[1], abs=1e-12)
    assert truth > 0


@pytest.mark.parametrize("unit", ["pool", "dyad"])
def test_each_dyad_answers_as_it_would_if_all_were_in_its_arm(cohort, unit: str) -> None:
    design = two_arms(cohort, {"training": 1.0, "planned_sessions": 3}, unit=unit)
    world = world_of(design)
    own = {"new": "new", "old": "old"}
    matching = world.matched(world.arms, own)
    if unit == "dyad":
        dealt = deal_dyads(matching.dyads, CONTRAST, rng=stream(1, "dealt"))
        matching = replace(matching, dyads=matching.dyads.assign(arm=dealt.arm))
    mixed = arm_outcomes(simulate_outcomes, world, matching, source=own).set_index("dyad_id")
    assert mixed["arm"].value_counts().tolist() == [8, 8]
    assert mixed.index.tolist() == matching.dyads["dyad_id"].tolist()
    for arm in own:
        whole = world.matched(dict.fromkeys(world.arms, arm), own)
        alone = arm_outcomes(simulate_outcomes, world, whole, source={arm: arm})
        rows = mixed.index[mixed["arm"] == arm]
        pd.testing.assert_frame_equal(mixed.loc[rows], alone.set_index("dyad_id").loc[rows])


def test_arms_with_other_numbers_of_sessions_share_their_first_ones(cohort) -> None:
    design = two_arms(cohort, {"planned_sessions": 3})
    world = world_of(design)
    matching = world.matched(world.arms, {"new": "new", "old": "old"})
    short = replace(world.potential, programme=design.arms["new"].of(design.programme))
    few, many = (run_dyads(one, matching) for one in (short, world.potential))
    assert (few.paths.held == many.paths.held[:3]).all()
    np.testing.assert_array_equal(few.given["mentee"], many.given["mentee"][:3])
    gains = [one.gain("voice", "mentee", given=one.given["mentee"][2]) for one in (few, many)]
    np.testing.assert_array_equal(*gains)


def test_half_the_sessions_give_more_than_half_but_less_than_all(cohort) -> None:
    """By the model of falling gains: 1 - exp(-s 3) against 1 - exp(-s 6), on held sessions."""
    design = two_arms(cohort, {"planned_sessions": 3})
    short, whole = (everybody(design, arm)["post"].mean() for arm in ("new", "old"))
    start = everybody(design, "old")["pre"].mean()
    assert 0.5 < (short - start) / (whole - start) < 1


def test_a_stated_effect_is_added_to_the_control_programme(cohort) -> None:
    design = two_arms(cohort, {"training": 1.0, "planned_sessions": 2}, unit="dyad")
    none = replace(design, arms={"new": OPTIMAL, "old": OPTIMAL})
    stated, plain = (simulate_design(one, n_sims=3, seed=2, effect=0.4) for one in (design, none))
    pd.testing.assert_frame_equal(stated, plain)


def test_with_few_pools_dealing_dyads_gives_the_narrower_interval_and_the_same_truth() -> None:
    people = draw_cohort(Population(), 24, 24, rng=stream(22, "cohort"))
    runs = {}
    for unit in ("pool", "dyad"):
        design = two_arms(people, {"training": 1.0}, n_pairs=24, n_pools=4, unit=unit)
        runs[unit] = simulate_design(design, n_sims=12, seed=7)
    np.testing.assert_array_equal(runs["pool"]["estimand"], runs["dyad"]["estimand"])
    for unit, table in runs.items():
        assert (table["failed"] == "").all(), unit
        error = table["estimate"] - table["estimand"]
        assert abs(error.mean()) < 3.5 * error.std() / np.sqrt(len(error)), unit
    assert runs["dyad"]["n_clusters"].eq(runs["dyad"]["n"]).all()
    assert runs["pool"]["n_clusters"].le(4).all()
    width = {unit: (t["conf_high"] - t["conf_low"]).mean() for unit, t in runs.items()}
    assert width["dyad"] < width["pool"]


def test_dealt_dyads_are_analysed_with_their_pool_as_the_block(cohort, monkeypatch) -> None:
    frames = []

    def keep(frame: pd.DataFrame, contrast: Contrast) -> Estimate:
        frames.append(frame)
        return ESTIMATORS["change_cr2"](frame, contrast)

    monkeypatch.setattr(simulate, "ESTIMATORS", {"ancova_cr2": keep})
    design = two_arms(cohort, {"training": 1.0}, unit="dyad")
    simulate_design(design, n_sims=1, seed=5)
    (frame,) = frames
    world = world_of(design)
    matching = world.matched(world.arms, {"new": "new", "old": "old"})
    pool_of = matching.dyads.set_index("dyad_id")["pool_id"].astype(str)
    assert frame["block"].astype(str).tolist() == pool_of.loc[frame["dyad_id"]].tolist()
    assert frame["pool_id"].tolist() == frame["dyad_id"].tolist()
    assert frame.groupby("block")["arm"].value_counts().eq(2).all()


def test_dyads_that_share_people_are_found_and_stay_together() -> None:
    dyads = pd.DataFrame(
        [
            ("D1", "P1", "a", "x"), ("D2", "P1", "b", "y"), ("D3", "P1", "c", "z"),
            ("D4", "P1", "a", "z"), ("D5", "P1", "d", "w"), ("D6", "P2", "e", "u"),
            ("D7", "P2", "u", "v"), ("D8", "P2", "f", "t"),
        ],
        columns=["dyad_id", "pool_id", "mentor_id", "mentee_id"],
    )  # fmt: skip
    unit = shared_people(dyads)
    # a-x, a-z and c-z hang together; e mentors u, who mentors v
    assert unit.tolist() == ["D1", "D2", "D1", "D1", "D5", "D6", "D6", "D8"]
    for k in range(20):
        dealt = deal_dyads(dyads, CONTRAST, rng=stream(k, "dealt"))
        assert dealt.arm[0] == dealt.arm[2] == dealt.arm[3]
        assert dealt.arm[5] == dealt.arm[6] != dealt.arm[7]
        assert set(dealt.arm[[0, 1, 4]]) == {"new", "old"}


def test_dyads_are_dealt_evenly_within_pools_and_over_odd_pools() -> None:
    sizes = [5, 4, 3, 3, 1]
    pool = np.repeat([f"P{k}" for k in range(5)], sizes)
    ids = [f"D{k}" for k in range(len(pool))]
    dyads = pd.DataFrame(
        {"dyad_id": ids, "pool_id": pool, "mentor_id": [f"m{k}" for k in ids],
         "mentee_id": [f"s{k}" for k in ids]}
    )  # fmt: skip
    new = np.zeros(len(ids))
    for k in range(200):
        dealt = deal_dyads(dyads, CONTRAST, rng=stream(k, "dealt"))
        counts = pd.Series(dealt.arm == "new").groupby(pool).sum().to_numpy()
        assert (np.abs(2 * counts - sizes) <= np.mod(sizes, 2)).all()
        assert counts.sum() == 8
        new += dealt.arm == "new"
    assert np.abs(new / 200 - 0.5).max() < 4 * np.sqrt(0.25 / 200)


def test_mentors_with_two_dyads_are_one_unit_of_the_analysis() -> None:
    people = draw_cohort(Population(mentor_capacity=2), 20, 20, rng=stream(2, "cohort"))
    design = two_arms(people, {"training": 1.0}, n_pairs=20, n_pools=2, unit="dyad")
    runs = simulate_design(design, n_sims=3, seed=1, effect=0.0)
    assert (runs["n"] + runs["n_missing"] == 20).all()
    assert (runs["n_clusters"] <= runs["n"]).all()
    assert (runs["n_clusters"] < runs["n"]).any()


@pytest.mark.parametrize(
    ("changes", "settings", "error", "sentence"),
    [
        (
            {"trainning": 1.0},
            {},
            OptionError,
            "`changes` must be one of .* Did you mean 'training'",
        ),
        ({"mixers": 1.0}, {}, OptionError, "`changes` must be one of"),
        ({"training": 1.5}, {}, OptionError, "`training` must lie between 0 and 1; got 1.5"),
        ({"training": "full"}, {}, OptionError, "`training` must be a number; got 'full'"),
        ({"training": True}, {}, OptionError, "`training` must be a number; got True"),
        ({"training": float("nan")}, {}, OptionError, "`training` must lie between"),
        ({"planned_sessions": 2.5}, {}, OptionError, "`planned_sessions` must be whole; got 2.5"),
        ({"planned_sessions": float("inf")}, {}, OptionError, "must be whole"),
        ({"planned_sessions": 0}, {}, OptionError, "`planned_sessions` must be at least 1"),
        ({"recording": "video"}, {}, OptionError, "`recording` must be one of"),
        ({"recording": 2}, {}, OptionError, "`recording` must be one of"),
        ({"recognition.joint": 2}, {}, OptionError, "`joint` must lie between 0 and 1"),
        ({}, {"unit": "person"}, OptionError, "`unit` must be one of 'dyad', 'pool'"),
        ({"sponsor_support": 1.0}, {"unit": "dyad"}, DesignError, "everybody in a pool sees"),
        ({}, {"unit": "dyad", "estimators": ("mixed_pools",)}, DesignError, "needs several dyads"),
        ({}, {"unit": "dyad", "n_pools": 9}, DesignError, "two for each pool; got 16 in 9"),
        ({}, {"unit": "dyad", "n_pools": 0}, DesignError, "two for each pool; got 16 in 0"),
        ({}, {"unit": "dyad", "n_pools": 1, "n_pairs": 3}, DesignError, "must be at least 4"),
    ],
)
def test_a_wrong_arm_gets_one_sentence(cohort, changes, settings, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        two_arms(cohort, changes, **settings)


def test_policies_cannot_be_dealt_to_single_dyads(cohort) -> None:
    arms = {"new": Arm(POLICIES["random"], {"training": 1.0}), "old": OPTIMAL}
    with pytest.raises(DesignError, match="a pairing policy treats whole pools"):
        two_arms(cohort, {}, arms=arms, unit="dyad")


def test_a_design_says_how_arms_are_dealt(cohort) -> None:
    said = repr(two_arms(cohort, {"training": 1.0}, unit="dyad"))
    assert said.startswith("Design: new - old on digital_confidence (mentee), 16 pairs dealt one")


def test_what_drives_a_difference_is_asked_of_policies_only(cohort) -> None:
    design = two_arms(cohort, {"training": 1.0})
    with pytest.raises(DesignError, match="only arms that differ in their policy"):
        draw_gain_worlds(design, n_worlds=1, seed=1)


def test_an_arm_is_a_key_and_keeps_a_copy_of_its_changes() -> None:
    changes: dict[str, float | str] = {"training": 1.0}
    arm = Arm(OPTIMAL, changes)
    changes["trainning"] = 2.0
    assert arm == Arm(OPTIMAL, {"training": 1.0})
    assert {arm: "kept"}[Arm(OPTIMAL, {"training": 1.0})] == "kept"


def test_whole_numbers_are_whole_however_they_are_given() -> None:
    """The command line gives 3.0 for 3; no session is held by half."""
    made = Arm(OPTIMAL, {"planned_sessions": 3.0, "check_in_every": 2.0, "recognition.until": 1.0})
    programme = made.of(Programme())
    numbers = (programme.planned_sessions, programme.check_in_every, programme.recognition.until)
    assert numbers == (3, 2, 1)
    assert all(type(number) is int for number in numbers)
    for name in ("check_in_every", "recognition.until"):
        with pytest.raises(OptionError, match=f"`{name}` must be whole; got 1.5"):
            Arm(OPTIMAL, {name: 1.5}).of(Programme())


def test_every_replication_deals_its_dyads_anew(cohort, monkeypatch) -> None:
    arms = []

    def keep(frame: pd.DataFrame, contrast: Contrast) -> Estimate:
        arms.append(tuple(frame["arm"]))
        return ESTIMATORS["change_cr2"](frame, contrast)

    monkeypatch.setattr(simulate, "ESTIMATORS", {"ancova_cr2": keep})
    design = two_arms(cohort, {"training": 1.0}, unit="dyad")
    simulate_design(design, n_sims=4, seed=5)
    assert len(set(arms)) == 4


def test_a_stated_effect_has_everybody_in_a_control_arm_that_differs(cohort) -> None:
    old = Arm(OPTIMAL, {"planned_sessions": 3})
    design = two_arms(cohort, {}, arms={"new": Arm(OPTIMAL, {"training": 1.0}), "old": old})
    same = replace(design, arms={"new": old, "old": old})
    stated, plain = (simulate_design(one, n_sims=2, seed=2, effect=0.4) for one in (design, same))
    pd.testing.assert_frame_equal(stated, plain)
    fitted = stated[stated["failed"] == ""]
    assert len(fitted) > 0
    assert (fitted["n"] + fitted["n_missing"] == 16).all()
