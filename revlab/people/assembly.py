"""From records to a cohort: people on both sides, reporting lines, skills, pseudonyms."""

from collections.abc import Callable

import pandas as pd

from revlab.errors import Fault
from revlab.people.cohort import PERSON_COLUMNS, Cohort, empty_skills
from revlab.people.mapping import RosterMapping
from revlab.people.skill_names import resolve_skills
from revlab.people.skills import read_skills
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.shipped import shipped

__all__ = ["NEED_LEVEL", "OFFER_LEVEL", "assemble", "by_side", "check_people", "check_sides"]

OFFER_LEVEL = 3.0
NEED_LEVEL = 1.0
"""Levels of skills that a roster lists without a level."""


def by_side(records: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person and side, with ``side`` and ``both`` (stands on both sides).

    Parameters
    ----------
    records : pandas.DataFrame
        One row per record with ``sides``, a tuple.
    """
    people = records.explode("sides").dropna(subset=["sides"]).rename(columns={"sides": "side"})
    sides = people.groupby("person_id")["side"].transform("nunique")
    return people.assign(both=sides.eq(2)).reset_index(drop=True)


def check_people(people: pd.DataFrame, records: pd.DataFrame) -> tuple[list[Fault], list[str]]:
    """Check what concerns more than one row.

    Parameters
    ----------
    people : pandas.DataFrame
        From `by_side`.
    records : pandas.DataFrame
        All rows, those that are left out too.

    Returns
    -------
    faults : list of Fault
        Repeated people, people who differ between two files, circular reporting lines.
    notes : list of str
        What the reader should know.
    """
    faults = _repeats(people) + _contradictions(people)
    notes: list[str] = []
    both = people.loc[people["both"], "person_id"].nunique()
    if both:
        notes.append(f"{both} people stand on both sides.")
    if "both_sides" in people:
        wish = people[people["both_sides"].eq(True) & ~people["both"]]
        if len(wish):
            notes.append(
                f"{len(wish)} people say that they would stand on both sides but are listed on "
                "one only, so they stand on that one."
            )
    idle = people.loc[people["capacity"] == 0, "person_id"].nunique()
    if idle:
        notes.append(f"{idle} people have a capacity of 0 and will not be paired.")
    lines, more = _reporting(records)
    return faults + lines, notes + more


def check_sides(people: pd.DataFrame) -> list[Fault]:
    """Return a fault for each side on which nobody stands."""
    file = ", ".join(dict.fromkeys(people["file"]))
    remedy = "add them or correct [sides] in roster.toml"
    return [
        Fault(file, None, None, f"there are no {words}", remedy)
        for side, words in (("mentor", "mentors (juniors)"), ("mentee", "mentees (seniors)"))
        if side not in set(people["side"])
    ]


def _repeats(people: pd.DataFrame) -> list[Fault]:
    first = people.groupby(["side", "person_id"])[["file", "row"]].transform("first")
    again = people.duplicated(["side", "person_id"])
    faults = {}
    for i in people.index[again]:
        row = people.loc[i]
        where = f"row {first.at[i, 'row']}"
        if first.at[i, "file"] != row["file"]:
            where += f" of {first.at[i, 'file']}"
        rule = f"repeats the person of {where}; on one side each must be different"
        key = (row["file"], row["sheet"], row["row"])
        faults[key] = Fault(row["file"], int(row["row"]), None, rule, "remove one", row["sheet"])
    return list(faults.values())


def _contradictions(people: pd.DataFrame) -> list[Fault]:
    faults = []
    apart = people.drop_duplicates(["file", "sheet", "row"]).drop_duplicates(["side", "person_id"])
    for _, rows in apart[apart["both"]].groupby("person_id", sort=False):
        one, *others = rows.to_dict("records")
        for other in others:
            for name in ("grade", "unit"):
                if one[name] != other[name]:
                    rule = (
                        f"the {name} of this person differs from that in row {one['row']} of "
                        f"{one['file']}"
                    )
                    place = (other["file"], int(other["row"]), None)
                    faults.append(Fault(*place, rule, "correct one of them", other["sheet"]))
    return faults


def _reporting(records: pd.DataFrame) -> tuple[list[Fault], list[str]]:
    if "manager_id" not in records:
        return [], []
    lines = records.dropna(subset=["person_id", "manager_id"]).drop_duplicates("person_id")
    lines = lines[lines["person_id"] != lines["manager_id"]].set_index("person_id")
    manager = lines["manager_id"].to_dict()
    done: set[str] = set()
    faults = []
    for start in manager:
        path: list[str] = []
        person = start
        while person in manager and person not in done and person not in path:
            path.append(person)
            person = manager[person]
        if person in path:
            circle = lines.loc[path[path.index(person) :]]
            rows = ", ".join(str(row) for row in sorted(circle["row"])[:10])
            top = circle.sort_values("row").iloc[0]
            rule = f"the reporting line runs in a circle through the people of row {rows}"
            place = (top["file"], int(top["row"]), None)
            faults.append(Fault(*place, rule, "correct the manager", top["sheet"]))
        done.update(path)
    outside = int((~lines["manager_id"].isin(set(records["person_id"]))).sum())
    note = f"{outside} people have a manager who is not in the roster."
    people = records["person_id"].dropna().astype(str)
    if lines["manager_id"].str.contains("@").all() and not people.str.contains("@").any():
        note += " The managers are e-mail addresses and the ids are not; if there is a column of"
        note += " addresses, make it the person_id of the mapping, so that reporting lines count."
    return faults, [note] if outside else []


def assemble(
    people: pd.DataFrame,
    records: pd.DataFrame,
    mapping: RosterMapping,
    *,
    pseudonyms: Pseudonyms | None,
    notes: tuple[str, ...],
) -> Cohort:
    """Return the cohort of checked people; with pseudonyms, in the order of the pseudonyms.

    Parameters
    ----------
    people, records : pandas.DataFrame
        From `by_side`, and all rows.
    mapping : RosterMapping
        For the origin.
    pseudonyms : Pseudonyms or None
        What stands in the place of every id.
    notes : tuple of str
        For the reader of the cohort.
    """
    name = str if pseudonyms is None else pseudonyms.of
    declared = [column for column in people if column.startswith("declared_")]
    columns = [column for column in (*PERSON_COLUMNS, *declared) if column in people]
    sides = {}
    for side in ("mentor", "mentee"):
        frame = people[people["side"] == side].set_index("person_id")[columns]
        frame.index = frame.index.map(name)
        sides[side] = frame if pseudonyms is None else frame.sort_index()
    skills, more = _skills(people, name)
    lines = records.reindex(columns=["person_id", "manager_id"]).dropna().drop_duplicates()
    lines = lines[lines["person_id"] != lines["manager_id"]]
    return Cohort(
        mentors=sides["mentor"],
        mentees=sides["mentee"],
        skills=skills,
        reporting_lines=_in_order(lines.apply(lambda column: column.map(name))),
        conflicts=_in_order(_conflicts(people, name)),
        notes=(*notes, *more),
        origin=mapping.origin,
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def _conflicts(people: pd.DataFrame, name: Callable[[str], str]) -> pd.DataFrame:
    pairs = [
        (name(person), name(other), "declared in the roster")
        for person, others in zip(people["person_id"], people.get("conflicts", ()), strict=False)
        for other in others
    ]
    return pd.DataFrame(pairs, columns=["person_a", "person_b", "reason"]).drop_duplicates()


def _skills(people: pd.DataFrame, name: Callable[[str], str]) -> tuple[pd.DataFrame, list[str]]:
    rows = [
        (name(person), skill.name, side, skill.level)
        for column, side in (("offers", "offer"), ("needs", "need"))
        if column in people
        for person, skills in zip(people["person_id"], people[column], strict=True)
        for skill in skills
    ]
    if not rows:
        return empty_skills(), []
    frame = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    frame = frame.drop_duplicates()  # who stands on both sides is there twice
    notes = []
    silent = int(frame["level"].isna().sum())
    if silent:
        notes.append(
            f"{silent} of {len(frame)} skills have no level; an offer is read as {OFFER_LEVEL:g} "
            f"and a need as {NEED_LEVEL:g} of 5."
        )
    usual = frame["side"].map({"offer": OFFER_LEVEL, "need": NEED_LEVEL})
    frame["level"] = frame["level"].astype(float).fillna(usual)
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    frame["skill_id"] = resolve_skills(frame["skill_id"], taxonomy)
    strange = frame.loc[~frame["skill_id"].isin(taxonomy["skill_id"]), "skill_id"].nunique()
    if strange:
        notes.append(f"{strange} skills are not in the taxonomy and match by their own words only.")
    keys = ["person_id", "skill_id", "side"]
    frame = frame.sort_values([*keys, "level"]).drop_duplicates(keys, keep="last")
    return frame.assign(source="self").reset_index(drop=True), notes
