"""What the notes of a scored cohort say."""

from collections.abc import Mapping

from revlab.pairing.parts import PARTS

__all__ = ["filled_note", "left_out_note", "no_data_message", "no_wish_note"]


def left_out_note(name: str) -> str:
    """Say that a part is left out.

    Examples
    --------
    >>> left_out_note("site")
    "The part 'site' is left out: the cohort has no data on sites."
    """
    return f"The part {name!r} is left out: the cohort has no data on {PARTS[name].needs}."


def filled_note(name: str, n_mentees: int, n_mentors: int) -> str:
    """Say for how many people a part is not known.

    Examples
    --------
    >>> filled_note("site", 2, 0)
    "The part 'site' is not known for 2 mentees and 0 mentors: their dyads carry its mean."
    """
    return (
        f"The part {name!r} is not known for {n_mentees} mentees and {n_mentors} mentors: their "
        "dyads carry its mean."
    )


def no_wish_note(side: str) -> str:
    """Say that nothing in the score is a wish of one side.

    Examples
    --------
    >>> no_wish_note("mentor")
    'No part of the score is a wish of the mentors: all suit them equally.'
    """
    return f"No part of the score is a wish of the {side}s: all suit them equally."


def no_data_message(weights: Mapping[str, float]) -> str:
    """Say that there is no data for any part that counts.

    Examples
    --------
    >>> no_data_message({"site": 1.0, "hours": 0.0})
    'the cohort has no data for any part of the score (site).'
    """
    wanted = ", ".join(name for name, weight in weights.items() if weight)
    return f"the cohort has no data for any part of the score ({wanted})."
