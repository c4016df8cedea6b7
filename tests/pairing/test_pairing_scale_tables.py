"""A compatibility in little memory: single precision, rules as bits, no copies without need."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import PairingError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import POLICIES, pair_scored, run_policy
from revlab.pairing.rule_marks import bits_for, first_rule, settled_bits
from revlab.pairing.scoring import score_cohort
from revlab.rng import stream


def test_single_precision_is_kept_if_both_sides_have_it() -> None:
    rng = stream(1, "test single")
    table = rng.random((3, 4))
    lean = Compatibility.from_scores(table.astype("float32"), table.astype("float32"))
    assert {lean.mentee_score.dtype, lean.mentor_score.dtype, lean.joint().dtype} == {
        np.dtype("float32")
    }
    mixed = Compatibility.from_scores(table.astype("float32"), table)
    assert {mixed.mentee_score.dtype, mixed.mentor_score.dtype} == {np.dtype("float64")}
    assert Compatibility.from_scores([[1, 2]]).mentee_score.dtype == np.float64


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
def test_the_joint_score_has_the_same_bits_as_its_formula(kind: str, weight: float) -> None:
    rng = stream(2, "test joint")
    one, other = (rng.random((300, 5)).astype(kind) for _ in range(2))
    fit = Compatibility.from_scores(one, other)
    assert (fit.joint(weight) == weight * one + (1 - weight) * other).all()
    assert fit.joint(weight).dtype == kind
    assert not np.shares_memory(fit.joint(1.0), fit.mentee_score)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_the_joint_score_of_cells_is_that_of_the_table(kind: str) -> None:
    rng = stream(3, "test cells")
    fit = Compatibility.from_scores(*(rng.random((6, 5)).astype(kind) for _ in range(2)))
    i, j = rng.integers(0, 5, (2, 20))
    assert (fit.joint_at(i, j) == fit.joint()[i, j]).all()
    assert fit.joint_at(i, j).dtype == np.float64


@pytest.mark.parametrize("name", ["stable_mentee", "stable_mentor", "optimal", "greedy"])
def test_a_matching_of_single_precision_scores_holds_ordinary_numbers(name: str) -> None:
    scores = (stream(4, "test numbers").integers(0, 64, (6, 6)) / 64).astype("float32")
    dyads = [
        pair_scored(
            Compatibility.from_scores(table), policy=POLICIES[name], rng=stream(1, "ties")
        ).dyads
        for table in (scores, scores.astype(float))
    ]
    pd.testing.assert_frame_equal(*dyads)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.5])
def test_a_wrong_score_in_single_precision_is_named(value: float) -> None:
    scores = np.ones((3, 3), dtype="float32")
    scores[1, 2] = value
    with pytest.raises(PairingError, match=rf"got {value} for mentee 'mentee2' and mentor 'ment"):
        Compatibility.from_scores(scores)


def test_the_first_rule_and_the_bits_follow_from_each_other() -> None:
    bits = np.array([[0, 1, 2], [6, 8, 12]], dtype=np.uint8)
    ids = {"mentee_ids": ["a", "b"], "mentor_ids": ["x", "y", "z"]}
    rest = {"mentee_capacity": [1, 1], "mentor_capacity": [1, 1, 1], "rules": tuple("pqrs")}
    scores = {"mentee_score": np.ones((2, 3)), "mentor_score": np.ones((2, 3))}
    told = {"eligible": bits == 0, **ids, **rest, **scores}
    fit = Compatibility(**told, rule_bits=bits)
    assert fit.forbidding.tolist() == [[-1, 0, 1], [1, 3, 2]]
    back = Compatibility(**told, forbidding=fit.forbidding)
    assert back.rule_bits.tolist() == [[0, 1, 2], [2, 8, 4]]
    assert replace(fit, notes=("seen",)).forbidding.tolist() == fit.forbidding.tolist()
    part = fit.select([1], [2, 0])
    assert part.forbidding.tolist() == [[2, 1]]
    assert part.rule_bits.tolist() == [[12, 6]]
    with pytest.raises(PairingError, match="`rule_bits` must be 0 where the dyad is eligible"):
        Compatibility(**told, rule_bits=bits[:, ::-1])
    with pytest.raises(PairingError, match="`rule_bits` must be 0 where the dyad is eligible"):
        Compatibility(**told | {"rules": ("p",)}, rule_bits=bits)
    with pytest.raises(PairingError, match=r"`rule_bits` must have shape \(2, 3\)"):
        Compatibility(**told, rule_bits=bits[:, :1])


@pytest.mark.parametrize("n_rules", [1, 8, 9, 16, 17, 32])
def test_every_rule_has_a_bit(n_rules: int) -> None:
    kind = bits_for(n_rules)
    first = np.arange(-1, n_rules, dtype=np.int8)[None]
    bits = settled_bits(first < 0, first, None, n_rules=n_rules)
    assert bits.dtype == kind
    assert bits.tolist() == [[0, *(2**r for r in range(n_rules))]]
    assert (first_rule(bits) == first).all()
    with pytest.raises(PairingError, match="at most 32 eligibility rules go together; got 33"):
        bits_for(33)


def test_the_rules_of_a_scored_cohort_take_a_byte_per_cell() -> None:
    fit = score_cohort(random_cohort(9, 8, 1))
    assert fit.rule_bits.dtype == np.uint8
    assert ((fit.forbidding < 0) == fit.eligible).all()
    forbidden = fit.rule_bits[~fit.eligible]
    assert (
        fit.forbidding[~fit.eligible]
        == [int(b & -b).bit_length() - 1 for b in forbidden.astype(int)]
    ).all()


def test_people_who_stand_in_order_are_not_copied() -> None:
    fit = Compatibility.from_scores(stream(5, "test order").random((4, 3)))
    assert fit.select(range(4), range(3)) is fit
    assert fit.select([1, 0, 2, 3], range(3)) is not fit
    ordered, _ = run_policy(fit, POLICIES["stable_mentee"], stream(1, "ties"))
    assert np.shares_memory(ordered.mentee_score, fit.mentee_score)


def test_the_parts_are_dropped_and_nothing_else() -> None:
    fit = score_cohort(random_cohort(5, 4, 1))
    share, bare = fit.interaction_share, fit.without_parts()
    assert bare.parts == ()
    assert bare.mentee_score is fit.mentee_score
    assert bare.interaction_share == share
    assert len(fit.parts) > 5
