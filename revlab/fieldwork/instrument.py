"""`Instrument`: the questions, and how answers become scores."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from revlab.errors import PilotError, TableError, must, one_of
from revlab.fieldwork.item_form import ItemForm
from revlab.fieldwork.pilot_tables import ITEMS, SCALES
from revlab.tables import check

__all__ = ["SHORT_FORM", "Instrument", "score_scales"]

_OWN_LICENCE = "BSD-3-Clause"
_OWN_SOURCE = "own wording of the revlab project, under its licence"


@dataclass(frozen=True, eq=False)
class Instrument:
    """A questionnaire: its items, and the scales that they add up to.

    Parameters
    ----------
    items : pandas.DataFrame
        ``item_id, scale_id, role, text, low, high, reverse``.
    scales : pandas.DataFrame
        ``scale_id, name, role, min_valid, waves`` ("1;2;3"), ``higher_is, licence, source``.

    Raises
    ------
    TableError
        If a cell is not what its column holds.
    PilotError
        If a scale has fewer items than it needs, an item belongs to no scale or has another role
        than its scale, or waves are not numbers.

    Examples
    --------
    >>> SHORT_FORM
    Instrument of 18 items in 5 scales
    >>> SHORT_FORM.waves_of("relationship_quality")
    (2, 3)
    """

    items: pd.DataFrame
    scales: pd.DataFrame

    def __post_init__(self) -> None:
        items, faults = check(self.items, ITEMS, "items.csv")
        scales, more = check(self.scales, SCALES, "scales.csv")
        if faults or more:
            raise TableError([*faults, *more])
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "scales", scales)
        unknown = sorted(set(items["scale_id"]) - set(scales["scale_id"]))
        must(not unknown, f"items: the scales {unknown} are not in the scales table.", PilotError)
        role = items["scale_id"].map(scales.set_index("scale_id")["role"])
        other = items.loc[role != items["role"], "item_id"].tolist()
        must(not other, f"items: {other} have another role than their scale.", PilotError)
        for text in scales["waves"]:
            good = all(part.strip().isdecimal() for part in text.split(";"))
            message = f"scales: `waves` must be numbers separated by semicolons; got {text!r}."
            must(good, message, PilotError)
        counts = self.items["scale_id"].value_counts()
        for scale_id, least in zip(self.scales["scale_id"], self.scales["min_valid"], strict=True):
            n = int(counts.get(scale_id, 0))
            must(
                n >= least,
                f"scales: {scale_id!r} needs {least} answered items but has {n} items.",
                PilotError,
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instrument):
            return NotImplemented
        return bool(self.items.equals(other.items) and self.scales.equals(other.scales))

    def __hash__(self) -> int:
        return hash((tuple(self.items["item_id"]), tuple(self.scales["scale_id"])))

    def __repr__(self) -> str:
        return f"Instrument of {len(self.items)} items in {len(self.scales)} scales"

    @cached_property
    def _forms(self) -> dict[tuple[str, str], tuple[ItemForm, ...]]:
        # Plain values, because looking them up in a frame costs more than simulating the answers.
        forms = {}
        for scale_id, items in self.items.groupby("scale_id", sort=False):
            places = np.linspace(-1, 1, len(items)) if len(items) > 1 else np.zeros(1)
            rows = zip(items.itertuples(index=False), places, strict=True)
            shapes = tuple(
                ItemForm(row.item_id, int(row.low), int(row.high), bool(row.reverse), float(place))
                for row, place in rows
            )
            for role in self.roles_of(str(scale_id)):
                forms[str(scale_id), role] = shapes
        return forms

    @cached_property
    def _scales(self) -> dict[str, tuple[str, int, tuple[int, ...]]]:
        return {
            row.scale_id: (
                row.role,
                int(row.min_valid),
                tuple(sorted(int(wave) for wave in row.waves.split(";"))),
            )
            for row in self.scales.itertuples(index=False)
        }

    def _scale(self, scale_id: str) -> tuple[str, int, tuple[int, ...]]:
        return self._scales[one_of("scale_id", scale_id, self._scales)]

    def roles_of(self, scale_id: str) -> tuple[str, ...]:
        """Return the roles that are asked a scale; `OptionError` if there is no such scale."""
        role = self._scale(scale_id)[0]
        return ("mentor", "mentee") if role == "both" else (role,)

    def min_valid(self, scale_id: str) -> int:
        """Return the fewest answers that give a score; `OptionError` if there is no such scale."""
        return self._scale(scale_id)[1]

    def waves_of(self, scale_id: str) -> tuple[int, ...]:
        """Return the surveys that ask a scale; `OptionError` if there is no such scale."""
        return self._scale(scale_id)[2]

    def forms(self, scale_id: str, role: str) -> tuple[ItemForm, ...]:
        """Return the items of a scale that a role is asked, in the order of the form.

        Raises
        ------
        OptionError
            If there is no such scale, or the role is not asked it.
        """
        one_of("role", role, self.roles_of(scale_id))
        return self._forms[scale_id, role]


def score_scales(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Turn answers into scale scores: the mean of the answered items, reversed where it must be.

    A reversed item with range ``low`` to ``high`` counts as ``low + high - value``. A person who
    answered fewer than the scale's ``min_valid`` items gets no score.

    Parameters
    ----------
    responses : pandas.DataFrame
        ``respondent_id, role, dyad_id, wave, item_id, value``.
    instrument : Instrument
        The questions.

    Returns
    -------
    pandas.DataFrame
        ``respondent_id, role, dyad_id, wave, scale_id, score`` (points of the scale, NaN if
        missing), ``n_items`` (asked) and ``n_missing`` (not answered), sorted by the first five.

    Raises
    ------
    PilotError
        If an item is not in the instrument.

    Examples
    --------
    >>> asked = [("m1", "mentee", "D001", 1, f"dc{k}", v) for k, v in enumerate((4, 4, 2, None), 1)]
    >>> columns = ["respondent_id", "role", "dyad_id", "wave", "item_id", "value"]
    >>> scores = score_scales(pd.DataFrame(asked, columns=columns), SHORT_FORM)
    >>> print(scores[["scale_id", "score", "n_items", "n_missing"]].to_string(index=False))
              scale_id  score  n_items  n_missing
    digital_confidence    4.0        4          1
    """
    unknown = sorted(set(responses["item_id"]) - set(instrument.items["item_id"]))
    must(not unknown, f"responses: the items {unknown} are not in the instrument.", PilotError)
    items = instrument.items.set_index("item_id").loc[responses["item_id"]]
    value = responses["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    turned = (items["low"] + items["high"]).to_numpy(dtype=np.float64) - value
    keyed = np.where(items["reverse"].to_numpy(dtype=bool), turned, value)
    keys = ["respondent_id", "role", "dyad_id", "wave", "scale_id"]
    long = responses[keys[:-1]].assign(scale_id=items["scale_id"].to_numpy(), keyed=keyed)
    sums = long.groupby(keys, sort=True)["keyed"].agg(["sum", "count", "size"]).reset_index()
    least = instrument.scales.set_index("scale_id")["min_valid"].loc[sums["scale_id"]]
    enough = sums["count"].to_numpy() >= least.to_numpy(dtype=np.int64)
    # Sums of whole numbers are exact, so the score has the same bits in whatever order it is made.
    count = np.where(enough, sums["count"].to_numpy(dtype=np.float64), np.nan)
    return sums[keys].assign(
        score=sums["sum"].to_numpy(dtype=np.float64) / count,
        n_items=sums["size"].to_numpy(),
        n_missing=(sums["size"] - sums["count"]).to_numpy(),
    )


SHORT_FORM = Instrument(
    items=pd.DataFrame(
        [
            ("dc1", "digital_confidence", "mentee",
             "I can start using a new digital tool at work without being shown first.", False),
            ("dc2", "digital_confidence", "mentee",
             "When a digital tool does not do what I want, I find a way to sort it out.", False),
            ("dc3", "digital_confidence", "mentee",
             "I leave the digital part of a task to somebody else whenever I can.", True),
            ("dc4", "digital_confidence", "mentee",
             "I can judge which digital tool suits a piece of work.", False),
            ("op1", "openness", "mentee",
             "I ask colleagues who are junior to me to teach me things.", False),
            ("op2", "openness", "mentee",
             "I change the way I work when a junior colleague shows me a better one.", False),
            ("op3", "openness", "mentee",
             "I say so openly when I do not know something that a junior colleague knows.", False),
            ("vo1", "voice", "mentor",
             "I tell senior colleagues when I see a better way of doing something.", False),
            ("vo2", "voice", "mentor",
             "Senior colleagues take up suggestions that I make.", False),
            ("vo3", "voice", "mentor",
             "I keep concerns to myself when senior colleagues are in the room.", True),
            ("vo4", "voice", "mentor",
             "I can disagree with a senior colleague and still be listened to.", False),
            ("bi1", "business_insight", "mentor",
             "I understand how decisions are made at the top of this organisation.", False),
            ("bi2", "business_insight", "mentor",
             "I can explain what this organisation is trying to achieve and why.", False),
            ("bi3", "business_insight", "mentor",
             "I see how my own work bears on the goals of senior colleagues.", False),
            ("rq1", "relationship_quality", "both",
             "I can speak frankly in our sessions.", False),
            ("rq2", "relationship_quality", "both",
             "The two of us agree on what our sessions are for.", False),
            ("rq3", "relationship_quality", "both",
             "I come out of our sessions having learnt something.", False),
            ("rq4", "relationship_quality", "both",
             "I would rather be paired with somebody else.", True),
        ],
        columns=["item_id", "scale_id", "role", "text", "reverse"],
    ).assign(low=1, high=5),
    scales=pd.DataFrame(
        [
            ("digital_confidence", "Digital confidence", "mentee", 3, "1;2;3"),
            ("openness", "Openness to learning from juniors", "mentee", 2, "1;2;3"),
            ("voice", "Voice towards seniors", "mentor", 3, "1;2;3"),
            ("business_insight", "Business insight", "mentor", 2, "1;2;3"),
            ("relationship_quality", "Relationship quality", "both", 3, "2;3"),
        ],
        columns=["scale_id", "name", "role", "min_valid", "waves"],
    ).assign(higher_is="better", licence=_OWN_LICENCE, source=_OWN_SOURCE),
)  # fmt: skip
"""The project's own short questionnaire: 7 items before, 11 during and after, for each side;
answers from 1 (disagree strongly) to 5 (agree strongly)."""
