"""A mapping as the text of a `roster.toml`."""

from collections.abc import Mapping

from revlab.people.mapping import RosterMapping
from revlab.people.mapping_document import SIDE_LISTS
from revlab.people.sides import Sides, SidesByColumn, SidesByFile
from revlab.toml_text import toml_entries, toml_value

__all__ = ["mapping_text"]


def mapping_text(mapping: RosterMapping) -> str:
    r"""Return a mapping as TOML; the notes of a guess become comments.

    Parameters
    ----------
    mapping : RosterMapping
        What to write.

    Examples
    --------
    >>> from revlab.people.sides import SidesByGrade
    >>> names = ("person_id", "unit", "grade")
    >>> sides = SidesByGrade(mentor=("1",), mentee=("2",))
    >>> mapping = RosterMapping({name: (name.title(),) for name in names}, sides)
    >>> print("\n".join(mapping_text(mapping).splitlines()[2:6]))
    [columns]
    person_id = "Person_Id"
    unit = "Unit"
    grade = "Grade"
    """
    lines = [f"# {''.join(c if c.isprintable() else ' ' for c in note)}" for note in mapping.notes]
    lines += [f"origin = {toml_value(mapping.origin)}", "", "[columns]"]
    lines += _entries(mapping.columns)
    lines += ["", "[grades]"]
    steps = ", ".join(toml_value(step) for step in mapping.grades)
    lines += [f"order = [{steps}]" if mapping.grades else "numeric = true"]
    lines += ["", "[sides]", *_side_entries(mapping.sides)]
    lines += ["", "[lists]", f"separator = {toml_value(mapping.separator)}"]
    for name in ("declared", "defaults", "sheets", "dates"):
        if getattr(mapping, name):
            lines += ["", f"[{name}]", *_entries(getattr(mapping, name))]
    lines += _constant_lines(mapping.constants)
    return "\n".join(lines) + "\n"


def _constant_lines(constants: Mapping[str, str | Mapping[str, str]]) -> list[str]:
    """Return what is the same for everybody, then what is the same for everybody in a file."""
    plain = {name: value for name, value in constants.items() if isinstance(value, str)}
    lines = ["", "[constants]", *_entries(plain)] if plain else []
    for name, value in constants.items():
        if isinstance(value, Mapping):
            lines += ["", f"[constants.{name}]", *_entries(value)]
    return lines


def _side_entries(sides: Sides) -> list[str]:
    if isinstance(sides, SidesByFile):
        return _entries(sides.files)
    lists = {name: getattr(sides, name, ()) for name in SIDE_LISTS}
    named = {name: values for name, values in lists.items() if values}
    if isinstance(sides, SidesByColumn):
        return [f"column = {toml_value(sides.column)}", *_entries(named)]
    return _entries(named)


def _entries(table: Mapping[str, object]) -> list[str]:
    """Return the entries of a table; what has one heading stands without brackets."""
    plain = {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 else value
        for name, value in table.items()
    }
    return toml_entries(plain)
