"""Mappings: the TOML form, its faults in one sentence each, and a round trip that loses nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import CohortError, OptionError, RevlabError, TableError
from revlab.people.mapping import FIELDS, RosterMapping, describe
from revlab.people.mapping_file import read_mapping, write_mapping
from revlab.people.sides import SidesByColumn, SidesByFile, SidesByGrade
from revlab.shipped import shipped

GOOD = """
origin = "an example"
[columns]
person_id = ["Mail", "E-mail"]
unit = "Team"
grade = "Band"
[grades]
order = ["Junior", ["Expert", "Lead"], "Boss"]
[sides]
mentor = ["Junior"]
mentee = ["Boss", "Lead"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "roster.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_toml_form_is_read(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, GOOD))
    assert mapping.columns["person_id"] == ("Mail", "E-mail")
    assert mapping.grades == (("Junior",), ("Expert", "Lead"), ("Boss",))
    assert mapping.sides == SidesByGrade(("Junior",), ("Boss", "Lead"))
    assert (mapping.separator, mapping.origin) == (";", "an example")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'unit = "Team"',
            'untit = "Team"',
            r"\[columns\] has no key 'untit' \(did you mean 'unit'",
        ),
        ('unit = "Team"', "", r"must name the heading of 'unit' \(or, if it is the same for"),
        ('unit = "Team"', "unit = true", r"\[columns\] unit must be a text or a list of texts"),
        ("[grades]", "[grade]", r"the file has no key 'grade' \(did you mean 'grades'\?\)"),
        ("order = [", "ordre = [", r"\[grades\] has no key 'ordre' \(did you mean 'order'\?\)"),
        ('"Boss"]\n[sides]', '"Junior"]\n[sides]', r"\[grades\] order names 'junior' twice"),
        (
            'mentee = ["Boss", "Lead"]',
            'mentee = ["Owl"]',
            r"names the grade 'Owl', which \[grades\]",
        ),
        ('mentee = ["Boss", "Lead"]', "", r"\[sides\] must list grades of mentors and grades of"),
        ('mentor = ["Junior"]\nmentee = ["Boss", "Lead"]', "", r"does not say who is a mentor"),
        ('mentor = ["Junior"]\nmentee = ["Boss", "Lead"]', '"a.csv" = "boss"', r"'a.csv' must be"),
        (
            "[sides]",
            "[sides]\nclumn = 'x'",
            r"\[sides\] has no key 'clumn' \(did you mean 'column'",
        ),
        (
            "[sides]",
            "[defaults]\ncapacity = -1\n[sides]",
            r"capacity must be a whole number of zero",
        ),
        ("[sides]", "[lists]\nseparator = ''\n[sides]", r"separator must not be empty"),
        ("[sides]", "[sides", r"is not valid TOML: .*line 9"),
        ("[columns]", "columns = 3\n[x]", r"'columns' must be a table"),
    ],
)
def test_a_fault_of_the_file_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(TableError, match=sentence) as caught:
        read_mapping(written(tmp_path, GOOD.replace(old, new)))
    assert all(line.startswith("roster.toml: ") for line in str(caught.value).splitlines())


def test_all_faults_of_the_file_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("unit =", "unti =").replace("order =", "odrer =").replace("origin", "orign")
    with pytest.raises(TableError, match="orign") as caught:
        read_mapping(written(tmp_path, text))
    assert len(caught.value.faults) == 4


def test_what_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "roster.toml"
    path.write_bytes(b"origin = '\xff'")
    with pytest.raises(TableError, match=r"roster\.toml: is not UTF-8 text"):
        read_mapping(path)


def test_a_mapping_made_by_hand_is_checked() -> None:
    sides = SidesByFile({"a.csv": "mentor", "b.csv": "mentee"})
    with pytest.raises(OptionError, match="Did you mean 'grade'"):
        RosterMapping(columns={"person_id": ("a",), "unit": ("b",), "grad": ("c",)}, sides=sides)
    with pytest.raises(CohortError, match="must name the heading of 'grade'"):
        RosterMapping(columns={"person_id": ("a",), "unit": ("b",)}, sides=sides)
    with pytest.raises(CohortError, match="lists a value twice"):
        SidesByColumn("role", mentor=("a",), mentee=("A",))


def test_a_file_that_is_there_is_not_replaced_by_accident(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    mapping = read_mapping(path)
    with pytest.raises(RevlabError, match="is already there"):
        write_mapping(mapping, path)
    assert read_mapping(write_mapping(mapping, path, if_exists="replace")) == mapping


@pytest.mark.parametrize("folder", ["ukcs_small", "ukcs_large", "ibm"])
def test_the_shipped_mappings_survive_a_round_trip(folder: str, tmp_path: Path) -> None:
    mapping = read_mapping(shipped(f"data/rosters/{folder}/roster.toml"))
    assert read_mapping(write_mapping(mapping, tmp_path / "again.toml")) == mapping


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
labels = st.lists(
    st.text(st.sampled_from("abcXYZ 17'\"\\#=[]é\x7f\t"), min_size=1, max_size=8).filter(str.strip),
    min_size=3,
    max_size=7,
    unique_by=lambda label: " ".join(label.split()).casefold(),
)
sides = st.one_of(
    st.dictionaries(words, st.sampled_from(["mentor", "mentee", "both"]), min_size=1)
    .filter(lambda files: not {"column", "mentor", "mentee", "both", "neither"} & set(files))
    .map(SidesByFile),
    labels.map(lambda v: SidesByColumn(v[0], mentor=tuple(v[:1]), mentee=tuple(v[1:]))),
)
mappings = st.builds(
    lambda extra, sides, grades, declared, separator, origin, notes: RosterMapping(
        columns={"person_id": ("id",), "grade": ("g",), "unit": ("u",), **extra},
        sides=sides,
        grades=tuple((label,) for label in grades),
        declared=declared,
        separator=separator,
        defaults={"capacity": 2, "site": origin},
        sheets={"a.xlsx": ("x", "y")},
        dates={"as_of": "2024-12-31", "order": "month first"},
        origin=origin,
        notes=tuple(notes),
    ),
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)), st.lists(words, min_size=1, max_size=3).map(tuple)
    ),
    sides,
    st.one_of(st.just([]), labels),
    st.dictionaries(words, words.map(lambda word: (word,)), max_size=2),
    words,
    words,
    st.lists(words, max_size=2),
)


@settings(deadline=None)
@given(mapping=mappings)
def test_any_mapping_survives_a_round_trip(
    mapping: RosterMapping, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("mapping") / "roster.toml"
    assert read_mapping(write_mapping(mapping, path)) == mapping


def test_the_description_names_every_column_and_every_note() -> None:
    mapping = RosterMapping(
        columns={"person_id": ("Mail",), "unit": ("Team", "Unit"), "grade": ("Band",)},
        sides=SidesByColumn("Role", mentor=("J",), mentee=("S",), both=("B",), neither=("no",)),
        declared={"gender": ("Sex",)},
        sheets={"a.xlsx": ("People",)},
        notes=("look twice.",),
    )
    text = describe(mapping)
    for part in ("'Team' or 'Unit'", "declared gender", "J = a mentor (junior)", "B = on both"):
        assert part in text
    assert text.endswith("note: look twice.")
