"""`revlab claims`: what a pilot can and cannot say of managers, grades, births and applicants."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import say, with_options
from revlab.cli_people import PeopleOptions
from revlab.errors import OptionError, must

if TYPE_CHECKING:
    from revlab.fieldwork.pilot import Pilot
    from revlab.people.cohort import Cohort

__all__ = ["claims"]

_ROSTER = "Roster of the same people, read with the key of the pilot."
_MANAGERS_EXAMPLES = """\b
Examples:
  revlab claims managers my-pilot --roster staff.csv --key my.key
"""
_GRADES_EXAMPLES = """\b
Examples:
  revlab claims grades my-pilot --roster staff.csv --key my.key --role mentor
"""
_BIRTH_EXAMPLES = """\b
Examples:
  revlab claims birth my-pilot --roster staff.csv --later 1980-2000 --scale voice --margin 0.3
"""
_SERIES_EXAMPLES = """\b
Examples:
  revlab claims series applications.csv --start 2026-01 --what applications
"""

Pilots = Annotated[Path, typer.Argument(metavar="PILOT", help="The folder of a pilot.")]
Roster = Annotated[Path, typer.Option(metavar="FILE", help=_ROSTER)]
Role = Annotated[str, typer.Option(metavar="ROLE", help="Whose: mentor or mentee.")]
Scale = Annotated[str, typer.Option(metavar="SCALE", help="A scale of the pilot.")]

claims = typer.Typer(
    name="claims",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Claims that a pilot can hardly answer: managers, grades, cohorts of birth, applicants.",
)


@claims.command("managers", epilog=_MANAGERS_EXAMPLES)
@with_options
def managers(
    pilot: Pilots, *, roster: Roster, role: Role = "mentor", people: PeopleOptions
) -> None:
    """Say how far line managers differ in the attendance of their people, naming nobody."""
    from revlab.fieldwork.people_frames import attendance_by_manager
    from revlab.report.answers_claims import managers_card

    told, cohort = _read(pilot, roster, people)
    frame = attendance_by_manager(told, cohort, role=role)
    typer.echo(repr(managers_card(frame, simulated=told.source == "simulated")))


@claims.command("grades", epilog=_GRADES_EXAMPLES)
@with_options
def grades(
    pilot: Pilots,
    *,
    roster: Roster,
    scale: Scale = "relationship_quality",
    role: Role = "mentee",
    people: PeopleOptions,
) -> None:
    """Say how scores at the end go with the grades between the two; it names no cause."""
    from revlab.errors import EstimateError
    from revlab.fieldwork.people_frames import scores_by_grades
    from revlab.inference.gap_curve import gap_curve
    from revlab.report.answers_claims import grades_card
    from revlab.report.figures_gaps import alt_gaps

    told, cohort = _read(pilot, roster, people)
    frame = scores_by_grades(told, cohort, scale, role=role)
    typer.echo(repr(grades_card(frame, simulated=told.source == "simulated")))
    try:
        typer.echo(alt_gaps(gap_curve(frame)))
    except EstimateError as error:
        typer.echo(f"No curve: {error}")


@claims.command("birth", epilog=_BIRTH_EXAMPLES)
@with_options
def birth(
    pilot: Pilots,
    *,
    roster: Roster,
    later: Annotated[str, typer.Option(metavar="COHORT", help="The cohort of the claim.")],
    margin: Annotated[float, typer.Option(metavar="POINTS", help="What would matter.")],
    scale: Scale,
    role: Role = "mentor",
    people: PeopleOptions,
) -> None:
    """Hold a difference between declared cohorts of birth against a margin set beforehand.

    The roster needs a column declared_birth_cohort that people filled in of their own accord.
    """
    from revlab.fieldwork.people_frames import changes_by_birth
    from revlab.report.answers_claims import birth_cohort_card

    must(margin > 0, f"--margin must be above 0; got {margin:g}.", OptionError)
    told, cohort = _read(pilot, roster, people)
    frame = changes_by_birth(told, cohort, scale, role=role)
    simulated = told.source == "simulated"
    typer.echo(repr(birth_cohort_card(frame, later=later, margin=margin, simulated=simulated)))


@claims.command("series", epilog=_SERIES_EXAMPLES)
def series(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: month, count, exposure.")],
    *,
    start: Annotated[str, typer.Option(metavar="MONTH", help="First month, such as 2026-01.")],
    what: Annotated[str, typer.Option(metavar="WORD", help="What was counted.")] = "applications",
    season: Annotated[str, typer.Option(metavar="SEASON", help="none or yearly.")] = "none",
) -> None:
    """Describe how a monthly series changed when the programme began; it names no cause."""
    from revlab.fieldwork.series_file import read_series
    from revlab.inference.interrupted import interrupted_series
    from revlab.report.answers_claims import series_card
    from revlab.report.figures_gaps import alt_series

    found = interrupted_series(read_series(file), start, season=season)
    typer.echo(repr(series_card(found, what=what)))
    typer.echo(alt_series(found.table))


def _read(pilot: Path, roster: Path, people: PeopleOptions) -> "tuple[Pilot, Cohort]":
    from revlab.fieldwork.pilot import read_pilot

    told = read_pilot(pilot)
    cohort = people.read([roster])
    say(f"{told!r}")
    return told, cohort
