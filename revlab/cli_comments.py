"""`revlab comments`: a sheet for two coders of open comments, and what they found."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Replace, Seed, say, target
from revlab.errors import OptionError, must

if TYPE_CHECKING:
    import pandas as pd

    from revlab.fieldwork.comments_file import Comments

__all__ = ["comments"]

_TABLES = (".csv", ".xlsx")
_SHEET_EXAMPLES = """\b
Examples:
  revlab comments sheet answers.csv --themes "time,trust,tools" --out coding.xlsx
  revlab comments sheet answers.csv --themes "time,trust" --roster staff.csv --out coding.csv
"""
_COUNT_EXAMPLES = """\b
Examples:
  revlab comments count coding.xlsx
  revlab comments count coding.csv --themes "time,trust,tools" --out themes.csv
"""

comments = typer.Typer(
    name="comments",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Open comments: a sheet for two coders, and how often they found each theme.",
)


@comments.command("sheet", epilog=_SHEET_EXAMPLES)
def sheet(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Comments: comment_id, text, whose they are.")
    ],
    *,
    themes: Annotated[
        str, typer.Option(metavar="A,B,C", help="The themes to look for, with commas between.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The sheet: .xlsx or .csv.")],
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Take the names of this roster out of the texts."),
    ] = None,
    seed: Seed = 2026,
    replace: Replace = False,
) -> None:
    """Make the empty sheet on which two coders mark themes, each on their own.

    FILE needs comment_id and text; respondent_id, or role and dyad, tell whose a comment is. Each
    coder gets all comments in another order of chance. E-mail addresses, telephone numbers and
    links leave the texts; with a roster its names leave them too. Read the sheet before it is
    passed on: nicknames and "the only woman in Legal" are still there.
    """
    from revlab.fieldwork.comments_file import coding_sheet, read_comments, theme_names

    names = theme_names(themes)
    _check_kind(out)
    target(out, replace=replace)
    found = read_comments(file)
    for note in found.notes:
        say(f"note: {note}")
    found = _scrubbed(found, roster or [])
    if not roster:
        say("no roster was given, so names are still in the texts; --roster FILE takes them out.")
    _write(coding_sheet(found, names, seed=seed), out)
    typer.echo(f"{out}: {found!r}, once for each of two coders; {len(names)} themes to mark.")
    typer.echo("Mark a theme with x; a comment without one gets its x under 'no theme'.")


@comments.command("count", epilog=_COUNT_EXAMPLES)
def count(
    file: Annotated[Path, typer.Argument(metavar="CODED", help="The sheet, filled in by both.")],
    *,
    themes: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="The themes that were agreed on; others are faults."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the table: .csv or .xlsx.")
    ] = None,
    replace: Replace = False,
) -> None:
    """Count themes and say how far the two coders agree; no text is ever shown.

    A theme counts where both coders saw it. Themes of fewer than ten people are not named, and a
    role with fewer than ten is hidden together with the other, so that the total cannot tell it.
    """
    from revlab.fieldwork.coding_file import read_coding
    from revlab.fieldwork.comments_file import theme_names
    from revlab.inference.comment_roles import theme_people_by_role
    from revlab.inference.comments import theme_counts
    from revlab.report.answers_comments import comments_card, roles_view, themes_view

    wanted = None if themes is None else theme_names(themes)
    if out is not None:
        _check_kind(out)
        target(out, replace=replace)
    coding = read_coding(file, themes=wanted)
    for note in coding.notes:
        say(f"note: {note}")
    counts = theme_counts(coding.codes, n_comments=len(coding.comments))
    typer.echo(repr(comments_card(counts, coding.comments)))
    typer.echo(f"\n{themes_view(counts)!r}")
    tables = {"themes": counts}
    if "role" in coding.comments:
        tables["by role"] = theme_people_by_role(coding.codes, coding.comments)
        if len(tables["by role"]):
            typer.echo(f"\n{roles_view(tables['by role'])!r}")
    if out is not None:
        _write(tables if out.suffix.lower() == ".xlsx" else _one_table(tables), out)
        typer.echo(f"\n{out}: the counts are kept, without a text.")


def _check_kind(out: Path) -> None:
    must(
        out.suffix.lower() in _TABLES,
        f"`out` must end in .xlsx or .csv; got {out.name!r}.",
        OptionError,
    )


def _scrubbed(found: "Comments", roster: list[Path]) -> "Comments":
    from dataclasses import replace

    from revlab.people.roster_names import read_roster_names
    from revlab.privacy.scrub import Scrubber

    scrub = Scrubber(())
    if roster:
        known = read_roster_names(roster)
        scrub = Scrubber(known.names, ids=known.ids)
    done = scrub(found.rows["text"].tolist())
    counts = dict(done.counts)
    doubtful = counts.pop("doubtful")
    if not roster:  # without a roster there is no name to be found, so nothing is said of names
        counts = {kind: number for kind, number in counts.items() if number}
        if not counts:
            return found
    told = ", ".join(f"{number} {kind.replace('_', '-')}" for kind, number in counts.items())
    say(f"taken out of the texts: {told}.")
    if doubtful:
        say(
            f"{doubtful} words in small letters are also a name of the roster (such as will or "
            "may) and were left; look at them."
        )
    return replace(found, rows=found.rows.assign(text=list(done.texts)))


def _one_table(tables: "dict[str, pd.DataFrame]") -> "dict[str, pd.DataFrame]":
    """Put the roles below the themes; everybody is there already."""
    themes = tables["themes"]
    themes = themes.assign(hidden=~themes["shown"].astype(bool)).drop(columns="shown")
    themes.insert(1, "role", "all")
    below = {
        name: table[table["role"] != "all"] for name, table in tables.items() if "role" in table
    }
    return {"themes": themes, **below}


def _write(sheets: "dict[str, pd.DataFrame]", out: Path) -> None:
    import pandas as pd

    from revlab.privacy.export import write_csv, write_xlsx

    if out.suffix.lower() == ".xlsx":
        write_xlsx(sheets, out, if_exists="replace")
    else:
        write_csv(pd.concat(sheets.values(), ignore_index=True), out, if_exists="replace")
