"""What does not fit between a pilot and the tables that it may hold besides."""

from collections.abc import Iterator, Mapping

import pandas as pd

from revlab.errors import Fault
from revlab.fieldwork.protocol import PilotPlan
from revlab.fieldwork.response_faults import row_faults

__all__ = [
    "contact_faults",
    "expectation_faults",
    "extras_truth_faults",
    "goal_faults",
    "idea_faults",
    "start_faults",
]

Tables = Mapping[str, pd.DataFrame]


def _dyad_faults(tables: Tables, name: str) -> Iterator[Fault]:
    unknown = ~tables[name]["dyad_id"].isin(tables["dyads"]["dyad_id"])
    yield from row_faults(f"{name}.dyad_id", unknown, rule="is not in dyads.csv")


def idea_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the ideas: unknown dyads, sessions that were not held."""
    ideas, sessions = tables["ideas"], tables["sessions"]
    yield from _dyad_faults(tables, "ideas")
    late = (ideas["session"] > plan.planned_sessions).fillna(False)
    rule = f"there were only {plan.planned_sessions} planned sessions"
    yield from row_faults("ideas.session", late, rule=rule)
    met = sessions[sessions["status"] == "held"]
    held = set(zip(met["dyad_id"], met["session"].astype(int), strict=True))
    known = ideas["dyad_id"].isin(tables["dyads"]["dyad_id"]) & ideas["session"].notna() & ~late
    pairs = zip(ideas["dyad_id"], ideas["session"].fillna(0).astype(int), strict=True)
    away = pd.Series([pair not in held for pair in pairs], index=ideas.index, dtype=bool)
    rule = "this session of the dyad was not held, by sessions.csv; leave it empty if not known"
    yield from row_faults("ideas.session", known & away, rule=rule)


def contact_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the contacts: who, when, and rows that count nothing or twice."""
    rows, people = tables["contacts"], tables["people"]["person_id"]
    named = rows["contact_id"].notna()
    for column, wrong in (
        ("person_id", ~rows["person_id"].isin(people)),
        ("contact_id", named & ~rows["contact_id"].isin(people)),
    ):
        rule = "is not in people.csv; people outside the programme are counted in `outside`"
        yield from row_faults(f"contacts.{column}", wrong, rule=rule)
    own = (rows["contact_id"] == rows["person_id"]).fillna(False)
    yield from row_faults("contacts.contact_id", own, rule="nobody is their own contact")
    waves = sorted(wave.wave for wave in plan.waves)
    rule = f"must be a wave of pilot.toml ({waves})"
    yield from row_faults("contacts.wave", ~rows["wave"].isin(waves), rule=rule)
    both = named & rows["outside"].notna()
    rule = "must be empty where contact_id names a person"
    yield from row_faults("contacts.outside", both, rule=rule)
    neither = ~named & rows["outside"].isna()
    rule = "must hold a number, 0 for nobody, where contact_id is empty"
    yield from row_faults("contacts.outside", neither, rule=rule)
    counted = ~named & ~neither
    again = counted & rows[counted].duplicated(["person_id", "wave"]).reindex(
        rows.index, fill_value=False
    )
    rule = "people outside were already counted for this person at this wave"
    yield from row_faults("contacts.outside", again, rule=rule)


def expectation_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the expectations: scales that differ, values beyond them."""
    rows = tables["expectations"]
    yield from _dyad_faults(tables, "expectations")
    empty = rows["high"] <= rows["low"]
    yield from row_faults("expectations.high", empty, rule="must be above `low`")
    first = rows.groupby("topic")[["low", "high"]].transform("first")
    for end in ("low", "high"):
        rule = "is not that of the topic's first row; both sides need one scale"
        yield from row_faults(f"expectations.{end}", rows[end] != first[end], rule=rule)
    beyond = (rows["value"] < rows["low"]) | (rows["value"] > rows["high"])
    rule = "must lie between `low` and `high` of the row"
    yield from row_faults("expectations.value", beyond.fillna(False) & ~empty, rule=rule)


def goal_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the goals: unknown dyads."""
    yield from _dyad_faults(tables, "goals")


def extras_truth_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the truth behind these tables: unknown dyads."""
    yield from _dyad_faults(tables, "extras_truth")


def start_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the starts: days against the sessions that were held."""
    rows, sessions = tables["starts"], tables["sessions"]
    yield from _dyad_faults(tables, "starts")
    met = rows["dyad_id"].isin(sessions.loc[sessions["status"] == "held", "dyad_id"])
    known = rows["dyad_id"].isin(tables["dyads"]["dyad_id"])
    never = known & ~met & rows["days"].notna()
    rule = "must be empty, as the dyad held no session by sessions.csv"
    yield from row_faults("starts.days", never, rule=rule)
    missing = met & rows["days"].isna()
    rule = "must not be empty, as the dyad held a session by sessions.csv"
    yield from row_faults("starts.days", missing, rule=rule)
    late = (rows["days"] > rows["followed"]).fillna(False)
    rule = "is after the day on which this was last looked at, in `followed`"
    yield from row_faults("starts.days", late, rule=rule)
    absent = ~tables["dyads"]["dyad_id"].isin(rows["dyad_id"])
    rule = "starts.csv must have a row for every dyad, with `days` empty if it never met"
    yield from row_faults("dyads.dyad_id", absent, rule=rule)
