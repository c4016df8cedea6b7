"""Ties across levels: how many there are, whether people keep to their own, and by chance or not.

Two people who are a dyad turn to each other because of the programme, so the frames may say which
ties are between partners; the caller leaves them out.
"""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.regression import cluster_robust

__all__ = ["Network", "assortativity", "cross_share", "read_network"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
_LEVELS = ("mentor", "mentee")
_FEWEST_PEOPLE = 5
_FEWEST_TIES = 10


@dataclass(frozen=True, eq=False)
class Network:
    """Who turns to whom at one wave.

    Parameters
    ----------
    source, target : ndarray of shape (n_ties,)
        Numbers of the two people of each tie; the source named the target.
    senior : ndarray of shape (n_people,)
        Whether the person is a mentee.
    pool : ndarray of shape (n_people,)
        Number of the pool.
    answered : ndarray of shape (n_people,)
        Whether the person said whom they turn to.
    left_out : int
        Ties from or to people of both levels, which are neither within nor across.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": list("abc"), "level": ["mentor", "mentee", "mentee"],
    ...     "pool_id": 1, "answered": True})
    >>> ties = pd.DataFrame({"person_id": ["a", "b"], "contact_id": ["b", "c"]})
    >>> read_network(people, ties)
    Network of 3 people and 2 ties, 1 across levels
    """

    source: Places
    target: Places
    senior: NDArray[np.bool_]
    pool: Places
    answered: NDArray[np.bool_]
    left_out: int = 0

    @property
    def cross(self) -> NDArray[np.bool_]:
        """Which ties join the two levels, shape (n_ties,)."""
        return np.asarray(self.senior[self.source] != self.senior[self.target])

    @property
    def ei_index(self) -> float:
        """Ties across less ties within, over all ties: -1 all within, 1 all across."""
        return float(2 * self.cross.mean() - 1) if len(self.source) else nan

    @property
    def note(self) -> str:
        """What the reader must know besides; "" if nothing."""
        return f"{self.left_out} ties of people of both levels left out" if self.left_out else ""

    def check(self) -> None:
        """Refuse a network that is too small to say anything about levels.

        Raises
        ------
        EstimateError
            With fewer than 5 people who answered, or 10 ties.
        """
        there = int(self.answered.sum())
        must(
            there >= _FEWEST_PEOPLE and len(self.source) >= _FEWEST_TIES,
            f"{there} people named {len(self.source)} ties; at least {_FEWEST_PEOPLE} people and "
            f"{_FEWEST_TIES} ties are needed.",
            EstimateError,
        )

    def __repr__(self) -> str:
        return (
            f"Network of {len(self.senior)} people and {len(self.source)} ties, "
            f"{int(self.cross.sum())} across levels"
        )


def read_network(people: pd.DataFrame, ties: pd.DataFrame) -> Network:
    """Read who turns to whom from one row per person and one per tie.

    Parameters
    ----------
    people : pandas.DataFrame
        person_id, level ("mentor", "mentee" or "both"), pool_id, answered.
    ties : pandas.DataFrame
        person_id (who named) and contact_id; a pair named twice counts once.

    Raises
    ------
    EstimateError
        If somebody is there twice, a tie names somebody who is not, or one who gave no answer
        names somebody.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": ["a"], "level": "mentor", "pool_id": 1,
    ...     "answered": True})
    >>> read_network(people, pd.DataFrame({"person_id": ["a"], "contact_id": ["b"]}))
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: a tie names somebody who is not among the people.
    """
    ids = people["person_id"].astype(str)
    must(not ids.duplicated().any(), "somebody is among the people twice.", EstimateError)
    one = people["level"].isin(_LEVELS).to_numpy(dtype=bool)
    pairs = ties[["person_id", "contact_id"]].astype(str).drop_duplicates()
    index = pd.Index(ids)
    source, target = (index.get_indexer(pairs[name]) for name in ("person_id", "contact_id"))
    known = bool((source >= 0).all() and (target >= 0).all())
    must(known, "a tie names somebody who is not among the people.", EstimateError)
    must(bool((source != target).all()), "somebody names themselves.", EstimateError)
    answered = people["answered"].to_numpy(dtype=bool)
    must(bool(answered[source].all()), "one who gave no answer names somebody.", EstimateError)
    clear = one[source] & one[target]
    new = np.cumsum(one) - 1
    return Network(
        source=new[source[clear]].astype(np.intp),
        target=new[target[clear]].astype(np.intp),
        senior=(people["level"] == "mentee").to_numpy(dtype=bool)[one],
        pool=np.unique(people["pool_id"].astype(str).to_numpy()[one], return_inverse=True)[1],
        answered=answered[one],
        left_out=int((~clear).sum()),
    )


def assortativity(network: Network) -> float:
    """Return Newman's assortativity of levels: 1 all ties within, 0 as by chance, below 0 across.

    The ends of ties are taken as they are, so a level that is named often counts more; NaN if all
    ties start and end at one level.

    References
    ----------
    Newman (2003), Physical Review E 67:026126, equation 2.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": list("abcd"), "level": ["mentor", "mentor", "mentee",
    ...     "mentee"], "pool_id": 1, "answered": True})
    >>> ties = pd.DataFrame({"person_id": list("abcd"), "contact_id": list("badc")})
    >>> assortativity(read_network(people, ties))
    1.0
    """
    table = np.zeros((2, 2))
    ends = (network.senior[network.source].astype(int), network.senior[network.target].astype(int))
    np.add.at(table, ends, 1.0)
    total = table.sum()
    if total == 0:
        return nan
    share = table / total
    chance = float(share.sum(axis=1) @ share.sum(axis=0))
    return nan if chance >= 1 else float((np.trace(share) - chance) / (1 - chance))


def cross_share(network: Network, *, conf_level: float = 0.95) -> Estimate:
    """Return the share of ties that join the two levels.

    Parameters
    ----------
    network : Network
        Of one wave.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        CR2 over the pools of those who named, or over people if there is one pool; ``n`` counts
        people who answered.

    Raises
    ------
    EstimateError
        With fewer than 5 people or 10 ties, or if all ties are of one kind.

    Examples
    --------
    >>> people = pd.DataFrame({"person_id": range(8), "level": ["mentor", "mentee"] * 4,
    ...     "pool_id": [1, 1, 2, 2, 3, 3, 4, 4], "answered": True})
    >>> ties = pd.DataFrame({"person_id": [0, 1, 2, 3, 4, 5, 6, 7, 0, 2],
    ...     "contact_id": [1, 3, 3, 5, 6, 4, 7, 1, 2, 4]})
    >>> round(cross_share(read_network(people, ties)).estimate, 6)
    0.4
    """
    check_conf_level(conf_level)
    network.check()
    pools = network.pool[network.source]
    several = len(np.unique(pools)) >= 2
    unit = pools if several else network.source
    cross = network.cross.astype(float)
    fit = cluster_robust(np.ones((len(cross), 1)), cross, cluster=unit)
    plain = fit.estimate(0, conf_level=conf_level)
    words = "pools" if several else "people, as there is one pool"
    return replace(
        plain,
        estimand="share of ties across levels",
        estimator="cross_share",
        statistic=nan,
        p_value=nan,
        conf_low=max(0.0, plain.conf_low),
        conf_high=min(1.0, plain.conf_high),
        n=int(network.answered.sum()),
        n_missing=int((~network.answered).sum()),
        n_clusters=fit.n_clusters if several else 0,
        unit="share",
        convention=f"{len(cross)} ties that were named, each once, CR2 standard error over "
        f"{words}, Satterthwaite t, interval cut at 0 and 1",
        note=network.note,
    )
