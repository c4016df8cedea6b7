"""Sessions: every planned one has a fate, skips breed skips, and dyads end as often as they do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr

from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.relationship import RelationshipModel, true_fit
from revlab.fieldwork.sessions import SessionModel, SessionPaths, SessionShocks, workload_path

RELATIONSHIP = RelationshipModel()


def shocks(*shape: int, seed: int = 1) -> SessionShocks:
    rng = np.random.default_rng(seed)
    return SessionShocks(*(rng.standard_normal(shape) for _ in range(3)))


def run(
    model: SessionModel,
    given: SessionShocks,
    potential: float | np.ndarray = 0.0,
    support: float = 0.0,
) -> SessionPaths:
    size = given.workload[..., 0, :].shape
    return model(
        given, np.broadcast_to(potential, size), relationship=RELATIONSHIP, support=support
    )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    planned=st.integers(1, 12),
    skip=st.floats(-6, 6),
    end=st.floats(-6, 6),
)
def test_planned_is_held_plus_skipped_plus_not_reached(
    seed: int, planned: int, skip: float, end: float
) -> None:
    model = SessionModel(skip_base=skip, end_base=end)
    paths = run(model, shocks(planned, 40, seed=seed))
    skipped = paths.reached & ~paths.held
    parts = paths.held.sum(0) + skipped.sum(0) + (~paths.reached).sum(0)
    assert (parts == planned).all()
    assert not (paths.held & ~paths.reached).any()
    assert (paths.reached.sum(0) == paths.last_session).all()
    # Once a dyad has ended it stays ended.
    assert (np.diff(paths.reached.astype(int), axis=0) <= 0).all()


def test_leading_replication_axes_give_the_same_as_one_at_a_time() -> None:
    whole = shocks(5, 6, 30)
    potential = np.random.default_rng(2).standard_normal((5, 30))
    together = run(SessionModel(), whole, potential)
    for r in range(5):
        one = SessionShocks(whole.workload[r], whole.skip[r], whole.end[r])
        alone = run(SessionModel(), one, potential[r])
        assert (alone.held == together.held[r]).all()
        assert (alone.last_session == together.last_session[r]).all()
        assert (alone.quality == together.quality[r]).all()


def lived(
    model: SessionModel,
    given: SessionShocks,
    potential: np.ndarray,
    support: float,
    *,
    keep: np.ndarray,
    relationship: RelationshipModel,
) -> SessionPaths:
    """Live through the sessions dyad by dyad, as the rules are written down."""
    planned, dyads = given.skip.shape
    held, reached = np.zeros((2, planned, dyads), dtype=bool)
    quality, last = np.zeros((planned, dyads)), np.full(dyads, planned)
    for d in range(dyads):
        met = in_a_row = 0
        for k in range(planned):
            quality[k, d] = relationship(potential[d], np.array(met))
            odds = (
                model.skip_base
                + model.skip_workload * given.workload[k, d]
                + model.skip_after_skip * (in_a_row > 0)
                - model.skip_quality * quality[k, d]
                - support
            )
            skips = ndtr(given.skip[k, d]) < expit(odds)
            if last[d] == planned:
                reached[k, d], held[k, d] = True, not skips
            in_a_row = in_a_row + 1 if skips else 0
            met = held[:, d].sum()
            now = relationship(potential[d], np.array(met))
            risk = model.end_base - model.end_quality * now + model.end_skips * in_a_row
            ends = ndtr(given.end[k, d]) < expit(risk - keep[k, d])
            if ends and last[d] == planned:
                last[d] = k + 1
    return SessionPaths(held, reached, quality, last)


@pytest.mark.parametrize("support", [0.0, 0.7])
def test_paths_are_those_that_each_dyad_lives_through(support: float) -> None:
    model = SessionModel(skip_after_skip=1.5, end_skips=0.8, skip_quality=0.9, end_quality=0.7)
    relationship = RelationshipModel(ramp_middle=1.3)
    rng = np.random.default_rng(int(support * 10))
    given, potential = shocks(9, 1500), rng.standard_normal(1500)
    keep = rng.random((9, 1500))
    how = {"relationship": relationship, "keep": keep}
    ours = model(given, potential, support=support, **how)
    plain = lived(model, given, potential, support, **how)
    for name in ("held", "reached", "quality", "last_session"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(plain, name))
    assert 0.1 < (ours.last_session < 9).mean() < 0.9


def test_a_column_of_levers_is_the_same_for_all_dyads() -> None:
    given, by_session = shocks(6, 300), np.linspace(-1, 1, 6)[:, None]
    how = {"relationship": RELATIONSHIP, "potential": np.zeros(300)}
    column = SessionModel()(given, support=by_session, keep=by_session, **how)
    wide = np.tile(by_session, 300)
    each = SessionModel()(given, support=wide, keep=wide, **how)
    for name in ("held", "reached", "quality", "last_session"):
        np.testing.assert_array_equal(getattr(column, name), getattr(each, name))


def test_a_skip_makes_the_next_skip_likelier_by_the_stated_odds() -> None:
    model = SessionModel(skip_workload=0.0, skip_quality=0.0, end_base=-50.0, end_skips=0.0)
    paths = run(model, shocks(6, 200_000))
    skipped = ~paths.held
    after_skip = skipped[1:][skipped[:-1]].mean()
    after_held = skipped[1:][~skipped[:-1]].mean()
    assert after_held == pytest.approx(expit(model.skip_base), abs=0.003)
    assert after_skip == pytest.approx(expit(model.skip_base + model.skip_after_skip), abs=0.006)


def test_without_state_dependence_a_skip_says_nothing_about_the_next() -> None:
    model = SessionModel(
        skip_workload=0.0, skip_quality=0.0, skip_after_skip=0.0, end_base=-50.0, end_skips=0.0
    )
    skipped = ~run(model, shocks(6, 200_000)).held
    assert skipped[1:][skipped[:-1]].mean() == pytest.approx(skipped[1:].mean(), abs=0.005)


def test_the_hazard_of_ending_is_the_stated_one() -> None:
    model = SessionModel(skip_base=-50.0, skip_after_skip=0.0, end_quality=0.0)
    last = run(model, shocks(6, 100_000)).last_session
    for k in range(1, 6):
        assert (last[last >= k] == k).mean() == pytest.approx(expit(model.end_base), abs=0.003)


def test_every_skipped_session_in_a_row_adds_the_stated_odds_of_ending() -> None:
    model = SessionModel(skip_base=0.0, skip_workload=0.0, skip_after_skip=0.0, end_quality=0.0)
    paths = run(model, shocks(6, 200_000))
    skipped = paths.reached & ~paths.held
    for fate, in_a_row in (([0, 0, 0], 0), ([0, 0, 1], 1), ([0, 1, 1], 2), ([1, 1, 1], 3)):
        same = (skipped[:3] == np.array(fate, dtype=bool)[:, None]).all(0) & paths.reached[2]
        hazard = (paths.last_session[same] == 3).mean()
        stated = expit(model.end_base + model.end_skips * in_a_row)
        assert hazard == pytest.approx(stated, abs=0.015)


def test_quality_takes_the_stated_odds_off_skipping() -> None:
    model = SessionModel(skip_workload=0.0, skip_after_skip=0.0, end_base=-50.0, end_skips=0.0)
    for potential in (-2.0, 2.0):
        paths = run(model, shocks(2, 200_000), potential=potential)
        second = ~paths.held[1][paths.held[0]]
        quality = RELATIONSHIP.ramp(np.array([1]))[0] * potential
        stated = expit(model.skip_base - model.skip_quality * quality)
        assert second.mean() == pytest.approx(stated, abs=0.003)


def test_workload_adds_the_stated_odds_to_skipping() -> None:
    model = SessionModel(skip_after_skip=0.0, skip_quality=0.0, end_base=-50.0, end_skips=0.0)
    given = shocks(1, 200_000)
    for load in (-1.5, 1.5):
        same = SessionShocks(np.full_like(given.workload, load), given.skip, given.end)
        stated = expit(model.skip_base + model.skip_workload * load)
        assert (~run(model, same).held).mean() == pytest.approx(stated, abs=0.004)


def test_nobody_ends_after_the_last_session() -> None:
    paths = run(SessionModel(end_base=50.0), shocks(1, 50))
    assert (paths.last_session == 1).all()
    assert paths.reached.all()


def test_quality_keeps_dyads_together() -> None:
    given = shocks(6, 20_000)
    poor, good = (run(SessionModel(), given, potential=q) for q in (-1.5, 1.5))
    assert good.last_session.mean() > poor.last_session.mean() + 0.2
    assert good.held.sum() > poor.held.sum()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), less=st.floats(-2, 2), more=st.floats(0, 2))
def test_support_never_loses_a_session(seed: int, less: float, more: float) -> None:
    """With the same shocks; a dyad of poor quality is left out, as meeting more shows it more."""
    given = shocks(6, 50, seed=seed)
    weak = run(SessionModel(), given, potential=0.5, support=less)
    strong = run(SessionModel(), given, potential=0.5, support=less + more)
    assert (strong.held | ~weak.held).all()


def test_early_ending_meets_its_target_under_all_defaults(crowd) -> None:
    target = evidence().set_index("parameter").loc["target.early_ending"]
    shares = []
    for replication in range(6):
        course = run_dyads(crowd.potential(replication=replication), crowd.shuffled(replication))
        shares.append((course.paths.last_session < Programme().planned_sessions).mean())
    tolerance = 4 * np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert target["low"] - tolerance < np.mean(shares) < target["high"] + tolerance


def test_calibration_fails_if_the_hazard_is_changed(crowd) -> None:
    """The test above can fail: one log-odds more leaves the range of the target."""
    programme = Programme()
    sessions = replace(programme.assumptions.sessions, end_base=-1.75)
    changed = replace(programme, assumptions=replace(programme.assumptions, sessions=sessions))
    course = run_dyads(crowd.potential(changed), crowd.shuffled())
    assert (course.paths.last_session < 6).mean() > 0.45


def test_workload_has_variance_one_and_the_stated_persistence() -> None:
    path = workload_path(np.random.default_rng(3).standard_normal((6, 100_000)), 0.6)
    assert path.var(axis=1) == pytest.approx(1.0, abs=0.02)
    for k in range(5):
        assert np.corrcoef(path[k], path[k + 1])[0, 1] == pytest.approx(0.6, abs=0.01)


def test_workload_leaves_its_shocks_alone() -> None:
    given = np.ones((3, 2))
    workload_path(given, 0.5)
    assert (given == 1).all()


def test_validity_is_the_correlation_of_score_and_fit() -> None:
    rng = np.random.default_rng(4)
    score, eligible = rng.random((300, 300)), rng.random((300, 300)) < 0.6
    score[~eligible] += 50  # a dyad that may not be made must not count
    for validity in (0.0, 0.5, 0.9):
        fit = true_fit(score, eligible, noise=rng.standard_normal(score.shape), validity=validity)
        found = np.corrcoef(score[eligible], fit[eligible])[0, 1]
        assert found == pytest.approx(validity, abs=0.02)
        assert fit[eligible].std() == pytest.approx(1.0, abs=0.02)


def test_a_constant_score_tells_nothing() -> None:
    noise = np.random.default_rng(5).standard_normal((4, 4))
    score = np.full((4, 4), 0.7)
    assert (true_fit(score, score > 0, noise=noise, validity=0.0) == noise).all()
    assert np.isfinite(true_fit(score, score > 9, noise=noise, validity=0.5)).all()


def test_quality_ramps_up_from_nothing() -> None:
    ramp = RELATIONSHIP.ramp(np.arange(13))
    assert ramp[0] == 0
    assert (np.diff(ramp) > 0).all()
    assert 0.99 < ramp[-1] < 1
    steps = np.diff(ramp)
    assert steps.argmax() in (1, 2), "logistic: the growth is fastest about the middle"


def test_what_sessions_gave_adds_up_from_the_first_on(crowd) -> None:
    programme = Programme(4, curriculum=0.8)
    course = run_dyads(crowd.potential(programme), crowd.shuffled())
    for role in ("mentor", "mentee"):
        outcomes = programme.assumptions.outcomes
        alone = outcomes(course.paths, course.traits, role=role, curriculum=0.3)
        for k in range(4):
            np.testing.assert_allclose(course.given[role][k], alone[: k + 1].sum(0), rtol=1e-12)
