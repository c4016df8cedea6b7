"""Curves over the grades between the two: right where a formula tells, and few words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from patsy import dmatrix
from scipy.interpolate import CubicSpline
from statsmodels.regression.linear_model import OLS

from revlab.errors import EstimateError, OptionError, PilotError
from revlab.fieldwork.frames import attendance, dyad_outcomes
from revlab.fieldwork.people_frames import (
    attendance_by_manager,
    changes_by_birth,
    scores_by_grades,
)
from revlab.fieldwork.pilot import read_pilot
from revlab.inference.birth_cohorts import birth_cohort_difference
from revlab.inference.gap_curve import gap_curve, gap_slope, restricted_cubic
from revlab.people.cohort import Cohort
from revlab.rng import stream
from revlab.shipped import shipped


def frame_of(seed: int, n: int = 120, steps: int = 6, bend: float = 0.0) -> pd.DataFrame:
    rng = stream(seed, "gap")
    gap = rng.integers(1, steps + 1, size=n)
    pool = np.arange(n) % 10
    value = 3 + 0.1 * gap + bend * (gap - 3) ** 2 + 0.3 * rng.normal(size=10)[pool]
    return pd.DataFrame({"pool_id": pool, "gap": gap, "value": value + rng.normal(size=n) * 0.5})


def test_a_restricted_cubic_is_a_natural_spline() -> None:
    """Any sum of the basis is the natural cubic spline through its own values at the knots."""
    knots = np.array([0.3, 1.1, 2.0, 3.7, 4.2])
    weights = np.array([0.4, -1.3, 2.2, 0.7])
    natural = CubicSpline(knots, restricted_cubic(knots, knots) @ weights, bc_type="natural")
    inside = np.linspace(0.3, 4.2, 200)
    assert restricted_cubic(inside, knots) @ weights == pytest.approx(natural(inside), abs=1e-10)
    for ends in (np.linspace(-3, 0.3, 9), np.linspace(4.2, 9, 9)):
        bent = np.diff(restricted_cubic(ends, knots) @ weights, 2)
        assert np.abs(bent).max() < 1e-9


def test_the_spline_is_that_of_patsy() -> None:
    """The natural spline of patsy with the same knots spans the same curves."""
    rng = stream(1, "patsy")
    gap = np.round(rng.uniform(0, 9, size=150), 1)
    frame = pd.DataFrame({"pool_id": np.arange(150) % 12, "gap": gap,
                          "value": np.sin(gap) + rng.normal(size=150)})  # fmt: skip
    found = gap_curve(frame, shape="spline")
    knots = np.quantile(gap, [0.05, 0.35, 0.65, 0.95])
    words = "cr(x, knots=inner, lower_bound=low, upper_bound=high) - 1"
    ends = {"inner": knots[1:-1], "low": knots[0], "high": knots[-1]}
    inside = np.clip(gap, knots[0], knots[-1])
    # beyond the last knots patsy has to be told to go on straight, so it is asked inside only
    table, places = (
        np.asarray(dmatrix(words, {"x": x, **ends}))
        for x in (inside, np.clip(found["gap"].to_numpy(), knots[0], knots[-1]))
    )
    own = np.column_stack([np.ones(150), restricted_cubic(inside, knots)])
    here = np.column_stack([np.ones(21), restricted_cubic(
        np.clip(found["gap"].to_numpy(), knots[0], knots[-1]), knots)])  # fmt: skip
    ours = here @ OLS(frame["value"], own).fit().params.to_numpy()
    theirs = places @ OLS(frame["value"], table).fit().params.to_numpy()
    assert ours == pytest.approx(theirs, abs=1e-8)
    full = np.column_stack([np.ones(150), restricted_cubic(gap, knots)])
    at = np.column_stack([np.ones(21), restricted_cubic(found["gap"].to_numpy(), knots)])
    fit = OLS(frame["value"].to_numpy(), full).fit()
    assert found["estimate"].to_numpy() == pytest.approx(at @ fit.params, abs=1e-8)


def test_steps_are_means_and_their_intervals_those_of_cr2() -> None:
    frame = frame_of(2)
    found = gap_curve(frame)
    means = frame.groupby("gap")["value"].agg(["mean", "size"])
    assert found["estimate"].to_numpy() == pytest.approx(means["mean"].to_numpy())
    assert found["n"].tolist() == means["size"].tolist()
    assert (
        (found["conf_low"] < found["estimate"]) & (found["estimate"] < found["conf_high"])
    ).all()
    # with every row its own pool, CR2 is HC2: the plain standard error of a mean
    alone = gap_curve(frame.assign(pool_id=np.arange(120)))
    first = frame.loc[frame["gap"] == 1, "value"]
    from scipy.stats import t

    half = t.ppf(0.975, len(first) - 1) * first.sem()
    assert alone.loc[0, "conf_high"] - alone.loc[0, "estimate"] == pytest.approx(half, rel=1e-6)


def test_small_steps_join_their_neighbour_towards_the_middle() -> None:
    gap = np.repeat([0, 1, 2, 3, 4, 7], [2, 4, 12, 10, 6, 3])
    frame = pd.DataFrame({"pool_id": np.arange(37) % 6, "gap": gap,
                          "value": stream(3, "v").normal(size=37)})  # fmt: skip
    found = gap_curve(frame)
    assert found[["low", "high", "n"]].to_numpy().tolist() == [[0, 1, 6], [2, 2, 12], [3, 3, 10],
                                                               [4, 7, 9]]  # fmt: skip
    assert (found["n"] >= 5).all()
    gap = np.repeat([1, 2, 3, 4, 5], [8, 3, 12, 4, 9])
    inner = pd.DataFrame({"pool_id": np.arange(36) % 6, "gap": gap, "value": gap * 1.0 + gap % 2})
    inner["value"] += stream(3, "inner").normal(size=36)
    assert gap_curve(inner)[["low", "high", "n"]].to_numpy().tolist() == [[1, 1, 8], [2, 4, 19],
                                                                          [5, 5, 9]]  # fmt: skip


def test_no_step_is_smaller_than_five_and_no_dyad_is_lost() -> None:
    for seed in range(40):
        rng = stream(seed, "steps")
        n = int(rng.integers(20, 60))
        frame = pd.DataFrame({"pool_id": np.arange(n) % 5, "gap": rng.poisson(3, size=n),
                              "value": rng.normal(size=n)})  # fmt: skip
        found = gap_curve(frame)
        assert (found["n"] >= 5).all()
        assert found["n"].sum() == n
        assert (found["low"].to_numpy()[1:] > found["high"].to_numpy()[:-1]).all()


def test_the_slope_is_least_squares_and_covers() -> None:
    frame = frame_of(4)
    found = gap_slope(frame)
    assert found.estimate == pytest.approx(np.polyfit(frame["gap"], frame["value"], 1)[0])
    hits = sum(
        one.conf_low < 0.1 < one.conf_high
        for one in (gap_slope(frame_of(100 + k, 60)) for k in range(400))
    )
    assert 0.92 <= hits / 400 <= 0.98


def test_the_curve_covers_its_true_height() -> None:
    hits = []
    for k in range(200):
        found = gap_curve(frame_of(1000 + k, 90, 5))
        true = 3 + 0.1 * found["gap"]
        hits.append((found["conf_low"] < true) & (true < found["conf_high"]))
    assert 0.92 <= np.mean(hits) <= 0.98


def test_what_cannot_be_drawn_is_refused() -> None:
    frame = frame_of(5)
    with pytest.raises(EstimateError, match="19 dyads have a gap and a value; a curve needs 20"):
        gap_curve(frame.head(19))
    with pytest.raises(EstimateError, match=r"lacks the columns \['gap'\]"):
        gap_curve(frame.drop(columns="gap"))
    with pytest.raises(EstimateError, match="fewer than two steps of 5"):
        gap_curve(frame.assign(gap=2))
    with pytest.raises(EstimateError, match="all dyads have the same gap"):
        gap_slope(frame.assign(gap=2))
    with pytest.raises(EstimateError, match="five different gaps and 40 dyads; there are 3 and"):
        gap_curve(frame.assign(gap=frame["gap"] % 3), shape="spline")
    with pytest.raises(EstimateError, match="at least two clusters"):
        gap_curve(frame.assign(pool_id="one"))
    for knots in ([0, 1], [0, 1, 1], [2, 1, 0]):
        with pytest.raises(EstimateError, match="three knots or more that rise"):
            restricted_cubic([1.0], knots)


def test_what_is_missing_is_left_out_and_counted() -> None:
    frame = frame_of(6)
    frame.loc[:9, "value"] = np.nan
    assert gap_slope(frame).n_missing == 10
    assert gap_curve(frame)["n"].sum() == 110


@pytest.fixture(scope="module")
def example() -> tuple[object, Cohort]:
    pilot = read_pilot(shipped("data/example_pilot"))
    n, rng = len(pilot.dyads), stream(1, "made-up people")
    born = rng.choice(np.array(["1980-2000", "1960-1979"] * 4 + [None], dtype=object), size=n)
    mentors = pd.DataFrame(
        {"unit": "a", "grade": rng.integers(1, 4, n), "declared_birth_cohort": born},
        index=pilot.dyads["mentor_id"],
    )
    mentees = pd.DataFrame({"unit": "a", "grade": 5}, index=pilot.dyads["mentee_id"])  # fmt: skip
    return pilot, Cohort(mentors, mentees)


def test_a_pilot_and_its_roster_give_a_curve(example) -> None:
    pilot, cohort = example
    frame = scores_by_grades(pilot, cohort, "relationship_quality", role="mentee")
    grades = cohort.mentors["grade"].to_numpy()
    assert frame["gap"].tolist() == (5 - grades).tolist()
    assert set(gap_curve(frame)["gap"]) == {2, 3, 4}
    other = cohort.subset(cohort.mentors.index[1:], cohort.mentees.index)
    with pytest.raises(PilotError, match="1 mentors of the pilot are not in the roster"):
        scores_by_grades(pilot, other, "relationship_quality", role="mentee")


def test_a_pilot_and_its_roster_give_attendance_by_manager(example) -> None:
    """What was due ends with the pair, and who has no known manager has none in the frame."""
    pilot, cohort = example
    known = list(cohort.mentors.index[:20])
    lines = pd.DataFrame({"person_id": known, "manager_id": [f"B{k % 4}" for k in range(20)]})
    frame = attendance_by_manager(pilot, replace(cohort, reporting_lines=lines), role="mentor")
    whose = pilot.dyads.set_index("dyad_id")["mentor_id"].loc[frame["dyad_id"]]
    assert (frame["manager_id"].notna().to_numpy() == whose.isin(known).to_numpy()).all()
    assert set(frame["manager_id"].dropna()) == {"B0", "B1", "B2", "B3"}
    counted = attendance(pilot).set_index("dyad_id").loc[frame["dyad_id"]]
    assert (counted["not_reached"] > 0).any()
    assert frame["due"].tolist() == (counted["planned"] - counted["not_reached"]).tolist()
    assert frame["held"].tolist() == counted["held"].tolist()


def test_a_pair_that_was_never_due_and_a_side_that_is_not_there_are_left_out(example) -> None:
    pilot, cohort = example
    first = pilot.dyads["dyad_id"].iloc[0]
    own = pilot.sessions["dyad_id"] == first
    sessions = pilot.sessions.assign(status=pilot.sessions["status"].mask(own, "not reached"))
    senior = pilot.dyads["mentee_id"].iloc[1]
    lines = pd.DataFrame({"person_id": [senior], "manager_id": ["B1"]})
    people = replace(cohort, reporting_lines=lines)
    frame = attendance_by_manager(replace(pilot, sessions=sessions), people, role="mentee")
    assert first not in set(frame["dyad_id"])
    assert (frame["due"] > 0).all()
    assert frame.loc[frame["manager_id"].notna(), "dyad_id"].tolist() == [pilot.dyads["dyad_id"][1]]
    with pytest.raises(OptionError, match="`role` must be one of 'mentee', 'mentor'"):
        attendance_by_manager(pilot, cohort, role="boss")
    other = cohort.subset(cohort.mentors.index, cohort.mentees.index[2:])
    for make in (changes_by_birth, scores_by_grades):
        with pytest.raises(PilotError, match="2 mentees of the pilot are not in the roster"):
            make(pilot, other, "voice", role="mentor")


def test_cohorts_of_birth_are_compared_with_a_margin_and_a_caveat(example) -> None:
    pilot, cohort = example
    frame = changes_by_birth(pilot, cohort, "voice", role="mentor")
    scores = dyad_outcomes(pilot, "voice", role="mentor")
    change = (scores["post"] - scores["pre"]).rename("value")
    pd.testing.assert_series_equal(frame["value"], change)
    said = cohort.mentors["declared_birth_cohort"].loc[pilot.dyads["mentor_id"]]
    assert frame["birth_cohort"].fillna("").tolist() == said.fillna("").tolist()
    frame["value"] = stream(2, "change").normal(size=len(frame))
    frame.loc[:2, "value"] = np.nan
    found = birth_cohort_difference(frame, later="1980-2000", margin=5.0)
    full = frame.dropna()
    own = full["birth_cohort"] == "1980-2000"
    difference = full["value"][own].mean() - full["value"][~own].mean()
    assert found.estimate.estimate == pytest.approx(difference)
    assert found.estimate.n_missing == len(frame) - len(full)
    assert "cannot be told apart" in found.estimate.note
    assert found.equivalence.verdict == "inside"
    assert (found.equivalence.low, found.equivalence.high) == (-5.0, 5.0)
    nobody = Cohort(cohort.mentors.drop(columns="declared_birth_cohort"), cohort.mentees)
    with pytest.raises(PilotError, match="nobody declares a cohort of birth"):
        changes_by_birth(pilot, nobody, "voice", role="mentor")


def test_too_few_who_declare_and_no_margin_are_refused(example) -> None:
    frame = changes_by_birth(*example, "voice", role="mentor")
    with pytest.raises(EstimateError, match="with fewer than 10 on a side nothing is compared"):
        birth_cohort_difference(frame.head(12), later="1980-2000", margin=0.3)
    with pytest.raises(EstimateError, match="0 people with a value declare the cohort 'x'"):
        birth_cohort_difference(frame, later="x", margin=0.3)
    with pytest.raises(EstimateError, match="`margin` must be above 0; got 0"):
        birth_cohort_difference(frame, later="1980-2000", margin=0.0)
    with pytest.raises(EstimateError, match=r"lacks the columns \['pool_id'\]"):
        birth_cohort_difference(frame.drop(columns="pool_id"), later="1980-2000", margin=0.3)


def test_no_effect_of_a_generation_is_inside_as_often_as_it_should_be() -> None:
    """At the margin itself the test errs in 5% of trials, and with no effect it often holds."""
    errors = held = 0
    for k in range(250):
        rng = stream(k, "cohorts")
        own = np.arange(100) % 2 == 0
        noise = rng.normal(size=100) * 0.6 + 0.2 * rng.normal(size=20)[np.arange(100) % 20]
        frame = pd.DataFrame({"pool_id": np.arange(100) % 20, "value": noise,
                              "birth_cohort": np.where(own, "x", "y")})  # fmt: skip
        held += (
            birth_cohort_difference(frame, later="x", margin=0.5).equivalence.verdict == "inside"
        )
        frame["value"] += 0.5 * own
        errors += (
            birth_cohort_difference(frame, later="x", margin=0.5).equivalence.verdict == "inside"
        )
    assert errors / 250 <= 0.08
    assert held / 250 > 0.6


def test_knots_and_places_of_a_smooth_curve_are_the_named_percentiles() -> None:
    """Three knots below 100 dyads and four from there on; a lumpy gap takes its own steps."""
    rng = stream(7, "places")
    for n, shares in (
        (60, (0.1, 0.5, 0.9)),
        (99, (0.1, 0.5, 0.9)),
        (100, (0.05, 0.35, 0.65, 0.95)),
    ):
        gap = rng.gamma(2.0, 2.0, size=n)
        frame = pd.DataFrame({"pool_id": np.arange(n) % 9, "gap": gap, "value": rng.normal(size=n)})
        found = gap_curve(frame, shape="spline")
        ends = np.quantile(gap, [0.05, 0.95])
        assert found["gap"].iloc[[0, -1]].tolist() == pytest.approx(ends.tolist())
        knots = np.quantile(gap, shares)
        table, places = (
            np.column_stack([np.ones(len(x)), restricted_cubic(x, knots)])
            for x in (gap, found["gap"].to_numpy())
        )
        heights = places @ np.linalg.lstsq(table, frame["value"], rcond=None)[0]
        assert found["estimate"].to_numpy() == pytest.approx(heights, abs=1e-8)
    lumpy = pd.DataFrame({"pool_id": np.arange(60) % 9, "gap": [0.0] * 55 + [1, 2, 3, 4, 5],
                          "value": rng.normal(size=60)})  # fmt: skip
    bent = restricted_cubic(lumpy["gap"], [0, 3, 5])
    table = np.column_stack([np.ones(60), bent])
    height = np.linalg.lstsq(table, lumpy["value"], rcond=None)[0][0]
    assert gap_curve(lumpy, shape="spline")["estimate"].iloc[0] == pytest.approx(height)
    with pytest.raises(EstimateError, match="five different gaps and 40 dyads; there are 4 and"):
        gap_curve(lumpy.assign(gap=lumpy["gap"].clip(upper=3)), shape="spline")


def test_curves_and_slopes_have_the_level_that_was_asked_for() -> None:
    frame = frame_of(8)
    wide, narrow = (gap_slope(frame, conf_level=level) for level in (0.95, 0.6))
    assert wide.conf_high - wide.conf_low > 1.5 * (narrow.conf_high - narrow.conf_low)
    for shape in ("steps", "spline"):
        broad, slim = (gap_curve(frame, shape=shape, conf_level=level) for level in (0.95, 0.6))
        sizes = [one["conf_high"] - one["conf_low"] for one in (broad, slim)]
        assert (sizes[0] > 1.5 * sizes[1]).all()
