"""`Arm`: a pairing policy together with changes to the programme, for designs that try levers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from revlab.errors import DesignError, OptionError, must, one_of
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.recognition import Recognition
from revlab.pairing.policies import Policy

__all__ = [
    "CHANGES",
    "UNITS",
    "WHOLE_POOLS",
    "Arm",
    "check_arms",
    "policy_in",
    "programme_in",
    "programmes_of",
]

_PLAIN = (
    "planned_sessions", "weeks_between", "protected_time", "sponsor_support",
    "line_manager_support", "curriculum", "training", "goal_clarity", "contracting",
    "check_in_every", "recording",
)  # fmt: skip
_RECOGNITION = "recognition."
_WHOLE_NUMBERS = ("planned_sessions", "check_in_every", "recognition.until")

CHANGES = (*_PLAIN, *(f"{_RECOGNITION}{one.name}" for one in fields(Recognition)))
"""What an arm may change: what a programme does, not what people are like or are asked."""

UNITS = ("pool", "dyad")
"""What is dealt to an arm by lot."""

WHOLE_POOLS = ("sponsor_support",)
"""What single dyads of a pool cannot be kept from: all see what the top does."""


@dataclass(frozen=True)
class Arm:
    """A pairing policy and what is different about the programme of those who are in the arm.

    Everybody keeps the same chance in every arm: session for session the same workload, dice and
    answers' noise. People are the same too, so assumptions about them, the questionnaire, who
    joins and what comes before pairing (mixers) cannot be changed by an arm.

    Parameters
    ----------
    policy : Policy
        How the people of the arm are paired.
    changes : mapping of str to number or text
        Name in ``CHANGES`` to value; what is not named is as in the design's programme.

    Raises
    ------
    OptionError
        If an arm cannot change what is named.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES
    >>> trained = Arm(POLICIES["optimal"], {"training": 1.0, "recognition.attendance": 1.0})
    >>> trained
    Arm: optimal, training=1, recognition.attendance=1
    >>> trained.of(Programme()).training
    1.0
    """

    policy: Policy
    changes: Mapping[str, float | str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in self.changes:
            one_of("changes", name, CHANGES)
        object.__setattr__(self, "changes", dict(self.changes))

    def __repr__(self) -> str:
        said = (_said(name, value) for name, value in self.changes.items())
        return f"Arm: {', '.join((self.policy.name, *said))}"

    def of(self, programme: Programme) -> Programme:
        """Return the programme of the arm, given that of the design.

        A changed number of sessions does not change what a session gives: the gains of the
        assumptions are those of the design's own number of sessions, unless
        ``OutcomeModel.full_dose`` names another.

        Raises
        ------
        OptionError
            If a value is none that the programme can have.
        """
        plain: dict[str, Any] = {name: self._value(name) for name in _PLAIN if name in self.changes}
        marked: dict[str, Any] = {
            name.removeprefix(_RECOGNITION): self._value(name)
            for name in self.changes
            if name.startswith(_RECOGNITION)
        }
        if marked:
            plain["recognition"] = replace(programme.recognition, **marked)
        models = programme.assumptions
        if "planned_sessions" in plain and models.outcomes.full_dose is None:
            outcomes = replace(models.outcomes, full_dose=programme.planned_sessions)
            plain["assumptions"] = replace(models, outcomes=outcomes)
        return replace(programme, **plain) if plain else programme

    def _value(self, name: str) -> float | str:
        value = self.changes[name]
        if name == "recording":
            return value
        if isinstance(value, str | bool) or not isinstance(value, int | float):
            raise OptionError(f"`{name}` must be a number; got {value!r}.")
        if name not in _WHOLE_NUMBERS:
            return float(value)
        must(float(value).is_integer(), f"`{name}` must be whole; got {value!r}.", OptionError)
        return int(value)


def _said(name: str, value: float | str) -> str:
    return f"{name}={value}" if isinstance(value, str) else f"{name}={value:g}"


def policy_in(arm: Policy | Arm) -> Policy:
    """Return the pairing policy of an arm.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES
    >>> policy_in(POLICIES["random"]) == policy_in(Arm(POLICIES["random"], {"training": 0}))
    True
    """
    return arm.policy if isinstance(arm, Arm) else arm


def programme_in(arm: Policy | Arm, programme: Programme) -> Programme:
    """Return the programme of an arm, given that of the design; a policy alone changes nothing.

    Raises
    ------
    OptionError
        If a value is none that the programme can have.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES
    >>> programme_in(Arm(POLICIES["random"], {"planned_sessions": 3}), Programme())
    Programme of 3 sessions, 4 weeks apart, levers at 0.5, 0.5, 0.5, 0.5, 0.5
    """
    return arm.of(programme) if isinstance(arm, Arm) else programme


def programmes_of(arms: Iterable[Policy | Arm], programme: Programme) -> list[Programme]:
    """Return the programmes of several arms; those without changes have the design's itself.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES
    >>> programmes_of([POLICIES["random"]], Programme())
    [Programme of 6 sessions, 4 weeks apart, levers at 0.5, 0.5, 0.5, 0.5, 0.5]
    """
    return [programme_in(arm, programme) for arm in arms]


def check_arms(arms: Iterable[Policy | Arm], programme: Programme, *, unit: str) -> None:
    """Refuse arms that the programme cannot have or that cannot be dealt to the unit.

    Raises
    ------
    OptionError
        If there is no such unit, or a value is none that the programme can have.
    DesignError
        If single dyads are dealt and the arms differ in their policy, or in what a whole pool
        sees.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES
    >>> check_arms([POLICIES["optimal"], POLICIES["random"]], Programme(), unit="pool")
    """
    one_of("unit", unit, UNITS)
    compared = list(arms)
    programmes = programmes_of(compared, programme)
    if unit == "pool":
        return
    must(
        all(policy_in(arm) == policy_in(compared[0]) for arm in compared),
        "a pairing policy treats whole pools, so arms that differ in it cannot be dealt to single "
        'dyads; give both arms one policy, or deal pools (`unit="pool"`).',
        DesignError,
    )
    for name in WHOLE_POOLS:
        must(
            len({getattr(one, name) for one in programmes}) == 1,
            f"everybody in a pool sees a change of `{name}`, so it cannot be dealt to single "
            'dyads; deal pools (`unit="pool"`).',
            DesignError,
        )
