"""The tables that a pilot folder may hold besides: ideas, contacts, expectations, goals, starts."""

from collections.abc import Mapping
from types import MappingProxyType

from revlab.tables import Column, Table

__all__ = [
    "CONTACTS",
    "EXPECTATIONS",
    "EXTRAS_TRUTH",
    "EXTRA_TABLES",
    "GOALS",
    "IDEAS",
    "STAGES",
    "STARTS",
]

STAGES = ("raised", "tried", "adopted")
"""How far an idea came; each stage takes in the ones before it."""

_DYAD = Column("dyad_id", "text", "dyad: one mentor-mentee pair")
_SIDES = ("mentor", "mentee")

IDEAS = Table(
    "ideas",
    (
        Column("idea_id", "text", "the idea; a number, never its words"),
        Column("dyad_id", "text", "dyad in which it came up"),
        Column(
            "session",
            "integer",
            "number of the session in which it came up; empty = between sessions or not known",
            required=False,
            low=1,
        ),
        Column(
            "raised_by",
            "text",
            "whose idea it was; empty = not known",
            required=False,
            allowed=("mentor", "mentee", "both"),
        ),
        Column("stage", "text", "how far it came; adopted ideas were tried", allowed=STAGES),
    ),
    key=("idea_id",),
)
"""One row per idea; dyads without a row had none."""

CONTACTS = Table(
    "contacts",
    (
        Column("person_id", "text", "who was asked whom they turn to at work"),
        Column("wave", "integer", "survey round", low=1),
        Column(
            "contact_id",
            "text",
            "a person of people.csv whom they turn to; empty = this row counts the others",
            required=False,
        ),
        Column(
            "outside",
            "integer",
            "people outside the programme whom they turn to, only where contact_id is empty; "
            "0 = nobody, so that the row says that they answered",
            required=False,
            low=0,
        ),
    ),
    key=("person_id", "wave", "contact_id"),
)
"""One row per named person; who answered at a wave has at least one row there."""

EXPECTATIONS = Table(
    "expectations",
    (
        _DYAD,
        Column("role", "text", "mentor is the junior, mentee is the senior", allowed=_SIDES),
        Column("topic", "text", "what both sides were asked to expect, such as time"),
        Column("low", "number", "smallest answer that the form allows"),
        Column("high", "number", "largest answer that the form allows"),
        Column("value", "number", "what was expected; empty = asked, not answered", required=False),
    ),
    key=("dyad_id", "role", "topic"),
)
"""What the two sides expected of the programme, asked of both in the same words."""

GOALS = Table(
    "goals",
    (
        _DYAD,
        Column("goal_id", "text", "the goal; a number, never its words"),
        Column("role", "text", "whose goal it is", allowed=("mentor", "mentee", "both")),
        Column(
            "weight", "number", "how much it counts; empty = 1", required=False, low=0.001, high=1e6
        ),
        Column(
            "stated_by_mentor",
            "boolean",
            "whether the mentor could say it when asked; empty = not asked",
            required=False,
        ),
        Column(
            "stated_by_mentee",
            "boolean",
            "whether the mentee could say it when asked; empty = not asked",
            required=False,
        ),
        Column(
            "attainment",
            "integer",
            "-2 much less than expected, 0 as expected, 2 much more; empty = not judged",
            required=False,
            low=-2,
            high=2,
        ),
    ),
    key=("dyad_id", "goal_id"),
)
"""Goals that were set at the start, for goal attainment scaling (Kiresuk & Sherman 1968)."""

STARTS = Table(
    "starts",
    (
        _DYAD,
        Column(
            "days",
            "integer",
            "days from pairing to the first session held; empty = none was held",
            required=False,
            low=0,
        ),
        Column("followed", "integer", "days from pairing to when this was last looked at", low=0),
    ),
    key=("dyad_id",),
)
"""How soon dyads met; sessions.csv knows only the weeks in which sessions were due."""

EXTRA_TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (IDEAS, CONTACTS, EXPECTATIONS, GOALS, STARTS)}
)
"""Table name to specification; a folder may lack any of them."""

EXTRAS_TRUTH = Table(
    "extras_truth",
    (
        _DYAD,
        Column("role", "text", "whose", allowed=("mentor", "mentee", "both")),
        Column("quantity", "text", "what is known, see revlab.fieldwork.simulate_extras.TRUTHS"),
        Column("value", "number", "its true value"),
    ),
    key=("dyad_id", "role", "quantity"),
)
"""What a simulation knows behind these tables; only a simulated pilot with one of them has it."""
