"""What a pilot says about skipping and ending: fitted values, and why it does not say the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from revlab.design.attendance import ATTENDANCE, Attendance
from revlab.design.histories import Histories
from revlab.design.profile import Fitted, profiled
from revlab.errors import EstimateError
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.programme import Programme

__all__ = ["LearnedAttendance", "learned_attendance", "too_few"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# A pilot in which a level happened to be rare is not left out: to learn only from pilots in which
# it was not would put the interval too high. A slope needs enough of all four cells.
_FEWEST = {"skip_base": 1, "skip_after_skip": 5, "end_base": 1, "end_skips": 5}
_LEVEL = {"skip_after_skip": "skip_base", "end_skips": "end_base"}
_WORDS = {
    "skip_base": "no session was skipped, or none was held",
    "skip_after_skip": "after a skipped session fewer than {n} were skipped, or fewer than "
    "{n} were held",
    "end_base": "no dyad ended early, or none went on",
    "end_skips": "fewer than {n} dyads ended after a skipped session, or fewer than "
    "{n} after one that was held",
}
_HALF = 0.5


@dataclass(frozen=True)
class LearnedAttendance:
    """What sessions held, skipped and not reached say.

    Parameters
    ----------
    fitted : mapping of str to Fitted
        Parameter, as the evidence registry names it, to value and interval.
    refused : mapping of str to str
        Parameter of the session model to the reason why it cannot be told.
    """

    fitted: Mapping[str, Fitted]
    refused: Mapping[str, str]


def learned_attendance(histories: Histories, programme: Programme) -> LearnedAttendance:
    """Fit what the sessions of a pilot inform.

    The maximum of the likelihood of `revlab.design.attendance.Attendance`, in which half a
    session skipped and half a session held, half a dyad that ended and half that went on, are
    added to the two levels (the prior of Jeffreys for a log-odds): that takes out most of the
    bias of few events, and leaves an end where there is hardly one. What cannot be told makes
    the rest less sure: it varies over its range in the registry.

    Parameters
    ----------
    histories : Histories
        What became of the sessions.
    programme : Programme
        Its levers, and all that is assumed beside.

    Returns
    -------
    LearnedAttendance

    References
    ----------
    Firth 1993, Biometrika 80:27-38; Heinze & Schemper 2002, Statistics in Medicine 21:2409-2419,
    on intervals by the penalised profile likelihood.

    Examples
    --------
    >>> from revlab.design.histories import histories_of
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> told = histories_of(read_pilot(shipped("data/example_pilot")))
    >>> found = learned_attendance(told, Programme())
    >>> round(found.fitted["sessions.skip_base"].value, 1)
    -2.2
    """
    refused = too_few(histories)
    # A level that cannot be told takes its slope along; one that can is fitted with a vague slope.
    names = [n for n in ATTENDANCE if n not in refused or _LEVEL.get(n, n) not in refused]
    if not names:
        return LearnedAttendance({}, refused)
    likelihood = _Penalised(histories, programme, names, refused)
    try:
        found = profiled(likelihood, likelihood.start[likelihood.free])
    except EstimateError as error:
        return LearnedAttendance({}, refused | dict.fromkeys(names, str(error)))
    both = zip(names, found, strict=True)
    return LearnedAttendance({f"sessions.{n}": one for n, one in both if n not in refused}, refused)


class _Penalised:
    """The log-likelihood of some of the parameters, with what is known of them beforehand."""

    def __init__(
        self,
        histories: Histories,
        programme: Programme,
        names: list[str],
        refused: Mapping[str, str],
    ) -> None:
        model = programme.assumptions.sessions
        ranges = evidence().set_index("parameter").loc[[f"sessions.{n}" for n in ATTENDANCE]]
        self._whole = Attendance(histories, programme)
        self.start = np.array([getattr(model, name) for name in ATTENDANCE])
        self.free = np.array([name in names for name in ATTENDANCE])
        vague = [name in names and name in refused for name in ATTENDANCE]
        self._vague = np.array(vague, dtype=float)
        self._level = np.array([name in names and name not in _LEVEL for name in ATTENDANCE])
        self._width = (ranges["high"] - ranges["low"]).to_numpy(dtype=float) / 4

    def __call__(self, values: Array) -> tuple[float, Array]:
        at = self.start.copy()
        at[self.free] = values
        height, slope = self._whole(at)
        away = self._vague * (at - self.start) / self._width
        level = self._level * _HALF
        height += float(level @ (at - 2 * np.logaddexp(0.0, at)) - away @ away / 2)
        slope = slope + level * (1 - 2 * expit(at)) - away / self._width
        return height, slope[self.free]


def too_few(histories: Histories) -> dict[str, str]:
    """Return the parameters that the sessions cannot inform, with the reason.

    Parameters
    ----------
    histories : Histories
        What became of the sessions.

    Returns
    -------
    dict of str to str
        Parameter of the session model to reason.

    Examples
    --------
    >>> held = Histories(np.array([[False]]), np.array([1]), np.array([9]), np.zeros(9, int))
    >>> too_few(held)["skip_base"]
    'no session was skipped, or none was held'
    """
    n, due, skipped, ends = histories.count, histories.due, histories.skipped, histories.ends
    after = np.column_stack([np.zeros(len(n), dtype=bool), skipped[:, :-1]]) & due
    risk = due & (np.arange(1, histories.n_sessions + 1) < histories.n_sessions)
    cells: dict[str, tuple[Bools, Bools]] = {
        "skip_base": (due & ~after & skipped, due & ~after & ~skipped),
        "skip_after_skip": (after & skipped, after & ~skipped),
        "end_base": (risk & ends, risk & ~ends),
        "end_skips": (risk & ends & skipped, risk & ends & ~skipped),
    }
    return {
        name: _WORDS[name].format(n=_FEWEST[name])
        for name, both in cells.items()
        if min(int((n[:, None] * cell).sum()) for cell in both) < _FEWEST[name]
    }
