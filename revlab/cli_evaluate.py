"""`revlab evaluate`: what another pairing policy would have given the people of a pilot."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Replace, Seed, Yes, say, target
from revlab.cli_roster import read_people

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["evaluate"]


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
    seed: Seed = 2026,
    yes: Yes = False,
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
    told = read_pilot(pilot)
    wanted = read_target(policy)
    scores = None if roster is None else _scores(roster, yes=yes)
    say(f"{told!r}; drawing its pairs again …")
    found = evaluate_policy(told, wanted, scale_id=scale, role=role, scores=scores, seed=seed)
    if found.simulated:
        typer.echo("Simulated data.")
    for line in say_evaluation(found, policy.stem):
        typer.echo(line)
    if out is not None:
        write_csv(found.to_frame().round(6), out, if_exists="replace")
        typer.echo(f"{out}: all numbers, with how each was computed (seed {seed}).")


def _scores(roster: Path, *, yes: bool) -> "pd.DataFrame":
    """Return the score of every pair of a roster that may be made."""
    from revlab.design.target import all_scores
    from revlab.pairing.scoring import score_cohort

    return all_scores(score_cohort(read_people([roster], mapping=None, yes=yes)))
