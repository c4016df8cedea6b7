"""The form in which scores come in plays no part: precision, layout, order, names, unit."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair_scored
from revlab.rng import stream

Form = Callable[[np.ndarray], object]

NAMES = sorted(POLICIES)
IN_UNITS = {"mixer"}
"""Policies with noise on the score, which is in the unit of the score."""
SIZES = {"square": (6, 6), "wide": (5, 8), "tall": (8, 5)}


def columns_of_a_larger_table(table: np.ndarray) -> np.ndarray:
    """Return a view with gaps between its cells."""
    larger = np.full((table.shape[0], 2 * table.shape[1]), 99.0)
    larger[:, ::2] = table
    return larger[:, ::2]


def read_only(table: np.ndarray) -> np.ndarray:
    """Return a copy that nothing may write to."""
    copy = table.copy()
    copy.setflags(write=False)
    return copy


FORMS: dict[str, Form] = {
    "single precision": lambda table: table.astype(np.float32),
    "half precision": lambda table: table.astype(np.float16),
    "columns first": np.asfortranarray,
    "single precision, columns first": lambda table: np.asfortranarray(table, dtype=np.float32),
    "with gaps": columns_of_a_larger_table,
    "upside down": lambda table: table[::-1].copy()[::-1],
    "read only": read_only,
    "lists": np.ndarray.tolist,
    "nullable frame": lambda table: pd.DataFrame(table).astype("Float64").to_numpy(),
    "objects": lambda table: table.astype(object),
}
WHOLE: dict[str, Form] = {
    "int64": lambda table: table.astype(np.int64),
    "int8": lambda table: table.astype(np.int8),
    "uint16, columns first": lambda table: np.asfortranarray(table, dtype=np.uint16),
    "python integers": lambda table: table.astype(int).tolist(),
    "single precision": lambda table: table.astype(np.float32),
}


def drawn(size: str, seed: int, *, steps: int = 8) -> dict[str, np.ndarray]:
    """Draw two tables of scores that all forms can hold to the bit, a mask and capacities."""
    (n, m), rng = SIZES[size], stream(seed, "invariance")
    return {
        "scores": rng.integers(0, 16, (n, m)) / steps,
        "mentor_scores": rng.integers(0, 16, (n, m)) / steps,
        "eligible": rng.random((n, m)) < 0.8,
        "mentee_capacity": rng.integers(0, 3, n),
        "mentor_capacity": rng.integers(0, 3, m),
    }


def made(policy: str, *, seed: int = 3, **tables: object) -> Matching:
    """Run a policy on scores, with the same chance each time."""
    fit = Compatibility.from_scores(**tables)
    return pair_scored(fit, policy=POLICIES[policy], rng=stream(seed, "ties"))


@cache
def plainly(policy: str, size: str, *, steps: int) -> Matching:
    """Return what a policy makes of the scores as they are drawn, in double precision."""
    return made(policy, **drawn(size, 1, steps=steps))


def same(one: Matching, other: Matching) -> None:
    """Expect the same dyads, scores, ranks and people left over."""
    for table in ("dyads", "unmatched_mentors", "unmatched_mentees"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("policy", NAMES)
def test_the_form_of_the_scores_plays_no_part(policy: str, form: str) -> None:
    # Scores are eighths, of which many are equal: a form that lost a bit would break ties anew.
    for size, sides in (("wide", ["scores", "mentor_scores"]), ("tall", ["scores"])):
        tables = drawn(size, 1)
        changed = {name: FORMS[form](tables[name]) for name in sides}
        same(plainly(policy, size, steps=8), made(policy, **tables | changed))


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("policy", NAMES)
def test_whole_numbers_are_scores_like_others(policy: str, form: str) -> None:
    tables = drawn("wide", 1, steps=1)
    changed = {name: WHOLE[form](tables[name]) for name in ("scores", "mentor_scores")}
    same(plainly(policy, "wide", steps=1), made(policy, **tables | changed))


@pytest.mark.parametrize("policy", NAMES)
def test_the_form_of_marks_and_capacities_plays_no_part(policy: str) -> None:
    tables = drawn("wide", 5)
    plain = made(policy, **tables)
    for mark, kind in zip(
        ("int64", "float64", "O", "?"), ("int8", "uint64", "float32", "O"), strict=True
    ):
        changed = {"eligible": np.asfortranarray(tables["eligible"].astype(mark))}
        for side in ("mentee_capacity", "mentor_capacity"):
            changed[side] = tables[side].astype(kind)
        same(plain, made(policy, **tables | changed))


@pytest.mark.parametrize("policy", NAMES)
def test_nothing_that_was_given_is_written_to(policy: str) -> None:
    tables = drawn("tall", 6)
    before = {name: table.copy() for name, table in tables.items()}
    for table in tables.values():
        table.setflags(write=False)
    made(policy, **tables)
    assert all((tables[name] == before[name]).all() for name in tables)


@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_order_of_rows_and_columns_plays_no_part_with_ties_and_capacities(
    policy: str, size: str
) -> None:
    (n, m), tables, rng = SIZES[size], drawn(size, 7), stream(9, "order")
    ids = {"index": [f"s{k}" for k in range(n)], "columns": [f"j{k}" for k in range(m)]}
    i, j = rng.permutation(n), rng.permutation(m)

    def given(rows: np.ndarray, columns: np.ndarray) -> dict[str, object]:
        some = {
            name: pd.DataFrame(tables[name], **ids).iloc[rows, columns]
            for name in ("scores", "mentor_scores", "eligible")
        }
        some["mentee_capacity"] = tables["mentee_capacity"][rows]
        return some | {"mentor_capacity": tables["mentor_capacity"][columns]}

    same(made(policy, **given(np.arange(n), np.arange(m))), made(policy, **given(i, j)))


@pytest.mark.parametrize("policy", NAMES)
def test_names_that_sort_alike_change_nothing_but_the_names(policy: str) -> None:
    # Chance is drawn in the order of the ids, so other names in the same order are the same
    # market even where ties are broken.
    tables = drawn("square", 8)
    old = {"index": list("abcdef"), "columns": list("uvwxyz")}
    new = {
        "index": ["ana", "bo", "cy", "dee", "eve", "flo"],
        "columns": [f"{k}" for k in range(6)],
    }

    def named(ids: dict[str, list[str]]) -> Matching:
        frames = {name: pd.DataFrame(tables[name], **ids) for name in ("scores", "mentor_scores")}
        return made(policy, **tables | frames)

    before, after = named(old).dyads, named(new).dyads
    for side, axis in (("mentee", "index"), ("mentor", "columns")):
        names = dict(zip(old[axis], new[axis], strict=True))
        assert before[f"{side}_id"].map(names).tolist() == after[f"{side}_id"].tolist()
    pd.testing.assert_frame_equal(
        before.drop(columns=["mentee_id", "mentor_id"]),
        after.drop(columns=["mentee_id", "mentor_id"]),
    )


@pytest.mark.parametrize("policy", ["greedy", "stable_mentee", "stable_mentor"])
def test_a_difference_that_single_precision_cannot_hold_still_counts(policy: str) -> None:
    for seed in range(6):
        dyads = made(policy, seed=seed, scores=[[0.5, 0.5 + 1e-12]]).dyads
        assert dyads["mentor_id"].tolist() == ["mentor2"]


@pytest.mark.parametrize("policy", [name for name in NAMES if name not in IN_UNITS])
@pytest.mark.parametrize("times", [0.5, 4.0, 1024.0])
def test_the_unit_of_the_scores_plays_no_part(policy: str, times: float) -> None:
    tables = drawn("wide", 9)
    scaled = {name: tables[name] * times for name in ("scores", "mentor_scores")}
    one, other = made(policy, **tables).dyads, made(policy, **tables | scaled).dyads
    keep = ["dyad_id", "mentor_id", "mentee_id", "mentor_rank", "mentee_rank"]
    pd.testing.assert_frame_equal(one[keep], other[keep])
    np.testing.assert_array_equal(one["score"] * times, other["score"])
