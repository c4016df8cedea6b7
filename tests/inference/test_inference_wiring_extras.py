"""What the analysis of a pilot says of the further tables, and nothing without them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from wiring_pilots import cr2, example, found, kept, odd_pilots

from revlab.fieldwork.agreement import AgreementModel
from revlab.fieldwork.example import example_pilot
from revlab.fieldwork.extra_frames import contact_people, contact_ties, idea_counts
from revlab.fieldwork.extra_tables import EXTRA_TABLES
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.pilot_extras import Extras
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.simulate import simulate_pilot
from revlab.inference.analysis_extras import extra_findings
from revlab.inference.analysis_steps import everything_found
from revlab.inference.analysis_ties import networks, tie_changes
from revlab.inference.findings import TOPICS, Finding, Refusal
from revlab.inference.plan_reading import plan_of_pilot
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

ODD = odd_pilots()
TOPICS_OF = {
    "ideas": {
        "ideas_rate", "ideas_adopted", "ideas_contrast", "ideas_check", "ideas_adopted_contrast",
    },
    "contacts": {"ties_share", "ties_index", "ties_change", "ties_contrast"},
    "expectations": {"expectation_gap", "expectation_ending"},
    "goals": {"goals_reached", "goals_stated", "goals_alike", "goals_contrast"},
    "starts": set(),
}  # fmt: skip
FIRST = {"first_session", "first_session_contrast", "first_session_check"}


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return example_pilot(extras=tuple(EXTRA_TABLES))


@pytest.fixture(scope="module")
def results(pilot: Pilot) -> list[Finding | Refusal]:
    return extra_findings(pilot, plan=plan_of_pilot(pilot.plan), seed=1)


def topics(pilot: Pilot) -> set[str]:
    rows = extra_findings(pilot, plan=plan_of_pilot(pilot.plan), seed=1)
    return {one.where.topic for one in rows}


def test_the_example_with_more_tables_is_the_example(pilot: Pilot) -> None:
    plain = example()
    for name in ("people", "dyads", "sessions", "responses", "truth"):
        pd.testing.assert_frame_equal(getattr(pilot, name), getattr(plain, name))


@pytest.mark.parametrize("name", TOPICS_OF)
def test_a_topic_is_there_if_its_table_is(pilot: Pilot, name: str) -> None:
    only = replace(pilot, extras=Extras(**{name: pilot.extras.tables[name]}))
    assert topics(only) == FIRST | TOPICS_OF[name]


def test_without_tables_only_the_first_sessions_are_told() -> None:
    assert topics(example()) == FIRST


def test_all_topics_are_in_the_list_and_reach_the_analysis(pilot: Pilot) -> None:
    every = FIRST.union(*TOPICS_OF.values())
    assert every <= set(TOPICS)
    plan = plan_of_pilot(pilot.plan)
    told, rest = (
        {one.where.topic for one in everything_found(made, (), plan=plan, seed=1)}
        for made in (pilot, replace(pilot, extras=Extras()))
    )
    assert every <= told
    assert told - rest == every - FIRST


def test_contrasts_are_exploratory_and_descriptions_are_not(
    results: list[Finding | Refusal],
) -> None:
    for one in results:
        if isinstance(one, Finding):
            compared = one.where.topic.endswith(("_contrast", "_check")) or (
                one.where.topic == "expectation_ending"
            )
            assert one.status == ("exploratory" if compared else "")
            assert one.estimate.convention
            assert one.estimate.n > 0


def test_rates_of_ideas_are_totals_over_totals(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    counts = idea_counts(pilot)
    for arm in ("optimal", "random"):
        own = counts[counts["arm"] == arm]
        rate = found(results, "ideas_rate", arm=arm).estimate
        assert rate.estimate == pytest.approx(own["raised"].sum() / own["held"].sum())
        assert rate.unit == "ideas per session"
    per_100 = counts["adopted"].sum() / (2 * len(counts)) * 100
    assert found(results, "ideas_adopted", arm="all").estimate.estimate == pytest.approx(per_100)


@pytest.mark.parametrize("topic", ["ideas_rate", "ideas_adopted"])
def test_too_few_dyads_with_an_idea_give_no_rate_and_are_not_counted(
    pilot: Pilot, topic: str
) -> None:
    few = pilot.extras.ideas[pilot.extras.ideas["dyad_id"].isin(pilot.dyads["dyad_id"][:4])]
    made = replace(pilot, extras=Extras(ideas=few.assign(stage="adopted")))
    rows = extra_findings(made, plan=None, seed=1)
    refused = [one for one in rows if one.where.topic == topic and one.where.arm == "all"]
    assert refused[0].reason == "fewer than 5 dyads had such an idea, too few for a rate."


def test_changes_in_ties_are_counted_person_by_person(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    people, ties = contact_people(pilot), contact_ties(pilot)
    level = people.drop_duplicates("person_id").set_index("person_id")["level"]
    there = {
        wave: set(people.loc[(people["wave"] == wave) & people["answered"], "person_id"])
        for wave in (1, 3)
    }
    gains, pools = [], []
    pool = people.drop_duplicates("person_id").set_index("person_id")["pool_id"]
    for person in sorted(there[1] & there[3]):
        count = {1: 0, 3: 0}
        for tie in ties.itertuples():
            if tie.person_id == person and not tie.partner and tie.wave in count:
                count[tie.wave] += level[tie.contact_id] != level[person]
        gains.append(count[3] - count[1])
        pools.append(pool[person])
    one = found(results, "ties_change").estimate
    value, error = cr2(
        np.array(gains, dtype=float), np.ones((len(gains), 1)), np.array(pools, dtype=str), 0
    )
    assert one.estimate == pytest.approx(value)
    assert one.std_error == pytest.approx(error)
    assert one.n == len(gains)
    frame = tie_changes(pilot)
    assert len(frame) == 2 * len(pilot.dyads)
    assert one.n_missing == len(frame) - len(gains)


def test_partners_are_left_out_of_the_network(pilot: Pilot) -> None:
    pairs = {
        frozenset(pair)
        for pair in zip(pilot.dyads["mentor_id"], pilot.dyads["mentee_id"], strict=True)
    }
    for wave, network in networks(pilot):
        people = contact_people(pilot)
        ids = people.loc[people["wave"] == wave, "person_id"].to_numpy()
        for i, j in zip(network.source, network.target, strict=True):
            assert frozenset((ids[i], ids[j])) not in pairs


def test_one_wave_of_contacts_has_no_change(pilot: Pilot) -> None:
    first = pilot.extras.contacts[pilot.extras.contacts["wave"] == 1]
    made = replace(pilot, extras=Extras(contacts=first))
    assert topics(made) - FIRST == {"ties_share", "ties_index"}


def test_first_sessions_are_read_in_days_or_in_weeks(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    assert found(results, "first_session", arm="all").estimate.unit == "days"
    weeks = extra_findings(example(), plan=None, seed=1)
    one = found(weeks, "first_session", arm="all").estimate
    assert one.unit == "weeks"
    assert "weeks in which sessions were due" in one.convention


def test_goals_that_nobody_judged_are_counted(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    goals = pilot.extras.goals
    judged = goals.groupby("dyad_id")["attainment"].apply(lambda each: each.notna().any())
    one = found(results, "goals_reached", arm="all").estimate
    assert (one.n, one.n_missing) == (judged.sum(), len(pilot.dyads) - judged.sum())
    alike = found(results, "goals_alike").estimate
    assert alike.n == goals["attainment"].notna().sum()
    assert alike.n_clusters == 0


@pytest.mark.parametrize("what", ODD)
def test_odd_pilots_with_every_table_end_in_findings_or_reasons(what: str, pilot: Pilot) -> None:
    odd = ODD[what]
    dyads = set(odd.dyads["dyad_id"])
    tables = {
        name: frame[frame["dyad_id"].isin(dyads)] if "dyad_id" in frame else frame
        for name, frame in pilot.extras.tables.items()
    }
    made = replace(odd, extras=Extras(**tables))
    for one in extra_findings(made, plan=plan_of_pilot(made.plan), seed=1):
        assert isinstance(one, Finding) or len(one.reason) > 10


@pytest.mark.parametrize("name", [name for name in EXTRA_TABLES if name != "starts"])
def test_an_empty_table_is_refused_and_stops_nothing(pilot: Pilot, name: str) -> None:
    made = replace(pilot, extras=Extras(**{name: pilot.extras.tables[name].iloc[:0]}))
    rows = extra_findings(made, plan=plan_of_pilot(made.plan), seed=1)
    own = [one for one in rows if one.where.topic not in FIRST]
    assert own
    assert all(isinstance(one, Refusal) for one in own)


def test_one_dyad_has_no_rates(pilot: Pilot) -> None:
    one = kept(pilot, pilot.dyads["dyad_id"].tolist()[:1])
    rows = extra_findings(one, plan=None, seed=1)
    assert all(isinstance(r, Refusal) for r in rows if r.where.topic.startswith("ideas"))


def test_a_mismatch_that_ends_dyads_is_found_from_the_form() -> None:
    """The noisy form of 480 dyads shows that those who expect other things end earlier."""
    everyone = draw_cohort(Population(), 480, 480, rng=stream(3, "cohort"))
    pools = draw_pools(everyone, 24, rng=stream(3, "pools"))
    arms = draw_arms(sorted(set(pools["pool_id"])), ("random", "optimal"), rng=stream(3, "arms"))
    pairs = pair_in_pools(
        everyone, pools, arms=arms, policies=dict.fromkeys(("random", "optimal"), "random"), seed=3
    )
    slopes = []
    for size in (0.0, 1.0):
        programme = Programme(
            extras=("expectations",),
            assumptions=Assumptions(agreement=AgreementModel(mismatch_end=size)),
        )
        made = simulate_pilot(
            everyone, pairs, compatibility=score_cohort(everyone), programme=programme, seed=3
        )
        rows = extra_findings(made, plan=None, seed=1)
        slopes.append(found(rows, "expectation_ending").estimate)
    assert slopes[0].conf_low < 0 < slopes[0].conf_high
    assert slopes[1].conf_low > 0.2
