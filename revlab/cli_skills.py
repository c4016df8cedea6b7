"""`revlab skills`: who can help with what, kept in one place."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Key, Mapping, Replace, Roster, SaveMapping, Yes, key_of, say, target
from revlab.cli_roster import read_report
from revlab.cli_skills_report import say_report

if TYPE_CHECKING:
    from revlab.people.skills_database import SkillsDatabase

__all__ = ["skills"]

_EXAMPLES = {
    "load": """\b
Examples:
  revlab skills load staff.csv --db skills.sqlite
  revlab skills load staff.csv --db skills.sqlite --key programme.key --replace
""",
    "search": """\b
Examples:
  revlab skills search "tiktok ads" --db skills.sqlite
  revlab skills search excel --db skills.sqlite --site Oslo --min-level 3 --out providers.csv
""",
    "report": """\b
Examples:
  revlab skills report --db skills.sqlite --months 6
""",
    "phrases": """\b
Examples:
  revlab skills phrases --out review.csv --db skills.sqlite
  revlab skills phrases wishes.csv --out review.csv --db skills.sqlite
""",
    "confirm": """\b
Examples:
  revlab skills confirm review.csv --by "programme team" --db skills.sqlite
""",
    "export": """\b
Examples:
  revlab skills export --out entries.csv --db skills.sqlite
""",
    "forget": """\b
Examples:
  revlab skills forget p_txf27m3hfe --db skills.sqlite
""",
}

_Db = Annotated[
    str,
    typer.Option(
        "--db",
        metavar="FILE-OR-URL",
        envvar="REVLAB_SKILLS_DB",
        help="An SQLite file, or postgresql://... (better in REVLAB_SKILLS_DB than typed here).",
    ),
]
_Day = Annotated[
    datetime | None,
    typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="A day, YYYY-MM-DD; else today."),
]

skills = typer.Typer(
    name="skills",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A database of what people offer and need, and a search in it for who can help.",
)


@skills.command("load", epilog=_EXAMPLES["load"])
def load(
    roster: Roster,
    *,
    db: _Db,
    key: Key = None,
    day: _Day = None,
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    yes: Yes = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Bring entries that are there up to date.")
    ] = False,
) -> None:
    """Add the people of a roster and what they offer and need.

    The database is made if there is none. An entry that is there with another level is kept
    unless --replace is given. Skills in people's own words get a proposal, see `skills phrases`.
    """
    from revlab.people.skills import read_skills
    from revlab.people.skills_exchange import import_cohort
    from revlab.people.skills_taxonomy import add_taxonomy
    from revlab.shipped import shipped

    names = key_of(key)
    report = read_report(roster, mapping=mapping, yes=yes, save=save_mapping, names=names)
    cohort = report.checked()
    place = _open(db, if_missing="create")
    add_taxonomy(place, read_skills(shipped("data/skills/esco_digital.csv")))
    when = day.date() if day else date.today()
    if_known = "replace" if replace else "keep"
    done = import_cohort(place, cohort, recorded_on=when, if_known=if_known)
    typer.echo(f"{place.name}: {done!r}.")
    if cohort.skills.empty:
        say("the roster says nothing of skills; name their columns in the mapping.")
    if done.own_skills:
        say("go through the own words with: revlab skills phrases --out review.csv")


@skills.command("search", epilog=_EXAMPLES["search"])
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A skill, or words for one.")],
    *,
    db: _Db,
    min_level: Annotated[
        float | None, typer.Option(metavar="LEVEL", help="Least level, 0 to 5.")
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this site.")] = None,
    available: Annotated[
        str | None, typer.Option(metavar="SLOT", help="Only who is free then, such as 'Mon AM'.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Most people to show.")] = 20,
    phrases: Annotated[
        str, typer.Option(metavar="WHICH", help="Own words that count: confirmed, or all.")
    ] = "confirmed",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a CSV instead.")] = None,
    replace: Replace = False,
) -> None:
    """Find people who offer a skill or one near it, the best first, each with the reason."""
    from revlab.people.skills_search import ProviderSearch
    from revlab.privacy.export import write_csv

    if out is not None:
        target(out, replace=replace)
    ask = ProviderSearch(
        min_level=min_level, site=site, available=available, limit=limit, phrases=phrases
    )
    found = ask(_open(db), text)
    if out is not None:
        write_csv(found, out, if_exists="replace" if replace else "refuse")
        typer.echo(f"{out}: {len(found)} people.")
    elif found.empty:
        typer.echo("Nobody was found; try other words, a lower level or every site.")
    else:
        for place, row in enumerate(found.itertuples(), start=1):
            typer.echo(f"{place}. {row.person_id}, {row.unit}: {row.reason}")


@skills.command("report", epilog=_EXAMPLES["report"])
def report(
    *,
    db: _Db,
    months: Annotated[
        int, typer.Option(metavar="N", help="An entry older than so many months is old.")
    ] = 12,
    day: _Day = None,
) -> None:
    """Say how old and how complete the entries are, and which skills are wanted in vain.

    Cells with fewer than 5 people are hidden, and those from which they could be computed.
    """
    say_report(_open(db), months=months, today=day.date() if day else date.today())


@skills.command("phrases", epilog=_EXAMPLES["phrases"])
def phrases(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A table with a column text.")
    ] = None,
    *,
    db: _Db,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The sheet to go through (CSV).")],
    replace: Replace = False,
) -> None:
    """Propose a skill for each free text, on a sheet for somebody to go through.

    Without FILE the texts are the own words that people of the database wrote and nobody
    confirmed. Write yes under confirm, and another skill_id where the proposal is wrong.
    """
    from revlab.people.skills_review import open_phrases, read_texts, write_review

    target(out, replace=replace)
    place = _open(db)
    texts = open_phrases(place) if file is None else read_texts(file)
    sheet = write_review(place, texts, out, if_exists="replace" if replace else "refuse")
    sure = int((sheet["confidence"] > 0).sum())
    typer.echo(f"{out}: {len(sheet)} texts to go through, {sure} of them with a proposal.")


@skills.command("confirm", epilog=_EXAMPLES["confirm"])
def confirm(
    review: Annotated[Path, typer.Argument(metavar="REVIEW", help="The sheet, gone through.")],
    *,
    db: _Db,
    by: Annotated[str, typer.Option(metavar="WHO", help="Who went through it, such as a role.")],
) -> None:
    """Keep the mappings that a reviewed sheet says yes to."""
    from revlab.people.skills_review import confirm_review

    place = _open(db)
    typer.echo(f"{place.name}: {confirm_review(place, review, by=by)!r}.")


@skills.command("export", epilog=_EXAMPLES["export"])
def export(
    *,
    db: _Db,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the entries go (CSV).")],
    replace: Replace = False,
) -> None:
    """Write every offer and need to a table for a spreadsheet."""
    from revlab.people.skills_exchange import export_entries

    target(out, replace=replace)
    export_entries(_open(db), out, if_exists="replace" if replace else "refuse")
    typer.echo(f"{out}: what people offer and need.")


@skills.command("forget", epilog=_EXAMPLES["forget"])
def forget(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="Whom to forget.")], *, db: _Db
) -> None:
    """Remove a person and everything that the person offers and needs."""
    from revlab.people.skills_people import forget_person

    gone = forget_person(_open(db), person_id)
    typer.echo(f"the person and {gone} entries are removed.")


def _open(where: str, *, if_missing: str = "refuse") -> "SkillsDatabase":
    from revlab.people.skills_database import open_skills_database

    return open_skills_database(where, if_missing=if_missing)
