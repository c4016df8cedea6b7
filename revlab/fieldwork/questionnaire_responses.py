"""A questionnaire as the ``responses.csv`` of a pilot: who is in which dyad, and every fault."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.fieldwork.pilot_tables import RESPONSES
from revlab.people.questionnaire import Questionnaire
from revlab.privacy.pseudonyms import check_same_key
from revlab.tables import check

__all__ = ["questionnaire_responses"]

_FILE = "the questionnaire"


def questionnaire_responses(
    questionnaire: Questionnaire,
    *,
    dyads: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the answers as the table ``responses`` of a pilot, numbers as they were given.

    Reversed questions are not turned: a pilot turns them when it scores.

    Parameters
    ----------
    questionnaire : Questionnaire
        Read under the pseudonyms of the pilot.
    dyads : pandas.DataFrame, optional
        The dyads of the pilot: they tell role and dyad of who is in one dyad only.
    items : pandas.DataFrame, optional
        The items of the pilot, with which ends and reversal must agree.

    Returns
    -------
    pandas.DataFrame
        respondent_id, role, dyad_id, wave, item_id, value.

    Raises
    ------
    TableError
        With every fault; people are counted, not named.
    RevlabError
        If nobody is in the dyads: the key is another one.

    Examples
    --------
    >>> from revlab.people.questionnaire_mapping import Question, QuestionnaireMapping
    >>> mapping = QuestionnaireMapping({"person_id": "Id"}, (Question("dc1", "Q"),))
    >>> answers = pd.DataFrame({"person_id": ["p"], "role": [None], "dyad_id": [None],
    ...                         "wave": [1], "item_id": ["dc1"], "value": [4]})
    >>> dyads = pd.DataFrame({"dyad_id": ["D1"], "mentor_id": ["p"], "mentee_id": ["q"]})
    >>> questionnaire_responses(Questionnaire(answers, mapping), dyads=dyads).values.tolist()
    [['p', 'mentor', 'D1', 1, 'dc1', 4]]
    """
    frame = questionnaire.responses.rename(columns={"person_id": "respondent_id"})
    frame = frame.astype({"role": object, "dyad_id": object})
    out = _Faults()
    if items is not None:
        _check_items(questionnaire, items, out)
    if dyads is not None:
        seats = _seats(dyads)
        check_same_key(frame["respondent_id"].unique(), seats["respondent_id"], "the pilot")
        frame = _seated(frame, seats, out)
    for name, remedy in (
        ("role", "give --pilot, a role column, or role under [fixed]"),
        ("dyad_id", "give --pilot or a column of dyads"),
        ("wave", "give a column of survey rounds, or wave under [fixed]"),
    ):
        who = frame.loc[frame[name].isna(), "respondent_id"].nunique()
        if who:
            out.fault(name, f"is not known for {who} people", remedy)
    if out.faults:
        raise TableError(out.faults)
    clean, faults = check(frame, RESPONSES, "responses.csv")
    if faults:
        raise TableError(faults)
    return clean


@dataclass
class _Faults:
    faults: list[Fault] = field(default_factory=list)

    def fault(self, column: str | None, rule: str, remedy: str = "") -> None:
        self.faults.append(Fault(_FILE, None, column, rule, remedy))


def _check_items(questionnaire: Questionnaire, items: pd.DataFrame, out: _Faults) -> None:
    known = {str(row.item_id): row for row in items.itertuples(index=False)}
    for one in questionnaire.mapping.questions:
        item = known.get(one.item_id)
        if item is None:
            rule = f"the pilot has no item {one.item_id!r}"
            out.fault(
                one.heading, rule, "correct item_id in the mapping, or leave the question out"
            )
            continue
        ends, theirs = (one.low, one.high), (int(str(item.low)), int(str(item.high)))
        if ends != theirs:
            rule = f"item {one.item_id!r} goes from {theirs[0]} to {theirs[1]} in the pilot"
            out.fault(
                one.heading, f"{rule}, from {ends[0]} to {ends[1]} in the mapping", "correct one"
            )
        if one.reverse != bool(item.reverse):
            said = "is" if bool(item.reverse) else "is not"
            rule = f"item {one.item_id!r} {said} reversed in the pilot, unlike in the mapping"
            out.fault(
                one.heading, rule, "correct `reverse`; answers are written as they were given"
            )


def _seats(dyads: pd.DataFrame) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {"respondent_id": dyads[f"{role}_id"], "role": role, "dyad_id": dyads["dyad_id"]}
        )
        for role in ("mentor", "mentee")
    ]
    return pd.concat(parts, ignore_index=True).astype(object)


def _seated(frame: pd.DataFrame, seats: pd.DataFrame, out: _Faults) -> pd.DataFrame:
    """Fill in role and dyad of who has one seat that agrees with what the answers say."""
    who = frame[["respondent_id", "role", "dyad_id"]].drop_duplicates()
    filled: dict[tuple[object, ...], tuple[object, object]] = {}
    none = several = 0
    of: Callable[[object], pd.DataFrame] = dict(tuple(seats.groupby("respondent_id"))).get
    for key in who.itertuples(index=False):
        mine = of(key.respondent_id)
        if mine is not None:
            for name in ("role", "dyad_id"):
                said = getattr(key, name)
                mine = mine if pd.isna(said) else mine[mine[name] == said]
        n_seats = 0 if mine is None else len(mine)
        none, several = none + (n_seats == 0), several + (n_seats > 1)
        seat = (
            mine.iloc[0] if mine is not None and n_seats == 1 else {"role": None, "dyad_id": None}
        )
        filled[tuple(map(str, key))] = (seat["role"], seat["dyad_id"])
    if none:
        rule = f"{none} people are in no such dyad of the pilot"
        out.fault("person_id", rule, "leave them out, or read with the key of the pilot")
    if several:
        rule = f"{several} people are in several dyads of the pilot"
        out.fault("person_id", rule, "add a column of roles or of dyads to the file")
    keys = zip(
        *(frame[name].map(str) for name in ("respondent_id", "role", "dyad_id")), strict=True
    )
    found = [filled[key] for key in keys]
    if none or several:
        found = [(r or "mentor", d or "-") for r, d in found]  # said above; not a second time
    return frame.assign(role=[r for r, _ in found], dyad_id=[d for _, d in found])
