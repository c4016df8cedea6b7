"""The page on firm pairs: what it says is what the pairing room found, and nobody is named."""

import numpy as np
import pandas as pd
import pytest

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.duals import certificate
from revlab.pairing.frontier import disruption_frontier
from revlab.pairing.lottery_capped import lottery_frontier
from revlab.pairing.manipulability import manipulability
from revlab.pairing.policies import POLICIES, pair_scored
from revlab.pairing.prices import prices
from revlab.pairing.robustness import robustness
from revlab.report.answers_firmness import (
    answer_firmness,
    chance_table,
    fairness_table,
    lies_table,
    rounds_table,
)
from revlab.report.frames import show
from revlab.rng import stream


@pytest.fixture(scope="module")
def fit() -> Compatibility:
    """Twelve people on each side."""
    return Compatibility.from_scores(stream(1, "test firmness").random((12, 12)))


@pytest.fixture(scope="module")
def chance(fit: Compatibility) -> pd.DataFrame:
    return chance_table(lottery_frontier(fit, [1.0, 0.5, 0.25]))


@pytest.fixture(scope="module")
def fairness(fit: Compatibility) -> pd.DataFrame:
    made = {
        name: pair_scored(fit, policy=POLICIES[name], rng=stream(1, "pairing"))
        for name in ("optimal", "leximin", "random")
    }
    return fairness_table(prices(fit, made, reference="optimal"))


def test_the_card_says_what_was_found(
    fit: Compatibility, chance: pd.DataFrame, fairness: pd.DataFrame
) -> None:
    kept = robustness(fit, "optimal", reliability=0.7, n_draws=40, seed=1)
    proof = certificate(fit, kept.matching)
    card = answer_firmness(kept, proof, chance=chance, fairness=fairness)
    assert f"about {100 * kept.share_kept:.0f} in 100 of the 12 pairs" in card.answer
    assert len(card.answer.split()) <= 25
    assert card.facts["Best total fit"].startswith("proven")
    assert "“worst pairs first”" in card.facts["Price of kindness"]
    worse = pair_scored(fit, policy=POLICIES["random"], rng=stream(1, "pairing"))
    unproven = answer_firmness(kept, certificate(fit, worse), chance=chance, fairness=fairness)
    assert unproven.facts["Best total fit"] == "not proven to be the best"


def test_a_smaller_cap_keeps_less_and_allows_more_pairs(chance: pd.DataFrame) -> None:
    assert chance["kept_share"].iloc[0] == pytest.approx(1.0)
    assert chance["kept_share"].is_monotonic_decreasing
    assert chance["possible_pairs"].is_monotonic_increasing
    assert (chance["likeliest_mentee"] <= chance["cap"] + 1e-9).all()


def test_shares_are_of_the_best_total(fairness: pd.DataFrame) -> None:
    assert fairness["policy"].iloc[0] == "optimal"
    assert fairness["kept_share"].iloc[0] == 1.0
    assert fairness["kept_share"].between(0, 1).all()


def test_lies_are_counted_by_side_and_nobody_is_named(fit: Compatibility) -> None:
    found = {"greedy": manipulability(fit, "greedy", people=4, lies=["truncate"], seed=1)}
    table = lies_table(found)
    assert table["asked"].tolist() == [4, 4]
    gains = found["greedy"].groupby("side", sort=False)["gain"].max()
    assert table["largest_gain"].tolist() == gains.tolist()
    text = repr(show(table, caption="Lies"))
    assert not any(person in text for person in (*fit.mentee_ids, *fit.mentor_ids))


def test_the_next_round_is_in_words(fit: Compatibility) -> None:
    before = pair_scored(fit, policy=POLICIES["random"], rng=stream(1, "pairing"))
    table = rounds_table(disruption_frontier(fit, before, [0.0, 0.1, np.inf], seed=1))
    assert table["must_bring"].tolist() == ["any gain", "0.10", "pairs are never broken"]
    assert table["n_kept"].is_monotonic_increasing
    assert table["n_repaired"].iloc[-1] == 0
