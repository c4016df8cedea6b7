"""Arms with other programmes on the command line."""

import pytest
from cli_said import Run

from revlab.cli_arms import ArmOptions, read_arms
from revlab.design.arms import Arm
from revlab.errors import OptionError
from revlab.pairing.policies import POLICIES
from revlab.shipped import shipped

SMALL = str(shipped("data/rosters/ukcs_small"))


def test_an_arm_is_read_as_it_is_typed() -> None:
    arms = read_arms("optimal + training=1 + recording=text, optimal")
    assert list(arms) == ["optimal+training=1+recording=text", "optimal"]
    assert arms["optimal"] is POLICIES["optimal"]
    first = Arm(POLICIES["optimal"], {"training": 1.0, "recording": "text"})
    assert next(iter(arms.values())) == first


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("optimal", "--policies must name two policies; got 'optimal'"),
        ("optimal,optimal", "must name two policies"),
        ("optimal,random,greedy", "must name two policies"),
        ("optimal+training=1,optimal + training=1", "must name two policies"),
        ("optimal+training,optimal", "is written lever=value, as in training=1; got 'training'"),
        ("optimal+=1,optimal", "is written lever=value"),
        ("optimal+training=,optimal", "is written lever=value"),
        ("optimal+training=1+training=0,optimal", "changes one thing twice"),
        ("optimal+trainin=1,optimal", "Did you mean 'training'"),
        ("optimum+training=1,optimal", "Did you mean 'optimal'"),
    ],
)
def test_an_arm_that_is_typed_wrongly_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        read_arms(text)


def test_diagnose_compares_two_programmes(revlab: Run) -> None:
    size = ["--pairs", "16", "--pools", "4", "--sims", "3"]
    arms = ["--policies", "optimal+training=1,optimal+training=0"]
    said = revlab("diagnose", SMALL, *arms, *size)
    assert said.code == 0, said.err
    assert "optimal+training=1 - optimal+training=0" in said.out
    apart = revlab("diagnose", SMALL, *arms, *size, "--unit", "dyad")
    assert apart.code == 0, apart.err
    assert "16 pairs dealt one by one in 4 pools" in apart.out
    refused = revlab("diagnose", SMALL, *size, "--unit", "dyad")
    assert (refused.code, refused.out) == (1, "")
    assert "a pairing policy treats whole pools" in refused.err
    wrong = revlab("diagnose", SMALL, "--policies", "optimal+training=2,optimal", *size)
    assert (wrong.code, wrong.out) == (2, "")
    assert "`training` must lie between 0 and 1; got 2" in wrong.err


def test_a_comma_too_many_is_no_third_arm_and_the_usual_arms_have_an_order() -> None:
    assert list(read_arms("random,greedy,")) == ["random", "greedy"]
    # the first minus the second
    assert list(ArmOptions().read()) == ["optimal", "random"]
