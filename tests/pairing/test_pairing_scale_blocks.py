"""Scoring in blocks against scoring at once: the same people, parts, rules, notes and refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing import blocks, forbidding, kinds
from revlab.pairing.blocks import score_by_size, score_in_blocks
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.dyad_parts import dyad_parts
from revlab.pairing.eligibility import ELIGIBILITY_RULES, GradeGap
from revlab.pairing.explain import explain_dyads
from revlab.pairing.kind_sums import KindSum, merged
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import POLICIES, pair, pair_scored
from revlab.pairing.scoring import DEFAULT_SCORE, Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

EVERYTHING = Score({name: 1.0 + k / 7 for k, name in enumerate(PARTS)})
LIST_COLUMNS = ["availability", "languages", "interests", "objectives"]
TEXT_COLUMNS = ["site", "profession", "declared_gender"]


def gappy_cohort(seed: int) -> Cohort:
    """Draw people of whom much is not known, and some of whom are each other's doubles."""
    cohort, rng = random_cohort(11, 14, seed), stream(seed, "test gaps")
    sides = {}
    for side in ("mentors", "mentees"):
        people = getattr(cohort, side).copy()
        for name in LIST_COLUMNS:
            people[name] = [
                () if gone else told
                for told, gone in zip(people[name], rng.random(len(people)) < 0.3, strict=True)
            ]
        for name in TEXT_COLUMNS:
            people[name] = people[name].astype(object)
            people.loc[rng.random(len(people)) < 0.3, name] = None
        sides[side] = people
    silent = rng.choice(cohort.skills["person_id"].unique(), 6, replace=False)
    skills = cohort.skills[~cohort.skills["person_id"].isin(silent)]
    return replace(cohort, **sides, skills=skills)


def cohorts() -> dict[str, Cohort]:
    """Return cohorts with full data, with gaps, and with parts on which nothing is known."""
    full, few = random_cohort(12, 9, 1), random_cohort(5, 6, 2)
    nothing = {
        side: getattr(few, side).assign(site=None, interests=[()] * n)
        for side, n in (("mentors", 5), ("mentees", 6))
    }
    return {
        "full": full,
        "gaps": gappy_cohort(3),
        "other gaps": gappy_cohort(4),
        "nothing": replace(few, **nothing, skills=few.skills[:0]),
        "one side offers nothing": replace(
            few, skills=few.skills[few.skills["person_id"].str.startswith("s")]
        ),
        "no mentors": random_cohort(0, 3, 1),
        "no mentees": random_cohort(3, 0, 1),
        "nobody": random_cohort(0, 0, 1),
    }


COHORTS = cohorts()


def assert_same(lean: Compatibility, full: Compatibility) -> None:
    """Check everything but the parts; scores may differ by the rounding to single precision."""
    for name in ("mentee_score", "mentor_score"):
        expected, got = getattr(full, name), getattr(lean, name)
        assert got.dtype == np.float32
        assert np.abs(got - expected).max(initial=0.0) < 1.2e-7
    assert (lean.eligible == full.eligible).all()
    assert (lean.rule_bits == full.rule_bits).all()
    assert lean.rules == full.rules
    assert lean.notes == full.notes
    assert lean.parts == ()
    for side in ("mentee", "mentor"):
        assert getattr(lean, f"{side}_ids").equals(getattr(full, f"{side}_ids"))
        assert (getattr(lean, f"{side}_capacity") == getattr(full, f"{side}_capacity")).all()
        pd.testing.assert_frame_equal(
            getattr(lean, f"{side}_traits"), getattr(full, f"{side}_traits")
        )


@pytest.mark.parametrize("score", [DEFAULT_SCORE, EVERYTHING], ids=["usual", "all parts"])
@pytest.mark.parametrize("name", COHORTS)
def test_blocks_give_what_the_whole_gives(name: str, score: Score) -> None:
    cohort = COHORTS[name]
    assert_same(score_in_blocks(cohort, score=score), score_cohort(cohort, score=score))


@pytest.mark.parametrize("part", PARTS)
def test_each_part_alone_is_the_same(part: str) -> None:
    cohort, score = COHORTS["gaps"], Score({part: 2.0})
    assert_same(score_in_blocks(cohort, score=score), score_cohort(cohort, score=score))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_whose_people_all_differ_is_the_same(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_LARGEST", 3)
    cohort, score = COHORTS["gaps"], Score({part: 2.0})
    assert_same(
        score_in_blocks(cohort, score=score, block_rows=5), score_cohort(cohort, score=score)
    )


def test_many_people_of_few_kinds_are_the_same() -> None:
    # Enough mentees for kinds of several parts to be merged, which fewer never are.
    cohort = random_cohort(7, 400, 9)
    assert_same(score_in_blocks(cohort), score_cohort(cohort))


def test_merged_sums_add_up_to_the_same() -> None:
    rng = stream(3, "test merged")
    sums = [KindSum(rng.random((k, 5)), rng.integers(0, k, 300)) for k in (2, 3, 4, 250)]
    few = merged(sums)
    assert len(few) < len(sums)
    totals = [np.zeros((40, 5)), np.zeros((40, 5))]
    for total, some in zip(totals, (sums, few), strict=True):
        for one in some:
            one(slice(100, 140), total)
    assert np.abs(totals[0] - totals[1]).max() < 1e-12
    assert merged([]) == []


@pytest.mark.parametrize("name", ["full", "gaps"])
def test_the_size_of_the_blocks_changes_no_bit(name: str) -> None:
    one = score_in_blocks(COHORTS[name], score=EVERYTHING)
    for block_rows in (5, 1000):
        other = score_in_blocks(COHORTS[name], score=EVERYTHING, block_rows=block_rows)
        assert (other.mentee_score == one.mentee_score).all()
        assert (other.mentor_score == one.mentor_score).all()


def test_the_order_of_the_roster_changes_no_bit() -> None:
    cohort, rng = COHORTS["gaps"], stream(1, "test shuffle")
    i, j = rng.permutation(14), rng.permutation(11)
    shuffled = replace(cohort, mentees=cohort.mentees.iloc[i], mentors=cohort.mentors.iloc[j])
    one, other = (score_in_blocks(c, score=EVERYTHING) for c in (cohort, shuffled))
    for name in ("mentee_score", "mentor_score", "rule_bits"):
        assert (getattr(one, name)[np.ix_(i, j)] == getattr(other, name)).all()


def test_people_who_are_alike_score_alike_to_the_bit() -> None:
    cohort = random_cohort(40, 40, 7)
    rename = {"j000": "j900", "s000": "s900"}
    sides = {
        side: pd.concat([people, people.iloc[:1].rename(index=rename)])
        for side, people in (("mentors", cohort.mentors), ("mentees", cohort.mentees))
    }
    own = cohort.skills[cohort.skills["person_id"].isin(list(rename))]
    skills = pd.concat([cohort.skills, own.assign(person_id=own["person_id"].map(rename))[::-1]])
    fit = score_in_blocks(replace(cohort, **sides, skills=skills), block_rows=7)
    for table in (fit.mentee_score, fit.mentor_score):
        assert (table[0] == table[-1]).all()
        assert (table[:, 0] == table[:, -1]).all()


class OddRows:
    """A rule of a user's own, which looks at the whole cohort."""

    words = "it is an odd row"

    def __call__(self, cohort: Cohort) -> np.ndarray:
        """Forbid every other mentee."""
        odd = np.arange(len(cohort.mentees)) % 2 == 1
        return np.repeat(odd[:, None], len(cohort.mentors), axis=1)


@pytest.mark.parametrize("few", [0, 10**9], ids=["by kinds", "at once"])
def test_every_rule_forbids_the_dyads_that_it_forbids_by_itself(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forbidding, "_FEW", few)
    rules = (*ELIGIBILITY_RULES.values(), OddRows(), GradeGap(2, 3))
    for cohort in COHORTS.values():
        bits = forbidding.forbidden_bits(cohort, rules)
        for r, rule in enumerate(rules):
            assert ((bits >> r & 1).astype(bool) == rule(cohort)).all()


def test_the_refusals_are_the_same() -> None:
    cohort = COHORTS["full"]
    with pytest.raises(OptionError, match="`eligibility` must be one of"):
        score_in_blocks(cohort, eligibility=["same unit"])
    with pytest.raises(PairingError, match="`eligibility` must be a list of rules"):
        score_in_blocks(cohort, eligibility="same_unit")
    with pytest.raises(PairingError, match=r"no data for any part of the score \(site\)"):
        score_in_blocks(COHORTS["nothing"], score=Score({"site": 1.0, "hours": 0.0}))
    with pytest.raises(PairingError, match="`block_rows` must be at least 1; got 0"):
        score_in_blocks(cohort, block_rows=0)
    with pytest.raises(PairingError, match="at most 32 eligibility rules go together; got 33"):
        score_in_blocks(cohort, eligibility=[GradeGap()] * 33)


def test_a_stop_in_the_middle_leaves_the_cohort_as_it_was() -> None:
    cohort = random_cohort(12, 9, 1)
    seen = []

    def stop(done: int, n: int) -> None:
        seen.append((done, n))
        if len(seen) == 2:
            raise KeyboardInterrupt("stop")

    with pytest.raises(KeyboardInterrupt, match="stop"):
        score_in_blocks(cohort, block_rows=4, progress=stop)
    assert seen == [(4, 9), (8, 9)]
    pd.testing.assert_frame_equal(cohort.mentees, COHORTS["full"].mentees)
    assert_same(score_in_blocks(cohort), score_cohort(cohort))


@pytest.mark.parametrize("name", ["full", "gaps", "other gaps"])
def test_the_parts_of_chosen_dyads_are_those_of_the_table(name: str) -> None:
    cohort, rng = COHORTS[name], stream(2, "test chosen")
    fit = score_cohort(cohort, score=EVERYTHING)
    i, j = rng.integers(0, fit.shape[0], 30), rng.integers(0, fit.shape[1], 30)
    found = dyad_parts(cohort, fit.mentee_ids[i], fit.mentor_ids[j], score=EVERYTHING)
    assert [part.name for part in found] == [part.name for part in fit.parts]
    for part, whole in zip(found, fit.parts, strict=True):
        known = np.ones(fit.shape, dtype=bool) if whole.known is None else whole.known
        assert (part.known == known[i, j]).all()
        assert np.abs(part.values - whole.values[i, j]).max() < 2e-9
        assert (part.weight, part.words) == (whole.weight, whole.words)
        assert (part.for_mentor, part.for_mentee) == (whole.for_mentor, whole.for_mentee)


def test_chosen_dyads_of_strangers_are_refused() -> None:
    cohort = COHORTS["full"]
    with pytest.raises(PairingError, match=r"mentor \['bo'\] is not in the cohort"):
        dyad_parts(cohort, ["s000"], ["bo"])
    with pytest.raises(PairingError, match="a dyad needs two people; got 1 mentees and 2 mentors"):
        dyad_parts(cohort, ["s000"], ["j000", "j001"])


@pytest.mark.parametrize("policy", ["stable_mentee", "stable_mentor", "serial_dictatorship"])
def test_above_a_number_of_cells_people_are_paired_in_blocks(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = random_cohort(15, 13, 5)
    shuffled = replace(cohort, mentees=cohort.mentees[::-1], mentors=cohort.mentors[::-1])
    small = pair(shuffled, policy=policy, seed=1)
    assert len(score_by_size(shuffled).parts) > 5
    monkeypatch.setattr(blocks, "MANY_CELLS", 100)
    lean = score_by_size(shuffled)
    assert lean.parts == ()
    assert lean.mentee_ids.equals(cohort.mentees.index)
    large = pair(shuffled, policy=policy, seed=1)
    pd.testing.assert_frame_equal(small.dyads, large.dyads, atol=1e-6)
    pd.testing.assert_frame_equal(small.unmatched_mentors, large.unmatched_mentors)
    assert explain_dyads(lean, large)["dyad_id"].tolist() == large.dyads["dyad_id"].tolist()


def test_the_reasons_of_dyads_scored_in_blocks_are_those_of_the_whole_table() -> None:
    cohort = random_cohort(20, 24, 3)
    whole, lean = score_cohort(cohort), score_in_blocks(cohort)
    matching = pair_scored(whole, policy=POLICIES["optimal"], rng=stream(1, "pairing"))
    parts = dyad_parts(cohort, matching.dyads["mentee_id"], matching.dyads["mentor_id"])
    near = explain_dyads(lean, matching, parts=parts)
    pd.testing.assert_frame_equal(explain_dyads(whole, matching), near)
    told = explain_dyads(lean, matching)
    assert set(told["reason"]) == {"the scores were given as numbers"}


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_bit(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = gappy_cohort(2)
    usual = score_in_blocks(cohort, score=EVERYTHING, block_rows=2)
    monkeypatch.setattr(blocks, "cpu_count", lambda: threads)
    other = score_in_blocks(cohort, score=EVERYTHING, block_rows=2)
    for name in ("mentee_score", "mentor_score", "eligible"):
        np.testing.assert_array_equal(getattr(usual, name), getattr(other, name))
