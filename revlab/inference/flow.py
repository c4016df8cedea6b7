"""Participant flow and missing answers: the first thing a pilot reports."""

from math import nan

import pandas as pd

from revlab.inference.rates import wilson

__all__ = ["FLOW_CONVENTION", "STAGES", "missingness", "participant_flow"]

STAGES = (
    "rostered",
    "paired",
    "met at least once",
    "stayed to the end",
    "held every session",
    "answered the first survey",
    "answered the last survey",
)
"""Stages of the flow; the third to the last are counted among the paired."""

FLOW_CONVENTION = (
    "People are counted, not dyads; somebody in several dyads has reached a stage if one of "
    "them has. Wilson intervals, every person independent."
)

_ALL = "all"


def _answered(responses: pd.DataFrame, wave: int) -> set[tuple[str, str]]:
    there = responses[(responses["wave"] == wave) & responses["value"].notna()]
    return set(zip(there["respondent_id"].astype(str), there["role"].astype(str), strict=True))


def _stages(
    people: pd.DataFrame, dyads: pd.DataFrame, *, sessions: pd.DataFrame, responses: pd.DataFrame
) -> pd.DataFrame:
    held = sessions[sessions["status"] == "held"].groupby("dyad_id").size()
    due = sessions.groupby("dyad_id").size()
    each = pd.DataFrame(
        {
            "paired": True,
            "met": (dyads["dyad_id"].map(held).fillna(0) > 0).to_numpy(dtype=bool),
            "stayed": (dyads["ended"] == "completed").to_numpy(dtype=bool),
            "every": (dyads["dyad_id"].map(held) == dyads["dyad_id"].map(due))
            .fillna(False)
            .to_numpy(dtype=bool),
        }
    )
    sides = [
        each.assign(person_id=dyads[f"{role}_id"].astype(str).to_numpy(), role=role)
        for role in ("mentor", "mentee")
    ]
    best = pd.concat(sides).groupby(["person_id", "role"]).any()
    who = list(zip(people["person_id"].astype(str), people["role"].astype(str), strict=True))
    reached = best.reindex(pd.MultiIndex.from_tuples(who)).fillna(False).astype(bool)
    reached.columns = pd.Index(STAGES[1:5])
    reached = reached.reset_index(drop=True)
    reached.insert(0, STAGES[0], True)
    waves = sorted(int(wave) for wave in responses["wave"].unique())
    for stage, wave in ((STAGES[5], waves[:1]), (STAGES[6], waves[-1:])):
        there = _answered(responses, wave[0]) if wave else set()
        reached[stage] = [person in there for person in who]
    return reached


def participant_flow(
    people: pd.DataFrame,
    dyads: pd.DataFrame,
    *,
    sessions: pd.DataFrame,
    responses: pd.DataFrame,
    arms: pd.DataFrame | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Count the people who reached each stage, per role and arm.

    Parameters
    ----------
    people : pandas.DataFrame
        person_id, role, pool_id.
    dyads : pandas.DataFrame
        dyad_id, pool_id, arm, mentor_id, mentee_id, ended ("completed" or "early").
    sessions : pandas.DataFrame
        dyad_id, status ("held", "skipped", "not reached"), one row per planned session.
    responses : pandas.DataFrame
        respondent_id, role, wave, value (missing = asked, not answered).
    arms : pandas.DataFrame or None
        pool_id, arm; needed only for pools without any dyad.
    conf_level : float
        Level of the Wilson intervals.

    Returns
    -------
    pandas.DataFrame
        stage, role, arm ("all" for every arm), n, of, share, conf_low, conf_high. ``of`` is the
        rostered for the first two stages and the paired for the others. See
        ``FLOW_CONVENTION``.

    References
    ----------
    Eldridge et al. (2016), CONSORT extension to pilot trials, BMJ 355:i5239.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": ["a", "b"], "role": ["mentor", "mentee"],
    ...     "pool_id": "P1"})
    >>> dyads = pd.DataFrame({"dyad_id": ["D1"], "pool_id": ["P1"], "arm": ["new"],
    ...     "mentor_id": ["a"], "mentee_id": ["b"], "ended": ["early"]})
    >>> sessions = pd.DataFrame({"dyad_id": ["D1", "D1"], "status": ["held", "skipped"]})
    >>> responses = pd.DataFrame({"respondent_id": ["a"], "role": ["mentor"], "wave": [1],
    ...     "value": [4]})
    >>> flow = participant_flow(people, dyads, sessions=sessions, responses=responses)
    >>> flow[(flow["arm"] == "new") & (flow["role"] == "mentor")]["n"].tolist()
    [1, 1, 1, 0, 0, 1, 1]
    """
    reached = _stages(people, dyads, sessions=sessions, responses=responses)
    known = dyads[["pool_id", "arm"]] if arms is None else arms
    of_pool = known.drop_duplicates("pool_id").set_index("pool_id")["arm"]
    arm = people["pool_id"].map(of_pool).astype("string").fillna("no arm").to_numpy()
    role = people["role"].astype(str).to_numpy()
    rows = []
    for side in ("mentor", "mentee"):
        for label in [_ALL, *sorted(set(arm))]:
            group = reached[(role == side) & ((arm == label) | (label == _ALL))]
            for number, stage in enumerate(STAGES):
                whole = group if number < 2 else group[group["paired"]]
                rows.append(_row(stage, side, label, int(whole[stage].sum()), len(whole)))
    return _with_wilson(pd.DataFrame(rows), conf_level)


def _row(stage: str, role: str, arm: str, n: int, of: int) -> dict[str, object]:
    return {"stage": stage, "role": role, "arm": arm, "n": n, "of": of}


def _with_wilson(frame: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    shares = [
        wilson(int(n), int(of), conf_level=conf_level) if of else None
        for n, of in zip(frame["n"], frame["of"], strict=True)
    ]
    for name in ("share", "conf_low", "conf_high"):
        frame[name] = [nan if share is None else getattr(share, name) for share in shares]
    return frame


def missingness(
    responses: pd.DataFrame, dyads: pd.DataFrame, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Count who was asked and who answered, per wave, role and arm.

    Parameters
    ----------
    responses : pandas.DataFrame
        respondent_id, role, dyad_id, wave, item_id, value (missing = asked, not answered).
    dyads : pandas.DataFrame
        dyad_id, arm.
    conf_level : float
        Level of the Wilson intervals of ``share``.

    Returns
    -------
    pandas.DataFrame
        wave, role, arm ("all" for every arm), asked and answered (people; answered = at least
        one item), partly (people with some items missing), share, conf_low, conf_high (of
        people), items_asked, items_answered, items_share.

    Examples
    --------
    >>> responses = pd.DataFrame({"respondent_id": ["a", "a", "b"], "role": "mentor",
    ...     "dyad_id": ["D1", "D1", "D2"], "wave": 1, "item_id": ["x", "y", "x"],
    ...     "value": [4, None, None]})
    >>> dyads = pd.DataFrame({"dyad_id": ["D1", "D2"], "arm": "new"})
    >>> frame = missingness(responses, dyads)
    >>> frame[["arm", "asked", "answered", "partly"]].to_numpy().tolist()
    [['all', 2, 1, 1], ['new', 2, 1, 1]]
    """
    arm = responses["dyad_id"].map(dyads.set_index("dyad_id")["arm"]).astype("string")
    cells = responses.assign(there=responses["value"].notna(), arm=arm.fillna("no arm"))
    both = pd.concat([cells.assign(arm=_ALL), cells])
    people = both.groupby(["wave", "role", "arm", "respondent_id"])["there"].agg(["sum", "size"])
    keys = ["wave", "role", "arm"]
    frame = people.groupby(keys).agg(items_asked=("size", "sum"), items_answered=("sum", "sum"))
    frame["asked"] = people.groupby(keys).size()
    frame["answered"] = (people["sum"] > 0).groupby(keys).sum()
    some = (people["sum"] > 0) & (people["sum"] < people["size"])
    frame["partly"] = some.groupby(keys).sum()
    frame = frame.reset_index().rename(columns={"answered": "n", "asked": "of"})
    frame = _with_wilson(frame, conf_level).rename(columns={"n": "answered", "of": "asked"})
    frame["items_share"] = frame["items_answered"] / frame["items_asked"]
    first = ["asked", "answered", "partly", "share", "conf_low", "conf_high"]
    return frame[[*keys, *first, "items_asked", "items_answered", "items_share"]]
