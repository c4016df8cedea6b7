"""Deferred acceptance on markets whose stable matchings are printed in books and papers."""

from itertools import permutations

import numpy as np
import pytest
from pairing_cohorts import blocks

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.rng import stream

# Preference lists, best first, people numbered from one; who is not listed is not acceptable.
# Mentees play the books' men or students, mentors the women or colleges.
GALE_SHAPLEY_1 = (
    [[1, 2, 3], [2, 3, 1], [3, 1, 2]],
    [[2, 3, 1], [3, 1, 2], [1, 2, 3]],
)
GALE_SHAPLEY_2 = (
    [[1, 2, 3, 4], [1, 4, 3, 2], [2, 1, 3, 4], [4, 2, 3, 1]],
    [[4, 3, 1, 2], [2, 4, 1, 3], [4, 1, 2, 3], [3, 2, 1, 4]],
)
ROTH_SOTOMAYOR_2_9 = (
    [[1, 2, 3, 4], [4, 2, 3, 1], [4, 3, 1, 2], [1, 4, 3, 2], [1, 2, 4]],
    [[2, 3, 1, 4, 5], [3, 1, 2, 4, 5], [5, 4, 1, 2, 3], [1, 4, 5, 2, 3]],
)
ROTH_SOTOMAYOR_2_17 = (
    [[1, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2], [4, 3, 2, 1]],
    [[4, 3, 2, 1], [3, 4, 1, 2], [2, 1, 4, 3], [1, 2, 3, 4]],
)
ROTH_SOTOMAYOR_P16 = (
    [[5, 1], [2, 5, 1], [3, 1], [4, 1], [1, 2], [1, 3], [1, 3, 4]],
    [[1, 2, 3, 4, 5, 6, 7], [5, 2], [6, 7, 3], [7, 4], [2, 1]],
)
GUSFIELD_IRVING_1_6_5 = (
    [
        [3, 1, 5, 4], [1, 3, 4, 2, 5], [4, 5, 3, 1, 2], [3, 4, 1, 5], [1, 4, 2], [4, 3, 2, 1, 5],
        [2, 5, 1, 3], [1, 3, 2, 5, 4], [4, 1, 5], [3, 1, 5, 2, 4], [5, 4, 1, 3, 2],
    ],
    [
        [3, 7, 9, 11, 5, 4, 10, 8, 6, 1, 2], [5, 7, 10, 6, 8, 2, 3, 11],
        [11, 6, 8, 3, 2, 4, 7, 1, 10], [10, 1, 2, 11, 4, 9, 5, 3, 6, 8],
        [2, 4, 10, 7, 6, 1, 8, 3, 11, 9],
    ],
)  # fmt: skip
CASES = {
    "Gale and Shapley 1962, example 1": (GALE_SHAPLEY_1, (1, 1), [1, 2, 3], [3, 1, 2]),
    "Gale and Shapley 1962, example 2": (GALE_SHAPLEY_2, (1, 1), [3, 4, 1, 2], [3, 4, 1, 2]),
    "Roth and Sotomayor 2.9": (ROTH_SOTOMAYOR_2_9, (1, 1), [1, 2, 3, 4, 0], [4, 1, 2, 3, 0]),
    "Roth and Sotomayor 2.17": (ROTH_SOTOMAYOR_2_17, (1, 1), [1, 2, 3, 4], [4, 3, 2, 1]),
    "Roth and Sotomayor, page 16": (
        ROTH_SOTOMAYOR_P16,
        (1, [3, 1, 1, 1, 1]),
        [5, 2, 3, 4, 1, 1, 1],
        [1, 5, 1, 1, 2, 3, 4],
    ),
    "Gusfield and Irving 1.6.5": (
        GUSFIELD_IRVING_1_6_5,
        (1, [4, 1, 3, 2, 1]),
        [3, 1, 4, 3, 1, 3, 2, 1, 4, 1, 5],
        [4, 5, 3, 1, 1, 3, 2, 3, 1, 4, 1],
    ),
}


def market_of(
    lists: tuple[list[list[int]], list[list[int]]], capacity: tuple[object, object] = (1, 1)
) -> Compatibility:
    """Turn preference lists into scores: the later in the list, the lower."""
    n, m = len(lists[0]), len(lists[1])
    scores = [np.full((n, m), np.nan), np.full((m, n), np.nan)]
    for side, wishes in enumerate(lists):
        for person, wish in enumerate(wishes):
            for place, partner in enumerate(wish):
                scores[side][person, partner - 1] = 100 - place
    mentee, mentor = scores[0], scores[1].T
    eligible = ~np.isnan(mentee) & ~np.isnan(mentor)
    return Compatibility.from_scores(
        np.where(eligible, mentee, 0),
        np.where(eligible, mentor, 0),
        eligible=eligible,
        mentee_capacity=capacity[0],
        mentor_capacity=capacity[1],
    )


def partners(market: Compatibility, proposers: str) -> list[int]:
    """Return each mentee's mentor, numbered from one, 0 for nobody."""
    cells = DeferredAcceptance(proposers)(market, stream(1, "ties"))
    found = dict(cells.tolist())
    return [found.get(i, -1) + 1 for i in range(market.shape[0])]


@pytest.mark.parametrize("name", CASES)
def test_each_side_gets_the_printed_optimum(name: str) -> None:
    lists, capacity, best_for_mentees, best_for_mentors = CASES[name]
    market = market_of(lists, capacity)
    assert partners(market, "mentees") == best_for_mentees
    assert partners(market, "mentors") == best_for_mentors


def test_two_places_on_both_sides_as_in_roth_and_sotomayor_5_24() -> None:
    market = market_of(ROTH_SOTOMAYOR_2_17, (2, 2))
    for proposers, expected in (
        ("mentees", [[1, 2], [1, 2], [3, 4], [3, 4]]),
        ("mentors", [[3, 4], [3, 4], [1, 2], [1, 2]]),
    ):
        cells = DeferredAcceptance(proposers)(market, stream(1, "ties"))
        found = [sorted((cells[cells[:, 0] == i, 1] + 1).tolist()) for i in range(4)]
        assert found == expected


@pytest.mark.parametrize(
    ("lists", "count"),
    [(GALE_SHAPLEY_1, 3), (GALE_SHAPLEY_2, 1), (ROTH_SOTOMAYOR_2_17, 10)],
    ids=["Gale and Shapley 1", "Gale and Shapley 2", "Roth and Sotomayor 2.17"],
)
def test_the_number_of_stable_matchings_is_the_printed_one(
    lists: tuple[list[list[int]], list[list[int]]], count: int
) -> None:
    market = market_of(lists)
    full = (tuple(enumerate(order)) for order in permutations(range(len(lists[1]))))
    assert sum(not blocks(market, cells) for cells in full) == count
