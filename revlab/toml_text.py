"""Values and entries as TOML, which Python can read and not write."""

import json
import re
from collections.abc import Mapping

__all__ = ["toml_entries", "toml_key", "toml_value"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """Return text, a number, true or false, or a list of them as a TOML value.

    Examples
    --------
    >>> toml_value(("a", 1, 0.5))
    '["a", 1, 0.5]'
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str | bool):
        # JSON's strings are TOML's but for the delete mark
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def toml_key(name: str) -> str:
    """Return a key as TOML, in quotes where it needs them.

    Examples
    --------
    >>> toml_key("margin"), toml_key("How often?")
    ('margin', '"How often?"')
    """
    return name if _BARE.fullmatch(name) else toml_value(name)


def toml_entries(table: Mapping[str, object]) -> list[str]:
    """Return one line per entry of a table.

    Examples
    --------
    >>> toml_entries({"margin": 0.3})
    ['margin = 0.3']
    """
    return [f"{toml_key(name)} = {toml_value(value)}" for name, value in table.items()]
