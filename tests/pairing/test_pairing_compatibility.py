"""`Compatibility`, `Part` and `Matching` as nouns: what they refuse, say and hold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import PairingError
from revlab.pairing.cells import Pool, matching_from_cells, matching_of_pools
from revlab.pairing.centring import share_left
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.part import Part
from revlab.rng import stream


def test_rows_are_mentees_and_columns_are_mentors() -> None:
    table = pd.DataFrame([[0.1, 0.2, 0.3]], index=["boss"], columns=["a", "b", "c"])
    fit = Compatibility.from_scores(table, mentor_capacity=[1, 2, 0])
    assert fit.shape == (1, 3)
    assert fit.mentee_ids.tolist() == ["boss"]
    assert fit.mentor_ids.tolist() == ["a", "b", "c"]
    assert fit.mentor_capacity.tolist() == [1, 2, 0]


def test_the_joint_score_weighs_the_mentee_first() -> None:
    fit = Compatibility.from_scores([[1.0]], [[0.0]])
    assert [fit.joint().item(), fit.joint(0.8).item()] == [0.5, 0.8]
    with pytest.raises(PairingError, match=r"`weight` must be between 0 and 1; got 1\.5"):
        fit.joint(1.5)


def test_the_repr_is_a_sentence_that_warns_where_there_is_nothing_to_choose() -> None:
    f, g = stream(1, "f").random(5), stream(1, "g").random(4)
    separable = Compatibility.from_scores(np.add.outer(f, g))
    assert repr(separable).endswith(
        "interaction share 0.00: who meets whom hardly changes the total score"
    )
    nobody = Compatibility.from_scores([[1.0]], eligible=[[False]])
    assert repr(nobody).endswith("0 of 1 dyads are allowed: nobody can be paired")


@pytest.mark.parametrize("seed", range(4))
def test_the_interaction_share_is_that_of_a_regression_on_rows_and_columns(seed: int) -> None:
    rng = stream(seed, "test share")
    scores, mask = rng.random((7, 9)), rng.random((7, 9)) < 0.6
    i, j = np.nonzero(mask)
    design = np.zeros((len(i), 16))
    design[np.arange(len(i)), i] = 1
    design[np.arange(len(i)), 7 + j] = 1
    y = scores[mask]
    left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    expected = np.square(left).sum() / np.square(y - y.mean()).sum()
    assert share_left(scores, mask) == pytest.approx(expected, abs=1e-6)


def test_the_interaction_share_has_its_ends() -> None:
    mask = np.ones((3, 3), dtype=bool)
    assert share_left(np.full((3, 3), 0.7), mask) == 0.0
    assert np.isnan(share_left(np.ones((3, 3)), ~mask))


def test_a_selection_keeps_everything_in_place() -> None:
    rng = stream(2, "test select")
    fit = Compatibility(
        mentee_ids=pd.Index(list("abc")),
        mentor_ids=pd.Index(list("xyz")),
        mentee_score=rng.random((3, 3)),
        mentor_score=rng.random((3, 3)),
        eligible=np.eye(3, dtype=bool),
        mentee_capacity=np.array([1, 2, 3]),
        mentor_capacity=np.array([4, 5, 6]),
        parts=(Part("site", 1.0, rng.random((3, 3)), known=np.eye(3, dtype=bool)),),
        forbidding=np.where(np.eye(3, dtype=bool), -1, 0).astype(np.int8),
        rules=("no",),
    )
    whole = fit.interaction_share
    part = fit.select([2, 0], [1])
    assert part.mentee_ids.tolist() == ["c", "a"]
    assert part.mentee_capacity.tolist() == [3, 1]
    assert part.mentor_capacity.tolist() == [5]
    assert (part.mentor_score == fit.mentor_score[[2, 0]][:, [1]]).all()
    assert (part.parts[0].values == fit.parts[0].values[[2, 0]][:, [1]]).all()
    assert part.parts[0].known.tolist() == [[False], [False]]
    assert part.rule_bits.tolist() == [[1], [1]]
    assert np.isnan(part.interaction_share)
    assert fit.interaction_share == whole


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("scores", "settings", "message"),
    [
        ([[NAN, 1.0]], {}, r"`mentee_score` must be finite and zero or more; got nan for mentee"),
        ([[1.0, INF]], {}, r"got inf for mentee 'mentee1' and mentor 'mentor2'"),
        ([[1.0, -1.0]], {}, r"say that a dyad is forbidden in `eligible`, not by a score"),
        ([1.0, 2.0], {}, r"`scores` must have two axes, mentees and mentors; got 1"),
        ([[1.0]], {"mentor_scores": [[1.0, 2.0]]}, r"`mentor_score` must have shape \(1, 1\)"),
        ([[1.0]], {"mentor_scores": [[NAN]]}, r"`mentor_score` must be finite"),
        ([[1.0]], {"eligible": [[True, True]]}, r"`eligible` must have shape \(1, 1\).*\(1, 2\)"),
        ([[1.0]], {"mentee_capacity": [-1]}, r"`mentee_capacity` must hold whole numbers .* -1"),
        ([[1.0]], {"mentor_capacity": [1.5]}, r"`mentor_capacity` must hold whole numbers"),
        ([[1.0]], {"mentor_capacity": [NAN]}, r"`mentor_capacity` must hold whole numbers"),
        ([[1.0]], {"mentor_capacity": [1, 1]}, r"`mentor_capacity` must hold 1 numbers"),
        (pd.DataFrame([[1.0], [1.0]], index=["a", "a"]), {}, r"mentee id \['a'\] appears twice"),
        (pd.DataFrame([[1.0, 2.0]], columns=["b", "b"]), {}, r"mentor id \['b'\] appears twice"),
    ],
)
def test_wrong_numbers_are_refused_in_one_sentence(
    scores: object, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(PairingError, match=message) as caught:
        Compatibility.from_scores(scores, **settings)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_rule_must_stand_behind_each_forbidden_cell() -> None:
    fit = Compatibility.from_scores([[1.0, 1.0]], eligible=[[True, False]])
    assert fit.rules == ("the pair was ruled out by hand",)
    columns = {"mentee_ids": ["a"], "mentor_ids": ["b"], "mentee_score": [[1.0]]}
    columns |= {"mentor_score": [[1.0]], "mentee_capacity": [1], "mentor_capacity": [1]}
    with pytest.raises(PairingError, match="`forbidding` must be -1 where the dyad is eligible"):
        Compatibility(**columns, eligible=[[True]], forbidding=np.zeros((1, 1), dtype=np.int8))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"weight": -1.0}, "the weight of part 'site' must be zero or more; got -1"),
        ({"values": np.array([[1.2]])}, "must be between 0 and 1; they run from 1.2 to 1.2"),
        ({"values": np.array([[NAN]])}, "must be between 0 and 1; they run from nan"),
        ({"known": np.ones((2, 2), dtype=bool)}, "`known` of part 'site' must have the shape"),
    ],
)
def test_a_part_out_of_bounds_is_refused(part: dict[str, object], message: str) -> None:
    with pytest.raises(PairingError, match=message):
        Part(**{"name": "site", "weight": 1.0, "values": np.array([[0.5]])} | part)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([[0, 1]], "gave a forbidden dyad: mentee 'mentee1' with mentor 'mentor2'"),
        ([[1, 0], [1, 0]], "gave a repeated dyad: mentee 'mentee2' with mentor 'mentor1'"),
        ([[1, 0], [1, 1]], "gave mentee 'mentee2' more dyads than the capacity allows: 2 where 1"),
        ([[0, 0], [1, 0]], "gave mentor 'mentor1' more dyads than the capacity allows: 2 where 1"),
        ([[2, 0]], "gave a cell outside the 2 x 2 table"),
        ([[0, -1]], "gave a cell outside the 2 x 2 table"),
    ],
)
def test_no_mechanism_gets_round_the_rules(cells: list[list[int]], message: str) -> None:
    fit = Compatibility.from_scores(np.ones((2, 2)), eligible=[[True, False], [True, True]])
    with pytest.raises(PairingError, match=message):
        matching_from_cells(fit, np.array(cells), policy="crooked")


def dyads(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Return dyads from (dyad_id, mentor_id, mentee_id)."""
    frame = pd.DataFrame(rows, columns=["dyad_id", "mentor_id", "mentee_id"])
    numbers = ["score", "mentor_score", "mentee_score", "mentor_rank", "mentee_rank"]
    return frame.assign(pool_id="P01", arm="a", **dict.fromkeys(numbers, 1))


def left(*people: str) -> pd.DataFrame:
    """Return people left over."""
    return pd.DataFrame({"person_id": people, "pool_id": "P01", "reason": "chance"})


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ((dyads().drop(columns="arm"), left(), left()), r"`dyads` .* needs the columns \['arm'\]"),
        ((dyads(), left().drop(columns="reason"), left()), r"`unmatched_mentors` .*\['reason'\]"),
        ((dyads(("D1", "a", "x"), ("D1", "b", "y")), left(), left()), "holds a dyad_id twice"),
        ((dyads(("D1", "a", "x"), ("D2", "a", "x")), left(), left()), "same mentor and mentee"),
        ((dyads(("D1", "a", "x")), left("a"), left()), r"mentor \['a'\] is in a dyad and left"),
        ((dyads(("D1", "a", "x")), left(), left("x")), r"mentee \['x'\] is in a dyad and left"),
    ],
)
def test_a_matching_that_contradicts_itself_is_refused(
    frames: tuple[pd.DataFrame, ...], message: str
) -> None:
    with pytest.raises(PairingError, match=message):
        Matching("by hand", *frames)


def test_dyad_ids_follow_the_mentee_ids_and_grow_with_the_number() -> None:
    table = pd.DataFrame(np.eye(3), index=["c", "a", "b"], columns=["x", "y", "z"])
    made = matching_from_cells(
        Compatibility.from_scores(table), np.array([[0, 0], [1, 1], [2, 2]]), policy="mine"
    ).dyads
    assert made["dyad_id"].tolist() == ["D001", "D002", "D003"]
    assert made["mentee_id"].tolist() == ["a", "b", "c"]
    many = Compatibility.from_scores(np.ones((1000, 1000)))
    cells = np.column_stack([np.arange(1000)] * 2)
    ids = matching_from_cells(many, cells, policy="mine").dyads["dyad_id"]
    assert [ids.iloc[0], ids.iloc[-1]] == ["D0001", "D1000"]


def test_two_pools_may_not_have_one_label() -> None:
    pool = Pool(Compatibility.from_scores([[1.0]]), np.array([[0, 0]]), "mine", "P01", "mine")
    with pytest.raises(PairingError, match=r"the pools of a matching need different labels"):
        matching_of_pools([pool, pool])
    with pytest.raises(PairingError, match=r"need different labels; got \[\]"):
        matching_of_pools([])


def test_a_tie_shares_the_better_rank() -> None:
    fit = Compatibility.from_scores([[0.5, 0.5, 0.9]])
    made = matching_from_cells(fit, np.array([[0, 1]]), policy="mine").dyads
    assert made["mentee_rank"].tolist() == [2]


def test_traits_follow_their_people_through_order_and_selection() -> None:
    table = pd.DataFrame({"site": ["Oslo", "Bergen", "Moss"]}, index=["c", "a", "b"])
    scores = pd.DataFrame([[0.1], [0.2], [0.3]], index=["a", "b", "c"], columns=["x"])
    fit = replace(Compatibility.from_scores(scores), mentee_traits=table)
    assert fit.mentee_traits is not None
    assert fit.mentee_traits["site"].tolist() == ["Bergen", "Moss", "Oslo"]
    few = fit.select([2, 0], [0])
    assert few.mentee_traits is not None
    assert few.mentee_traits["site"].tolist() == ["Oslo", "Bergen"]
    assert few.mentor_traits is None


@pytest.mark.parametrize(
    ("people", "message"),
    [(["a", "b"], r"no row for mentee \['c'\]"), (["a", "b", "c", "c"], r"mentee \['c'\] twice")],
)
def test_traits_need_one_row_for_everybody(people: list[str], message: str) -> None:
    table = pd.DataFrame({"site": "Oslo"}, index=people)
    scores = pd.DataFrame([[0.1], [0.2], [0.3]], index=["a", "b", "c"], columns=["x"])
    fit = Compatibility.from_scores(scores)
    with pytest.raises(PairingError, match=message):
        replace(fit, mentee_traits=table)
