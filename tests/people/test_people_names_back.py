"""The way back from pseudonyms, and messages from which no name can be read."""

from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import Fault, OptionError, RevlabError, TableError
from revlab.people.mapping import RosterMapping
from revlab.people.names_back import WhoIsWho, names_back, who_is_who
from revlab.people.roster import check_roster
from revlab.people.sides import SidesByColumn
from revlab.people.unnamed import without_cells
from revlab.privacy.pseudonyms import Pseudonyms

NAMES = Pseudonyms(bytes(range(32)), closed="keep")
STAFF = (
    "E-mail,First name,Surname,unit,grade,role,manager\n"
    "Zora@x.org,Zora,Canary,IT,1,junior,bo@x.org\nbo@x.org,Bo,Vireo,IT,4,senior,\n"
    "cy@x.org,Cy,Siskin,IT,2,none,\n"
)


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    path = tmp_path / "staff.csv"
    path.write_text(STAFF.replace("E-mail", "Email"), encoding="utf-8")
    return path


def test_everybody_is_found_again_with_name_and_id(staff: Path, tmp_path: Path) -> None:
    people = who_is_who(staff, NAMES)
    assert repr(people) == "who is who of 3 people, 3 with a name (not shown)"
    assert "anary" not in repr(people)
    zora, bo, cy = (NAMES.of(f"{one}@x.org") for one in ("zora", "bo", "cy"))
    table = tmp_path / "pairs.csv"
    table.write_text(
        f'mentor_id,mentee_id,reason,score\n{zora},{bo},"{zora} likes {cy}; {bo}x",0.5\n'
        f"{cy},p_aaaaaaaaaa,,1\n",
        encoding="utf-8",
    )
    named = names_back(table, people)
    assert list(named.frame) == [
        "mentor_id", "mentor_name", "mentee_id", "mentee_name", "reason", "score",
    ]  # fmt: skip
    assert named.frame.iloc[0].tolist() == [
        "zora@x.org", "Zora Canary", "bo@x.org", "Bo Vireo",
        f"zora@x.org likes cy@x.org; {bo}x", "0.5",
    ]  # fmt: skip
    assert named.frame.iloc[1, :4].tolist() == ["cy@x.org", "Cy Siskin", "p_aaaaaaaaaa", ""]
    assert repr(named) == "2 rows with 3 people; 1 pseudonyms are of nobody in the roster"


def test_the_way_back_undoes_the_way_in_for_everybody(staff: Path) -> None:
    open_, closed = (check_roster(staff, pseudonyms=one).checked() for one in (None, NAMES))
    people = who_is_who(staff, NAMES)
    for side in ("mentors", "mentees"):
        back = [people.ids[one] for one in getattr(closed, side).index]
        assert sorted(back) == sorted(getattr(open_, side).index)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "t.csv holds no pseudonym, so there is nothing to name"),
        ("a,b\np_aaaaaaaaaa,2\n", "none of the 1 pseudonyms of t.csv is of somebody in the roster"),
    ],
)
def test_a_table_of_nobody_is_said(staff: Path, tmp_path: Path, text: str, sentence: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(RevlabError, match=sentence):
        names_back(table, who_is_who(staff, NAMES))


def test_a_missing_roster_or_table_is_said(staff: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none.csv: there is no such file"):
        names_back(tmp_path / "none.csv", WhoIsWho({"p_aaaaaaaaaa": "a"}))
    with pytest.raises(TableError, match=r"none.csv: there is no such file"):
        who_is_who(tmp_path / "none.csv", NAMES)
    sides = SidesByColumn("role", ("junior",), ("senior",))
    wrong = RosterMapping({"person_id": ("Id",), "unit": ("unit",), "grade": ("grade",)}, sides)
    with pytest.raises(RevlabError, match="the roster has no column of ids; name it in the mapp"):
        who_is_who(staff, NAMES, mapping=wrong)


def test_a_pseudonym_is_renamed_or_kept_as_was_asked() -> None:
    once = NAMES.of("ana")
    assert NAMES.of(once) == once
    assert Pseudonyms(bytes(range(32))).of(once) not in (once, "ana")
    with pytest.raises(OptionError, match=r"`closed` must be one of 'keep', 'rename'"):
        Pseudonyms(bytes(range(32)), closed="kept")


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        ("must be a number; got 'Zora Canary'", "must be a number; got '…'"),
        ('must be a number; got "Zora O\'Canary"', "must be a number; got '…'"),
        ("the mentor's grade is above the mentee's", "the mentor's grade is above the mentee's"),
        ("lists 'Zora', which is no skill", "lists '…', which is no skill"),
        ("the grade 'Boss' is not on the ladder", "the grade 'Boss' is not on the ladder"),
        (
            "must be one of 'junior', 'senior'; got 'x'",
            "must be one of 'junior', 'senior'; got '…'",
        ),
        ("'01/02/2024' can be 1 or 2", "'…' can be 1 or 2"),
    ],
)
def test_a_fault_keeps_what_the_mapping_says_and_no_cell(rule: str, hidden: str) -> None:
    mapping = RosterMapping(
        {"person_id": ("id",), "unit": ("unit",), "grade": ("level",)},
        SidesByColumn("role", ("junior",), ("senior",)),
        (("Clerk",), ("Boss",)),
    )
    (fault,) = without_cells([Fault("a.csv", 2, "level", rule, "did you mean 'Clerk'?")], mapping)
    assert (fault.rule, fault.remedy) == (hidden, "did you mean 'Clerk'?")


HOSTILE = pd.DataFrame(
    {
        "id": ["Zora Canary", "zora.canary@x.org", "b", "c", "c", "d", "e", "1E+05"],
        "unit": ["IT", "IT", "#N/A", "IT", "HR", "IT", "IT", "IT"],
        "level": ["Zora Canary", "1", "1", "4", "4", "4", "4", "1"],
        "role": ["junior", "Zora Canary", "junior", "senior", "senior", "senior", "both", "junior"],
        "capacity": ["1", "1", "Zora", "1", "2", "Canary", "1", "1"],
        "offers": ["", "", "", "Ask Zora Canary: 9", "", "", "", ""],
        "manager": ["", "", "", "e", "d", "Zora Canary", "c", ""],
    }
)


def test_no_fault_and_no_note_of_a_hostile_roster_holds_a_name(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    HOSTILE.assign(**{"free: Zora Canary": "yes", "Zora Canary": "x"}).to_csv(path, index=False)
    columns = {name: (name,) for name in ("unit", "capacity", "offers")}
    mapping = RosterMapping(
        {**columns, "person_id": ("id",), "grade": ("level",), "manager_id": ("manager",)},
        SidesByColumn("role", ("junior",), ("senior",)),
    )
    plain = check_roster(path, mapping=mapping)
    assert "anary" in " ".join(map(str, (*plain.faults, *plain.notes)))
    closed = check_roster(path, mapping=mapping, pseudonyms=NAMES)
    said = " ".join(map(str, (*closed.faults, *closed.notes)))
    assert "anary" not in said
    assert "Zora" not in said
    assert [one.row for one in closed.faults] == [one.row for one in plain.faults]
    guessed = check_roster(path, pseudonyms=NAMES)
    assert "anary" not in " ".join(map(str, (*guessed.faults, *guessed.notes)))
