"""Pairing by a record of skills that is incomplete or old: judged by what is really so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError, PairingError
from revlab.pairing.coverage import coverage
from revlab.pairing.policies import pair
from revlab.pairing.stale_skills import stress_coverage
from revlab.people.cohort import Cohort, empty_skills
from revlab.people.population import Population, draw_cohort
from revlab.people.skills_stress import draw_damage
from revlab.rng import stream

COHORT = draw_cohort(Population(), 24, 24, rng=stream(1, "stale"))


def curve(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    return table[table["measure"] == measure].set_index("share")


def met_by_hand(real: Cohort, dyads: pd.DataFrame) -> float:
    """Go through the needs of the mentees one by one and look what their mentor really offers."""
    rows = real.skills.to_dict("records")
    met = needs = 0
    for person in real.mentees.index:
        partners = set(dyads.loc[dyads["mentee_id"] == person, "mentor_id"])
        for need in rows:
            if need["person_id"] == person and need["side"] == "need":
                needs += 1
                met += any(
                    offer["side"] == "offer"
                    and offer["person_id"] in partners
                    and offer["skill_id"] == need["skill_id"]
                    and offer["level"] > need["level"]
                    for offer in rows
                )
    return met / needs


def test_coverage_under_damage_is_that_of_going_through_the_needs() -> None:
    table = stress_coverage(COHORT, kind="both", shares=[0.4], n_draws=2, seed=5)
    offered = COHORT.skills[COHORT.skills["side"] == "offer"]
    offers = offered[["person_id", "skill_id"]].reset_index(drop=True)
    shares = []
    for draw in range(2):
        damage = draw_damage(offers, "both", 0.4, seed=5, draw=draw)
        recorded, real = (
            replace(COHORT, skills=COHORT.skills.drop(index=offered.index[~mask]))
            for mask in (damage.listed, damage.true)
        )
        number = int(stream(5, draw, "pairing").integers(2**32))
        shares.append(met_by_hand(real, pair(recorded, policy="optimal", seed=number).dyads))
    assert curve(table, "coverage_mentee").loc[0.4, "mean"] == pytest.approx(np.mean(shares))
    assert min(shares) > 0


def test_an_undamaged_record_gives_the_coverage_of_the_policy() -> None:
    table = stress_coverage(COHORT, kind="both", shares=[0.0], n_draws=2, seed=1)
    usual = coverage(COHORT, pair(COHORT, policy="optimal", seed=1)).set_index("side")["share"]
    for side in ("mentee", "mentor"):
        row = curve(table, f"coverage_{side}").loc[0.0]
        assert row["low"] == row["high"] == pytest.approx(usual[side])
        assert row["mean"] > curve(table, f"random_{side}").loc[0.0, "mean"]


def test_what_is_missing_moves_the_pairs_and_what_is_old_takes_the_help() -> None:
    shares = [0.0, 0.5, 1.0]
    missing = stress_coverage(COHORT, kind="missing", shares=shares, n_draws=6, seed=2)
    old = stress_coverage(COHORT, kind="old", shares=shares, n_draws=6, seed=2)
    lost = curve(missing, "coverage_mentee")["mean"]
    assert lost[0.0] > lost[0.5] > lost[1.0] > 0
    # Random pairing reads no record, and somebody who is not recorded can still help.
    assert curve(missing, "random_mentee")["mean"].nunique() == 1
    for name in ("coverage_mentee", "coverage_mentor", "random_mentee", "random_mentor"):
        share = curve(old, name)["mean"]
        assert share[1.0] == 0
        assert share[0.5] == pytest.approx(share[0.0] / 2, rel=0.25)
        assert curve(old, name).loc[0.0, "mean"] == curve(missing, name).loc[0.0, "mean"]


def test_the_order_of_the_roster_does_not_matter() -> None:
    turned = replace(COHORT, skills=COHORT.skills.iloc[::-1].reset_index(drop=True))
    one, two = (
        stress_coverage(cohort, kind="both", shares=[0.3], n_draws=2, seed=3)
        for cohort in (COHORT, turned)
    )
    pd.testing.assert_frame_equal(one, two)


def test_what_cannot_be_stressed_is_refused() -> None:
    with pytest.raises(PairingError, match="`n_draws` must be at least 2; got 1"):
        stress_coverage(COHORT, n_draws=1, seed=1)
    with pytest.raises(PairingError, match="`shares` must name at least one share"):
        stress_coverage(COHORT, shares=[], seed=1)
    with pytest.raises(PairingError, match="nobody of this cohort offers a skill"):
        stress_coverage(replace(COHORT, skills=empty_skills()), seed=1)
    with pytest.raises(OptionError, match="`kind` must be one of"):
        stress_coverage(COHORT, kind="lost", seed=1)
