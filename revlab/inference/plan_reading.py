"""Analysis plans from mappings, pilots and files of their own, and back to a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from revlab.errors import EstimateError, TableError, must
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PilotPlan, PrimaryAnalysis, SecondaryOutcome
from revlab.fieldwork.registered_file import read_registered, registered_toml
from revlab.fieldwork.stated import StatedAnalysis
from revlab.inference.plan import AnalysisPlan, Outcome

__all__ = [
    "analysis_plan",
    "plan_of_pilot",
    "plan_of_stated",
    "read_analysis_plan",
    "write_analysis_plan",
]

Noun = TypeVar("Noun")


def _made(noun: Callable[..., Noun], row: object, place: str) -> Noun:
    must(isinstance(row, Mapping), f"{place} must be a table of settings.", EstimateError)
    try:
        return noun(**row)  # type: ignore[arg-type]
    except TypeError as error:
        reason = str(error).split("() ", 1)[-1]
        raise EstimateError(f"{place} is not as it should be: {reason}.") from None


def _listed(noun: Callable[..., Noun], rows: object, place: str) -> tuple[Noun, ...]:
    if not isinstance(rows, list | tuple):
        raise EstimateError(f"{place} must be a list of tables.")
    return tuple(_made(noun, row, f"{place}, number {k},") for k, row in enumerate(rows, start=1))


def analysis_plan(values: Mapping[str, object]) -> AnalysisPlan:
    """Read a plan from the tables of a ``pilot.toml``.

    Parameters
    ----------
    values : mapping
        "plan": a mapping with the fields of `PrimaryAnalysis`; optional "progression": a list
        of mappings with the fields of `Criterion`; optional "secondary": a list of mappings
        with scale_id and role.

    Returns
    -------
    AnalysisPlan

    Raises
    ------
    EstimateError
        If there is no "plan", a setting is unknown or one is missing.

    Examples
    --------
    >>> plan = analysis_plan({"plan": {"primary_scale": "voice", "primary_role": "mentor",
    ...     "treatment": "optimal", "control": "random", "margin": 1,
    ...     "estimator": "ancova_cr2"}})
    >>> plan.digest[:8]
    '343d9406'
    """
    unknown = sorted(set(values) - {"plan", "progression", "secondary"})
    must(not unknown, f"the plan has no table {unknown}.", EstimateError)
    must("plan" in values, "there is no [plan] table, so nothing was planned.", EstimateError)
    return AnalysisPlan(
        primary=_made(PrimaryAnalysis, values["plan"], "[plan]"),
        progression=_listed(Criterion, values.get("progression", ()), "[[progression]]"),
        secondary=_listed(Outcome, values.get("secondary", ()), "[[secondary]]"),
    )


def _outcomes(secondary: tuple[SecondaryOutcome, ...]) -> tuple[Outcome, ...]:
    return tuple(Outcome(**vars(one)) for one in secondary)


def plan_of_pilot(plan: PilotPlan, *, secondary: tuple[Outcome, ...] = ()) -> AnalysisPlan | None:
    """Return the analysis plan of a pilot, None if nothing was to be compared.

    Parameters
    ----------
    plan : PilotPlan
        From ``pilot.toml``.
    secondary : tuple of Outcome
        Outcomes named beforehand elsewhere, besides the ``[[secondary]]`` ones of the file.

    Examples
    --------
    >>> from revlab.fieldwork.protocol import Wave
    >>> plan_of_pilot(PilotPlan("Spring", 6, 4, (Wave(1, "before", 0),))) is None
    True
    """
    if plan.analysis is None:
        return None
    own = _outcomes(plan.secondary)
    more = tuple(one for one in secondary if one not in own)
    return AnalysisPlan(plan.analysis, plan.progression, own + more)


def plan_of_stated(plan: StatedAnalysis) -> AnalysisPlan:
    """Return the analysis plan that was stated in a file of its own.

    Parameters
    ----------
    plan : StatedAnalysis
        From ``registered.toml``.

    Raises
    ------
    OptionError
        If there is no such estimator.

    Examples
    --------
    >>> primary = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
    >>> plan_of_stated(StatedAnalysis(primary)) == AnalysisPlan(primary)
    True
    """
    return AnalysisPlan(plan.analysis, plan.progression, _outcomes(plan.secondary))


def read_analysis_plan(path: Path | str) -> AnalysisPlan:
    """Read a plan from a TOML file of its own.

    Parameters
    ----------
    path : pathlib.Path or str
        With a ``[plan]`` table and perhaps ``[[secondary]]`` and ``[[progression]]`` ones.

    Raises
    ------
    TableError
        With everything that is wrong in the file.
    OptionError
        If there is no such estimator.

    Examples
    --------
    >>> read_analysis_plan("nowhere.toml")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: nowhere.toml: there is no such file (add it; the shipped example \
shows one).
    """
    read = read_registered(Path(path))
    if read.plan is None:
        raise TableError(list(read.faults))
    return plan_of_stated(read.plan)


def write_analysis_plan(plan: AnalysisPlan, path: Path | str) -> None:
    """Write a plan as a TOML file; reading it gives the same plan and the same digest.

    Parameters
    ----------
    plan : AnalysisPlan
        What to write.
    path : pathlib.Path or str
        The file; it must not be there, because a registered plan is not to be changed.

    Raises
    ------
    EstimateError
        If the file is there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    >>> with TemporaryDirectory() as folder:
    ...     write_analysis_plan(plan, Path(folder) / "plan.toml")
    ...     read_analysis_plan(Path(folder) / "plan.toml").digest == plan.digest
    True
    """
    path = Path(path)
    must(
        not path.exists(),
        f"{path.name} is there already; a registered plan is not changed, so give a new name.",
        EstimateError,
    )
    others = tuple(SecondaryOutcome(**vars(one)) for one in plan.secondary)
    text = registered_toml(StatedAnalysis(plan.primary, others, plan.progression))
    path.write_text(text, encoding="utf-8", newline="\n")
