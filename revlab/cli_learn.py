"""`revlab learn`: what a pilot of one's own teaches the simulator."""

from pathlib import Path
from typing import Annotated

import typer

from revlab.cli_options import Replace, say, target
from revlab.errors import EstimateError, must

__all__ = ["learn"]


def learn(
    pilot: Annotated[Path, typer.Argument(metavar="PILOT", help="The folder of a pilot.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the values go (TOML), for diagnose --learned."),
    ] = None,
    replace: Replace = False,
) -> None:
    """Fit to a pilot what it can say about how your people skip, end and answer.

    What it cannot say keeps its usual value, and the reason is printed. Simulate with the fitted
    values by `revlab diagnose --learned FILE`.
    """
    from revlab.design.learned import learn_from_pilot
    from revlab.design.learned_file import learned_toml
    from revlab.fieldwork.pilot import read_pilot
    from revlab.privacy.thresholds import Thresholds
    from revlab.report.answers_calibration import learned_lines

    if out is not None:
        target(out, replace=replace)
    told = read_pilot(pilot)
    few = Thresholds().scores
    must(
        len(told.dyads) >= few,
        f"{pilot.name} has {len(told.dyads)} pairs; at least {few} are needed to learn from them.",
        EstimateError,
    )
    say(f"{told!r}; fitting …")
    learned = learn_from_pilot(told)
    for line in learned_lines(learned, simulated=told.source == "simulated"):
        typer.echo(line)
    if out is not None:
        text = learned_toml(learned, pilot=told.plan.name, source=told.source)
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}: the fitted values; use them with diagnose --learned {out}.")
