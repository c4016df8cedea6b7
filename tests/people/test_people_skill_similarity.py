"""The similarity of skills: by hand, by its properties, and against another way to compute it."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import CohortError
from revlab.people.skill_similarity import group_path, skill_similarity
from revlab.people.skills import read_skills
from revlab.shipped import shipped

CODES = st.lists(
    st.tuples(st.sampled_from(["S1", "S5"]), *[st.integers(0, 2)] * 2), min_size=1, max_size=9
)


def similarity(*codes: str) -> np.ndarray:
    """Return the similarity of skills that stand in these groups."""
    ids = [f"k{number}" for number in range(len(codes))]
    return skill_similarity(pd.DataFrame({"skill_id": ids, "group_code": codes})).to_numpy()


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("S5.6.1", "S5.6.1", 2 * 3 / (4 + 4)),
        ("S5.6.1", "S5.6.2", 2 * 2 / (4 + 4)),
        ("S5.6.1", "S5.1.1", 2 * 1 / (4 + 4)),
        ("S5.6.1", "S1.6.1", 0.0),
        ("S5.5.0", "S5.5.0", 2 * 2 / (3 + 3)),
        ("S5.5.0", "S5.5.2", 2 * 2 / (3 + 4)),
        ("S5.5.0", "S5.6.1", 2 * 1 / (3 + 4)),
        ("S1.0.0", "S1.0.0", 2 * 1 / (2 + 2)),
        ("S1.0.0", "S1.2.1", 2 * 1 / (2 + 4)),
        ("S5.1.1", "S5.11.1", 2 * 1 / (4 + 4)),
        ("S5", "S5.0.0", 2 * 1 / (2 + 2)),
    ],
)
def test_the_values_are_those_of_wu_and_palmer_by_hand(one: str, other: str, value: float) -> None:
    assert similarity(one, other).tolist() == [[1.0, value], [value, 1.0]]


@settings(max_examples=60, deadline=None)
@given(drawn=CODES)
def test_it_is_symmetric_bounded_and_one_only_for_a_skill_itself(drawn: list[tuple]) -> None:
    found = similarity(*(".".join(map(str, code)) for code in drawn))
    assert (found == found.T).all()
    assert (np.diag(found) == 1).all()
    off = found[~np.eye(len(found), dtype=bool)]
    assert ((off >= 0) & (off < 1)).all()


@settings(max_examples=60, deadline=None)
@given(drawn=CODES)
def test_it_is_what_walking_up_the_tree_gives(drawn: list[tuple]) -> None:
    codes = [".".join(map(str, code)) for code in drawn]
    found = similarity(*codes)
    for i, j in product(range(len(codes)), repeat=2):
        if i == j:
            continue
        chains = []
        for code in (codes[i], codes[j]):
            steps = [*code.split(".")]
            while steps[-1] == "0":
                steps.pop()
            chains.append([tuple(steps[:k]) for k in range(len(steps), 0, -1)])
        lowest = next((len(group) for group in chains[0] if group in chains[1]), 0)
        expected = 2 * lowest / (len(chains[0]) + 1 + len(chains[1]) + 1)
        assert found[i, j] == pytest.approx(expected, abs=1e-15)


def test_a_deeper_common_group_never_makes_two_skills_less_alike() -> None:
    row = similarity("S5.6.1", "S5.6.1", "S5.6.2", "S5.5.2", "S1.2.1")[0]
    assert row.tolist() == sorted(row, reverse=True)
    assert len(set(row)) == 5


def test_the_shipped_table() -> None:
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    found = skill_similarity(taxonomy)
    assert found.index.equals(found.columns)
    assert found.index.tolist() == taxonomy["skill_id"].tolist()
    assert found.loc["javascript", "web-programming"] == 0.75
    assert found.loc["javascript", "perform-data-mining"] == 0.25
    assert found.loc["javascript", "listen-actively"] == 0.0
    order = np.random.default_rng(1).permutation(len(taxonomy))
    again = skill_similarity(taxonomy.iloc[order])
    pd.testing.assert_frame_equal(again.loc[found.index, found.index], found)


def test_a_path_starts_at_the_top_and_an_empty_taxonomy_has_no_skills() -> None:
    assert group_path("S0") == ("S0",)
    assert group_path("0") == ("0",)
    assert group_path("S1.10.0") == ("S1", "S1.10")
    empty = pd.DataFrame({"skill_id": [], "group_code": []})
    assert skill_similarity(empty).shape == (0, 0)


def test_a_skill_in_two_groups_is_refused() -> None:
    twice = pd.DataFrame({"skill_id": ["a", "a"], "group_code": ["S1", "S5"]})
    with pytest.raises(CohortError, match=r"the skill \['a'\] stands in the taxonomy twice; keep"):
        skill_similarity(twice)
