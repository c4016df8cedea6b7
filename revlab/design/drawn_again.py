"""The matchings that a pilot's lottery could have made, drawn again pool by pool."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PilotError, must
from revlab.fieldwork.pilot import Pilot
from revlab.pairing.lottery_pools import lotteries_of_table
from revlab.rng import stream

__all__ = ["DrawnAgain", "chances_of", "draw_again"]

_IDS = ["mentee_id", "mentor_id"]


@dataclass(frozen=True, eq=False, repr=False)
class DrawnAgain:
    """Matchings drawn again from the lottery of a pilot.

    Parameters
    ----------
    possible : pandas.DataFrame
        ``mentee_id, mentor_id, probability, pool_id`` of every dyad that can be drawn, by the
        ids of its people.
    drawn : array of bool, shape (n_draws, n_possible)
        Which of them each matching has.
    """

    possible: pd.DataFrame
    drawn: NDArray[np.bool_]

    def __repr__(self) -> str:
        n, k = self.drawn.shape
        pools = self.possible["pool_id"].nunique()
        return f"{n} matchings drawn again in {pools} pools, over {k} possible dyads"


def draw_again(pilot: Pilot, *, n_draws: int = 500, seed: int) -> DrawnAgain:
    """Draw matchings again from the chances that a pilot kept.

    Parameters
    ----------
    pilot : Pilot
        With a lottery. Pools that were paired otherwise are left out.
    n_draws : int
        How many matchings.
    seed : int
        Root seed; every pool has its own stream.

    Raises
    ------
    PilotError
        If the pilot has no lottery.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> draw_again(read_pilot(shipped("data/example_pilot")), seed=1)
    Traceback (most recent call last):
    ...
    revlab.errors.PilotError: the pairs of this pilot were not drawn by lottery, so it cannot say \
what another policy would have given; draw the pairs of the next one with `revlab lottery` and \
keep the chances as lottery.csv in the folder of the pilot.
    """
    frames, drawn = [], []
    for pool, lottery in lotteries_of_table(chances_of(pilot)).items():
        draws = lottery.draw_many(n_draws, stream(seed, "drawn again", pool))
        frame = draws.to_frame()[[*_IDS, "probability"]]
        frames.append(frame.astype(dict.fromkeys(_IDS, str)).assign(pool_id=pool))
        drawn.append(draws.drawn)
    possible = pd.concat(frames, ignore_index=True).sort_values(_IDS)
    order = possible.index.to_numpy()
    return DrawnAgain(possible.reset_index(drop=True), np.hstack(drawn)[:, order])


def chances_of(pilot: Pilot) -> pd.DataFrame:
    """Return the chances that a pilot kept: ``pool_id, mentee_id, mentor_id, probability``.

    Raises
    ------
    PilotError
        If the pilot has no lottery.
    """
    table = pilot.lottery
    must(
        table is not None and len(table) > 0,
        "the pairs of this pilot were not drawn by lottery, so it cannot say what another policy "
        "would have given; draw the pairs of the next one with `revlab lottery` and keep the "
        "chances as lottery.csv in the folder of the pilot.",
        PilotError,
    )
    return pd.DataFrame(table)
