"""A ladder of growing asks: nobody is lost from the count, and it is what its parts say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from revlab.errors import OptionError
from revlab.fieldwork.climb import CLIMB_COLUMNS, check_ladder, climb
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.ladder import LADDER, STRAIGHT, LadderModel, Rung
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.simulate_ladder import (
    break_even_lift,
    compare_ladders,
    rung_shares,
    simulate_ladders,
)
from revlab.pairing.policies import pair_scored, policy_named

EVENTS = tuple(Rung(f"event {k}", "event", hours=2.0) for k in (1, 2, 3))
THREE_SIX = LADDER[2:]
COUNTS = ["declined", "unpaired", "dropped", "climbed"]
FREE = Programme(assumptions=Assumptions(sessions=SessionModel(skip_base=-99.0)))
"""Nobody is ever too busy, so that every event is full."""


def climbed(scene, rungs, model=None, *, programme=None, replication=0) -> pd.DataFrame:
    potential = scene.potential(programme, replication=replication)
    return climb(
        potential, scene.compatibility, rungs, model=model or LadderModel(), policy="optimal"
    )


@pytest.mark.parametrize("replication", range(3))
@pytest.mark.parametrize("rungs", [LADDER, STRAIGHT, THREE_SIX, (*EVENTS, *STRAIGHT)])
@pytest.mark.parametrize(
    "model", [LadderModel(), LadderModel(burden=0.4, lift=0.3, stability=0.2)], ids=["usual", "up"]
)
def test_who_starts_a_rung_climbs_it_or_has_left(scene, rungs, model, replication) -> None:
    rows = climbed(scene, rungs, model, replication=replication)
    assert rows["rung"].tolist() == [rung.name for rung in rungs]
    assert rows["asked"].iloc[0] == 48
    assert (rows[COUNTS].sum(axis=1) == rows["asked"]).all()
    assert (rows[COUNTS] >= 0).all(axis=None)
    assert rows["asked"].iloc[1:].tolist() == rows["climbed"].iloc[:-1].tolist()
    left = rows[["declined", "unpaired", "dropped"]].sum(axis=None)
    assert left + rows["climbed"].iloc[-1] == 48
    assert rows.loc[rows["rung"].str.contains("event|mixer|meetings"), "unpaired"].sum() == 0


def test_a_ladder_without_luck_loses_nobody_by_asking_twice(town) -> None:
    """The same yes each time: three sessions and then six are six sessions, to the bit."""
    model = LadderModel(stability=1.0)
    steps, whole = climbed(town, THREE_SIX, model), climbed(town, STRAIGHT, model)
    assert steps["declined"].tolist() == [whole["declined"].iloc[0], 0]
    assert steps["unpaired"].tolist() == [whole["unpaired"].iloc[0], 0]
    assert steps["climbed"].iloc[-1] == whole["climbed"].iloc[0]
    assert steps["dropped"].sum() == whole["dropped"].iloc[0] > 0
    for name in ("hours", "gain"):
        assert steps[name].sum() == pytest.approx(whole[name].iloc[0])


def test_going_on_asks_only_for_the_sessions_to_come(town) -> None:
    """Three more after three are as large an ask as the first three, whatever the burden."""
    model = LadderModel(stability=1.0, burden=0.8)
    steps = climbed(town, THREE_SIX, model)
    assert steps["declined"].iloc[1] == 0
    assert steps["declined"].iloc[0] < climbed(town, STRAIGHT, model)["declined"].iloc[0]


def test_six_sessions_at_once_are_those_of_the_simulator(town) -> None:
    programme = Programme(training=0.8)
    potential = town.potential(programme)
    yes = {}
    for side in ("mentor", "mentee"):
        ids = getattr(potential, f"{side}_ids")
        places = potential.people.get_indexer(ids)
        claim = np.sqrt(0.6) * potential.normal("joining", side)
        claim = claim + np.sqrt(0.4) * potential.normal("ladder", "six sessions", side)
        yes[side] = ids[claim[places] > 0]
    fit = town.compatibility.select(
        town.compatibility.mentee_ids.get_indexer(yes["mentee"]),
        town.compatibility.mentor_ids.get_indexer(yes["mentor"]),
    )
    rng = potential.rng("ladder", "pairing")
    matching = pair_scored(fit, policy=policy_named("optimal"), rng=rng)
    course = run_dyads(potential, matching)
    row = climbed(town, STRAIGHT, programme=programme).iloc[0]
    said, dyads = sum(map(len, yes.values())), len(matching.dyads)
    assert row["declined"] == 400 - said
    assert row["unpaired"] == said - 2 * dyads
    assert row["climbed"] == 2 * (course.paths.last_session == 6).sum()
    assert row["dropped"] == 2 * (course.paths.last_session < 6).sum()
    costs = Costs()(course.paths.held.sum(axis=0), training=0.8)
    assert row["hours"] == pytest.approx(costs.sum())
    gain = course.gain("digital_confidence", "mentee", given=course.given["mentee"][-1])
    assert row["gain"] == pytest.approx(gain.sum())


@pytest.mark.parametrize("lift", [0.0, 0.4])
@pytest.mark.parametrize("stability", [0.0, 0.6])
def test_climbing_events_is_an_orthant_of_the_normal(crowd, stability, lift) -> None:
    """With correlation r between asks, all of them find a yes as a multivariate normal says."""
    programme = replace(FREE, joining=Joining("volunteers", share=0.4))
    model = LadderModel(stability=stability, lift=lift, burden=0.2)
    rows = climbed(crowd, (*EVENTS, *STRAIGHT), model, programme=programme)
    assert (rows["dropped"].iloc[:3] == 0).all()
    part = 2.0 / (6 * Costs().session_hours)
    above = norm.ppf(0.4) - 0.2 * np.log2(part) + lift * np.arange(3)
    for k in (1, 2, 3):
        cov = np.full((k, k), stability) + (1 - stability) * np.eye(k)
        expected = multivariate_normal(mean=np.zeros(k), cov=cov).cdf(above[:k])
        found = rows["climbed"].iloc[k - 1] / 2400
        assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 2400))


def test_who_is_busy_does_not_come_and_support_helps(crowd) -> None:
    rungs = (EVENTS[0], *STRAIGHT)
    usual = climbed(crowd, rungs).iloc[0]
    odds = SessionModel()
    load = crowd.potential().rng("check").standard_normal(400_000)
    skip = 1 / (1 + np.exp(-(odds.skip_base + odds.skip_workload * load)))
    share = usual["dropped"] / (usual["asked"] - usual["declined"])
    assert share == pytest.approx(skip.mean(), abs=0.04)
    free = climbed(crowd, rungs, programme=Programme(protected_time=1.0)).iloc[0]
    assert free["dropped"] < usual["dropped"]
    assert free["declined"] == usual["declined"]


def test_more_lift_and_more_burden_let_more_climb_every_event(town) -> None:
    for name, values in (("lift", (0.0, 0.3, 0.8)), ("burden", (0.0, 0.3, 0.6))):
        tables = [
            climbed(town, (*EVENTS, *STRAIGHT), LadderModel(**{name: value})) for value in values
        ]
        counts = np.array([table["climbed"] for table in tables])
        assert (np.diff(counts, axis=0) >= 0).all(), name
        assert (np.diff(counts, axis=0)[:, 2] > 0).all(), name
    first = climbed(town, EVENTS + STRAIGHT, LadderModel(lift=0.8))["declined"].iloc[0]
    assert first == climbed(town, EVENTS + STRAIGHT)["declined"].iloc[0]


def test_an_event_costs_what_its_hours_say(scene) -> None:
    model = LadderModel(person_hours=0.25, fixed_hours=7.0, costs=Costs(senior_hour=3.0))
    potential = scene.potential(FREE)
    row = climb(potential, scene.compatibility, (EVENTS[0], *STRAIGHT), model=model,
                policy="random").iloc[0]  # fmt: skip
    yes = {
        side: model.says_yes(
            potential.normal("joining", side)[places],
            potential.normal("ladder", "event 1", side)[places],
            share=0.5, part=2 / 9, climbed=0,
        ).sum()
        for side in ("mentor", "mentee")
        for places in [potential.people.get_indexer(getattr(potential, f"{side}_ids"))]
    }  # fmt: skip
    assert row["climbed"] == sum(yes.values())
    expected = 7.0 + 0.25 * sum(yes.values()) + 2.0 * (yes["mentor"] + 3.0 * yes["mentee"])
    assert row["hours"] == pytest.approx(expected)
    assert row["gain"] == 0
    # Who says yes and does not come has been organised for, and has spent no hour.
    even = replace(model, costs=Costs(senior_hour=1.0))
    busy = climbed(scene, (EVENTS[0], *STRAIGHT), even).iloc[0]
    assert busy["dropped"] > 0
    said = busy["asked"] - busy["declined"]
    assert busy["hours"] == pytest.approx(7.0 + 0.25 * said + 2.0 * busy["climbed"])


def test_those_who_climb_gain_less_if_need_keeps_people_away(town) -> None:
    gains = {}
    for optin in (-0.9, 0.0, 0.9):
        programme = Programme(joining=Joining("volunteers", optin=optin, gain_spread=0.5))
        runs = [climbed(town, STRAIGHT, programme=programme, replication=r) for r in range(4)]
        total = pd.concat(runs)
        gains[optin] = total["gain"].sum() / total["climbed"].sum()
    assert gains[-0.9] < gains[0.0] < gains[0.9]


def test_ladders_share_their_people_and_are_summed_up_by_hand(scene) -> None:
    runs = simulate_ladders(scene.cohort, n_sims=5, seed=3)
    again = simulate_ladders(scene.cohort, {"straight": STRAIGHT}, n_sims=5, seed=3)
    straight = runs[runs["ladder"] == "straight"].reset_index(drop=True)
    pd.testing.assert_frame_equal(straight, again)
    table = compare_ladders(runs).set_index("ladder")
    ends = table[["completed", "declined", "unpaired", "dropped"]].sum(axis=1)
    assert ends.to_numpy() == pytest.approx(1.0)
    done = runs.groupby(["ladder", "replication"])["climbed"].last().unstack() / 48
    assert table.loc["ladder", "completed"] == pytest.approx(done.loc["ladder"].mean())
    apart = done.loc["ladder"] - done.loc["straight"]
    assert table.loc["ladder", "difference"] == pytest.approx(apart.mean())
    assert table.loc["ladder", "difference_low"] == pytest.approx(np.quantile(apart, 0.025))
    assert table.loc["straight", "difference"] == 0
    hours = runs[runs["ladder"] == "ladder"]["hours"].sum() / (5 * 48)
    assert table.loc["ladder", "hours"] == pytest.approx(hours)
    assert table.loc["ladder", "hours_per_completer"] == pytest.approx(
        hours / table.loc["ladder", "completed"]
    )
    shares = rung_shares(runs)
    assert (shares[COUNTS].sum(axis=1)).to_numpy() == pytest.approx(shares["asked"].to_numpy())
    assert shares.query("ladder == 'ladder'")["hours"].sum() == pytest.approx(hours)
    assert set(CLIMB_COLUMNS) < set(runs)


def test_the_break_even_lift_is_where_the_two_meet(scene) -> None:
    model = LadderModel(burden=0.2)
    lift = break_even_lift(scene.cohort, model=model, programme=FREE, n_sims=4, seed=2)
    assert 0 < lift < 2

    def apart(value: float) -> float:
        runs = simulate_ladders(
            scene.cohort, model=replace(model, lift=value), programme=FREE, n_sims=4, seed=2
        )
        return float(compare_ladders(runs)["difference"].iloc[0])

    assert apart(lift) >= 0 > apart(lift - 0.011)
    sure = replace(model, burden=0.0)
    assert break_even_lift(scene.cohort, model=sure, n_sims=2, seed=2) == np.inf
    easy = LadderModel(burden=4.0, stability=1.0)
    assert break_even_lift(scene.cohort, model=easy, programme=FREE, n_sims=2, seed=2) == 0.0


def test_as_many_volunteer_as_stated_whatever_brings_them(crowd) -> None:
    """A claim that need moves is standard normal as well, so that the share stays what it is."""
    programme = Programme(joining=Joining("volunteers", share=0.1, optin=0.8))
    row = climbed(crowd, STRAIGHT, LadderModel(stability=1.0), programme=programme).iloc[0]
    yes = 1 - row["declined"] / row["asked"]
    assert yes == pytest.approx(0.1, abs=4 * np.sqrt(0.1 * 0.9 / 2400))


def test_the_whole_is_the_last_rung_of_each_ladder_and_replications_differ(scene) -> None:
    """Three sessions that are all there is are no smaller ask than the whole."""
    short = {"three": (LADDER[2],)}
    runs = [
        simulate_ladders(scene.cohort, short, model=LadderModel(burden=b), n_sims=4, seed=1)
        for b in (0.0, 2.0)
    ]
    pd.testing.assert_frame_equal(*runs)
    assert runs[0]["declined"].nunique() > 1


def test_the_band_of_a_rung_is_the_middle_of_the_replications(scene) -> None:
    runs = simulate_ladders(scene.cohort, n_sims=5, seed=3)
    shares = rung_shares(runs).set_index(["ladder", "rung"])
    done = runs[(runs["ladder"] == "ladder") & (runs["rung"] == "mixer")]["climbed"] / 48
    row = shares.loc[("ladder", "mixer")]
    assert [row["climbed_low"], row["climbed_high"]] == pytest.approx(
        np.quantile(done, [0.025, 0.975])
    )
    model = LadderModel()
    hours = [rung.hours for rung in LADDER]
    assert hours == [model.mixer_hours, model.speed_hours, 0, 0]


def test_nobody_left_is_no_error(scene) -> None:
    programme = Programme(joining=Joining("volunteers", share=1e-9))
    rows = climbed(scene, LADDER, programme=programme)
    assert rows["climbed"].tolist() == [0, 0, 0, 0]
    assert rows["declined"].tolist() == [48, 0, 0, 0]
    runs = simulate_ladders(scene.cohort, programme=programme, n_sims=2, seed=1)
    assert compare_ladders(runs)["hours_per_completer"].isna().all()


def test_what_is_no_ladder_is_refused(scene) -> None:
    for rungs in ((), EVENTS, (*STRAIGHT, EVENTS[0])):
        with pytest.raises(OptionError, match="a ladder must end with dyads"):
            check_ladder(rungs, None)
    with pytest.raises(OptionError, match="two rungs of the ladder have the same name"):
        check_ladder((EVENTS[0], EVENTS[0], *STRAIGHT), None)
    for wrong in ((*STRAIGHT, LADDER[2]), (LADDER[2], EVENTS[0], *STRAIGHT)):
        with pytest.raises(OptionError, match="sessions must grow from rung to rung"):
            check_ladder(wrong, None)
    with pytest.raises(OptionError, match="`joining` must be for volunteers or None"):
        check_ladder(LADDER, Joining("lottery"))
    with pytest.raises(OptionError, match="'x' must have sessions if it is of dyads"):
        Rung("x", "dyads")
    with pytest.raises(OptionError, match="'x' must have hours if it is an event"):
        Rung("x", "event")
    with pytest.raises(OptionError, match="none if it is an event; got 2"):
        Rung("x", "event", sessions=2, hours=1.0)
    with pytest.raises(OptionError, match="none if it is of dyads; got 1"):
        Rung("x", "dyads", sessions=3, hours=1.0)
    with pytest.raises(OptionError, match="sessions must grow from rung to rung"):
        check_ladder((Rung("x", "dyads", sessions=6), *STRAIGHT), None)
    with pytest.raises(OptionError, match=r"`stability` must lie between 0 and 1; got -0\.5"):
        LadderModel(stability=-0.5)
    with pytest.raises(OptionError, match="`kind` must be one of"):
        Rung("x", "party")
    with pytest.raises(OptionError, match=r"`stability` must lie between 0 and 1; got 1\.5"):
        LadderModel(stability=1.5)
    with pytest.raises(OptionError, match="`lift` must be a number; got nan"):
        LadderModel(lift=np.nan)
    with pytest.raises(OptionError, match="`fixed_hours` must be zero or more; got -1"):
        LadderModel(fixed_hours=-1)
    with pytest.raises(OptionError, match="`n_sims` must be at least 2; got 1"):
        simulate_ladders(scene.cohort, n_sims=1, seed=1)
    with pytest.raises(OptionError, match="`ladders` must name at least one ladder"):
        simulate_ladders(scene.cohort, {}, n_sims=2, seed=1)
