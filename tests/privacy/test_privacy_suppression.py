"""Small cells: the attack is right, it breaks naive patterns, and it does not break ours."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import OptionError, RevlabError
from revlab.privacy.attack import TOTAL, attack
from revlab.privacy.suppression import suppress
from revlab.privacy.thresholds import Thresholds

BY = ["unit", "grade"]


def long(counts: np.ndarray) -> pd.DataFrame:
    rows, columns = np.indices(counts.shape).reshape(2, -1)
    return pd.DataFrame(
        {
            "unit": [f"u{i}" for i in rows],
            "grade": [f"g{j}" for j in columns],
            "people": counts.ravel(),
        }
    )


def published(counts: np.ndarray, hidden: set[tuple[int, int]]) -> pd.DataFrame:
    """Return the table with totals in which these cells, and only these, are hidden."""
    full = np.pad(counts, ((0, 1), (0, 1))).astype(float)
    full[-1, :-1], full[:-1, -1], full[-1, -1] = counts.sum(0), counts.sum(1), counts.sum()
    rows = [f"u{i}" for i in range(len(counts))] + [TOTAL]
    columns = [f"g{j}" for j in range(counts.shape[1])] + [TOTAL]
    cells = [
        (rows[i], columns[j], None if (i, j) in hidden else full[i, j])
        for i, j in np.ndindex(full.shape)
    ]
    return pd.DataFrame(cells, columns=["unit", "grade", "people"])


def by_enumeration(counts: np.ndarray, hidden: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the interval of each hidden cell from every table with the same totals."""
    ends = [(int(counts[i].sum()), int(counts[:, j].sum())) for i, j in hidden]
    fits = []
    for guess in product(*(range(min(end) + 1) for end in ends)):
        table = counts.copy()
        for (i, j), value in zip(hidden, guess, strict=True):
            table[i, j] = value
        same = (table.sum(0) == counts.sum(0)).all() and (table.sum(1) == counts.sum(1)).all()
        if same:
            fits.append(guess)
    return [(min(values), max(values)) for values in zip(*fits, strict=True)]


@pytest.mark.parametrize("seed", range(12))
def test_the_attack_finds_what_trying_every_table_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 6, (3, 3))
    places = rng.choice(9, size=int(rng.integers(2, 6)), replace=False)
    hidden = [(int(place) // 3, int(place) % 3) for place in sorted(places)]
    found = attack(published(counts, set(hidden)), count="people", by=BY)
    assert found[["low", "high"]].to_numpy().tolist() == [
        list(map(float, ends)) for ends in by_enumeration(counts, hidden)
    ]


def test_two_hidden_cells_in_every_line_are_not_enough() -> None:
    counts = np.full((4, 4), 20)
    counts[1, 2] = 3
    block = {(i, j) for i in range(4) for j in range(4) if (i < 2) == (j < 2)}
    naive = block | {(1, 2)}
    lines = [sum(cell[axis] == line for cell in naive) for axis in (0, 1) for line in range(4)]
    assert min(lines) >= 2
    found = attack(published(counts, naive), count="people", by=BY).set_index(BY)
    assert found.loc[("u1", "g2")].tolist() == [3.0, 3.0, 0.0]
    ours = attack(suppress(long(counts), count="people", by=BY), count="people", by=BY)
    assert ours["width"].min() >= 5


def test_hiding_only_the_small_cells_gives_them_away() -> None:
    counts = np.array([[30, 12, 2], [25, 14, 9]])
    found = attack(published(counts, {(0, 2)}), count="people", by=BY)
    assert found[["low", "high", "width"]].to_numpy().tolist() == [[2.0, 2.0, 0.0]]


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda shape: st.lists(
            st.one_of(st.integers(0, 9), st.integers(0, 40)),
            min_size=shape[0] * shape[1],
            max_size=shape[0] * shape[1],
        ).map(lambda cells: np.array(cells).reshape(shape))
    ),
    st.integers(5, 8),
)
def test_no_hidden_count_of_any_table_is_known_to_within_the_threshold(
    counts: np.ndarray, least: int
) -> None:
    table = suppress(long(counts), count="people", by=BY, thresholds=Thresholds(scores=least))
    shown = table[~table["hidden"]]
    assert not shown["people"].between(1, least - 1).any()
    assert table.loc[table["hidden"], "people"].isna().all()
    found = attack(table, count="people", by=BY)
    assert (found["width"] >= least - 1e-6).all()
    true = long(counts).set_index(BY)["people"]
    inside = found[~found[BY].isin([TOTAL]).any(axis=1)].set_index(BY)
    assert (inside["low"] <= true[inside.index]).all()
    assert (inside["high"] >= true[inside.index]).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=7))
def test_the_same_holds_for_one_way_tables(counts: list[int]) -> None:
    frame = pd.DataFrame({"unit": [f"u{i}" for i in range(len(counts))], "people": counts})
    table = suppress(frame, count="people", by=["unit"])
    assert not table["people"].between(1, 4).any()
    found = attack(table, count="people", by=["unit"])
    assert (found["width"] >= 5 - 1e-6).all()
    if not any(0 < cell < 5 for cell in [*counts, sum(counts)]):
        assert not table["hidden"].any()


def test_a_table_without_small_cells_is_shown_whole() -> None:
    counts = np.array([[5, 12], [0, 8]])
    table = suppress(long(counts), count="people", by=BY)
    assert not table["hidden"].any()
    assert table.set_index(BY)["people"].to_dict() == {
        ("u0", "g0"): 5,
        ("u0", "g1"): 12,
        ("u0", TOTAL): 17,
        ("u1", "g0"): 0,
        ("u1", "g1"): 8,
        ("u1", TOTAL): 8,
        (TOTAL, "g0"): 5,
        (TOTAL, "g1"): 20,
        (TOTAL, TOTAL): 25,
    }


def test_no_more_is_hidden_than_a_small_table_needs() -> None:
    counts = np.array([[3, 20, 30], [40, 25, 35], [45, 50, 55]])
    table = suppress(long(counts), count="people", by=BY)
    hidden = table.loc[table["hidden"], BY].to_numpy().tolist()
    assert hidden == [["u0", "g0"], ["u0", "g1"], ["u1", "g0"], ["u1", "g1"]]


def test_a_total_that_is_small_is_hidden_too() -> None:
    table = suppress(long(np.array([[2, 1], [30, 40]])), count="people", by=BY).set_index(BY)
    assert table.loc[("u0", TOTAL), "hidden"]


def test_other_values_of_a_hidden_cell_are_hidden_and_small_cells_look_like_the_others() -> None:
    frame = long(np.array([[2, 20], [30, 40]])).assign(mean_trust=[3.5, 3.0, 4.0, 2.0])
    table = suppress(frame, count="people", by=BY)
    assert table.columns.tolist() == [*BY, "people", "mean_trust", "hidden"]
    assert table.loc[table["hidden"], ["people", "mean_trust"]].isna().all(axis=None)
    small = table.iloc[0].drop(BY)
    other = table[table["hidden"]].iloc[-1].drop(BY)
    assert small.isna().tolist() == other.isna().tolist()


def test_comments_have_their_own_threshold() -> None:
    frame = pd.DataFrame({"unit": ["a", "b"], "people": [9, 30]})
    assert not suppress(frame, count="people", by=["unit"])["hidden"].any()
    assert suppress(frame, count="people", by=["unit"], kind="comments")["hidden"].any()


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pd.DataFrame({"unit": [], "people": []}), "the table has no rows"),
        (pd.DataFrame({"unit": ["a"], "n": [1]}), "the table has no column 'people'"),
        (pd.DataFrame({"unit": ["a", "a"], "people": [1, 2]}), "stands there twice"),
        (pd.DataFrame({"unit": ["a", None], "people": [1, 2]}), "a label is missing"),
        (pd.DataFrame({"unit": ["a", TOTAL], "people": [1, 2]}), "is the label of totals"),
        (pd.DataFrame({"unit": ["a"], "people": [-1]}), "whole numbers of zero or more"),
        (pd.DataFrame({"unit": ["a"], "people": [1.5]}), "whole numbers of zero or more"),
        (pd.DataFrame({"unit": ["a"], "people": [None]}), "whole numbers of zero or more"),
    ],
)
def test_what_is_no_such_table_is_refused(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(RevlabError, match=sentence):
        suppress(frame, count="people", by=["unit"])


def test_the_attack_refuses_what_it_cannot_judge() -> None:
    frame = pd.DataFrame({"unit": ["a", "b"], "people": [3, None]})
    with pytest.raises(RevlabError, match="has no totals"):
        attack(frame, count="people", by=["unit"])
    wrong = pd.DataFrame({"unit": ["a", "b", TOTAL], "people": [30, None, 20]})
    with pytest.raises(RevlabError, match="contradict each other"):
        attack(wrong, count="people", by=["unit"])
    with pytest.raises(RevlabError, match="one or two columns; got 3"):
        suppress(frame, count="people", by=["unit", "unit", "unit"])


def test_thresholds_can_be_raised_and_never_lowered() -> None:
    high = Thresholds().raised(scores=8, comments=12)
    assert (high.scores, high.comments) == (8, 12)
    for make in (
        lambda: Thresholds(scores=4),
        lambda: Thresholds(comments=9),
        lambda: high.raised(scores=7),
        lambda: Thresholds(scores=True),
        lambda: Thresholds(scores=6.0),  # type: ignore[arg-type]
    ):
        with pytest.raises(OptionError, match="can be raised, never lowered"):
            make()
    with pytest.raises(AttributeError, match="cannot assign"):
        high.scores = 1  # type: ignore[misc]
    with pytest.raises(OptionError, match="`kind` must be one of"):
        high.of("score")
