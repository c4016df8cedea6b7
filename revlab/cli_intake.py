"""`revlab intake`: questionnaires and interview notes, with pseudonyms in the place of people."""

from pathlib import Path
from typing import Annotated

import typer

from revlab.cli_options import Key, Mapping, Replace, key_of, say, target
from revlab.errors import must

__all__ = ["intake"]

_QUESTIONNAIRE_EXAMPLES = """\b
Examples:
  revlab intake questionnaire form.csv --save-mapping form.toml
  revlab intake questionnaire form.csv --mapping form.toml --key keys/my.key --pilot my-pilot \
--out responses.csv
  revlab intake questionnaire form.xlsx --mapping form.toml --key keys/my.key --traits traits.csv
"""
_NOTES_EXAMPLES = """\b
Examples:
  revlab intake notes interviews.csv --roster staff.csv --key keys/my.key --out review.csv
  revlab intake confirm review.csv --out skills.csv
"""

_NAMES_EXAMPLES = """\b
Examples:
  revlab intake names pairs.csv --roster staff.csv --key keys/my.key --out named.csv
"""

intake = typer.Typer(
    name="intake",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Questionnaires and interview notes, under pseudonyms from the first step on.",
)


@intake.command("key")
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the new key is kept.")],
) -> None:
    """Make the key of a programme's pseudonyms; an existing one is never replaced.

    Keep it in a folder of its own, which is made if need be. Who has the key and the roster can
    tell who is who.
    """
    from revlab.privacy.pseudonyms import new_key, write_key

    folder = file.parent
    must(
        folder.parent.is_dir(),
        f"the folder {str(folder.parent)!r} does not exist; make it first.",
    )
    folder.mkdir(exist_ok=True)
    write_key(new_key(), file)
    typer.echo(f"{file}: a new key; keep it apart from the data, a lost key cannot be made again.")


@intake.command("questionnaire", epilog=_QUESTIONNAIRE_EXAMPLES)
def questionnaire(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Exports of one form.")],
    *,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How to read it; else a guess is shown.")
    ] = None,
    save_mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the mapping, for you to correct.")
    ] = None,
    key: Key = None,
    pilot: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Its dyads and items, to be checked with.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The answers as responses.csv of a pilot.")
    ] = None,
    traits: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A score per person and scale, as CSV.")
    ] = None,
    replace: Replace = False,
) -> None:
    """Read the export of a form: questions to items, words to numbers, people to pseudonyms.

    Without --mapping the questions and the numbers of their answers are guessed and shown. Every
    fault is listed with its row. --out writes answers as they were given, reversed ones too.
    """
    from revlab.cli_intake_questions import read_answers, write_answers, write_traits

    for file in (out, traits, save_mapping):
        if file is not None:
            target(file, replace=replace)
    names = key_of(key, out, traits, pilot)
    answers = read_answers(files, mapping, save_mapping, pilot=pilot, names=names)
    if out is not None:
        write_answers(answers, out, pilot)
    if traits is not None:
        write_traits(answers, traits)


@intake.command("notes", epilog=_NOTES_EXAMPLES)
def notes(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or TXT with notes.")],
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The sheet to confirm on, as CSV.")],
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Take the names of this roster out of the texts."),
    ] = None,
    key: Key = None,
    replace: Replace = False,
) -> None:
    """Look for skills in interview notes; a person confirms each on a sheet, nothing is stored.

    Read the sheet before it is passed on: nicknames and "the only woman in Legal" are still there.
    """
    from revlab.people.notes import read_notes
    from revlab.people.notes_review import write_notes_review
    from revlab.people.roster_names import read_roster_names
    from revlab.people.skills import read_skills
    from revlab.privacy.scrub import Scrubber
    from revlab.shipped import shipped

    target(out, replace=replace)
    names = key_of(key, out)
    known = None if not roster else read_roster_names(roster)
    scrubber = None if known is None else Scrubber(known.names, ids=known.ids)
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    found = read_notes(file, taxonomy=taxonomy, scrubber=scrubber, pseudonyms=names)
    _refuse_open_ids(found.answers["person_id"].unique())
    for note in found.notes:
        say(f"note: {note}")
    write_notes_review(found, out, taxonomy, if_exists="replace" if replace else "refuse")
    typer.echo(f"{out}: {found!r}.")
    typer.echo("Write yes or no under 'confirm'; then: revlab intake confirm.")


@intake.command("confirm")
def confirm(
    file: Annotated[Path, typer.Argument(metavar="REVIEW", help="The sheet, filled in.")],
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The confirmed skills, as CSV.")],
    replace: Replace = False,
) -> None:
    """Keep the skills that a person confirmed; what has no yes is left out and counted."""
    from revlab.people.notes_review import read_notes_review
    from revlab.people.skills import read_skills
    from revlab.privacy.export import write_csv
    from revlab.shipped import shipped

    target(out, replace=replace)
    done = read_notes_review(file, read_skills(shipped("data/skills/esco_digital.csv")))
    write_csv(done.skills, out, if_exists="replace" if replace else "refuse")
    typer.echo(f"{out}: {done!r}.")


@intake.command("names", epilog=_NAMES_EXAMPLES)
def names(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX with pseudonyms.")],
    *,
    roster: Annotated[
        list[Path], typer.Option(metavar="FILE", help="The roster; its folder, or repeated.")
    ],
    key: Annotated[Path, typer.Option(metavar="FILE", help="Key that the pseudonyms are of.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file with people in it (CSV).")],
    mapping: Mapping = None,
) -> None:
    """Put the roster's own ids and names in the place of pseudonyms, for who holds the key.

    The result is personal data: an earlier file is never replaced, and it is kept like the roster.
    """
    from revlab.people.mapping_file import read_mapping
    from revlab.people.names_back import names_back, who_is_who
    from revlab.privacy.export import write_csv
    from revlab.privacy.pseudonyms import Pseudonyms, read_key

    must(
        not out.exists(), f"{out.name} is already there and is never replaced; choose another name."
    )
    target(out, replace=False)
    source = roster[0] if len(roster) == 1 else roster
    how = None if mapping is None else read_mapping(mapping, roster=source)
    people = who_is_who(source, Pseudonyms(read_key(key), closed="keep"), mapping=how)
    named = names_back(file, people)
    write_csv(named.frame, out)
    typer.echo(f"{out}: {named!r}.")
    say("this file is personal data; keep it where the roster is, and never beside the results.")


def _refuse_open_ids(ids: "list[str]") -> None:
    from revlab.privacy.pseudonyms import is_pseudonym

    must(
        all(is_pseudonym(str(one)) for one in ids),
        "the people are not under pseudonyms, so nothing is written; give --key FILE, a new one "
        "comes from: revlab intake key FILE.",
    )
