"""The steps of `revlab intake questionnaire`: read with a shown mapping, write without names."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from revlab.cli_options import say
from revlab.errors import must

if TYPE_CHECKING:
    import pandas as pd

    from revlab.people.questionnaire import Questionnaire
    from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["read_answers", "write_answers", "write_traits"]


def read_answers(
    files: list[Path],
    mapping: Path | None,
    save: Path | None,
    *,
    pilot: Path | None,
    names: "Pseudonyms | None",
) -> "Questionnaire":
    """Read a questionnaire; a guessed mapping is shown and kept if that is asked for.

    Parameters
    ----------
    files : list of pathlib.Path
        Exports of one form.
    mapping, save : pathlib.Path or None
        How to read it, and where to keep that.
    pilot : pathlib.Path or None
        Its items help the guess.
    names : Pseudonyms or None
        What stands in the place of the people.

    Raises
    ------
    TableError
        With every fault.
    """
    from revlab.people.questionnaire import read_questionnaire
    from revlab.people.questionnaire_file import read_questions, write_questions
    from revlab.people.questionnaire_guess import guess_questions
    from revlab.people.questionnaire_mapping import describe_questions

    if mapping is not None:
        how = read_questions(mapping)
    else:
        how = guess_questions(files, items=None if pilot is None else _table(pilot, "items"))
        say("there is no mapping, so the questionnaire is read with this guess:")
        typer.echo(describe_questions(replace(how, notes=())), err=True)
    if save is not None:
        write_questions(how, save, if_exists="replace")
        say(f"the mapping is in {save}; correct it and give it as --mapping.")
    answers = read_questionnaire(files, mapping=how, pseudonyms=names)
    for note in answers.notes:
        say(f"note: {note}")
    typer.echo(f"{', '.join(file.name for file in files)}: {answers!r}.")
    return answers


def _table(pilot: Path, name: str) -> "pd.DataFrame":
    from revlab.fieldwork.pilot_tables import ALL_TABLES
    from revlab.tables import read_table

    return read_table(pilot / f"{name}.csv", ALL_TABLES[name])


def _refuse_open_ids(answers: "Questionnaire") -> None:
    from revlab.privacy.pseudonyms import is_pseudonym

    closed = answers.responses["person_id"].map(is_pseudonym).all()
    by_row = answers.mapping.fixed.get("person_id") == "row"
    must(
        bool(closed) or by_row,
        "the people are not under pseudonyms, so nothing is written; give --key FILE, a new one "
        "comes from: revlab intake key FILE.",
    )


def write_answers(answers: "Questionnaire", out: Path, pilot: Path | None) -> None:
    """Write the answers as the responses of a pilot.

    Parameters
    ----------
    answers : Questionnaire
        Under pseudonyms.
    out : pathlib.Path
        The file; replaced.
    pilot : pathlib.Path or None
        The folder whose dyads and items they belong to.

    Raises
    ------
    RevlabError
        If people are not under pseudonyms, the key is another one, or a fault is left.
    """
    from revlab.fieldwork.pilot_tables import RESPONSES
    from revlab.fieldwork.questionnaire_responses import questionnaire_responses
    from revlab.tables import write_table

    _refuse_open_ids(answers)
    tables = {} if pilot is None else {name: _table(pilot, name) for name in ("dyads", "items")}
    responses = questionnaire_responses(answers, **tables)
    write_table(responses, out, RESPONSES)
    typer.echo(f"{out}: {len(responses)} answers, as they were given.")


def write_traits(answers: "Questionnaire", out: Path) -> None:
    """Write a score per person and scale.

    Parameters
    ----------
    answers : Questionnaire
        Under pseudonyms; its mapping names the scales.
    out : pathlib.Path
        The file; replaced.

    Raises
    ------
    RevlabError
        If people are not under pseudonyms, or no question names a scale.
    """
    from revlab.people.traits import score_traits
    from revlab.privacy.export import write_csv

    _refuse_open_ids(answers)
    scores = score_traits(answers)
    write_csv(scores.reset_index(), out, if_exists="replace")
    typer.echo(f"{out}: {len(scores)} people, {scores.shape[1]} traits.")
