"""What does not fit between the chances of a pilot's lottery and the dyads that were made."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from revlab.errors import Fault
from revlab.fieldwork.protocol import PilotPlan
from revlab.fieldwork.response_faults import row_faults

__all__ = ["lottery_faults"]

Tables = Mapping[str, pd.DataFrame]
_NEAR = 1e-9


def lottery_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the lottery: who, where, and dyads that it could not give.

    A pool without a row in the lottery was paired otherwise, and nothing is asked of it.
    """
    lottery = tables["lottery"]
    unknown = ~lottery["pool_id"].isin(tables["arms"]["pool_id"])
    yield from row_faults("lottery.pool_id", unknown, rule="the pool is not in arms.csv")
    for role in ("mentor", "mentee"):
        column = f"{role}_id"
        side = tables["people"][tables["people"]["role"] == role].set_index("person_id")
        nobody = ~lottery[column].isin(side.index)
        yield from row_faults(f"lottery.{column}", nobody, rule=f"is not a {role} in people.csv")
        away = ~nobody & (lottery[column].map(side["pool_id"]) != lottery["pool_id"])
        rule = "belongs to another pool in people.csv"
        yield from row_faults(f"lottery.{column}", away, rule=rule)
    yield from _dyad_faults(lottery, tables["dyads"])


def _dyad_faults(lottery: pd.DataFrame, dyads: pd.DataFrame) -> Iterator[Fault]:
    drawn = dyads["pool_id"].isin(lottery["pool_id"])
    possible = lottery[(lottery["probability"] > 0).fillna(False)]
    pairs = set(zip(possible["mentee_id"], possible["mentor_id"], strict=True))
    made = zip(dyads["mentee_id"], dyads["mentor_id"], strict=True)
    never = drawn & ~pd.Series([pair in pairs for pair in made], index=dyads.index, dtype=bool)
    rule = "the lottery of this pool gives these two people no chance in lottery.csv"
    yield from row_faults("dyads.mentee_id", never, rule=rule)
    for role in ("mentor", "mentee"):
        column = f"{role}_id"
        expected = possible.groupby(column)["probability"].sum().astype(float)
        most = dyads[column].map(np.ceil(expected - _NEAR)).fillna(0.0)
        number = dyads.groupby(column).cumcount() + 1
        rule = f"the lottery gives this {role} fewer dyads, by the sum of their chances"
        more = drawn & ~never & (number > most)
        yield from row_faults(f"dyads.{column}", more, rule=rule)
