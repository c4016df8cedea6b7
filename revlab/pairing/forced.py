"""What it would cost to make a dyad that an optimal matching did not make."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.duals import settled
from revlab.pairing.matching import Matching
from revlab.pairing.residual_graph import changes_of, residual_of
from revlab.pairing.shortest import shortest_paths

__all__ = ["Forced", "force"]

_SAME = 1e-8


@dataclass(frozen=True, eq=False)
class Forced:
    """What changes if a dyad has to be made and all else is chosen anew as well as possible.

    Parameters
    ----------
    cost : float
        What the total score loses, exactly.
    fewer_dyads : int
        How many dyads are lost, where the number of dyads comes first; else zero.
    changes : pandas.DataFrame
        ``change ("new" or "ended"), mentee_id, mentor_id, score``.
    losers : pandas.DataFrame
        ``side, person_id, before, after, loss``: who has less, by their own scores summed over
        their dyads; the largest loss first.
    """

    cost: float
    fewer_dyads: int
    changes: pd.DataFrame
    losers: pd.DataFrame


def force(
    compatibility: Compatibility,
    matching: Matching,
    cell: tuple[int, int],
    *,
    aim: str = "score",
) -> Forced:
    """Return the cheapest way to make a dyad, starting from an optimal matching.

    The best matching with the dyad differs from an optimal one by one closed walk through the
    residual graph, whose other parts cannot gain; so the cost is the length of the shortest path
    back from the mentor to the mentee.

    Parameters
    ----------
    compatibility : Compatibility
        The scores that the policy used.
    matching : Matching
        A matching that `certificate` says is optimal for ``aim``.
    cell : (int, int)
        Row of the mentee and column of the mentor of an allowed dyad that was not made; both
        have a capacity.
    aim : {"score", "pairs"}
        What comes first.

    Returns
    -------
    Forced

    Raises
    ------
    OptionError
        If ``aim`` is something else.
    PairingError
        If the matching names strangers or exceeds a capacity.

    References
    ----------
    Ahuja, Magnanti and Orlin 1993, Network flows, chapter 9.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> round(force(fit, crossed, (0, 0)).cost, 9)
    0.6
    """
    graph = settled(residual_of(compatibility, matching, aim=aim), compatibility)[0]
    walk = shortest_paths(graph, graph.worth.shape[0] + cell[1]).walk_to(cell[0])
    changes = changes_of(compatibility, graph, np.append(walk, walk[0]))
    new = (changes["change"] == "new").to_numpy()
    cost = float(changes["score"].where(~new, -changes["score"]).sum())
    fewer = int((~new).sum() - new.sum()) if aim == "pairs" else 0
    cost = cost if abs(cost) > _SAME else 0.0
    return Forced(cost, fewer, changes, _losers(compatibility, matching, changes))


def _losers(
    compatibility: Compatibility, matching: Matching, changes: pd.DataFrame
) -> pd.DataFrame:
    rows = []
    i = compatibility.mentee_ids.get_indexer(changes["mentee_id"])
    j = compatibility.mentor_ids.get_indexer(changes["mentor_id"])
    for side in ("mentee", "mentor"):
        own = getattr(compatibility, f"{side}_score")[i, j]
        signed = pd.Series(np.where(changes["change"] == "new", -own, own))
        losses = signed.groupby(changes[f"{side}_id"].to_numpy()).sum()
        before = matching.dyads.groupby(f"{side}_id")[f"{side}_score"].sum()
        for person, loss in losses[losses > _SAME].items():
            had = float(before.get(person, 0.0))
            rows.append((side, person, had, had - loss, loss))
    frame = pd.DataFrame(rows, columns=["side", "person_id", "before", "after", "loss"])
    return frame.sort_values("loss", ascending=False, kind="stable", ignore_index=True)
