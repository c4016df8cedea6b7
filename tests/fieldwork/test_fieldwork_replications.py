"""Many replications at once: the same bits as one by one, whatever the chunk."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import Scene
from joblib import parallel_config
from numpy.testing import assert_array_equal

from revlab.errors import OptionError, PilotError, RevlabError
from revlab.fieldwork.agreement import AgreementModel
from revlab.fieldwork.candour import CandourModel
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.recognition import Recognition
from revlab.fieldwork.replications import Replications, simulate_replications
from revlab.fieldwork.simulate import simulate_outcomes
from revlab.fieldwork.skill_gap import SkillGap
from revlab.fieldwork.survey import SurveyModel
from revlab.pairing.matching import Matching
from revlab.rng import stream, streams

LEVERS = Programme(
    5,
    recording="text",
    recognition=Recognition(attendance=0.8, joint=0.5, until=2),
    goal_clarity=0.9,
    contracting=1.0,
    check_in_every=2,
    joining=Joining("lottery"),
    assumptions=Assumptions(
        gap=SkillGap(weight=0.6),
        candour=CandourModel(grade=0.2, near_grades=1, safety=0.3),
        agreement=AgreementModel(mismatch_end=0.4),
        survey=SurveyModel(response_own_mentee=0.5, item_own=0.4, recalibration=0.3),
    ),
)
PROGRAMMES = {
    "defaults": Programme(),
    "one session": Programme(1),
    "levers": LEVERS,
    "attendance on record": Programme(recording="attendance", sponsor_support=1.0),
}


def course_of(scene: Scene, programme: Programme, matching: Matching, replication: int) -> Course:
    return run_dyads(scene.potential(programme, seed=3, replication=replication), matching)


def runs_of(scene: Scene, programme: Programme) -> Replications:
    return Replications(scene.cohort, scene.compatibility, programme, seed=3)


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1, 2**32, 2**70 + 5])
@pytest.mark.parametrize("purpose", [(), ("workload",), ("answers", "mentee", "voice", 3, 1)])
def test_streams_are_those_of_stream_bit_for_bit(seed: int, purpose: tuple[int | str, ...]) -> None:
    numbers = (12345, 0, 1, 0)
    for replication, rng in zip(numbers, streams(seed, numbers, *purpose), strict=True):
        alone = stream(seed, replication, *purpose)
        assert rng.bit_generator.state == alone.bit_generator.state
        assert_array_equal(rng.standard_normal(50), alone.standard_normal(50))
        assert rng.integers(9, dtype=np.int32) == alone.integers(9, dtype=np.int32)


def test_a_large_seed_still_names_the_stream_of_numpy() -> None:
    words = [2**70 + 5]
    expected = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words))).random(3)
    assert_array_equal(stream(2**70 + 5).random(3), expected)


def test_streams_of_no_replications_and_of_no_seed() -> None:
    assert list(streams(1, [], "workload")) == []
    with pytest.raises(RevlabError, match="`seed` must be a whole number"):
        list(streams(-1, [1], "workload"))


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_a_stack_of_courses_is_the_courses(scene: Scene, name: str, chunk: int) -> None:
    programme, matching = PROGRAMMES[name], scene.shuffled(4)
    n = len(matching.dyads)
    for numbers, _, course in runs_of(scene, programme).courses(matching, 5, chunk=chunk):
        for k, replication in enumerate(numbers):
            one, here = course_of(scene, programme, matching, replication), slice(k * n, k * n + n)
            assert_array_equal(course.quality[here], one.quality)
            assert_array_equal(course.workload[:, here], one.workload)
            assert_array_equal(course.paths.held[:, here], one.paths.held)
            assert_array_equal(course.paths.reached[:, here], one.paths.reached)
            assert_array_equal(course.paths.quality[:, here], one.paths.quality)
            assert_array_equal(course.paths.last_session[here], one.paths.last_session)
            for role in ("mentor", "mentee"):
                assert_array_equal(course.given[role][:, here], one.given[role])
                gains = [c.gain("voice", role, given=c.given[role][-1]) for c in (course, one)]
                assert_array_equal(gains[0][here], gains[1])


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("chunk", [None, 2])
def test_answers_are_those_of_one_replication(scene: Scene, name: str, chunk: int | None) -> None:
    programme, matching = PROGRAMMES[name], scene.shuffled(4)
    for scale_id, role in (("digital_confidence", "mentee"), ("voice", "mentor")):
        scores = runs_of(scene, programme).outcomes(
            matching, 3, scale_id=scale_id, role=role, chunk=chunk
        )
        for r in range(3):
            potential = scene.potential(programme, seed=3, replication=r)
            frame = simulate_outcomes(potential, matching, scale_id=scale_id, role=role)
            assert_array_equal(scores.pre[r], frame["pre"].to_numpy())
            assert_array_equal(scores.post[r], frame["post"].to_numpy())


def test_people_with_several_dyads_answer_about_each(scene: Scene) -> None:
    matching = scene.matching([0, 1, 1, 2, 0], [0, 0, 1, 2, 3])
    scores = runs_of(scene, Programme()).outcomes(matching, 2, scale_id="voice", role="mentor")
    potential = scene.potential(seed=3, replication=1)
    frame = simulate_outcomes(potential, matching, scale_id="voice", role="mentor")
    assert_array_equal(scores.post[1], frame["post"].to_numpy())


def test_summaries_are_means_of_single_replications(scene: Scene) -> None:
    matching = scene.shuffled(4)
    frame = runs_of(scene, LEVERS).summaries(matching, 4).set_index(["replication", "arm"])
    for replication in range(4):
        course = course_of(scene, LEVERS, matching, replication)
        held = course.paths.held.sum(axis=0)
        gain = course.gain("voice", "mentor", given=course.given["mentor"][-1])
        for arm in ("optimal", "random"):
            here = (matching.dyads["arm"] == arm).to_numpy()
            row = frame.loc[(replication, arm)]
            early = course.paths.last_session[here] < 5
            assert row["dyads"] == here.sum()
            assert row["sessions_held"] == held[here].mean()
            skipped = course.paths.reached[:, here].sum(axis=0) - held[here]
            assert row["sessions_skipped"] == skipped.mean()
            assert row["ended_early"] == early.mean()
            assert row["gain_voice_mentor"] == pytest.approx(gain[here].mean(), rel=1e-12)
            quality = LEVERS.assumptions.relationship(course.quality, held)[here].mean()
            assert row["quality"] == pytest.approx(quality, rel=1e-12)


@pytest.mark.parametrize("pairing", ["one matching", "one for each replication"])
def test_several_cores_change_no_bit_and_no_order(scene: Scene, pairing: str) -> None:
    runs, matching = runs_of(scene, LEVERS), scene.shuffled()
    who = matching if pairing == "one matching" else lambda replication: matching
    alone = runs.summaries(who, 12, chunk=2)
    with parallel_config(n_jobs=3):
        beside = runs.summaries(who, 12, chunk=2)
    pd.testing.assert_frame_equal(beside, alone, check_exact=True)


@pytest.mark.parametrize("programme", [Programme(), LEVERS], ids=["defaults", "levers"])
def test_the_chunk_changes_no_bit(scene: Scene, programme: Programme) -> None:
    runs, matching = runs_of(scene, programme), scene.shuffled(4)
    whole = runs.summaries(matching, 30)
    for chunk in (1, 7, 30, 100):
        pd.testing.assert_frame_equal(
            runs.summaries(matching, 30, chunk=chunk), whole, check_exact=True
        )
    first = runs.outcomes(matching, 30, scale_id="voice", role="mentor")
    for chunk in (1, 7, 100):
        again = runs.outcomes(matching, 30, scale_id="voice", role="mentor", chunk=chunk)
        assert_array_equal(again.pre, first.pre)
        assert_array_equal(again.post, first.post)


def peak_of(call: Callable[[], object]) -> int:
    """Return the most memory at work during a call, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_the_replications_need_no_more_memory(scene: Scene) -> None:
    """Only the table of what is kept grows."""
    runs, matching = runs_of(scene, Programme()), scene.shuffled(4)
    few, many = (peak_of(lambda n=n: runs.summaries(matching, n, chunk=100)) for n in (200, 2000))
    assert many < 1.5 * few


def test_the_default_chunk_keeps_memory_bounded(town: Scene) -> None:
    """About 80 replications of 200 dyads are at work at once, and two such blocks at most."""
    runs, matching = runs_of(town, Programme()), town.shuffled(4)
    few, many = (peak_of(lambda n=n: runs.summaries(matching, n)) for n in (160, 480))
    assert many < 1.5 * few


def test_each_replication_may_have_a_matching_of_its_own(scene: Scene) -> None:
    def pairing(replication: int) -> Matching:
        return scene.matching(range(10 + replication), range(10 + replication))

    runs = runs_of(scene, Programme())
    frame = runs.summaries(pairing, 4, chunk=3)
    assert frame.groupby("replication")["dyads"].sum().tolist() == [10, 11, 12, 13]
    for replication in range(4):
        alone = runs.summaries(pairing(replication), 4)
        pd.testing.assert_frame_equal(
            frame[frame["replication"] == replication].reset_index(drop=True),
            alone[alone["replication"] == replication].reset_index(drop=True),
            check_exact=True,
        )


def test_the_short_way_scores_the_cohort_itself(scene: Scene) -> None:
    matching = scene.shuffled(4)
    how = {"programme": Programme(), "seed": 3, "n_replications": 2}
    first, again = (simulate_replications(scene.cohort, matching, **how) for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert len(first) == 4


def refused(call: Callable[[], object], words: str, error: type[Exception] = PilotError) -> None:
    with pytest.raises(error, match=words):
        call()


def test_what_cannot_be_run_is_refused(scene: Scene, town: Scene) -> None:
    runs, matching = runs_of(scene, Programme()), scene.shuffled(4)
    refused(lambda: runs.summaries(matching, 0), "must be at least 1; got 0 and None")
    refused(lambda: runs.summaries(matching, 2, chunk=0), "must be at least 1; got 2 and 0")
    refused(lambda: runs.summaries(town.shuffled(), 2), "who is not in the cohort")
    others = replace(runs, compatibility=town.compatibility)
    refused(lambda: others.summaries(matching, 2), "must be scored for the mentees of `cohort`")
    refused(
        lambda: runs.outcomes(matching, 2, scale_id="voice", role="nobody"), "role", OptionError
    )
