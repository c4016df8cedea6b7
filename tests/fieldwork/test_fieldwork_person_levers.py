"""Patience, line managers and generations: nothing by default, and as stated where assumed."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from conftest import Scene
from numpy.testing import assert_array_equal
from scipy.stats import norm

from revlab.errors import OptionError, PilotError
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.generation import BIRTH_COHORT, GenerationModel, birth_cohorts
from revlab.fieldwork.managers import ManagerModel, managers_of
from revlab.fieldwork.outcomes import OutcomeModel
from revlab.fieldwork.patience import PatienceModel, pace
from revlab.fieldwork.person_levers import generation_factor, patience_keeps
from revlab.fieldwork.potential import draw_potential
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.replications import Replications
from revlab.fieldwork.simulate import expected_outcomes
from revlab.inference.discrete_hazard import fit_discrete_hazard
from revlab.pairing.compatibility import Compatibility
from revlab.people.cohort import Cohort

PATIENT = PatienceModel(slow_end=0.9, patience=0.8)
DIFFER = ManagerModel(spread=0.8)
BORN = GenerationModel("1980-2000", gain=0.3, apart=0.2)
EACH = {"patience": PATIENT, "managers": DIFFER, "generation": BORN}


@pytest.fixture(scope="module")
def office(crowd) -> Scene:
    """1,200 pairs: each junior and each senior has one of 60 managers; three of four say when
    they were born."""
    n, born = len(crowd.cohort.mentors), np.array(["1980-2000", "1960-1979", "1980-2000", None])
    mentors = crowd.cohort.mentors.assign(**{BIRTH_COHORT: born[np.arange(n) % 4]})
    mentees = crowd.cohort.mentees.assign(**{BIRTH_COHORT: born[np.arange(n) // 4 % 4]})
    people = [*mentors.index, *mentees.index]
    bosses = [f"B{k % 60:02d}" for k in range(2 * n)]
    lines = pd.DataFrame({"person_id": people, "manager_id": bosses})
    cohort = replace(crowd.cohort, mentors=mentors, mentees=mentees, reporting_lines=lines)
    return Scene(cohort, crowd.compatibility)


def course(scene: Scene, **models: object) -> Course:
    programme = Programme(assumptions=Assumptions(**models))
    return run_dyads(scene.potential(programme), scene.shuffled())


def test_as_they_come_they_draw_nothing_and_change_nothing(office, crowd) -> None:
    with_office, without = course(office), course(crowd)
    assert_array_equal(with_office.paths.held, without.paths.held)
    assert_array_equal(with_office.given["mentee"], without.given["mentee"])
    assert with_office.levers.factor == {}
    drawn = set(with_office.potential._drawn)
    assert ("trait", "patience") not in drawn


@pytest.mark.parametrize(
    ("part", "name"),
    [(part, f.name) for part, model in EACH.items() for f in fields(model)],
)
def test_no_parameter_of_a_person_is_dead(office, part: str, name: str) -> None:
    value = getattr(EACH[part], name)
    other = "1960-1979" if name == "later" else value / 2
    runs = [course(office, **{part: m}) for m in (EACH[part], replace(EACH[part], **{name: other}))]
    same = [np.array_equal(*(run.paths.held for run in runs))]
    same += [np.array_equal(*(run.given[role] for run in runs)) for role in ("mentor", "mentee")]
    assert not all(same)


def test_patience_softens_slow_progress_and_leaves_quick_progress_alone() -> None:
    quick, slow = np.full(2, 1.5), np.full(2, -1.5)
    patient = np.array([0.0, 1.0])
    alike, apart = (np.diff(PATIENT(speed, patient)).item() for speed in (quick, slow))
    assert alike == 0
    assert apart == pytest.approx(-0.9 * 1.5 * np.exp(-0.32) * (1 - np.exp(-0.8)))


@pytest.mark.parametrize("patience", [0.0, 0.4, 1.0])
def test_slow_progress_ends_no_more_dyads_on_the_whole(patience: float) -> None:
    """The mean over standard normal pace and patience is 0, by quadrature."""
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    grid, fine = np.linspace(-8, 8, 8001), norm.pdf(np.linspace(-8, 8, 8001)) * 16 / 8000
    at = PatienceModel(0.7, patience)(grid[:, None], node[None, :])
    assert float(fine @ at @ (weight / weight.sum())) == pytest.approx(0, abs=1e-5)


def test_the_pace_is_standard_normal_and_0_if_nothing_gives(crowd) -> None:
    traits = np.random.default_rng(1).standard_normal((2, 20_000))
    assert pace(OutcomeModel(), *traits).std() == pytest.approx(1, abs=0.02)
    assert (pace(OutcomeModel(openness=0, teaching=0), *traits) == 0).all()


def test_patience_is_found_again_as_an_interaction(office) -> None:
    """The hazard model of early endings finds pace, and patience only where progress is slow."""
    size, n = [], len(office.cohort.mentees)
    for model in (PATIENT, replace(PATIENT, patience=0.0)):
        run = course(office, patience=model)
        normal = run.potential.normal
        speed = pace(OutcomeModel(), normal("trait", "openness")[run.mentee],
                     normal("trait", "teaching")[run.mentor])  # fmt: skip
        slow = np.maximum(0, -speed)
        patient = normal("trait", "patience")[run.mentor]
        x = np.column_stack([slow, patient, slow * patient, run.quality])
        fit = fit_discrete_hazard(
            np.minimum(run.paths.last_session, 5), run.paths.last_session < 6,
            design_matrix=x, link="logit",
        )  # fmt: skip
        assert len(x) == n
        size.append([fit.estimate(k) for k in range(3)])
    with_patience, without = size
    assert with_patience[2].conf_high < 0
    assert without[0].conf_low > 0
    assert without[2].conf_low < 0 < without[2].conf_high
    assert with_patience[1].conf_low < 0 < with_patience[1].conf_high


def test_managers_differ_by_as_much_as_stated(office) -> None:
    run = course(office, managers=DIFFER)
    added = np.broadcast_to(run.levers.support, run.paths.held.shape) - Programme().support
    assert (added == added[0]).all()
    assert added[0].std() == pytest.approx(0.8, abs=0.12)
    boss = managers_of(office.cohort, run.potential.people)
    mine, theirs = boss[run.mentor], boss[run.mentee]
    readiness = run.potential.rng("managers").standard_normal(60)
    label = np.unique(boss.astype(str))
    expected = 0.8 * (
        readiness[np.searchsorted(label, mine.astype(str))]
        + readiness[np.searchsorted(label, theirs.astype(str))]
    ) / np.sqrt(2)  # fmt: skip
    assert added[0] == pytest.approx(expected)


def test_people_of_ready_managers_skip_less(office) -> None:
    run = course(office, managers=ManagerModel(1.5))
    added = np.asarray(run.levers.support)[0]
    skipped = (run.paths.reached & ~run.paths.held).sum(axis=0) / run.paths.reached.sum(axis=0)
    assert skipped[added > added.mean()].mean() < skipped[added < added.mean()].mean() - 0.1


def test_who_has_no_known_manager_has_one_of_their_own() -> None:
    people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "cy", "bo"])
    lines = pd.DataFrame([["ana", "own:cy"]], columns=["person_id", "manager_id"])
    cohort = Cohort(people[:2], people[2:], reporting_lines=lines)
    assert managers_of(cohort, people.index).tolist() == ["own:cy", "own:cy", "own:bo"]


def test_pace_weighs_openness_and_teaching_each_by_its_own_part() -> None:
    model, one, none = OutcomeModel(openness=0.3, teaching=0.4), np.ones(1), np.zeros(1)
    assert pace(model, one, none) == pytest.approx(0.6)
    assert pace(model, none, one) == pytest.approx(0.8)


def test_a_trained_mentor_quickens_the_pace(office) -> None:
    programme = Programme(training=1.0, assumptions=Assumptions(patience=PATIENT))
    potential, n = office.potential(programme), len(office.cohort.mentors)
    mentor = potential.people.get_indexer(potential.mentor_ids)
    mentee = potential.people.get_indexer(potential.mentee_ids)
    outcomes = programme.assumptions.outcomes
    teaching = potential.normal("trait", "teaching")[mentor] + 0.5 * outcomes.training
    speed = pace(outcomes, potential.normal("trait", "openness")[mentee], teaching)
    ends = PATIENT(speed, potential.normal("trait", "patience")[mentor])
    kept = patience_keeps(potential, mentor, mentee)
    assert outcomes.training != 0
    assert kept.shape == (n,)
    assert kept == pytest.approx(-ends)


@pytest.mark.parametrize("model", [BORN, GenerationModel(gain=0.4), GenerationModel(apart=0.4)])
def test_generations_change_sessions_by_a_factor_for_each_side(office, model) -> None:
    potential = office.potential(Programme(assumptions=Assumptions(generation=model)))
    said = birth_cohorts(office.cohort, potential.people)
    places = np.arange(len(said))
    factor = generation_factor(potential, places, places[::-1])
    for role, own, other in (("mentor", said, said[::-1]), ("mentee", said[::-1], said)):
        side = np.select([own == "", own == "1980-2000"], [0.0, 0.5], -0.5)
        differ = (own != other) & (own != "") & (other != "")
        assert np.log(factor[role]) == pytest.approx(model.gain * side - model.apart * differ)


def test_who_is_on_both_sides_has_one_cohort_of_birth_and_one_manager() -> None:
    rows = {"unit": "IT", "grade": [1, 2, 4], BIRTH_COHORT: ["1980-2000", None, "1960-1979"]}
    people = pd.DataFrame(rows, index=["ana", "bo", "cy"])
    lines = pd.DataFrame({"person_id": ["bo", "bo"], "manager_id": ["cy", "ana"]})
    both = Cohort(people[:2], people[1:], reporting_lines=lines)
    assert birth_cohorts(both, people.index).tolist() == ["1980-2000", "", "1960-1979"]
    assert managers_of(both, people.index).tolist() == ["own:ana", "cy", "own:cy"]
    same = Cohort(people, people)
    assert birth_cohorts(same, people.index).tolist() == ["1980-2000", "", "1960-1979"]


def test_a_negative_spread_is_refused() -> None:
    with pytest.raises(OptionError, match="`spread` must be 0 or more; got -1"):
        ManagerModel(-1.0)


def test_generations_change_nothing_that_is_true_by_default(office) -> None:
    """With no effect the true gain of those who declare a generation is that of the others."""
    frames = {}
    for name, model in {"none": GenerationModel(), "some": BORN, "apart": GenerationModel(
        apart=0.5)}.items():  # fmt: skip
        programme = Programme(assumptions=Assumptions(generation=model))
        frames[name] = expected_outcomes(
            office.potential(programme), office.shuffled(), scale_id="voice", role="mentor"
        )
    plain = run_dyads(office.potential(), office.shuffled())
    born = birth_cohorts(office.cohort, plain.potential.people)[plain.mentor]
    gain = {name: (f["post"] - f["pre"]).to_numpy() for name, f in frames.items()}
    ratio = gain["some"] / np.where(gain["none"] > 0, gain["none"], np.nan)
    assert np.nanmean(ratio[born == "1980-2000"]) > np.nanmean(ratio[born == ""]) > 0.9
    assert np.nanmean(ratio[born == "1960-1979"]) < np.nanmean(ratio[born == ""])
    assert (gain["apart"] <= gain["none"] + 1e-12).all()


def test_who_declares_nothing_is_unchanged() -> None:
    none, said = np.array([""]), np.array(["1980-2000"])
    assert BORN(none, said).tolist() == BORN(none, none).tolist() == [0.0]
    assert BORN(said, none).tolist() == [0.15]
    assert BORN(said, said).tolist() == [0.15]
    assert BORN(np.array(["1960-1979"]), said).tolist() == [-0.35]


def test_what_rests_on_people_is_refused_without_them(scene) -> None:
    for part, words in (
        ("generation", "nobody declares a cohort of birth"),
        ("managers", "the potential has no cohort"),
    ):
        programme = Programme(assumptions=Assumptions(**{part: EACH[part]}))
        potential = scene.potential(programme)
        if part == "managers":
            potential = replace(potential, cohort=None)
        with pytest.raises(PilotError, match=words):
            run_dyads(potential, scene.shuffled())


@pytest.mark.parametrize("part", EACH)
def test_many_replications_have_the_bits_of_single_ones(town, office, part: str) -> None:
    ids = [side.index[:40] for side in (office.cohort.mentors, office.cohort.mentees)]
    cohort = office.cohort.subset(*ids)
    scores = office.compatibility
    table = pd.DataFrame(scores.joint()[:40, :40], index=ids[1], columns=ids[0])
    small = Scene(cohort, Compatibility.from_scores(table))
    programme = Programme(assumptions=Assumptions(**{part: EACH[part]}))
    matching = small.shuffled(4)
    runs = Replications(small.cohort, small.compatibility, programme, seed=3)
    for numbers, _, stacked in runs.courses(matching, 5, chunk=2):
        for k, replication in enumerate(numbers):
            potential = draw_potential(
                cohort, small.compatibility, programme=programme, seed=3, replication=replication
            )
            one, here = run_dyads(potential, matching), slice(40 * k, 40 * k + 40)
            assert_array_equal(stacked.paths.held[:, here], one.paths.held)
            assert_array_equal(stacked.paths.last_session[here], one.paths.last_session)
            assert_array_equal(stacked.given["mentor"][:, here], one.given["mentor"])
            assert_array_equal(
                stacked.latent("safety", "mentor", wave=3)[here],
                one.latent("safety", "mentor", wave=3),
            )
