"""Arms as they are typed: `policy+lever=value`, two of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.errors import OptionError, must

if TYPE_CHECKING:
    from revlab.design.arms import Arm
    from revlab.pairing.policies import Policy

__all__ = ["ArmOptions", "read_arms"]


@dataclass(frozen=True)
class ArmOptions:
    """The two arms of a design, and what is dealt to them.

    Parameters
    ----------
    policies : str
        See `read_arms`.
    unit : str
        Name in `revlab.design.arms.UNITS`.
    """

    policies: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="The two pairing policies; A+training=1 is A with another programme.",
        ),
    ] = "optimal,random"
    unit: Annotated[
        str,
        typer.Option(metavar="UNIT", help="Dealt by lot: pool, or dyad if only programmes differ."),
    ] = "pool"

    def read(self) -> "dict[str, Policy | Arm]":
        """Return the two arms by what was typed for each."""
        return read_arms(self.policies)


def read_arms(text: str) -> "dict[str, Policy | Arm]":
    """Return two arms by what was typed for each.

    Parameters
    ----------
    text : str
        Two policies with a comma between them, each with changes to the programme after a plus:
        "optimal+training=1,optimal+training=0".

    Raises
    ------
    OptionError
        If there are not two different arms, or a policy, a lever or a value does not exist.

    Examples
    --------
    >>> read_arms("optimal+training=1+recording=text,optimal")["optimal"].name
    'optimal'
    """
    from revlab.design.arms import Arm
    from revlab.pairing.policies import policy_named

    names = ["".join(part.split()) for part in text.split(",") if part.strip()]
    must(
        len(names) == len(set(names)) == 2,
        f"--policies must name two policies; got {text!r}. For one policy with two programmes say "
        "what differs, as in optimal+training=1,optimal+training=0.",
        OptionError,
    )
    arms: dict[str, Policy | Arm] = {}
    for name in names:
        policy, *changes = name.split("+")
        own = policy_named(policy)
        named = dict(map(_change, changes))
        must(
            len(named) == len(changes),
            f"--policies changes one thing twice in {name!r}; say it once.",
            OptionError,
        )
        arms[name] = Arm(own, named) if named else own
    return arms


def _change(text: str) -> tuple[str, float | str]:
    name, equals, value = text.partition("=")
    must(
        bool(name and equals and value),
        f"a change to the programme is written lever=value, as in training=1; got {text!r}.",
        OptionError,
    )
    try:
        return name, float(value)
    except ValueError:
        return name, value
