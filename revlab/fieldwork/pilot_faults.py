"""Faults that only show when the tables of a pilot are read side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from revlab.errors import Fault
from revlab.fieldwork.extra_faults import (
    contact_faults,
    expectation_faults,
    extras_truth_faults,
    goal_faults,
    idea_faults,
    start_faults,
)
from revlab.fieldwork.pilot_lottery import lottery_faults
from revlab.fieldwork.protocol import PilotPlan
from revlab.fieldwork.response_faults import (
    item_faults,
    response_faults,
    row_faults,
    scale_faults,
    truth_faults,
)

__all__ = ["cross_faults"]

Tables = Mapping[str, pd.DataFrame]
Rule = Callable[[Tables, PilotPlan], Iterator[Fault]]


def _dyad_pools(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    dyads = tables["dyads"]
    arms = tables["arms"].set_index("pool_id")["arm"]
    unknown = ~dyads["pool_id"].isin(arms.index)
    yield from row_faults("dyads.pool_id", unknown, rule="the pool is not in arms.csv")
    dealt = dyads["pool_id"].map(arms)
    yield from row_faults(
        "dyads.arm",
        ~unknown & (dealt != dyads["arm"]),
        rule="is not the arm of the pool in arms.csv",
    )


def _dyad_people(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    dyads, people = tables["dyads"], tables["people"]
    for role in ("mentor", "mentee"):
        column = f"{role}_id"
        side = people[people["role"] == role].set_index("person_id")
        unknown = ~dyads[column].isin(side.index)
        yield from row_faults(f"dyads.{column}", unknown, rule=f"is not a {role} in people.csv")
        away = ~unknown & (dyads[column].map(side["pool_id"]) != dyads["pool_id"])
        yield from row_faults(f"dyads.{column}", away, rule="belongs to another pool in people.csv")
    alone = dyads["mentor_id"] == dyads["mentee_id"]
    yield from row_faults("dyads.mentee_id", alone, rule="nobody can be their own mentor")
    pair = dyads.duplicated(["mentor_id", "mentee_id"])
    yield from row_faults("dyads.mentee_id", pair, rule="these two people are already in a dyad")


def _people_status(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    people, dyads = tables["people"], tables["dyads"]
    for role in ("mentor", "mentee"):
        side = people["role"] == role
        paired = people["status"] == "paired"
        there = people["person_id"].isin(dyads[f"{role}_id"])
        yield from row_faults(
            "people.status", side & paired & ~there, rule=f"is in no dyad of dyads.csv as a {role}"
        )
        yield from row_faults(
            "people.status", side & ~paired & there, rule=f"is in a dyad of dyads.csv as a {role}"
        )


def _dyad_ends(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    dyads, last = tables["dyads"], plan.planned_sessions
    late = dyads["last_session"] > last
    yield from row_faults(
        "dyads.last_session", late, rule=f"there were only {last} planned sessions"
    )
    whole = dyads["last_session"] == last
    completed = dyads["ended"] == "completed"
    yield from row_faults(
        "dyads.ended", completed & ~whole & ~late, rule=f"a completed dyad ends at session {last}"
    )
    rule = "a dyad that reached the last session completed"
    yield from row_faults("dyads.ended", ~completed & whole, rule=rule)
    reason = completed & dyads["end_reason"].notna()
    yield from row_faults(
        "dyads.end_reason", reason, rule="a completed dyad has no reason for ending"
    )


def _session_rows(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    sessions = tables["sessions"]
    dyads = tables["dyads"].set_index("dyad_id")
    unknown = ~sessions["dyad_id"].isin(dyads.index)
    yield from row_faults("sessions.dyad_id", unknown, rule="is not in dyads.csv")
    late = sessions["session"] > plan.planned_sessions
    rule = f"there were only {plan.planned_sessions} planned sessions"
    yield from row_faults("sessions.session", late, rule=rule)
    after = sessions["session"] > sessions["dyad_id"].map(dyads["last_session"])
    reached = sessions["status"] != "not reached"
    good = ~unknown & ~late
    rule = "a session after the dyad's last_session is 'not reached'"
    yield from row_faults("sessions.status", good & after & reached, rule=rule)
    rule = "a session up to the dyad's last_session is 'held' or 'skipped'"
    yield from row_faults("sessions.status", good & ~after & ~reached, rule=rule)


def _session_counts(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    dyads, sessions = tables["dyads"], tables["sessions"]
    planned = sessions["session"].between(1, plan.planned_sessions)
    counts = sessions[planned].groupby("dyad_id").size()
    there = dyads["dyad_id"].map(counts).fillna(0)
    rule = f"sessions.csv must have a row for each of the {plan.planned_sessions} planned sessions"
    yield from row_faults("dyads.dyad_id", there != plan.planned_sessions, rule=rule)


def _people_pools(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    unknown = ~tables["people"]["pool_id"].isin(tables["arms"]["pool_id"])
    yield from row_faults("people.pool_id", unknown, rule="the pool is not in arms.csv")


def _plan_names(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    roles = tables["scales"].set_index("scale_id")["role"]
    outcomes = [
        (f"secondary {k}.scale_id", f"secondary {k}.role", said.scale_id, said.role)
        for k, said in enumerate(plan.secondary, start=1)
    ]
    if plan.analysis is not None:
        first = plan.analysis
        names = ("plan.primary_scale", "plan.primary_role")
        outcomes.append((*names, first.primary_scale, first.primary_role))
    for scale_place, role_place, scale_id, role in outcomes:
        if scale_id not in roles.index:
            rule = f"is not one of {', '.join(roles.index)}; got {scale_id!r}"
            yield Fault("pilot.toml", None, scale_place, rule, "correct it")
        elif roles[scale_id] not in (role, "both"):
            rule = f"{scale_id!r} is not asked of a {role}"
            yield Fault("pilot.toml", None, role_place, rule, "correct it")


def _plan_arms(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    arms = sorted(set(tables["arms"]["arm"]))
    compared = ("treatment", "control") if plan.analysis is not None else ()
    for name in compared:
        arm = getattr(plan.analysis, name)
        if arm not in arms:
            rule = f"no pool is in the arm {arm!r}; there are {', '.join(arms)}"
            yield Fault("pilot.toml", None, f"plan.{name}", rule, "correct it")


_RULES: Sequence[tuple[tuple[str, ...], Rule]] = (
    (("people", "arms"), _people_pools),
    (("dyads", "arms"), _dyad_pools),
    (("dyads", "people"), _dyad_people),
    (("people", "dyads"), _people_status),
    (("dyads",), _dyad_ends),
    (("sessions", "dyads"), _session_rows),
    (("dyads", "sessions"), _session_counts),
    (("scales", "items"), scale_faults),
    (("items", "scales"), item_faults),
    (("responses", "dyads", "items", "scales"), response_faults),
    (("truth", "dyads", "scales"), truth_faults),
    (("lottery", "people", "dyads", "arms"), lottery_faults),
    (("ideas", "dyads", "sessions"), idea_faults),
    (("contacts", "people"), contact_faults),
    (("expectations", "dyads"), expectation_faults),
    (("goals", "dyads"), goal_faults),
    (("starts", "dyads", "sessions"), start_faults),
    (("extras_truth", "dyads"), extras_truth_faults),
    (("scales",), _plan_names),
    (("arms",), _plan_arms),
)


def cross_faults(tables: Tables, plan: PilotPlan, *, broken: set[str]) -> list[Fault]:
    """List what does not fit between the tables of a pilot.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        As `revlab.fieldwork.pilot_files.read_tables` returns them.
    plan : PilotPlan
        What was laid down.
    broken : set of str
        Files that have faults of their own; rules that need one of them are left out, as they
        would only repeat those faults.

    Returns
    -------
    list of Fault

    Examples
    --------
    >>> from revlab.fieldwork.pilot import pilot_tables, read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> tables = pilot_tables(pilot)
    >>> tables["sessions"] = tables["sessions"].iloc[1:]
    >>> print(cross_faults(tables, pilot.plan, broken=set())[0])
    dyads.csv, row 2, column 'dyad_id': sessions.csv must have a row for each of the 6 planned \
sessions (correct the cell).
    """
    usable = {name for name in tables if f"{name}.csv" not in broken}
    return [
        fault
        for needed, rule in _RULES
        if usable.issuperset(needed)
        for fault in rule(tables, plan)
    ]
