"""A mapping that says a part only: the rest is guessed, shown and never guessed over a slip."""

from pathlib import Path

import pytest

from revlab.errors import TableError
from revlab.people.mapping_file import read_mapping, write_mapping
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByColumn

_HEAD = "Personalnr.;E-Mail;Rolle;Stufe;Abteilung;Ort;Bietet;Sucht;Eintritt"
_GRADES = ("Azubi", "Fachkraft", "Leiterin", "Direktorin")
_ORDER = "[grades]\norder = [" + ", ".join(f'"{one}"' for one in _GRADES) + "]\n"


def _staff(folder: Path, manager: str = "", head: str = _HEAD) -> Path:
    lines = [head + (";Vorgesetzte/r" if manager else "")]
    for at in range(8):
        side, grade = ("Junior", _GRADES[at % 2]) if at < 4 else ("Senior", _GRADES[2 + at % 2])
        line = f"47{at};p{at}@firma.example;{side};{grade};Küche;Köln;Excel, Python;Excel;"
        lines.append(f"{line}2019-0{at + 1}-15" + (f";{manager}" if manager else ""))
    path = folder / "Büro.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def _told(folder: Path, text: str) -> Path:
    path = folder / "short.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_following_the_advice_about_grades_is_enough(tmp_path: Path) -> None:
    staff = _staff(tmp_path)
    with pytest.raises(TableError, match=r"the order of these grades is not known"):
        read_roster(staff)
    told = _told(tmp_path, _ORDER)
    report = check_roster(staff, mapping=read_mapping(told, roster=staff))
    assert repr(report.cohort) == "Cohort of 4 mentors (junior) and 4 mentees (senior)"
    assert report.notes[0].startswith("short.toml leaves [columns] and [sides] to a guess")
    mapping = report.mapping
    assert mapping is not None
    assert mapping.grades == tuple((one,) for one in _GRADES)
    assert mapping.separator == ","
    assert mapping.dates == {"as_of": "2019-08-15"}
    assert mapping.columns["unit"] == ("Abteilung",)
    assert mapping.sides == SidesByColumn("Rolle", mentor=("Junior",), mentee=("Senior",))


def test_a_short_mapping_beside_the_roster_is_completed_and_kept_whole(tmp_path: Path) -> None:
    staff = _staff(tmp_path)
    (tmp_path / "roster.toml").write_text(_ORDER, encoding="utf-8")
    report = check_roster(staff)
    assert report.mapping is not None
    whole = write_mapping(report.mapping, tmp_path / "whole.toml")
    assert read_mapping(whole) == report.mapping


def test_what_was_told_is_never_guessed(tmp_path: Path) -> None:
    staff = _staff(tmp_path)
    text = '[columns]\nunit = "Ort"\n' + _ORDER + '[constants]\nsite = "Wien"\n'
    mapping = read_mapping(_told(tmp_path, text), roster=staff)
    assert mapping.columns["unit"] == ("Ort",)
    assert "site" not in mapping.columns
    assert mapping.constants == {"site": "Wien"}
    cohort = read_roster(staff, mapping=mapping)
    assert set(cohort.mentors["unit"]) == {"Köln"}


def test_columns_that_suffice_stay_as_told(tmp_path: Path) -> None:
    columns = '[columns]\nperson_id = "Personalnr."\nunit = "Ort"\ngrade = "Stufe"\n'
    mapping = read_mapping(_told(tmp_path, columns + _ORDER), roster=_staff(tmp_path))
    assert set(mapping.columns) == {"person_id", "unit", "grade"}
    assert mapping.dates == {}


def test_told_sides_need_no_guess(tmp_path: Path) -> None:
    sides = '[sides]\nmentor = ["Azubi", "Fachkraft"]\nmentee = ["Leiterin", "Direktorin"]\n'
    mapping = read_mapping(_told(tmp_path, _ORDER + sides), roster=_staff(tmp_path))
    assert mapping.sides.words.startswith("grade Azubi, Fachkraft = a mentor (junior)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[colums]\nunit = "Ort"\n', r"no key 'colums' \(did you mean 'columns'\?\)"),
        ('[columns]\nunti = "Ort"\n', r"no key 'unti' \(did you mean 'unit'\?\)"),
        ('[columns]\nunit = "Orte"\n', r"column 'Orte': this column is missing \(did you mean"),
        ("[columns]\nunit = 3.5\n" + _ORDER, r"\[columns\] unit must be a text"),
        ('columns = "x"\n', r"'columns' must be a table"),
        ("[grades]\norder = 3\n", r"order must be a list of grades"),
    ],
)
def test_a_slip_in_a_short_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_mapping(_told(tmp_path, text), roster=_staff(tmp_path))


def test_managers_by_mail_and_ids_by_number_are_said(tmp_path: Path) -> None:
    staff = _staff(tmp_path, manager="p7@firma.example")
    columns = 'person_id = "{}"\nunit = "Ort"\ngrade = "Stufe"\nmanager_id = "Vorgesetzte/r"\n'
    said = {}
    for heading in ("Personalnr.", "E-Mail"):
        told = _told(tmp_path, "[columns]\n" + columns.format(heading) + _ORDER)
        notes = check_roster(staff, mapping=read_mapping(told, roster=staff)).notes
        said[heading] = [note for note in notes if "manager" in note]
    assert said["E-Mail"] == []
    assert "make it the person_id of the mapping" in said["Personalnr."][0]


def test_a_constant_that_was_told_is_not_guessed_from_a_column(tmp_path: Path) -> None:
    told = _told(tmp_path, _ORDER + '[constants]\nsite = "Wien"\n')
    mapping = read_mapping(told, roster=_staff(tmp_path))
    assert "site" not in mapping.columns
    assert mapping.constants == {"site": "Wien"}
