"""Every kind of bad input, wherever it comes in: one clear sentence, word for word."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab import cli
from revlab.errors import CohortError, OptionError, PairingError, RevlabError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import POLICIES, pair, pair_scored, with_settings
from revlab.pairing.quality import compare
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

NAN, INF = float("nan"), float("inf")
HEAD = "Staff no,Department,Level,Role,Capacity,Manager\n"


def refused(ask: Callable[[], object], error: type[RevlabError], sentence: str) -> None:
    """Expect exactly this sentence, alone on its line, and no cause shown behind it."""
    with pytest.raises(error, match=f"^{re.escape(sentence)}$") as caught:
        ask()
    assert type(caught.value) is error
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def cell(name: str, value: str, mentee: str = "mentee1", mentor: str = "mentor1") -> str:
    """Return the sentence about one score."""
    return (
        f"`{name}` must be finite and zero or more; got {value} for mentee {mentee!r} and mentor "
        f"{mentor!r}; say that a dyad is forbidden in `eligible`, not by a score."
    )


def no_number(name: str) -> str:
    """Return the sentence about a table that holds something else."""
    return f"`{name}` must hold numbers, in rows of one length; it does not."


NO_MARK = "`eligible` must hold True and False (or 1 and 0), in rows of one length; it does not."
LABELS = (
    "must have the row and column labels of `scores`, in the same order; sort one like the other."
)
WHOLE = "must hold whole numbers of zero or more; got"
LABELLED = pd.DataFrame([[0.1, 0.2]], index=["s"], columns=["x", "y"])


@pytest.mark.parametrize(
    ("scores", "settings", "sentence"),
    [
        # Scores that are not finite, or below zero.
        ([[NAN, 1.0]], {}, cell("mentee_score", "nan")),
        ([[1.0, None]], {}, cell("mentee_score", "nan", mentor="mentor2")),
        ([[1.0], [INF]], {}, cell("mentee_score", "inf", mentee="mentee2")),
        ([[-INF]], {}, cell("mentee_score", "-inf")),
        ([[-0.5]], {}, cell("mentee_score", "-0.5")),
        (np.array([[NAN]], dtype=np.float32), {}, cell("mentee_score", "nan")),
        (LABELLED.assign(y=NAN), {}, cell("mentee_score", "nan", "s", "y")),
        ([[1.0]], {"mentor_scores": [[NAN]]}, cell("mentor_score", "nan")),
        ([[1.0]], {"mentor_scores": [[-1.0]]}, cell("mentor_score", "-1.0")),
        # Forbidden is no excuse for a score that is none.
        ([[NAN]], {"eligible": [[False]]}, cell("mentee_score", "nan")),
        # What is not a table of numbers.
        ([["high"]], {}, no_number("scores")),
        ([[1.0, 2.0], [3.0]], {}, no_number("scores")),
        ([[1j]], {}, no_number("scores")),
        (np.array([["2026-01-01"]], dtype="datetime64[D]"), {}, no_number("scores")),
        (pd.DataFrame([[pd.NA]]), {}, no_number("scores")),
        ([[1.0]], {"mentor_scores": [["low"]]}, no_number("mentor_score")),
        # Unequal shapes.
        ([1.0, 2.0], {}, "`scores` must have two axes, mentees and mentors; got 1."),
        (1.0, {}, "`scores` must have two axes, mentees and mentors; got 0."),
        (np.ones((1, 1, 1)), {}, "`scores` must have two axes, mentees and mentors; got 3."),
        (
            [[1.0]],
            {"mentor_scores": [[1.0, 2.0]]},
            "`mentor_score` must have shape (1, 1) (mentees, mentors); got (1, 2).",
        ),
        (
            [[1.0, 2.0]],
            {"mentor_scores": [[1.0], [2.0]]},
            "`mentor_score` must have shape (1, 2) (mentees, mentors); got (2, 1).",
        ),
        (
            [[1.0]],
            {"eligible": [True]},
            "`eligible` must have shape (1, 1) (mentees, mentors); got (1,).",
        ),
        (
            [[1.0]],
            {"mentee_capacity": [1, 1]},
            "`mentee_capacity` must hold 1 numbers, one per person; got shape (2,).",
        ),
        (
            [[1.0]],
            {"mentor_capacity": [[1]]},
            "`mentor_capacity` must hold 1 numbers, one per person; got shape (1, 1).",
        ),
        # Tables of other people than the scores, or in another order.
        (LABELLED, {"mentor_scores": LABELLED[["y", "x"]]}, f"`mentor_scores` {LABELS}"),
        (LABELLED, {"eligible": LABELLED.rename(index={"s": "t"}) > 0}, f"`eligible` {LABELS}"),
        # Marks that are neither True nor False.
        ([[1.0]], {"eligible": [["no"]]}, NO_MARK),
        ([[1.0]], {"eligible": [[NAN]]}, NO_MARK),
        ([[1.0]], {"eligible": [[2]]}, NO_MARK),
        ([[1.0]], {"eligible": [[None]]}, NO_MARK),
        ([[1.0, 1.0], [1.0, 1.0]], {"eligible": [[True], [True, False]]}, NO_MARK),
        # Capacities.
        ([[1.0]], {"mentee_capacity": -1}, f"`mentee_capacity` {WHOLE} -1."),
        ([[1.0]], {"mentor_capacity": [-2]}, f"`mentor_capacity` {WHOLE} -2."),
        ([[1.0]], {"mentor_capacity": [1.5]}, f"`mentor_capacity` {WHOLE} 1.5."),
        ([[1.0]], {"mentor_capacity": NAN}, f"`mentor_capacity` {WHOLE} nan."),
        ([[1.0]], {"mentor_capacity": [None]}, f"`mentor_capacity` {WHOLE} nan."),
        ([[1.0]], {"mentee_capacity": INF}, f"`mentee_capacity` {WHOLE} inf."),
        ([[1.0]], {"mentee_capacity": 1e30}, f"`mentee_capacity` {WHOLE} 1e+30."),
        ([[1.0]], {"mentor_capacity": "two"}, no_number("mentor_capacity")),
        ([[1.0]], {"mentee_capacity": [[1], [1, 2]]}, no_number("mentee_capacity")),
        # Ids.
        (
            pd.DataFrame([[1.0], [1.0]], index=["a", "a"]),
            {},
            "mentee id ['a'] appears twice; give every mentee an id of their own.",
        ),
        (
            pd.DataFrame([[1.0, 1.0]], columns=[7, "7"]),
            {},
            "mentor id ['7'] appears twice; give every mentor an id of their own.",
        ),
        (
            pd.DataFrame([[1.0], [1.0]], index=["a", None]),
            {},
            "1 of the mentee ids are missing; give every mentee an id.",
        ),
    ],
)
def test_from_scores(scores: object, settings: dict[str, object], sentence: str) -> None:
    refused(lambda: Compatibility.from_scores(scores, **settings), PairingError, sentence)


def people(*grades: int, **columns: list[object]) -> pd.DataFrame:
    """Return a person table, one person per grade."""
    ids = [f"p{grade}{k}" for k, grade in enumerate(grades)]
    return pd.DataFrame({"unit": "it", "grade": grades, **columns}, index=ids)


@pytest.mark.parametrize(
    ("mentors", "sentence"),
    [
        (lambda: people(1, 1).set_axis(["a", "a"]), "mentors: a person_id appears twice."),
        (lambda: people(1, capacity=[-1]), "mentors: a capacity is negative."),
        (
            lambda: people(1, 1, capacity=[1, 0.5]),
            "mentors: capacity must be a whole number for everybody; it is not for 1 of 2.",
        ),
        (
            lambda: people(1, capacity=["many"]),
            "mentors: capacity must be a whole number for everybody; it is not for 1 of 1.",
        ),
        (
            lambda: people(1, 2).assign(grade=[NAN, INF]),
            "mentors: grade must be a whole number for everybody; it is not for 2 of 2.",
        ),
        (lambda: people(1).drop(columns="unit"), "mentors: the column 'unit' is missing."),
    ],
)
def test_a_cohort(mentors: Callable[[], pd.DataFrame], sentence: str) -> None:
    refused(lambda: Cohort(mentors(), people(4)), CohortError, sentence)


OPTIONS = ", ".join(repr(name) for name in sorted(POLICIES))
COHORT = random_cohort(3, 3, 1)
BARE = Cohort(people(1, 1), people(4, 4))


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (
            lambda: pair(COHORT, policy="optmal", seed=1),
            OptionError,
            f"`policy` must be one of {OPTIONS}; got 'optmal'. Did you mean 'optimal'?",
        ),
        (
            lambda: pair(COHORT, policy=None, seed=1),
            OptionError,
            f"`policy` must be one of {OPTIONS}; got None.",
        ),
        (
            lambda: compare(COHORT, ["greedy", 3], seed=1),
            OptionError,
            f"`policy` must be one of {OPTIONS}; got 3.",
        ),
        (
            lambda: pair(COHORT, policy="optimal", seed=-1),
            RevlabError,
            "`seed` must be a whole number of zero or more; got -1.",
        ),
        (
            lambda: pair(COHORT, policy="optimal", seed=1.5),
            RevlabError,
            "`seed` must be a whole number of zero or more; got 1.5.",
        ),
        (
            lambda: score_cohort(COHORT, eligibility="grade_gap"),
            PairingError,
            "`eligibility` must be a list of rules or of their names; got 'grade_gap'.",
        ),
        (
            lambda: Score({"site": NAN}),
            PairingError,
            "the weight of 'site' must be zero or more; got nan.",
        ),
        (
            lambda: Score({"site": INF}),
            PairingError,
            "the weight of 'site' must be zero or more; got inf.",
        ),
        (
            lambda: Score({"site": "high"}),
            PairingError,
            "the weight of 'site' must be zero or more; got high.",
        ),
        (
            lambda: Score({"site": None}),
            PairingError,
            "the weight of 'site' must be zero or more; got None.",
        ),
        (
            lambda: Score({}),
            PairingError,
            "a score needs at least one part with a weight above zero.",
        ),
        (
            lambda: score_cohort(BARE, score=Score({"site": 1})),
            PairingError,
            "the cohort has no data for any part of the score (site).",
        ),
        (
            lambda: pair(BARE, policy=with_settings("optimal", score=Score({"hours": 2})), seed=1),
            PairingError,
            "the cohort has no data for any part of the score (hours).",
        ),
        (
            lambda: Compatibility.from_scores([[0.5]]).joint(NAN),
            PairingError,
            "`weight` must be between 0 and 1; got nan.",
        ),
    ],
)
def test_policies_scores_and_settings(
    ask: Callable[[], object], error: type[RevlabError], sentence: str
) -> None:
    refused(ask, error, sentence)


@pytest.mark.parametrize(
    ("wrong", "start"),
    [
        (lambda: score_cohort(COHORT, eligibility=["grade_gapp"]), "`eligibility` must be one of "),
        (lambda: Score({"sight": 1.0}), "`weights` must be one of "),
    ],
)
def test_an_unknown_name_gets_the_list_and_the_nearest(
    wrong: Callable[[], object], start: str
) -> None:
    with pytest.raises(OptionError, match=rf"^{start}'.*; got '\w+'\. Did you mean '\w+'\?$"):
        wrong()


@pytest.mark.parametrize("policy", sorted(POLICIES))
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (3, 2)])
def test_empty_sides_and_all_forbidden_are_no_faults_and_are_told(
    policy: str, shape: tuple[int, int]
) -> None:
    fit = Compatibility.from_scores(np.ones(shape), eligible=np.zeros(shape, dtype=bool))
    assert repr(fit).endswith(f"0 of {np.prod(shape)} dyads are allowed: nobody can be paired")
    made = pair_scored(fit, policy=POLICIES[policy], rng=stream(1, "ties"))
    assert made.dyads.empty
    left = pd.concat([made.unmatched_mentees, made.unmatched_mentors])
    assert len(left) == sum(shape)
    one_sided = 0 in shape
    reason = "there is nobody on the other side" if one_sided else "the rules allow them no partner"
    assert set(left["reason"]) <= {reason}


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Pair a roster of these lines on the command line, in this process."""

    def run(lines: str, *, policy: str = "optimal") -> tuple[int, str, str]:
        (tmp_path / "staff.csv").write_text(HEAD + lines if lines else "", encoding="utf-8")
        words = ["revlab", "pair", str(tmp_path / "staff.csv"), "--policy", policy, "--yes"]
        monkeypatch.setattr(sys, "argv", [*words, "--out", str(tmp_path / "pairs.csv")])
        with pytest.raises(SystemExit, match=r"^\d*$|^None$") as left:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return int(left.value.code or 0), said.out, said.err

    return run


ROW_4, COLUMN, REPEATS = "staff.csv, row 4", "column 'Capacity'", "repeats the person of row 2"
GOOD = "a1,Sales,1,mentor,1,\nb1,Legal,4,mentee,1,\n"


@pytest.mark.parametrize("policy", ["optmal", "", "Optimal", "stable"])
def test_on_the_command_line_an_unknown_policy_is_a_usage_error(
    command: Callable[..., tuple[int, str, str]], policy: str, tmp_path: Path
) -> None:
    code, out, err = command(GOOD, policy=policy)
    assert (code, out) == (2, "")
    assert err.startswith(f"revlab: `policy` must be one of {OPTIONS}; got {policy!r}.")
    assert err.count("\n") == 1
    assert not (tmp_path / "pairs.csv").exists()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            GOOD + "a2,Sales,1,mentor,-1,\n",
            f"{ROW_4}, {COLUMN}: must be a whole number from 0 to 1000; got '-1' (correct it).",
        ),
        (
            GOOD + "a2,Sales,1,mentor,nan,\n",
            f"{ROW_4}, {COLUMN}: must be a number; got 'nan' (correct it).",
        ),
        (
            GOOD + "a1,Sales,2,mentor,1,\n",
            f"{ROW_4}: {REPEATS}; on one side each must be different (remove one).",
        ),
        ("\n", "staff.csv: holds headings but no people (add one line per person)."),
        ("", "staff.csv: is empty (it needs a line of headings and one line per person)."),
    ],
)
def test_on_the_command_line_a_faulty_roster_is_one_sentence(
    command: Callable[..., tuple[int, str, str]], lines: str, sentence: str, tmp_path: Path
) -> None:
    code, out, err = command(lines)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == f"revlab: {sentence}"
    assert not (tmp_path / "pairs.csv").exists()


def test_on_the_command_line_people_who_may_not_meet_are_left_over_and_explained(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, out, _ = command("a1,Sales,1,mentor,1,b1\nb1,Legal,4,mentee,1,\n")
    assert code == 0
    assert out.startswith(
        "Matching by 'optimal': 0 dyads; 1 mentor and 1 mentee left over (seed 2026).\n"
    )
    left = pd.read_csv(tmp_path / "pairs-leftover.csv")
    assert set(left["reason"]) == {"the rules allow them no partner"}
    code, out, _ = command(GOOD.replace("mentee,1", "mentee,0"))
    assert code == 1  # the files of the first run are there, and are not written over
