"""Then-tests: scales that ask at the end how things were at the start."""

from collections.abc import Sequence

import pandas as pd

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.instrument import Instrument

__all__ = ["THEN", "base_of", "with_then_tests"]

THEN = "_then"
"""What the id of a then-test ends in, after the id of its base scale."""


def base_of(scale_id: str) -> str:
    """Return the scale that a then-test asks about in hindsight.

    Examples
    --------
    >>> base_of("voice_then")
    'voice'
    """
    return scale_id.removesuffix(THEN)


def with_then_tests(instrument: Instrument, scale_ids: Sequence[str]) -> Instrument:
    """Return the questionnaire with these scales asked once more at the end, about the start.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    scale_ids : sequence of str
        Scales that are asked before the programme and after it.

    Returns
    -------
    Instrument
        Each then-test has the items of its base scale, in the same order and with the same ends,
        and is asked at the last survey that asks its base scale.

    Raises
    ------
    OptionError
        If there is no such scale, or it is asked only once.

    References
    ----------
    Howard et al. 1979, Applied Psychological Measurement 3:1-23.

    Examples
    --------
    >>> from revlab.fieldwork.instrument import SHORT_FORM
    >>> with_then_tests(SHORT_FORM, ["voice"])
    Instrument of 22 items in 6 scales
    """
    items, scales = [instrument.items], [instrument.scales]
    for scale_id in scale_ids:
        one_of("scale_ids", scale_id, list(instrument.scales["scale_id"]))
        waves = instrument.waves_of(scale_id)
        must(
            waves[0] == 1 and len(waves) > 1,
            f"{scale_id!r} is not asked before the programme and after it, so hindsight has "
            "nothing to be held against.",
            OptionError,
        )
        asked = instrument.items[instrument.items["scale_id"] == scale_id]
        items.append(
            asked.assign(
                item_id=asked["item_id"] + THEN,
                scale_id=scale_id + THEN,
                text="Looking back to before the programme: " + asked["text"],
            )
        )
        scale = instrument.scales[instrument.scales["scale_id"] == scale_id]
        scales.append(
            scale.assign(
                scale_id=scale_id + THEN,
                name=scale["name"] + ", judged in hindsight",
                waves=str(waves[-1]),
            )
        )
    return Instrument(pd.concat(items, ignore_index=True), pd.concat(scales, ignore_index=True))
