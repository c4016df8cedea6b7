"""`revlab diagnose`: what a pilot of a given size could show."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from revlab.cli_arms import ArmOptions
from revlab.cli_options import Roster, Seed, with_options
from revlab.cli_people import PeopleOptions

__all__ = ["diagnose"]


@with_options
def diagnose(
    roster: Roster,
    *,
    between: ArmOptions,
    pairs: Annotated[int, typer.Option(metavar="N", min=1, help="Pairs of the pilot.")] = 48,
    pools: Annotated[int, typer.Option(metavar="N", min=1, help="Pools they are in.")] = 12,
    effect: Annotated[
        float | None,
        typer.Option(metavar="POINTS", help="True difference; else what the policies do."),
    ] = None,
    sims: Annotated[int, typer.Option(metavar="N", min=1, help="Simulated pilots.")] = 100,
    learned: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Values that revlab learn fitted to your pilot."),
    ] = None,
    people: PeopleOptions,
    seed: Seed = 2026,
) -> None:
    """Simulate a pilot many times to see what it could show.

    Half of the pools are paired by each policy and have its programme; with --unit dyad half of
    the dyads in each pool have each programme. Each number comes with the error of the
    simulation, which more simulated pilots (--sims) make smaller.
    """
    from revlab.design.design import Design
    from revlab.design.diagnose import diagnose as summarise
    from revlab.design.learned_file import read_learned
    from revlab.design.simulate import simulate_design
    from revlab.fieldwork.programme import Programme
    from revlab.inference.estimate import Contrast
    from revlab.report.answers_design import diagnosis_table
    from revlab.report.frames import show

    programme = Programme() if learned is None else read_learned(learned).programme()
    arms = {name: people.scored_arm(arm) for name, arm in between.read().items()}
    cohort = people.read(roster)
    contrast = Contrast(*arms)
    design = Design(
        cohort, pairs, n_pools=pools, arms=arms, contrast=contrast, programme=programme,
        unit=between.unit,
    )  # fmt: skip
    runs = simulate_design(
        design, n_sims=sims, seed=seed, effect=effect, progress=sys.stderr.isatty()
    )
    caption = f"{design!r} ({sims} simulated pilots, seed {seed})"
    typer.echo(repr(show(diagnosis_table(summarise(runs)), caption=caption, decimals=3)))
