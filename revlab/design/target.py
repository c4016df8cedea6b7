"""A target policy beside a pilot: whether its people are there, and which scores are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.pilot import Pilot
from revlab.pairing.compatibility import Compatibility

__all__ = ["TargetChances", "all_scores", "known_scores", "target_chances"]

_IDS = ["mentee_id", "mentor_id"]
_NEAR = 1e-6


@dataclass(frozen=True, eq=False)
class TargetChances:
    """The chances of a target policy for the people who were paired by lottery.

    Parameters
    ----------
    table : pandas.DataFrame
        ``mentee_id, mentor_id, probability``.
    notes : tuple of str
        What was left out, in sentences.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()


def target_chances(pilot: Pilot, target: pd.DataFrame, *, possible: pd.DataFrame) -> TargetChances:
    """Check a target policy against a pilot and keep what is about its lottery.

    Parameters
    ----------
    pilot : Pilot
        Whose people the target is about.
    target : pandas.DataFrame
        ``mentee_id, mentor_id`` and, unless each dyad is certain, ``probability``.
    possible : pandas.DataFrame
        ``mentee_id, mentor_id, probability`` of the lottery.

    Raises
    ------
    PilotError
        If a column is missing, somebody is not in the pilot or stands on the wrong side, a
        mentee has more dyads than the lottery could give, or nobody was paired by the lottery.
    """
    lost = [name for name in _IDS if name not in target]
    must(not lost, f"the target needs the columns {lost}.", PilotError)
    table = target[_IDS].astype(str).assign(
        probability=target["probability"].to_numpy(float) if "probability" in target else 1.0
    )  # fmt: skip
    for role in ("mentee", "mentor"):
        names = pilot.people.loc[pilot.people["role"] == role, "person_id"].astype(str)
        strange = sorted(set(table[f"{role}_id"]) - set(names))
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        must(
            not strange,
            f"the target names {role} {strange[0] if strange else ''!r}{more}, not among the "
            f"{role}s of the pilot; use the ids of its people.csv.",
            PilotError,
        )
    here = table["mentee_id"].isin(possible["mentee_id"])
    must(
        bool(here.any()),
        "none of the target's mentees was paired by the lottery, so the pilot says nothing about "
        "it; name people of the pools in lottery.csv.",
        PilotError,
    )
    _check_loads(table[here], possible)
    left = int((~here).sum())
    note = f"{left} dyads of the target are of mentees whom the lottery could not pair; left out."
    return TargetChances(table[here].reset_index(drop=True), (note,) if left else ())


def _check_loads(table: pd.DataFrame, possible: pd.DataFrame) -> None:
    loads = table.groupby("mentee_id")["probability"].sum()
    most = np.ceil(possible.groupby("mentee_id")["probability"].sum() - _NEAR).clip(lower=1)
    over = loads[loads > most.reindex(loads.index) + _NEAR]
    must(
        over.empty,
        f"the chances of mentee {over.index[0] if len(over) else ''!r} add up to "
        f"{over.iloc[0] if len(over) else 0:.2f} in the target, more dyads than the lottery could "
        "give; correct them.",
        PilotError,
    )


def known_scores(
    pilot: Pilot, target: pd.DataFrame, scores: pd.DataFrame | None
) -> pd.DataFrame | str:
    """Return what is known of the scores of dyads, or why nothing is.

    Parameters
    ----------
    pilot, target, scores
        As for ``evaluate.evaluate_policy``. Without ``scores`` those of the target's dyads and
        of the dyads that were made are put together.

    Returns
    -------
    pandas.DataFrame or str
        ``mentee_id, mentor_id`` and numbers that describe a dyad, one row per dyad.
    """
    if scores is not None:
        lost = [name for name in (*_IDS, "score") if name not in scores]
        must(not lost, f"`scores` needs the columns {lost}.", PilotError)
        numbers = scores.select_dtypes("number")
        table = scores[_IDS].astype(str).join(numbers)
    elif "score" in target and target["score"].notna().all():
        columns = [*_IDS, "score"]
        both = [frame[columns].astype({"score": float}) for frame in (pilot.dyads, target)]
        table = pd.concat(both, ignore_index=True).astype(dict.fromkeys(_IDS, str))
    else:
        return "the scores of the dyads are not known; give them (--roster)."
    return table.drop_duplicates(_IDS, ignore_index=True)


def all_scores(compatibility: Compatibility) -> pd.DataFrame:
    """Return the joint score of every dyad, allowed or not, as ``known_scores`` takes it.

    Parameters
    ----------
    compatibility : Compatibility
        Scores of everybody who might be in a dyad.

    Returns
    -------
    pandas.DataFrame
        ``mentee_id, mentor_id, score``.

    Examples
    --------
    >>> all_scores(Compatibility.from_scores([[0.9, 0.1]]))["score"].tolist()
    [0.9, 0.1]
    """
    i, j = np.indices(compatibility.shape).reshape(2, -1)
    return pd.DataFrame(
        {
            "mentee_id": compatibility.mentee_ids[i].astype(str),
            "mentor_id": compatibility.mentor_ids[j].astype(str),
            "score": compatibility.joint_at(i, j),
        }
    )
