"""Lotteries of several pools: found, as one table for a pilot, and back to be drawn again."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery import LOTTERY_COLUMNS, Lottery
from revlab.pairing.lottery_grid import NEAR
from revlab.pairing.lottery_policy import LotteryDraw

__all__ = ["lotteries_of_table", "lottery_table", "pool_lotteries"]


def pool_lotteries(
    compatibility: Compatibility, pools: pd.DataFrame, *, draws: Mapping[str, LotteryDraw]
) -> dict[str, Lottery]:
    """Return the lottery of every pool that is paired by one.

    It is the lottery that `pair_in_pools` draws from where the pool's policy has this mechanism
    and this score, so the chances of a matching can be found after the draw.

    Parameters
    ----------
    compatibility : Compatibility
        Scores and eligibility of the whole cohort.
    pools : pandas.DataFrame
        ``person_id, side, pool_id`` as from `draw_pools`.
    draws : mapping of str to LotteryDraw
        Pool to mechanism, for the pools that are paired by a lottery.

    Raises
    ------
    PairingError
        If a pool is not in ``pools``, or somebody in it is not in the compatibility.

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> rows = [(name, "mentee", "P01") for name in fit.mentee_ids]
    >>> rows += [(name, "mentor", "P01") for name in fit.mentor_ids]
    >>> pools = pd.DataFrame(rows, columns=["person_id", "side", "pool_id"])
    >>> pool_lotteries(fit, pools, draws={"P01": LotteryDraw(cap=0.75)})["P01"].expected_dyads
    2.0
    """
    found = {}
    for pool, draw in sorted(draws.items()):
        people = pools[pools["pool_id"] == pool]
        must(
            len(people) > 0, f"`pools` has nobody in pool {pool!r}; correct `draws`.", PairingError
        )
        places = []
        for side in ("mentee", "mentor"):
            names = people.loc[people["side"] == side, "person_id"]
            place = getattr(compatibility, f"{side}_ids").get_indexer(names)
            lost = names[place < 0].tolist()
            what = f"{side} {lost[:1]} of pool {pool!r} has no scores; use those of the cohort."
            must(not lost, what, PairingError)
            places.append(place)
        found[pool] = draw.lottery(compatibility.select(*places))
    return found


def lottery_table(lotteries: Mapping[str, Lottery]) -> pd.DataFrame:
    """Return the chances of several pools as one table, as a `Pilot` keeps it.

    Parameters
    ----------
    lotteries : mapping of str to Lottery
        Pool to lottery.

    Returns
    -------
    pandas.DataFrame
        ``pool_id, mentee_id, mentor_id, probability``; one row for each dyad that can be drawn.

    Examples
    --------
    >>> half = Lottery("by hand", ["m"], ["a"], np.array([[0.5]]), [1], [1])
    >>> lottery_table({"P01": half}).iloc[0].tolist()[:3]
    ['P01', 'm', 'a']
    """
    frames = [frame.to_frame().assign(pool_id=pool) for pool, frame in sorted(lotteries.items())]
    columns = ["pool_id", *LOTTERY_COLUMNS]
    return (
        pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    )


def lotteries_of_table(table: pd.DataFrame, *, policy: str = "lottery") -> dict[str, Lottery]:
    """Return the lottery of each pool, to be drawn again.

    Parameters
    ----------
    table : pandas.DataFrame
        ``pool_id, mentee_id, mentor_id, probability``, for instance of a `Pilot`.
    policy : str
        Name of the policy.

    Returns
    -------
    dict of str to Lottery
        People without any chance are not in it, and a capacity is the least that will do; draws
        are those of the lottery that was stored.

    Examples
    --------
    >>> table = pd.DataFrame([("P01", "m", "a", 0.5)], columns=["pool_id", *LOTTERY_COLUMNS])
    >>> lotteries_of_table(table)["P01"].expected_dyads
    0.5
    """
    found = {}
    for pool, rows in table.groupby("pool_id"):
        wide = rows.pivot(index="mentee_id", columns="mentor_id", values="probability")
        chance = wide.fillna(0.0).to_numpy(float)
        loads = [np.ceil(chance.sum(axis=axis) - NEAR).astype(np.int64) for axis in (1, 0)]
        found[str(pool)] = Lottery(policy, wide.index, wide.columns, chance, *loads)
    return found
