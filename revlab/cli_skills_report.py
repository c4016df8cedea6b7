"""What `revlab skills report` prints: only what enough people stand behind."""

from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd

    from revlab.people.skills_database import SkillsDatabase

__all__ = ["say_report"]


def say_report(db: "SkillsDatabase", *, months: int, today: date) -> None:
    """Print how old and complete the entries are, what is wanted in vain, and what is found."""
    from revlab.people.skills import ESCO_ATTRIBUTION
    from revlab.people.skills_demand import demand_and_supply
    from revlab.people.skills_reports import completeness, staleness

    units = staleness(db, today=today, months=months, by=["unit"])
    _echo(f"Entries older than {months} months, by unit", units, by=["unit"])
    skills = staleness(db, today=today, months=months, by=["skill_id"])
    # Its counts less those who want a skill would be those who offer it, who may be few.
    _echo(f"Share older than {months} months, by skill", skills, by=["skill_id"], only="share_old")
    _echo("What is missing, by unit", completeness(db), by=["unit"])
    for by, keys, where in (
        ("all", ["skill_id"], ""),
        ("site", ["skill_id", "site"], " at a site"),
    ):
        table = demand_and_supply(db, by=by).query("wanted_by > 0").drop(columns="label")
        title = f"Wanted skills and who offers them{where}"
        _echo(title, table, by=keys, count="wanted_by")
    _echo_search(db, months=months, today=today)
    typer.echo(ESCO_ATTRIBUTION)


def _echo_search(db: "SkillsDatabase", *, months: int, today: date) -> None:
    """Print whether a search names who can help, as it is and without what is old."""
    import pandas as pd

    from revlab.people.skills_recall import ask_for_needs, recall_summary
    from revlab.privacy.thresholds import Thresholds

    names = 5
    typer.echo(f"Does a search name somebody who can help, among its first {names} names:")
    asked = ask_for_needs(db)
    if asked.needs["person_id"].nunique() < Thresholds().scores:
        typer.echo("nothing to show: too few people need something\n")
        return
    old = asked.offers["recorded_on"] < pd.Timestamp(today) - pd.DateOffset(months=months)
    for words, true in (
        ("as recorded", None),
        (f"if no offer older than {months} months is still so", ~old.to_numpy(bool)),
    ):
        row = recall_summary(asked.found(k=names, true=true)).iloc[0]
        said = f"  {words}: {row['with_provider']:.0%} of {row['needs']:.0f} needs could be met"
        if row["with_provider"] > 0:
            said += f", and the search names somebody for {row['hit']:.0%} of those"
        if row["precision"] == row["precision"]:
            said += f"; {row['precision']:.0%} of the names can help"
        typer.echo(f"{said}.")
    typer.echo("")


def _echo(
    title: str,
    table: "pd.DataFrame",
    *,
    by: list[str],
    count: str = "people",
    only: str | None = None,
) -> None:
    from revlab.people.skills_reports import hide_small

    shown = hide_small(table, by=by, count=count)
    hidden = shown["hidden"].astype(bool)
    rows = shown[~hidden].drop(columns="hidden").astype(object)
    rows = rows if only is None else rows[[*by, only]]
    if "share_old" in rows:
        rows["share_old"] = [f"{x:.0%}" if x == x else "" for x in rows["share_old"].astype(float)]
    typer.echo(f"{title} ({hidden.sum()} of {len(shown)} rows hidden: too few people):")
    rows = rows.where(rows.notna(), "hidden")
    typer.echo(rows.to_string(index=False) if len(rows) else "nothing to show")
    typer.echo("")
