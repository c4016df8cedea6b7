"""What another policy would have given the people of a pilot: its numbers, its reach, its no."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.design.drawn_again import draw_again
from revlab.design.evaluate import PolicyEvaluation, evaluate_policy
from revlab.design.target import all_scores
from revlab.errors import EstimateError, OptionError, PilotError
from revlab.fieldwork.frames import dyad_outcomes
from revlab.fieldwork.pilot import Pilot, read_pilot, write_pilot
from revlab.fieldwork.simulate import simulate_pilot
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.lottery_pools import lottery_table, pool_lotteries
from revlab.pairing.pools import draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.people.roster import read_roster
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.rng import stream
from revlab.shipped import shipped

SCALE = {"scale_id": "digital_confidence", "role": "mentee"}
IDS = ["mentee_id", "mentor_id"]


class World:
    """The shipped people in two pools by lottery and one by the optimal policy."""

    def __init__(self) -> None:
        self.cohort: Cohort = read_roster(
            shipped("data/rosters/ukcs_small"), pseudonyms=Pseudonyms(bytes(range(32)))
        )
        self.fit: Compatibility = score_cohort(self.cohort)
        self.pools = draw_pools(self.cohort, 3, rng=stream(1, "pools"))
        arms = {"P01": "lottery", "P02": "lottery", "P03": "optimal"}
        policies = {"lottery": "lottery", "optimal": "optimal"}
        made = pair_in_pools(self.cohort, self.pools, arms=arms, policies=policies, seed=1)
        draws = {pool: LotteryDraw(cap=0.4) for pool in ("P01", "P02")}
        self.lotteries = pool_lotteries(self.fit, self.pools, draws=draws)
        pilot = simulate_pilot(self.cohort, made, compatibility=self.fit, seed=1)
        self.pilot: Pilot = replace(pilot, lottery=lottery_table(self.lotteries))
        every = dict.fromkeys(arms, "optimal")
        best = pair_in_pools(self.cohort, self.pools, arms=every, policies=policies, seed=1)
        self.best = best.dyads

    def evaluate(self, target: pd.DataFrame, **more: object) -> PolicyEvaluation:
        """Evaluate on digital confidence."""
        return evaluate_policy(self.pilot, target, seed=3, **{**SCALE, **more})


@pytest.fixture(scope="module")
def world() -> World:
    """Return the world, made once."""
    return World()


@pytest.fixture(scope="module")
def found(world: World) -> PolicyEvaluation:
    """Return the evaluation of the optimal policy with all scores."""
    return world.evaluate(world.best, scores=all_scores(world.fit))


def test_draws_are_those_of_the_lottery_pool_by_pool(world: World) -> None:
    again = draw_again(world.pilot, n_draws=1000, seed=1)
    share = again.drawn.mean(axis=0)
    chance = again.possible["probability"].to_numpy()
    assert np.abs(share - chance).max() < 5 * 0.5 / np.sqrt(1000)
    mentees = again.possible["mentee_id"].to_numpy()
    for person in np.unique(mentees):
        assert (again.drawn[:, mentees == person].sum(axis=1) <= 1).all()
    ids = [tuple(row) for row in again.possible[IDS].to_numpy()]
    assert ids == sorted(ids)
    assert set(again.possible["pool_id"]) == {"P01", "P02"}


def test_the_mean_is_that_of_the_weights_by_hand(world: World, found: PolicyEvaluation) -> None:
    answers = dyad_outcomes(world.pilot, "digital_confidence", role="mentee")["post"]
    made = world.pilot.dyads.assign(post=answers.to_numpy())
    made = made[made["pool_id"].isin(["P01", "P02"]) & made["post"].notna()]
    chance = world.pilot.lottery.set_index(IDS)["probability"]
    best = set(zip(world.best["mentee_id"], world.best["mentor_id"], strict=True))
    pairs = list(zip(made["mentee_id"], made["mentor_id"], strict=True))
    w = np.array([(pair in best) / chance[pair] for pair in pairs], dtype=float)
    y = made["post"].to_numpy(float)
    assert found.value.n == len(y)
    assert found.value.estimate == pytest.approx(w @ y / w.sum())
    assert found.logged.estimate == pytest.approx(y.mean())
    assert found.difference.estimate == pytest.approx(w @ y / w.sum() - y.mean())
    assert found.known.effective_n == pytest.approx(w.sum() ** 2 / (w**2).sum())
    here = world.best[world.best["pool_id"] != "P03"]
    reach = [
        pair in chance.index for pair in zip(here["mentee_id"], here["mentor_id"], strict=True)
    ]
    assert found.known.share == pytest.approx(np.mean(reach))
    assert "left out" in found.notes[0]


def test_the_table_holds_every_number_and_how_it_was_made(found: PolicyEvaluation) -> None:
    table = found.to_frame()
    assert table["quantity"].tolist()[:5] == [
        "logged", "target", "target_unbiased", "difference", "replayed_slope",
    ]  # fmt: skip
    whole = table[table["quantity"] == "whole_target"]
    assert whole["rule"].notna().all()
    assert len(whole) == 5
    # what is assumed of fewer answers cannot make bounds wider
    assert (whole["bound_low"] >= whole["bound_low"].iloc[0] - 1e-9).all()
    assert (whole["bound_high"] <= whole["bound_high"].iloc[0] + 1e-9).all()
    assert (whole["conf_low"] <= whole["bound_low"]).all()
    assert 0 < found.replayed.p_value <= 1
    assert not found.refusals


def test_the_same_seed_gives_the_same_numbers(world: World, found: PolicyEvaluation) -> None:
    shuffled = world.best.sample(frac=1, random_state=1)
    again = world.evaluate(shuffled, scores=all_scores(world.fit))
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())
    scores = all_scores(world.fit)
    other = evaluate_policy(world.pilot, world.best, scores=scores, seed=4, **SCALE)
    assert other.value.estimate == found.value.estimate
    # other matchings are drawn again, so the chance level moves
    assert other.replayed.p_value != found.replayed.p_value


def test_the_lottery_itself_as_the_target_gives_the_plain_mean(world: World) -> None:
    found = world.evaluate(world.pilot.lottery)
    assert found.value.estimate == pytest.approx(found.logged.estimate)
    assert found.known.share == pytest.approx(1)
    assert found.difference is None
    assert "is the lottery that was run" in found.refusals["difference"]


def test_without_scores_only_the_worst_case_is_told_and_why(world: World) -> None:
    found = world.evaluate(world.best[IDS])
    assert len(found.bounds) == 1
    assert "scores of the dyads are not known" in found.refusals["similarity"]
    assert "scores of the dyads are not known" in found.refusals["replayed"]
    some = world.evaluate(world.best)  # its own scores and those of the pilot's dyads
    assert len(some.bounds) == 5
    assert "every dyad that the lottery could make" in some.refusals["replayed"]


def test_a_stored_pilot_says_the_same(world: World, found: PolicyEvaluation, tmp_path) -> None:
    write_pilot(world.pilot, tmp_path / "pilot")
    again = evaluate_policy(
        read_pilot(tmp_path / "pilot"), world.best, seed=3, scores=all_scores(world.fit), **SCALE
    )
    assert again.value.estimate == pytest.approx(found.value.estimate)
    assert again.value.std_error == pytest.approx(found.value.std_error)


def test_what_cannot_be_evaluated_is_said(world: World) -> None:
    without = replace(world.pilot, lottery=None)
    with pytest.raises(PilotError, match="draw the pairs of the next one with `revlab lottery`"):
        evaluate_policy(without, world.best, seed=1, **SCALE)
    with pytest.raises(PilotError, match="names mentee 'nobody', not among the mentees"):
        world.evaluate(pd.DataFrame({"mentee_id": ["nobody"], "mentor_id": ["x"]}))
    turned = world.best.rename(columns=dict(zip(IDS, IDS[::-1], strict=True)))
    with pytest.raises(PilotError, match="not among the mentees of the pilot"):
        world.evaluate(turned)
    with pytest.raises(PilotError, match=r"needs the columns \['mentor_id'\]"):
        world.evaluate(world.best[["mentee_id"]])
    with pytest.raises(PilotError, match="none of the target's mentees was paired by the lottery"):
        world.evaluate(world.best[world.best["pool_id"] == "P03"])
    first = world.pilot.lottery.assign(probability=0.9)
    with pytest.raises(PilotError, match=r"add up to .* more dyads than the lottery could give"):
        world.evaluate(first)
    with pytest.raises(OptionError, match="scale_id"):
        world.evaluate(world.best, scale_id="happiness")
    with pytest.raises(PilotError, match="names no primary outcome; say which scale"):
        world.evaluate(world.best, scale_id="", role="")
    with pytest.raises(PilotError, match="both sides are asked 'relationship_quality'; say the"):
        world.evaluate(world.best, scale_id="relationship_quality", role="")
    with pytest.raises(PilotError, match=r"`scores` needs the columns \['score'\]"):
        world.evaluate(world.best, scores=world.best[IDS])


def test_a_target_out_of_reach_gets_no_number(world: World) -> None:
    possible = set(map(tuple, world.pilot.lottery[IDS].to_numpy()))
    mentor = world.pilot.dyads["mentor_id"].iloc[0]
    far = [
        name for name in world.pilot.lottery["mentee_id"].unique() if (name, mentor) not in possible
    ]
    target = pd.DataFrame({"mentee_id": far, "mentor_id": mentor})
    with pytest.raises(EstimateError, match="only bounds are possible"):
        world.evaluate(target)


def test_the_value_is_unbiased_over_lotteries_of_a_pilot(world: World) -> None:
    """Over many draws of the pilot's own lottery the unbiased estimate meets the truth."""
    again = draw_again(world.pilot, n_draws=2000, seed=9)
    outcome = stream(9, "outcomes").normal(3, 1, len(again.possible))
    best = pd.Index(map(tuple, world.best[IDS].to_numpy()))
    target = pd.MultiIndex.from_frame(again.possible[IDS]).isin(best).astype(float)
    weight = target / again.possible["probability"].to_numpy()
    found = (again.drawn @ (weight * outcome)) / target.sum()
    truth = np.average(outcome, weights=target)
    assert abs(found.mean() - truth) < 4 * found.std() / np.sqrt(2000)


def test_one_policy_for_the_whole_cohort_is_a_target_too(world: World) -> None:
    whole = capped_lottery(world.fit, cap=0.2).to_frame()
    found = world.evaluate(whole)
    assert 0 < found.known.share < 0.7  # pairs across pools could not be drawn
    assert found.bounds["share_bounded"].iloc[0] == pytest.approx(1 - found.known.share)
