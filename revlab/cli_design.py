"""`revlab diagnose`: what a pilot of a given size could show."""

import sys
from typing import Annotated

import typer

from revlab.cli_options import Mapping, Roster, Seed, Yes
from revlab.cli_roster import read_people
from revlab.errors import OptionError, must

__all__ = ["diagnose"]


def diagnose(
    roster: Roster,
    *,
    policies: Annotated[
        str, typer.Option(metavar="A,B", help="The two pairing policies to compare.")
    ] = "optimal,random",
    pairs: Annotated[int, typer.Option(metavar="N", min=1, help="Pairs of the pilot.")] = 48,
    pools: Annotated[int, typer.Option(metavar="N", min=1, help="Pools they are in.")] = 12,
    effect: Annotated[
        float | None,
        typer.Option(metavar="POINTS", help="True difference; else what the policies do."),
    ] = None,
    sims: Annotated[int, typer.Option(metavar="N", min=1, help="Simulated pilots.")] = 100,
    mapping: Mapping = None,
    seed: Seed = 2026,
    yes: Yes = False,
) -> None:
    """Simulate a pilot many times to see what it could show.

    Half of the pools are paired by each policy. Each number comes with the error of the
    simulation, which more simulated pilots (--sims) make smaller.
    """
    from revlab.design.design import Design
    from revlab.design.diagnose import diagnose as summarise
    from revlab.design.simulate import simulate_design
    from revlab.inference.estimate import Contrast
    from revlab.pairing.policies import policy_named
    from revlab.report.answers_design import diagnosis_table
    from revlab.report.frames import show

    names = [name.strip() for name in policies.split(",") if name.strip()]
    must(len(set(names)) == 2, f"--policies must name two policies; got {policies!r}.", OptionError)
    arms = {name: policy_named(name) for name in names}
    cohort = read_people(roster, mapping=mapping, yes=yes)
    design = Design(cohort, pairs, n_pools=pools, arms=arms, contrast=Contrast(*names))
    runs = simulate_design(
        design, n_sims=sims, seed=seed, effect=effect, progress=sys.stderr.isatty()
    )
    caption = f"{design!r} ({sims} simulated pilots, seed {seed})"
    typer.echo(repr(show(diagnosis_table(summarise(runs)), caption=caption, decimals=3)))
