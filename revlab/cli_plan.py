"""`revlab plan`: what a pilot is to be analysed for, sealed before it and compared after it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Seed, say
from revlab.errors import RevlabError

if TYPE_CHECKING:
    import pandas as pd

    from revlab.fieldwork.pilot import Pilot
    from revlab.inference.plan import AnalysisPlan

__all__ = ["plan"]


def plan(
    source: Annotated[
        Path, typer.Argument(metavar="PILOT", help="The folder of a pilot, or a plan (TOML).")
    ],
    *,
    seal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the plan as it is now; never written over."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A sealed plan; list every deviation from it."),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The digest that was written down; refuse another plan."),
    ] = None,
    seed: Seed = 2026,
) -> None:
    """Show the analysis plan of a pilot and its digest, seal it, or list deviations from it.

    Seal the plan before the pilot and send the digest to somebody. A pilot folder that holds
    the sealed file as registered.toml lists its deviations on its page by itself.
    """
    from revlab.inference.deviations import check_digest
    from revlab.inference.plan_reading import read_analysis_plan, write_analysis_plan

    pilot, stated = _read(source)
    if digest is not None:
        check_digest(stated, digest)
    typer.echo(_table(stated).to_string(index=False))
    if stated.looks is not None:
        typer.echo(_looks(stated).to_string(index=False))
    typer.echo(f"digest {stated.digest}")
    if seal is not None:
        write_analysis_plan(stated, seal)
        typer.echo(f"{seal}: the plan is kept; write down its digest {stated.digest[:12]}.")
    if against is not None:
        _say_deviations(read_analysis_plan(against), stated, pilot=pilot, seed=seed)


def _read(source: Path) -> "tuple[Pilot | None, AnalysisPlan]":
    from revlab.fieldwork.pilot import read_pilot
    from revlab.inference.plan_reading import plan_of_pilot, plan_of_stated, read_analysis_plan

    if not source.is_dir():
        return None, read_analysis_plan(source)
    pilot = read_pilot(source)
    stated = plan_of_pilot(pilot.plan)
    if stated is None and pilot.registered is not None:
        stated = plan_of_stated(pilot.registered)
    if stated is None:
        raise RevlabError(
            f"nothing is planned in {source.name}; add a [plan] table to its pilot.toml, as in "
            "the shipped example."
        )
    return pilot, stated


def _table(stated: "AnalysisPlan") -> "pd.DataFrame":
    import pandas as pd

    rows = [
        (
            stated.status(one.scale_id, one.role),
            one.scale_id,
            one.role,
            repr(stated.contrast),
            "none" if one.margin is None else f"{one.margin:g}",
            stated.estimator(one.scale_id, one.role),
        )
        for one in stated.planned
    ]
    return pd.DataFrame(
        rows, columns=["status", "scale", "who answers", "contrast", "margin", "estimator"]
    )


def _looks(stated: "AnalysisPlan") -> "pd.DataFrame":
    import pandas as pd

    looks = stated.looks
    table = pd.DataFrame() if looks is None else looks.table
    now = stated.primary.look or len(table)
    rows = [
        (
            f"{row.look}{' (now)' if row.look == now else ''}",
            f"{row.fraction:.0%}",
            f"{row.bound:.3f}",
            f"{row.level:.2g}",
            f"{row.spent:.2g}",
        )
        for row in table.itertuples()
    ]
    columns = ["look", "information", "bound", "p-value needed", "false alarms so far"]
    return pd.DataFrame(rows, columns=columns)


def _say_deviations(
    sealed: "AnalysisPlan", stated: "AnalysisPlan", *, pilot: "Pilot | None", seed: int
) -> None:
    import pandas as pd

    from revlab.inference.deviations import deviations, not_carried_out

    found = deviations(sealed, stated)
    if pilot is not None:
        from revlab.inference.analysis import analyse_pilot

        say("analysing the pilot, to see what of the plan could be done …")
        done = analyse_pilot(pilot, plan=stated, seed=seed)
        kept = not_carried_out(stated, done.findings, done.refused)
        found = pd.concat([found, kept], ignore_index=True)
    if found.empty:
        typer.echo("The sealed plan was kept: there are no deviations.")
        return
    typer.echo(found.to_string(index=False))
    typer.echo(f"{len(found)} deviations from the sealed plan; report them.")
