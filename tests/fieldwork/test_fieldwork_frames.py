"""The frames that inference reads, against values worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError, PilotError
from revlab.fieldwork.frames import (
    attendance,
    dyad_outcomes,
    endings,
    item_matrix,
    observed_measures,
)
from revlab.fieldwork.instrument import SHORT_FORM
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.protocol import PilotPlan, Wave


@pytest.fixture
def pilot() -> Pilot:
    """Two dyads: one held 2 of 3 sessions, the other ended after the first, skipped one."""
    dyads = pd.DataFrame(
        [
            ("D002", "P02", "random", "j2", "s2", None, 1, "early", "moved"),
            ("D001", "P01", "optimal", "j1", "s1", 0.5, 3, "completed", None),
        ],
        columns=["dyad_id", "pool_id", "arm", "mentor_id", "mentee_id", "score", "last_session",
                 "ended", "end_reason"],
    )  # fmt: skip
    fates = {"D001": ["held", "skipped", "held"], "D002": ["skipped"] + ["not reached"] * 2}
    sessions = [(d, k, 4.0 * k, s) for d in fates for k, s in enumerate(fates[d], start=1)]
    said = [
        ("s1", "mentee", "D001", 1, [2, 2, 4, 2]), ("s1", "mentee", "D001", 2, [4, 4, 2, 4]),
        ("s2", "mentee", "D002", 1, [5, None, 1, None]), ("s2", "mentee", "D002", 2, [None] * 4),
    ]  # fmt: skip
    responses = [
        (*row[:4], f"dc{k}", value) for row in said for k, value in enumerate(row[4], start=1)
    ]
    people = [("j1", "mentor", "P01"), ("j2", "mentor", "P02"), ("s1", "mentee", "P01"),
              ("s2", "mentee", "P02")]  # fmt: skip
    scales = SHORT_FORM.scales.assign(waves="1;2").query("scale_id == 'digital_confidence'")
    return Pilot(
        people=pd.DataFrame(people, columns=["person_id", "role", "pool_id"]).assign(
            status="paired", reason=None
        ),
        arms=pd.DataFrame({"pool_id": ["P01", "P02"], "arm": ["optimal", "random"]}),
        dyads=dyads,
        sessions=pd.DataFrame(sessions, columns=["dyad_id", "session", "week", "status"]),
        responses=pd.DataFrame(
            responses, columns=["respondent_id", "role", "dyad_id", "wave", "item_id", "value"]
        ),
        instrument=type(SHORT_FORM)(
            SHORT_FORM.items.query("scale_id == 'digital_confidence'"), scales
        ),
        plan=PilotPlan("by hand", 3, 4, (Wave(1, "before", 0), Wave(2, "after", 12))),
        source="real",
    )


def test_outcomes_are_the_first_and_the_last_score(pilot: Pilot) -> None:
    frame = dyad_outcomes(pilot, "digital_confidence", role="mentee")
    assert frame["dyad_id"].tolist() == ["D002", "D001"]
    assert frame["person_id"].tolist() == ["s2", "s1"]
    assert frame["arm"].tolist() == ["random", "optimal"]
    assert frame.loc[1, ["pre", "post"]].tolist() == [2.0, 4.0]
    assert frame.loc[0, ["pre", "post"]].isna().all(), "two of four items are not enough"


def test_a_dyad_that_was_never_asked_has_a_row_too(pilot: Pilot) -> None:
    asked = pilot.responses[pilot.responses["dyad_id"] != "D002"]
    frame = dyad_outcomes(replace(pilot, responses=asked), "digital_confidence", role="mentee")
    assert len(frame) == 2
    assert np.isnan(frame.loc[0, "pre"])


def test_the_other_side_is_not_asked(pilot: Pilot) -> None:
    with pytest.raises(OptionError, match="`role` must be one of 'mentee'; got 'mentor'"):
        dyad_outcomes(pilot, "digital_confidence", role="mentor")
    with pytest.raises(OptionError, match="`scale_id` must be one of"):
        dyad_outcomes(pilot, "voice", role="mentor")


def test_items_are_turned_and_silent_people_left_out(pilot: Pilot) -> None:
    before = item_matrix(pilot, "digital_confidence", wave=1)
    assert before.loc[("s1", "D001")].tolist() == [2, 2, 2, 2]
    assert before.loc[("s2", "D002"), "dc3"] == 5
    assert before.loc[("s2", "D002")].isna().sum() == 2
    after = item_matrix(pilot, "digital_confidence", wave=2)
    assert after.index.tolist() == [("s1", "D001")]
    assert after.columns.tolist() == ["dc1", "dc2", "dc3", "dc4"]


def test_a_wave_that_does_not_ask_is_refused(pilot: Pilot) -> None:
    with pytest.raises(PilotError, match=r"`wave` must be one of \[1, 2\]"):
        item_matrix(pilot, "digital_confidence", wave=3)


def test_the_side_must_be_said_if_both_are_asked(pilot: Pilot) -> None:
    both = replace(pilot, instrument=SHORT_FORM)
    with pytest.raises(PilotError, match="both sides are asked 'relationship_quality'"):
        item_matrix(both, "relationship_quality", wave=2)
    assert item_matrix(both, "relationship_quality", wave=2, role="mentor").empty


def test_attendance_counts_every_planned_session(pilot: Pilot) -> None:
    frame = attendance(pilot).set_index("dyad_id")
    columns = ["planned", "held", "skipped", "not_reached"]
    assert frame.loc["D001", columns].tolist() == [3, 2, 1, 0]
    assert frame.loc["D002", columns].tolist() == [3, 0, 1, 2]


def test_attendance_has_all_columns_when_nothing_went_wrong(pilot: Pilot) -> None:
    frame = attendance(replace(pilot, sessions=pilot.sessions.assign(status="held")))
    assert frame[["skipped", "not_reached"]].sum().sum() == 0


def test_endings_are_sessions_survived(pilot: Pilot) -> None:
    frame = endings(pilot).set_index("dyad_id")
    assert frame.loc["D002", ["time", "ended_early"]].tolist() == [1, True]
    assert frame.loc["D001", ["time", "ended_early"]].tolist() == [3, False]


def test_measures_are_counts_of_counts(pilot: Pilot) -> None:
    frame = observed_measures(pilot).set_index("measure")
    assert frame.loc["dyads_completed"].tolist() == [1, 2]
    assert frame.loc["sessions_held"].tolist() == [2, 6]
    assert frame.loc["final_response"].tolist() == [1, 2]


def test_simulated_attendance_adds_up(scene) -> None:
    from revlab.fieldwork.simulate import reveal_pilot

    pilot = reveal_pilot(scene.potential(), scene.shuffled())
    frame = attendance(pilot)
    assert (frame["held"] + frame["skipped"] + frame["not_reached"] == frame["planned"]).all()
    ends = endings(pilot)
    reached = frame["held"] + frame["skipped"]
    assert (reached == ends["time"]).all()
