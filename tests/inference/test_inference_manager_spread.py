"""The spread between line managers: exact where it can be, and never about a person."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, fdtri
from statsmodels.regression.mixed_linear_model import MixedLM

from revlab.errors import EstimateError, PilotError
from revlab.fieldwork.managers import ManagerModel
from revlab.fieldwork.people_frames import attendance_by_manager
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.simulate import simulate_pilot
from revlab.inference.manager_spread import FEWEST_MANAGERS, attendance_between_managers
from revlab.pairing.policies import pair
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream


def frame_of(
    rng: np.random.Generator, sizes: np.ndarray, *, spread: float, arms: int = 1, planned: int = 6
) -> pd.DataFrame:
    """Return attendance whose log-odds differ between managers by ``spread`` and by arm."""
    manager = np.repeat(np.arange(len(sizes)), sizes)
    arm = np.arange(len(manager)) % arms
    odds = 1.0 + spread * rng.normal(size=len(sizes))[manager] + 0.8 * arm
    odds = odds + 0.5 * rng.normal(size=len(manager))
    held = rng.binomial(planned, expit(odds))
    names = [f"boss{k}" for k in manager]
    frame = {"dyad_id": np.arange(len(manager)), "manager_id": names, "due": planned}
    return pd.DataFrame({**frame, "held": held, "arm": arm})


def test_with_equal_teams_the_interval_is_that_of_the_mean_squares() -> None:
    """Searle's exact interval for the ratio of variances, from a balanced one-way table."""
    frame = frame_of(stream(1, "teams"), np.full(12, 5), spread=1.0)
    found = attendance_between_managers(frame.drop(columns="arm"))
    share = (frame["held"] / 6).to_numpy().reshape(12, 5)
    between = 5 * share.mean(axis=1).var(ddof=1)
    within = share.var(axis=1, ddof=1).mean()
    for end, tail in ((found.conf_low, 0.975), (found.conf_high, 0.025)):
        ratio = (between / within / fdtri(11, 48, tail) - 1) / 5
        assert end == pytest.approx(np.sqrt(max(ratio, 0) * within), abs=1e-9)
    assert found.estimate == pytest.approx(np.sqrt((between - within) / 5), abs=1e-5)
    assert (found.n, found.n_clusters, found.n_missing) == (60, 12, 0)


def test_with_unequal_teams_and_arms_the_point_is_that_of_statsmodels() -> None:
    frame = frame_of(stream(2, "teams"), np.array([2, 3, 5, 8, 4, 6, 2, 7, 9]), spread=1.2, arms=2)
    found = attendance_between_managers(frame)
    x = np.column_stack([frame["arm"] == k for k in (0, 1)]).astype(float)
    theirs = MixedLM(frame["held"] / 6, x, groups=frame["manager_id"]).fit(reml=True)
    assert found.estimate**2 == pytest.approx(float(theirs.cov_re.iloc[0, 0]), rel=1e-3)
    assert found.conf_low < found.estimate < found.conf_high


def test_the_f_statistic_beside_arms_is_that_of_brute_force() -> None:
    """At the ends of the interval Wald's statistic, from whole matrices, is the F quantile."""
    frame = frame_of(stream(3, "teams"), np.array([2, 3, 5, 8, 4, 6]), spread=1.5, arms=2)
    found = attendance_between_managers(frame)
    y = (frame["held"] / 6).to_numpy()
    groups = pd.get_dummies(frame["manager_id"]).to_numpy(float)
    x = np.column_stack([frame["arm"] == k for k in (0, 1)]).astype(float)
    both = np.column_stack([x, groups])
    rank = np.linalg.matrix_rank(both)
    error = float(np.linalg.lstsq(both, y, rcond=None)[1].sum()) if rank == both.shape[1] else None
    left = y - both @ np.linalg.pinv(both) @ y
    error = float(left @ left) if error is None else error
    df = rank - 2, len(y) - rank
    for end, tail in ((found.conf_low, 0.975), (found.conf_high, 0.025)):
        ratio = end**2 / (error / df[1])
        inverse = np.linalg.inv(np.eye(len(y)) + ratio * groups @ groups.T)
        beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ y)
        rest = float((y - x @ beta) @ inverse @ (y - x @ beta))
        statistic = (rest - error) / df[0] / (error / df[1])
        assert statistic == pytest.approx(float(fdtri(*df, tail)), rel=1e-6)


def test_a_difference_between_arms_is_no_difference_between_managers() -> None:
    """Each manager's people are all in one arm; with the arm known, most of the spread is gone."""
    rng = stream(4, "arms")
    frame = frame_of(rng, np.full(16, 6), spread=0.0)
    arm = np.repeat(np.arange(16) % 2, 6)
    frame["held"] = rng.binomial(6, np.where(arm == 1, 0.9, 0.4))
    frame["arm"] = arm
    with_arm = attendance_between_managers(frame)
    without = attendance_between_managers(frame.drop(columns="arm"))
    assert without.conf_low > 0.15
    assert with_arm.conf_low == 0.0
    assert with_arm.estimate < 0.1


@pytest.mark.parametrize(("spread", "true"), [(0.0, 0.0), (0.8, 0.143)])
def test_the_interval_covers_the_spread_of_bounded_counts(spread: float, true: float) -> None:
    """The exact interval assumes normal errors; shares of six sessions keep it near 95%."""
    rng, hits, runs = stream(5, "cover", int(spread * 10)), 0, 300
    if spread:
        readiness = stream(6, "truth").normal(size=(4000, 1))
        chance = expit(1.0 + spread * readiness + 0.5 * stream(7, "x").normal(size=(4000, 200)))
        assert chance.mean(axis=1).std() == pytest.approx(true, abs=0.006)
    for _ in range(runs):
        sizes = rng.integers(2, 7, size=20)
        found = attendance_between_managers(frame_of(rng, sizes, spread=spread).drop(columns="arm"))
        hits += found.conf_low <= true <= found.conf_high
    low, high = (0.955, 1.0) if spread == 0 else (0.91, 0.99)
    assert low <= hits / runs <= high


def test_few_managers_and_bad_frames_are_refused() -> None:
    frame = frame_of(stream(8, "teams"), np.array([4, 4, 4, 4, 1, 1, 1]), spread=1.0)
    with pytest.raises(EstimateError, match="4 managers have two pairs or more; with fewer than 5"):
        attendance_between_managers(frame)
    with pytest.raises(EstimateError, match=r"lacks the columns \['held'\]"):
        attendance_between_managers(frame.drop(columns="held"))
    with pytest.raises(EstimateError, match="at most as many held"):
        attendance_between_managers(frame.assign(held=7))
    flat = frame_of(stream(9, "teams"), np.full(6, 3), spread=1.0)
    flat["held"] = np.repeat([1, 2, 3, 4, 5, 6], 3)
    with pytest.raises(EstimateError, match="does not vary among the people of any manager"):
        attendance_between_managers(flat)
    assert FEWEST_MANAGERS == 5


def test_who_has_no_known_manager_is_counted_and_nobody_is_named() -> None:
    frame = frame_of(stream(10, "teams"), np.full(8, 4), spread=1.0)
    frame.loc[[0, 9], "manager_id"] = None
    found = attendance_between_managers(frame)
    assert (found.n, found.n_missing) == (30, 2)
    said = f"{found!r} {found.convention} {found.note}"
    assert "boss" not in said


def test_a_simulated_spread_is_found_and_no_spread_is_not() -> None:
    cohort = draw_cohort(
        Population(known_manager=1.0, units=("A", "B")), 400, 400, rng=stream(11, "cohort")
    )
    lines = cohort.reporting_lines.set_index("person_id")["manager_id"]
    lines[:] = [f"B{k % 50:02d}" for k in range(len(lines))]
    cohort = type(cohort)(cohort.mentors, cohort.mentees, reporting_lines=lines.reset_index())
    matching = pair(cohort, policy="random", seed=1)
    found = []
    for spread in (0.0, 1.5):
        programme = Programme(assumptions=Assumptions(managers=ManagerModel(spread)))
        pilot = simulate_pilot(
            cohort, matching, compatibility=score_cohort(cohort), programme=programme, seed=4
        )
        frame = attendance_by_manager(pilot, cohort, role="mentor")
        found.append(attendance_between_managers(frame.drop(columns="arm")))
    assert found[0].conf_low == 0.0
    assert found[1].conf_low > 0.05
    assert found[1].estimate > 2 * found[0].estimate
    assert found[1].n + found[1].n_missing == len(matching.dyads)
    with pytest.raises(PilotError, match="mentors of the pilot are not in the roster"):
        attendance_by_manager(pilot, cohort.subset(cohort.mentors.index[:9], cohort.mentees.index),
                              role="mentor")  # fmt: skip


def test_nothing_due_and_less_than_nothing_held_are_refused_and_levels_kept() -> None:
    frame = frame_of(stream(12, "teams"), np.full(8, 4), spread=1.0)
    for bad in ({"due": 0, "held": 0}, {"held": -1}):
        with pytest.raises(EstimateError, match="every dyad needs a session that came due"):
            attendance_between_managers(frame.assign(**bad))
    wide, narrow = (attendance_between_managers(frame, conf_level=c) for c in (0.95, 0.6))
    assert wide.conf_low < narrow.conf_low < narrow.conf_high < wide.conf_high
    assert narrow.conf_level == 0.6
