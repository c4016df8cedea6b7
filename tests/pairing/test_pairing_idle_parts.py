"""A criterion that moves no dyad is reported with the reason; every part moves one somewhere."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import SKILLS, random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import EligibilityRule
from revlab.pairing.idle_parts import idle_parts
from revlab.pairing.parts import PARTS, ScorePart
from revlab.pairing.policies import POLICIES, Policy, pair, with_settings
from revlab.pairing.reweighting import reweighted
from revlab.pairing.scoring import DEFAULT_SCORE, Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.people.skills import read_skills
from revlab.rng import stream
from revlab.shipped import shipped

NAMES = sorted(PARTS)
EVERYTHING = Score(dict.fromkeys(NAMES, 1.0))
COLUMNS = [
    "part", "weight", "interaction_share", "n_dyads", "n_changed", "total_change", "verdict",
    "sentence",
]  # fmt: skip
TABLE = read_skills(shipped("data/skills/esco_digital.csv"))
ESCO = dict(zip(SKILLS, TABLE["skill_id"].tolist()[-len(SKILLS) :], strict=True))

Register = Callable[..., Score]


def esco_cohort(n_mentors: int, n_mentees: int, seed: int) -> Cohort:
    """Draw a cohort with data for every part, its skills being those of the taxonomy."""
    cohort = random_cohort(n_mentors, n_mentees, seed)
    return replace(cohort, skills=cohort.skills.replace({"skill_id": ESCO}))


def pairs_of(cohort: Cohort, policy: Policy | str, seed: int = 1) -> set[tuple[str, str]]:
    """Return the (mentor, mentee) pairs that a policy makes."""
    dyads = pair(cohort, policy=policy, seed=seed).dyads
    return set(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_every_part_moves_a_dyad_somewhere_and_one_that_is_dead_does_not(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Over the registry: a new part is tested by being there. What is asked of the real part is
    # then asked of a stand-in that compares a value with itself, which must fail.
    beside = "hours" if name != "hours" else "interests"
    policy = with_settings("optimal", score=Score({name: 1.0, beside: 1.0}), eligibility=())

    def row(seed: int) -> pd.Series:
        table = idle_parts(esco_cohort(9, 9, seed), policy=policy, seed=1)
        return table.set_index("part").loc[name]

    moves = next((seed for seed in range(10) if row(seed)["n_changed"]), None)
    assert moves is not None

    def itself(cohort: Cohort) -> np.ndarray:
        grades = cohort.mentees["grade"].to_numpy()[:, None] + np.zeros(len(cohort.mentors))
        return (grades == grades).astype(float)

    monkeypatch.setitem(PARTS, name, replace(PARTS[name], values=itself))
    dead = row(moves)
    assert dead["n_changed"] == 0
    assert dead["sentence"] == "moves nothing: it is the same for every dyad."
    assert dead["interaction_share"] == 0.0


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_the_numbers_are_those_of_pairing_with_the_part_made_even(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = random_cohort(9, 11, 3)
    table = idle_parts(cohort, policy=policy, seed=4)
    assert list(table) == COLUMNS
    assert table["part"].tolist() == list(DEFAULT_SCORE.weights)
    assert table["weight"].tolist() == list(DEFAULT_SCORE.weights.values())
    before, fit = pairs_of(cohort, policy, 4), score_cohort(cohort)
    mean = {part.name: part.values[fit.eligible].mean() for part in fit.parts}
    for row in table.itertuples():
        even = np.full((11, 9), mean[row.part])
        with monkeypatch.context() as patched:
            patched.setitem(PARTS, row.part, replace(PARTS[row.part], values=lambda _, v=even: v))
            after, joint = pairs_of(cohort, policy, 4), score_cohort(cohort)
        assert row.n_changed == max(len(before - after), len(after - before)), row.part
        assert row.n_dyads == len(before)
        joint = pd.DataFrame(joint.joint(), index=joint.mentee_ids, columns=joint.mentor_ids)
        totals = [sum(joint.at[s, j] for j, s in made) for made in (before, after)]
        assert row.total_change == pytest.approx(totals[1] - totals[0], abs=1e-9)
        moves = f"moves {row.n_changed} of {max(row.n_dyads, row.n_changed)} dyads"
        assert row.sentence.startswith(moves) == (row.n_changed > 0)
        assert row.sentence.startswith("moves nothing: ") == (row.n_changed == 0)
        assert row.sentence.endswith(".")
        assert (row.verdict == "idle") == (row.n_changed == 0)
    if policy in ("optimal", "most_pairs"):
        assert (table["total_change"] >= -1e-9).all()


def test_the_share_is_what_is_left_after_centring_rows_and_columns_twice() -> None:
    cohort = random_cohort(7, 8, 2)
    policy = with_settings("optimal", eligibility=())
    table = idle_parts(cohort, policy=policy, seed=1).set_index("part")
    for part in score_cohort(cohort, eligibility=()).parts:
        values = part.values - part.values.mean()
        left = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True)
        share = np.square(left).sum() / np.square(values).sum()
        assert table.loc[part.name, "interaction_share"] == pytest.approx(share, abs=1e-9)


def test_the_order_of_the_roster_plays_no_part() -> None:
    cohort, rng = random_cohort(9, 11, 3), stream(1, "order")
    mixed = replace(
        cohort,
        mentors=cohort.mentors.iloc[rng.permutation(9)],
        mentees=cohort.mentees.iloc[rng.permutation(11)],
        skills=cohort.skills.iloc[rng.permutation(len(cohort.skills))],
    )
    one, other = (idle_parts(c, policy="stable_mentee", seed=2) for c in (cohort, mixed))
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=1e-9)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Put parts with given values into the registry and return a score of all of them."""

    def put(wish: tuple[bool, bool] = (True, True), **tables: object) -> Score:
        for name, table in tables.items():
            values = np.array(table, dtype=float)
            part = ScorePart(lambda _, v=values: v, "because", "things", *wish)
            monkeypatch.setitem(PARTS, name, part)
        return Score(dict.fromkeys(tables, 1.0))

    return put


class Forbid:
    """A rule that forbids the cells it was given."""

    words = "so it was said"

    def __init__(self, *cells: tuple[int, int]) -> None:
        self.cells = cells

    def __call__(self, cohort: Cohort) -> np.ndarray:
        """Return the forbidden cells."""
        mask = np.zeros((len(cohort.mentees), len(cohort.mentors)), dtype=bool)
        for cell in self.cells:
            mask[cell] = True
        return mask


def why(
    score: Score, name: str, *, policy: str = "optimal", rules: tuple[EligibilityRule, ...] = ()
) -> str:
    """Return the sentence on one part, for as many people as its table has."""
    n, m = PARTS[next(iter(score.weights))].values(None).shape
    juniors, seniors = ([f"{side}{k}" for k in range(size)] for side, size in (("j", m), ("s", n)))
    cohort = Cohort(
        pd.DataFrame({"unit": "it", "grade": 1}, index=juniors),
        pd.DataFrame({"unit": "it", "grade": 4}, index=seniors),
    )
    asked = with_settings(policy, score=score, eligibility=rules)
    table = idle_parts(cohort, policy=asked, seed=1).set_index("part")
    assert table.loc[name, "n_changed"] == 0
    assert table.loc[name, "total_change"] == 0.0
    return str(table.loc[name, "sentence"]).removeprefix("moves nothing: ")


CROSS = [[0.0, 1.0, 0.2], [0.9, 0.0, 0.3], [0.1, 0.4, 1.0]]


def test_a_part_without_data_or_without_weight(register: Register) -> None:
    score = register(cross=CROSS, void=np.full((3, 3), np.nan))
    assert why(score, "void") == "the cohort has no data on things."
    assert why(Score({"cross": 1.0, "site": 0.0}), "site") == "its weight is zero."


def test_a_constant_part(register: Register) -> None:
    score = register(cross=CROSS, same=np.full((3, 3), 0.4))
    assert why(score, "same") == "it is the same for every dyad."


@pytest.mark.parametrize("policy", ["optimal", "most_pairs", "stable_mentee"])
def test_a_constant_part_breaks_no_tie_anew_by_its_last_bits(
    policy: str, register: Register
) -> None:
    for seed in range(15):
        coarse = stream(seed, "coarse").integers(0, 4, (9, 9)) / 7
        score = register(coarse=coarse, same=np.full((9, 9), 1 / 3))
        assert why(score, "same", policy=policy) == "it is the same for every dyad."


def test_a_part_that_depends_on_one_person_only(register: Register) -> None:
    one, other = np.array([0.1, 0.5, 0.9]), np.array([[0.05], [0.03], [0.0]])
    score = register(cross=CROSS, mentor=one + 0 * other, mentee=other + 0 * one, both=one + other)
    assert why(score, "mentor") == "it depends on the mentor alone, not on who meets whom."
    assert why(score, "mentee") == "it depends on the mentee alone, not on who meets whom."
    assert why(score, "both") == "it depends on each of the two alone, not on who meets whom."


def test_a_part_that_depends_on_the_mentor_alone_can_move_who_chooses_whom(
    register: Register,
) -> None:
    # The reason is given only where nothing moved: with four mentors for three mentees the same
    # kind of part decides who is left over.
    wide = np.column_stack([np.array(CROSS), [0.1, 0.2, 0.3]])
    score = register(cross=wide, mentor=[[0.0, 0.0, 0.0, 1.0]] * 3)
    people = pd.DataFrame({"unit": "it", "grade": [1] * 4 + [4] * 3}, index=list("abcdxyz"))
    cohort = Cohort(people[:4], people[4:])
    policy = with_settings("optimal", score=score, eligibility=())
    table = idle_parts(cohort, policy=policy, seed=1).set_index("part")
    assert table.loc["mentor", "n_changed"] > 0
    assert table.loc["mentor", "interaction_share"] == pytest.approx(0, abs=1e-9)


def test_a_weight_that_is_too_small_is_told_with_the_weight_that_would_do(
    register: Register,
) -> None:
    score = register(cross=[[1.0, 0.4], [0.4, 1.0]], faint=[[0.0, 0.1], [0.1, 0.0]])
    sentence = why(score, "faint")
    assert sentence == "its weight is too small; 8 times the weight would change the dyads."
    for times, moved in ((4.0, 0), (8.0, 2)):
        heavier = with_settings(
            "optimal", score=Score({"cross": 1.0, "faint": times}), eligibility=()
        )
        people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=list("abxy"))
        table = idle_parts(Cohort(people[:2], people[2:]), policy=heavier, seed=1)
        assert table.set_index("part").loc["faint", "n_changed"] == moved


def test_forbidden_cells_that_hide_a_part(register: Register) -> None:
    corner = [[1.0, 0.4, 0.4], [0.4, 0.4, 0.4], [0.4, 0.4, 0.4]]
    score = register(cross=CROSS, corner=corner)
    assert why(score, "corner", rules=(Forbid((0, 0)),)) == (
        "it differs only where the rules forbid the dyad."
    )
    slope = np.add.outer([0.0, 0.2, 0.4], [0.0, 0.1, 0.3])
    slope[0, 0] = 1.0
    score = register(cross=CROSS, slope=slope)
    assert why(score, "slope", rules=(Forbid((0, 0)),)) == (
        "it says who suits whom only where the rules forbid the dyad."
    )


def test_a_change_between_matchings_of_one_total_is_told_as_a_tie(register: Register) -> None:
    # Every full matching has the same total with and without the part, which depends on the
    # mentee alone; which of them is made hangs on last bits, and the table must not call it use.
    rng, said = stream(1, "ties"), []
    people = pd.DataFrame({"unit": "it", "grade": [1] * 6 + [4] * 6}, index=list("abcdefuvwxyz"))
    for _ in range(30):
        row, column = rng.random((6, 1)), rng.random(6)
        score = register(mentee=row + 0 * column, other=0.5 * (rng.random((6, 1)) + column))
        policy = with_settings("optimal", score=score, eligibility=())
        table = idle_parts(Cohort(people[:6], people[6:]), policy=policy, seed=1)
        said += table["sentence"].tolist()
        assert np.abs(table["total_change"]).max() < 1e-9
    tie = ", but only between matchings that are equally good."
    kinds = {"tie" if sentence.endswith(tie) else sentence for sentence in said}
    assert set(table["verdict"]) <= {"ties", "idle"}
    assert kinds <= {
        "tie",
        "moves nothing: it depends on the mentee alone, not on who meets whom.",
        "moves nothing: it depends on each of the two alone, not on who meets whom.",
    }
    assert "tie" in kinds


def test_no_weight_is_called_too_small_for_a_part_that_could_only_move_ties(
    register: Register,
) -> None:
    rng, verdicts = stream(1, "coarse ties"), set()
    people = pd.DataFrame({"unit": "it", "grade": [1] * 6 + [4] * 6}, index=list("abcdefuvwxyz"))
    for _ in range(20):
        mentee = rng.permutation(6)[:, None] / 7 + np.zeros(6)
        score = register(mentee=mentee, other=rng.integers(0, 3, (6, 6)) / 3)
        policy = with_settings("optimal", score=score, eligibility=())
        row = idle_parts(Cohort(people[:6], people[6:]), policy=policy, seed=1).iloc[0]
        verdicts.add(row["verdict"])
        if row["verdict"] == "idle":
            assert row["sentence"] == (
                "moves nothing: it depends on the mentee alone, not on who meets whom."
            )
    assert verdicts == {"ties", "idle"}


def test_a_policy_or_rules_that_leave_nothing_to_the_score(register: Register) -> None:
    score = register(cross=CROSS, other=np.array(CROSS).T)
    whatever = "this policy makes the same dyads whatever the score."
    assert why(score, "cross", policy="random") == whatever
    off = [(i, j) for i in range(3) for j in range(3) if i != j]
    for policy in sorted(POLICIES):
        assert why(score, "cross", policy=policy, rules=(Forbid(*off),)) == whatever
    all_cells = [(i, j) for i in range(3) for j in range(3)]
    assert why(score, "cross", rules=(Forbid(*all_cells),)) == "the rules allow no dyad."


def test_a_wish_of_the_side_that_does_not_choose(register: Register) -> None:
    ours = register(cross=CROSS)
    theirs = register((True, False), theirs=np.array(CROSS).T)
    score = Score({**ours.weights, **theirs.weights})
    assert why(score, "theirs", policy="serial_dictatorship") == (
        "it is a wish of the mentors, and whatever they wish the dyads are the same."
    )


def test_parts_that_want_the_same(register: Register) -> None:
    score = register(cross=CROSS, again=CROSS)
    assert why(score, "again") == "the other parts choose the same dyads without it."


def test_the_only_part_may_choose_what_chance_would(register: Register) -> None:
    tables = [np.eye(2) * 0.5 + 0.1, (1 - np.eye(2)) * 0.5 + 0.1]
    said = set()
    for table in tables:
        score = register(alone=table)
        people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=list("abxy"))
        policy = with_settings("optimal", score=score, eligibility=())
        row = idle_parts(Cohort(people[:2], people[2:]), policy=policy, seed=1).iloc[0]
        said.add(row["sentence"])
    assert said == {
        "moves 2 of 2 dyads.",
        "moves nothing: it is the only part, and chance makes the same dyads without it.",
    }


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_empty_sides(sizes: tuple[int, int]) -> None:
    table = idle_parts(random_cohort(*sizes, 1), policy="optimal", seed=1)
    assert set(table["sentence"]) == {"moves nothing: the rules allow no dyad."}
    assert table["interaction_share"].isna().all()


def test_wrong_questions() -> None:
    cohort = random_cohort(3, 3, 1)
    with pytest.raises(OptionError, match=r"`policy` must be one of .*; got 'optimum'"):
        idle_parts(cohort, policy="optimum", seed=1)
    bare = Cohort(cohort.mentors[["unit", "grade"]], cohort.mentees[["unit", "grade"]])
    with pytest.raises(PairingError, match=r"no data for any part of the score \(site\)"):
        idle_parts(bare, policy=with_settings("optimal", score=Score({"site": 1})), seed=1)


@pytest.mark.parametrize("seed", range(4))
def test_other_weights_of_the_same_parts_are_scored_to_the_bit_as_from_the_start(seed: int) -> None:
    cohort = esco_cohort(6, 7, seed)
    cohort = replace(cohort, mentors=cohort.mentors.assign(site=["n", None] * 3))
    fit = score_cohort(cohort, score=EVERYTHING)
    weights = dict.fromkeys(NAMES, 1.0) | {"site": 0.0, "hours": 2.5, "reciprocal_coverage": 0.0}
    direct, other = score_cohort(cohort, score=Score(weights)), reweighted(fit, weights)
    for side in ("mentee_score", "mentor_score"):
        assert getattr(other, side).tobytes() == getattr(direct, side).tobytes()
    assert [(p.name, p.weight) for p in other.parts] == [(p.name, p.weight) for p in direct.parts]
    few = reweighted(fit, {"site": 0.0})
    assert len(few.parts) == len(fit.parts) - 1
    assert [part.weight for part in few.parts] == [1.0] * len(few.parts)


def test_no_part_left_suits_everybody_equally_and_wrong_weights_are_refused() -> None:
    fit = score_cohort(random_cohort(3, 4, 1), score=Score({"site": 1.0, "hours": 1.0}))
    assert not reweighted(fit, {"site": 0, "hours": 0}).joint().any()
    with pytest.raises(OptionError, match=r"`weights` must be one of 'hours', 'site'; got 'sight'"):
        reweighted(fit, {"sight": 1.0})
    with pytest.raises(PairingError, match="the weight of part 'site' must be zero or more; got"):
        reweighted(fit, {"site": -1.0})
    plain = Compatibility.from_scores([[0.5]])
    with pytest.raises(PairingError, match="were given as numbers, so there are no parts to weigh"):
        reweighted(plain, {"site": 1.0})
