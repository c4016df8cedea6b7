"""`Extras`: the tables that a pilot may hold besides those that every pilot has."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from revlab.fieldwork.pilot_tables import table_of, typed

__all__ = ["Extras", "extras_of"]


@dataclass(frozen=True, eq=False)
class Extras:
    """What a pilot recorded besides sessions and questionnaires; None where it did not.

    The columns are those of `revlab.fieldwork.extra_tables`.

    Parameters
    ----------
    ideas : pandas.DataFrame or None
        ``idea_id, dyad_id, session, raised_by, stage``.
    contacts : pandas.DataFrame or None
        ``person_id, wave, contact_id, outside``: whom people turn to.
    expectations : pandas.DataFrame or None
        ``dyad_id, role, topic, low, high, value``.
    goals : pandas.DataFrame or None
        ``dyad_id, goal_id, role, weight, stated_by_mentor, stated_by_mentee, attainment``.
    starts : pandas.DataFrame or None
        ``dyad_id, days, followed``.
    extras_truth : pandas.DataFrame or None
        ``dyad_id, role, quantity, value``; simulated only.

    Examples
    --------
    >>> extras = Extras(starts=pd.DataFrame({"dyad_id": ["a"], "days": [9], "followed": [90]}))
    >>> extras
    Extras: starts
    >>> Extras()
    Extras: none
    """

    ideas: pd.DataFrame | None = None
    contacts: pd.DataFrame | None = None
    expectations: pd.DataFrame | None = None
    goals: pd.DataFrame | None = None
    starts: pd.DataFrame | None = None
    extras_truth: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        for name, frame in self.tables.items():
            object.__setattr__(self, name, typed(frame, table_of(name, frame)))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that there are, by name, in the order of the folder."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: frame for name, frame in every.items() if frame is not None}

    def __repr__(self) -> str:
        return f"Extras: {', '.join(self.tables) or 'none'}"


def extras_of(tables: Mapping[str, pd.DataFrame]) -> Extras:
    """Return the extras among the tables of a folder.

    Examples
    --------
    >>> extras_of({"people": pd.DataFrame()})
    Extras: none
    """
    names = {field.name for field in fields(Extras)}
    return Extras(**{name: frame for name, frame in tables.items() if name in names})
