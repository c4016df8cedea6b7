"""What the page on alternatives says: which format, at which cost, and how sure that is."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from revlab.fieldwork.formats import Format
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import number, percent
from revlab.report.names import words

__all__ = ["FORMAT_NAMES", "answer_alternatives", "assumed_formats", "formats_table"]

FORMAT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "none": "no programme",
        "traditional": "traditional mentoring",
        "reverse": "reverse mentoring",
        "mutual": "mutual mentoring",
        "lab": "innovation lab",
        "repository": "idea repository",
        "sprint": "training sprint",
        "mixers": "informal evenings",
    }
)
"""Format to the words a reader sees."""

_SHOWN = ("gain", "gain_low", "gain_high", "hours", "gain_per_100_hours", "ideas")


def _named(code: str) -> str:
    return FORMAT_NAMES.get(code, words(code))


def formats_table(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison as a page shows it, the largest gain first.

    Parameters
    ----------
    compared : pandas.DataFrame
        From ``compare_formats``.

    Returns
    -------
    pandas.DataFrame
        ``format`` in words, ``gain, conf_low, conf_high`` (middle 95% of the runs), ``hours,
        gain_per_100_hours, ideas, best_gain, best_value, times_needed`` (how many times as large
        its gain would have to be to lead per hour; missing where it has none), ``dominated_by``
        in words.

    Examples
    --------
    >>> compared = pd.DataFrame({"format": ["none", "sprint"], "gain": [0.0, 0.06],
    ...     "gain_low": 0.0, "gain_high": [0.0, 0.1], "hours": [0.0, 6.0],
    ...     "gain_per_100_hours": [0.0, 1.0], "ideas": 0.0, "best_gain": [0.0, 1.0],
    ...     "best_value": [0.0, 1.0], "dominated_by": ["", ""]})
    >>> formats_table(compared)["format"].tolist()
    ['training sprint', 'no programme']
    """
    value = compared["gain_per_100_hours"].astype(float)
    shown = compared[["format", *_SHOWN, "best_gain", "best_value"]]
    table = shown.rename(columns={"gain_low": "conf_low", "gain_high": "conf_high"}).assign(
        format=[_named(code) for code in compared["format"]],
        times_needed=(value.max() / value.where(value > 0)),
        dominated_by=[
            ", ".join(_named(code) for code in cell.split(", ") if code)
            for cell in compared["dominated_by"]
        ],
    )
    return table.sort_values("gain", ascending=False, kind="stable").reset_index(drop=True)


def assumed_formats(formats: Mapping[str, Format]) -> pd.DataFrame:
    """Return what is assumed of each format, one row each.

    Parameters
    ----------
    formats : mapping of str to Format
        What is compared.

    Returns
    -------
    pandas.DataFrame
        ``format`` in words, ``note, format_reach, senior_gain, junior_gain, doubt, sessions``.

    Examples
    --------
    >>> from revlab.fieldwork.formats import FORMATS
    >>> assumed_formats(FORMATS)["format"].tolist()[2]
    'reverse mentoring'
    """
    rows = [
        {
            "format": _named(name),
            "note": one.note,
            "format_reach": one.reach,
            "senior_gain": one.senior_gain,
            "junior_gain": one.junior_gain,
            "doubt": one.doubt,
            "sessions": int(one.sessions),
        }
        for name, one in formats.items()
    ]
    return pd.DataFrame(rows)


def answer_alternatives(compared: pd.DataFrame, *, n_sims: int) -> AnswerCard:
    """Return the card that says which format leads under what is assumed.

    Parameters
    ----------
    compared : pandas.DataFrame
        From ``compare_formats``.
    n_sims : int
        Replications behind it.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> compared = pd.DataFrame({"format": ["none", "sprint"], "gain": [0.0, 0.06],
    ...     "gain_low": 0.0, "gain_high": [0.0, 0.1], "hours": [0.0, 6.0],
    ...     "gain_per_100_hours": [0.0, 1.0], "ideas": 0.0, "best_gain": [0.0, 1.0],
    ...     "best_value": [0.0, 1.0], "dominated_by": ["", ""]})
    >>> answer_alternatives(compared, n_sims=100).answer
    'As assumed here, training sprint gives most in all (100% of runs) and training sprint most \
per hour (100%).'
    """
    rows = compared.set_index("format")
    most, value = str(rows["best_gain"].idxmax()), str(rows["best_value"].idxmax())
    sure = min(rows.loc[most, "best_gain"], rows.loc[value, "best_value"]) >= 0.9
    head = "As assumed here" if sure else "Nothing is settled: as assumed"
    behind = [_named(str(code)) for code, row in rows.iterrows() if row["dominated_by"]]
    return plain_card(
        "Which format gives most, and at which cost?",
        f"{head}, {_named(most)} gives most in all ({percent(rows.loc[most, 'best_gain'])} of "
        f"runs) and {_named(value)} most per hour ({percent(rows.loc[value, 'best_value'])}).",
        facts={
            "Hours per person, most in all": number(rows.loc[most, "hours"], decimals=1),
            "Hours per person, most per hour": number(rows.loc[value, "hours"], decimals=1),
            "Behind another format that costs no more": ", ".join(behind) or "none",
        },
        change_mind="Figures of your own for reach, hours and gains; a trial that compares two of "
        "them.",
        convention=f"{n_sims} simulated organisations; the gain of each format is drawn anew in "
        "each, by its stated doubt; nearly all numbers are assumed and none compares formats",
        simulated=True,
    )
