"""`revlab evaluate`: what another pairing policy would have given the people of a pilot."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Replace, Seed, say, target, with_options
from revlab.cli_people import PeopleOptions
from revlab.errors import must

if TYPE_CHECKING:
    import pandas as pd

    from revlab.fieldwork.pilot import Pilot

__all__ = ["evaluate"]


@with_options
def evaluate(
    pilot: Annotated[Path, typer.Argument(metavar="PILOT", help="Folder of a pilot by lottery.")],
    policy: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET",
            help="CSV of the other policy: its pairs, or a chance for each possible pair.",
        ),
    ],
    *,
    scale: Annotated[
        str, typer.Option(metavar="SCALE", help="The outcome; else the primary one of the plan.")
    ] = "",
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="Whose outcome: mentor or mentee.")
    ] = "",
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Roster of the same people, to score all their pairs."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the table of all numbers goes (CSV).")
    ] = None,
    people: PeopleOptions,
    seed: Seed = 2026,
    replace: Replace = False,
) -> None:
    """Say what another pairing policy would have given the people of a pilot.

    The pairs of the pilot must have been drawn by lottery (`revlab lottery`), and the chances be
    in its folder as lottery.csv. What the lottery could not have drawn is only bounded. With a
    roster the fit of all pairs is known, which narrows the bounds and tests whether fit matters.
    """
    from revlab.design.evaluate import evaluate_policy
    from revlab.fieldwork.pilot import read_pilot
    from revlab.pairing.target_file import read_target
    from revlab.privacy.export import write_csv
    from revlab.report.evaluation_tables import say_evaluation

    if out is not None:
        target(out, replace=replace)
    names = people.names(out)
    told = read_pilot(pilot)
    wanted = read_target(policy, pseudonyms=names)
    scores = None if roster is None else _scores(roster, people)
    if names is not None:
        _same_people(told, scores, pilot.name)
    say(f"{told!r}; drawing its pairs again …")
    found = evaluate_policy(told, wanted, scale_id=scale, role=role, scores=scores, seed=seed)
    if found.simulated:
        typer.echo("Simulated data.")
    for line in say_evaluation(found, policy.stem):
        typer.echo(line)
    if out is not None:
        write_csv(found.to_frame().round(6), out, if_exists="replace")
        typer.echo(f"{out}: all numbers, with how each was computed (seed {seed}).")


def _same_people(pilot: "Pilot", scores: "pd.DataFrame | None", name: str) -> None:
    """Refuse a pilot with open ids, whose lottery would be drawn in another order, or other key."""
    from revlab.privacy.pseudonyms import check_same_key, is_pseudonym

    ids = {*pilot.dyads["mentor_id"].astype(str), *pilot.dyads["mentee_id"].astype(str)}
    must(
        all(map(is_pseudonym, ids)),
        f"the people of {name} are not under pseudonyms, so --key does not go with it; leave --key "
        "out, or make the pilot from pairs that were drawn with --key.",
    )
    if scores is not None:
        check_same_key({*scores["mentor_id"], *scores["mentee_id"]}, ids, name)


def _scores(roster: Path, people: PeopleOptions) -> "pd.DataFrame":
    """Return the score of every pair of a roster that may be made."""
    from revlab.design.target import all_scores
    from revlab.pairing.scoring import score_cohort

    return all_scores(score_cohort(people.read([roster]), score=people.score()))
