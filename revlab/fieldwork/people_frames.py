"""From a `Pilot` and the people in it to frames by manager, grades between the two, and birth."""

import numpy as np
import pandas as pd

from revlab.errors import PilotError, must, one_of
from revlab.fieldwork.frames import attendance, dyad_outcomes
from revlab.fieldwork.generation import BIRTH_COHORT, birth_cohorts
from revlab.fieldwork.managers import managers_of
from revlab.fieldwork.pilot import Pilot
from revlab.people.cohort import Cohort

__all__ = ["attendance_by_manager", "changes_by_birth", "scores_by_grades"]

_ROLES = ("mentor", "mentee")


def _known(pilot: Pilot, cohort: Cohort) -> None:
    for role, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees)):
        strange = int((~pilot.dyads[f"{role}_id"].isin(people.index)).sum())
        must(
            strange == 0,
            f"{strange} {role}s of the pilot are not in the roster; read it with the key under "
            "which the pilot was made.",
            PilotError,
        )


def attendance_by_manager(pilot: Pilot, cohort: Cohort, *, role: str) -> pd.DataFrame:
    """Return one row per dyad: sessions that came due and were held, and the manager of one side.

    The frame is for `revlab.inference.manager_spread.attendance_between_managers` and must not
    be shown: it has people in it.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    cohort : Cohort
        The people, with reporting lines, under the ids of the pilot.
    role : {"mentor", "mentee"}
        Whose manager.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, manager_id`` (missing where it is not known), ``due`` (sessions
        that came due before the dyad ended), ``held``; dyads without any are left out.

    Raises
    ------
    PilotError
        If somebody in the pilot is not in the roster.
    OptionError
        If there is no such role.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> ids = pilot.dyads[["mentor_id", "mentee_id"]]
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=ids["mentor_id"])
    >>> seniors = pd.DataFrame({"unit": "a", "grade": 4}, index=ids["mentee_id"])
    >>> frame = attendance_by_manager(pilot, Cohort(people, seniors), role="mentor")
    >>> bool(frame["manager_id"].isna().all()), len(frame) == len(pilot.dyads)
    (True, True)
    """
    one_of("role", role, _ROLES)
    _known(pilot, cohort)
    frame = attendance(pilot)
    person = pd.Index(pilot.dyads[f"{role}_id"].astype(str))
    boss = pd.Series(managers_of(cohort, person), index=frame.index, dtype=object)
    own = pd.Series([f"own:{one}" for one in person], index=frame.index, dtype=object)
    frame["manager_id"] = boss.where(boss != own, None)
    frame["due"] = frame["held"] + frame["skipped"]
    kept = frame[frame["due"] > 0].reset_index(drop=True)
    return kept[["dyad_id", "pool_id", "arm", "manager_id", "due", "held"]]


def scores_by_grades(pilot: Pilot, cohort: Cohort, scale_id: str, *, role: str) -> pd.DataFrame:
    """Return one row per dyad: grades between the two, and what one side scored at the end.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    cohort : Cohort
        The people, with grades, under the ids of the pilot.
    scale_id : str
        For instance "relationship_quality".
    role : {"mentor", "mentee"}
        Whose answers.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, gap`` (grade of the mentee less that of the mentor), ``value``
        (points, NaN where missing).

    Raises
    ------
    PilotError
        If somebody in the pilot is not in the roster.
    OptionError
        If there is no such scale, or the role is not asked it.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> ids = pilot.dyads[["mentor_id", "mentee_id"]]
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=ids["mentor_id"])
    >>> seniors = pd.DataFrame({"unit": "a", "grade": 4}, index=ids["mentee_id"])
    >>> cohort = Cohort(people, seniors)
    >>> set(scores_by_grades(pilot, cohort, "relationship_quality", role="mentee")["gap"])
    {3.0}
    """
    _known(pilot, cohort)
    frame = dyad_outcomes(pilot, scale_id, role=role)
    senior, junior = (
        side["grade"].loc[pilot.dyads[name]].to_numpy(dtype=np.float64)
        for side, name in ((cohort.mentees, "mentee_id"), (cohort.mentors, "mentor_id"))
    )
    frame["gap"], frame["value"] = senior - junior, frame["post"]
    return frame[["dyad_id", "pool_id", "arm", "gap", "value"]]


def changes_by_birth(pilot: Pilot, cohort: Cohort, scale_id: str, *, role: str) -> pd.DataFrame:
    """Return one row per dyad: how one side's score changed, and the birth cohort they declare.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    cohort : Cohort
        The people, with a column ``declared_birth_cohort`` that each filled in or left empty.
    scale_id : str
        A scale that is asked more than once.
    role : {"mentor", "mentee"}
        Whose change.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, birth_cohort`` (missing where it is not declared), ``value``
        (last score less first, in points, NaN where one is missing).

    Raises
    ------
    PilotError
        If nobody declares anything, or somebody in the pilot is not in the roster.
    OptionError
        If there is no such scale, or the role is not asked it.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> ids = pilot.dyads[["mentor_id", "mentee_id"]]
    >>> rows = {"unit": "a", "grade": 1, "declared_birth_cohort": "1980-2000"}
    >>> people, seniors = (pd.DataFrame(rows, index=ids[name]) for name in ids)
    >>> cohort = Cohort(people, seniors.assign(grade=4))
    >>> frame = changes_by_birth(pilot, cohort, "voice", role="mentor")
    >>> set(frame["birth_cohort"])
    {'1980-2000'}
    """
    _known(pilot, cohort)
    frame = dyad_outcomes(pilot, scale_id, role=role)
    people = pd.Index(frame["person_id"].astype(str))
    said = pd.Series(birth_cohorts(cohort, people), index=frame.index, dtype=object)
    must(
        bool((said != "").any()),
        f"nobody declares a cohort of birth; the roster needs a column {BIRTH_COHORT!r}, which "
        "people fill in of their own accord.",
        PilotError,
    )
    frame["birth_cohort"] = said.where(said != "", None)
    frame["value"] = frame["post"] - frame["pre"]
    return frame[["dyad_id", "pool_id", "arm", "birth_cohort", "value"]]
