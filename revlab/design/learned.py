"""`learn_from_pilot`: what a programme's own pilot teaches the simulator, and what it cannot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from revlab.design.answered import answered
from revlab.design.histories import Histories, histories_of
from revlab.design.learned_attendance import learned_attendance
from revlab.design.learned_survey import discrimination, gaps, responses_after, responses_before
from revlab.design.learned_views import alike_views
from revlab.design.parameter_values import with_values
from revlab.design.profile import Fitted
from revlab.design.unlearnt import why_not
from revlab.errors import DesignError, EstimateError, must
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.programme import Programme

__all__ = ["Learned", "learn_from_pilot"]

_INFORMED_BY = {
    "skip_base": "sessions held and skipped",
    "skip_after_skip": "what followed a skipped session",
    "end_base": "dyads that ended early",
    "end_skips": "endings after skipped sessions",
    "response_intake": "answers before the start",
    "response_mentor": "later answers of mentors",
    "response_mentee": "later answers of mentees",
    "response_held": "answers by sessions held",
    "item_missing": "items left out",
    "discrimination": "alpha before the start",
    "perception_sd": "both views of a relationship",
}


@dataclass(frozen=True, eq=False)
class Learned:
    """What a pilot taught the simulator.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per parameter of the simulator: ``parameter, meaning, value, conf_low, conf_high,
        informed_by`` (empty if the pilot does not inform it: value and range are then those of
        the evidence registry),
        ``default``, ``grade`` ("own pilot", or that of the default) and ``note``.
    base : Programme
        The programme with the values that were held.
    n_dyads : int
        Dyads of the pilot.
    """

    table: pd.DataFrame
    base: Programme
    n_dyads: int
    _fitted: Mapping[str, float] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return (
            f"What {self.n_dyads} dyads say about {len(self._fitted)} of {len(self.table)} "
            "parameters"
        )

    def programme(self) -> Programme:
        """Return the programme with the fitted values and defaults for the others."""
        return with_values(self.base, self._fitted)


def learn_from_pilot(pilot: Pilot, *, programme: Programme | None = None) -> Learned:
    """Fit to a pilot the few parameters of the simulator that it informs.

    Parameters
    ----------
    pilot : Pilot
        A pilot, real or simulated.
    programme : Programme or None
        Its levers, and what is assumed beside; None: all levers in the middle, and the sessions,
        weeks and questionnaire of the pilot.

    Returns
    -------
    Learned

    Raises
    ------
    DesignError
        If the programme has other sessions than the pilot.

    References
    ----------
    Venzon & Moolgavkar 1988, Applied Statistics 37:87-94, and Heinze & Schemper 2002, Statistics
    in Medicine 21:2409-2419, on intervals by the (penalised) profile likelihood.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> learned = learn_from_pilot(read_pilot(shipped("data/example_pilot")))
    >>> row = learned.table.set_index("parameter").loc["sessions.skip_base"]
    >>> bool(row["conf_low"] < -1.9 < row["conf_high"]), row["grade"]
    (True, 'own pilot')
    """
    base = _base(pilot, programme)
    histories = _histories(pilot)
    sessions = learned_attendance(histories, base)
    fitted, refused = dict(sessions.fitted), dict(sessions.refused)
    told = answered(pilot)
    plain = {name.partition(".")[2]: one.value for name, one in fitted.items()}
    steps: dict[tuple[str, ...], Callable[[], dict[str, Fitted]]] = {
        ("response_intake",): lambda: responses_before(told),
        ("response_mentor", "response_mentee", "response_held"): lambda: responses_after(
            told, base
        ),
        ("item_missing",): lambda: gaps(told),
        ("discrimination",): lambda: discrimination(pilot, base),
        ("perception_sd",): lambda: alike_views(pilot, base, histories, values=plain),
    }
    for names, step in steps.items():
        try:
            fitted |= step()
        except EstimateError as error:
            refused |= dict.fromkeys(names, str(error))
    values = {name: one.value for name, one in fitted.items()}
    return Learned(_table(fitted, refused), base, len(pilot.dyads), values)


def _histories(pilot: Pilot) -> Histories:
    """Return the histories, or none if there are no sessions."""
    try:
        return histories_of(pilot)
    except DesignError:
        never = np.zeros((0, pilot.plan.planned_sessions), dtype=bool)
        nothing = np.zeros(0, dtype=np.int64)
        return Histories(never, nothing, nothing, nothing)


def _base(pilot: Pilot, programme: Programme | None) -> Programme:
    if programme is None:
        plan = pilot.plan
        programme = Programme(
            plan.planned_sessions, plan.weeks_between, instrument=pilot.instrument
        )
    must(
        programme.planned_sessions == pilot.plan.planned_sessions,
        f"`programme` plans {programme.planned_sessions} sessions, the pilot "
        f"{pilot.plan.planned_sessions}; give it the pilot's.",
        DesignError,
    )
    return programme


def _table(fitted: Mapping[str, Fitted], refused: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    for row in evidence().itertuples(index=False):
        room, _, name = row.parameter.partition(".")
        if room in ("fit", "relationship", "sessions", "outcome", "gain", "survey", "recognition"):
            mine = fitted.get(row.parameter)
            rows.append(
                {
                    "parameter": row.parameter,
                    "meaning": row.meaning,
                    "value": row.value if mine is None else mine.value,
                    "conf_low": row.low if mine is None else mine.conf_low,
                    "conf_high": row.high if mine is None else mine.conf_high,
                    "informed_by": "" if mine is None else _INFORMED_BY[name],
                    "default": row.value,
                    "grade": row.grade if mine is None else "own pilot",
                    "note": "" if mine is not None else refused.get(name, why_not(row.parameter)),
                }
            )
    return pd.DataFrame(rows)
