"""Dual prices of a matching: they prove that it is optimal, and price what was not done."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.residual_graph import (
    ResidualGraph,
    changes_of,
    dyad_bonus,
    largest_score,
    residual_of,
)
from revlab.pairing.shortest import shortest_paths

__all__ = ["Certificate", "certificate", "settled"]

Floats = NDArray[np.float64]
Nodes = NDArray[np.intp]
_SAME = 1e-8
_PRICE_COLUMNS = ["side", "person_id", "capacity", "n_dyads", "price", "one_less", "one_more"]


@dataclass(frozen=True, eq=False, repr=False)
class Certificate:
    """The proof that a matching is optimal, or a change that makes it better.

    Parameters
    ----------
    aim : {"score", "pairs"}
        What the matching is held against.
    optimal : bool
        True if no other matching is better.
    total : float
        Sum of the joint scores.
    bound : float
        The total that no other matching can exceed (for the aim "pairs": none of as many dyads):
        each person's price times their capacity, and what dyads bring beyond both prices. By
        weak duality this holds however the prices were found. NaN if not optimal.
    largest_violation : float
        ``bound`` less ``total``: zero, but for rounding, if the matching is optimal.
    prices : pandas.DataFrame
        ``side, person_id, capacity, n_dyads, price, one_less, one_more``: what a place with this
        person is worth; what the total loses exactly if they have one place less, and gains if
        they have one more. ``price`` is the mean of the two; both are NaN where the capacity is
        zero. For the aim "pairs" a dyad counts ``dyad_bonus`` beside its score. Empty if not
        optimal.
    at_least : array of float, shape (n_mentees, n_mentors)
        The reduced cost: what making this dyad would cost at least. Zero for the dyads that were
        made, NaN where a dyad cannot be. Empty if not optimal.
    changes : pandas.DataFrame
        ``change ("new" or "ended"), mentee_id, mentor_id, score``: what would make the matching
        better; empty if it is optimal.
    gain : float
        What these changes bring to the total score; zero if the matching is optimal.
    dyad_bonus : float
        What a dyad counts beside its score: zero for the aim "score", for the aim "pairs" more
        than all scores together.
    """

    aim: str
    optimal: bool
    total: float
    bound: float
    largest_violation: float
    prices: pd.DataFrame
    at_least: Floats
    changes: pd.DataFrame
    gain: float
    dyad_bonus: float

    def __repr__(self) -> str:
        if self.optimal:
            more = "more dyads, or as many and " if self.aim == "pairs" else ""
            proven = f"no other has {more}a larger total score than {self.total:.4g}."
            return f"This matching is optimal: {proven}"
        new, ended = (
            " and ".join(f"{row.mentee_id} with {row.mentor_id}" for row in rows.itertuples())
            for rows in (self.changes[self.changes["change"] == kind] for kind in ("new", "ended"))
        )
        and_over = f" and {ended} end" if ended else ""
        grows = "grows" if self.gain > 0 else "changes"
        return (
            f"This matching is not optimal: the total score {grows} by {self.gain:.4g} if {new} "
            f"become dyads{and_over}."
        )


def certificate(
    compatibility: Compatibility, matching: Matching, *, aim: str = "score"
) -> Certificate:
    """Return the proof that a matching is optimal, computed from the matching itself.

    The prices are lengths of shortest paths in the residual graph, so the proof needs no
    mechanism and no solver. People may always be left out, both sides may have several places,
    and only people of one pool can meet. A difference of a hundred-millionth of the largest
    score counts as none.

    Parameters
    ----------
    compatibility : Compatibility
        The scores that the policy used.
    matching : Matching
        The matching.
    aim : {"score", "pairs"}
        Whether the total score comes first, or the number of dyads and then the total score.

    Returns
    -------
    Certificate

    Raises
    ------
    OptionError
        If ``aim`` is something else.
    PairingError
        If the matching names strangers or exceeds a capacity.

    References
    ----------
    Shapley and Shubik 1971, The assignment game I: the core, International Journal of Game
    Theory 1:111-130. Ahuja, Magnanti and Orlin 1993, Network flows, chapter 9 (reduced cost
    optimality).

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> certificate(fit, crossed)
    This matching is optimal: no other has a larger total score than 1.6.
    >>> straight = matching_from_cells(fit, np.array([[0, 0], [1, 1]]), policy="by hand")
    >>> certificate(fit, straight)
    This matching is not optimal: the total score grows by 0.6 if mentee1 with mentor2 and \
mentee2 with mentor1 become dyads and mentee1 with mentor1 and mentee2 with mentor2 end.
    """
    graph = residual_of(compatibility, matching, aim=aim)
    total = float(compatibility.joint()[graph.together].sum(dtype=float))
    bonus = dyad_bonus(compatibility, aim)
    still, better = settled(graph, compatibility)
    changes = changes_of(compatibility, graph, better)
    if len(better):
        signed = changes["score"].where(changes["change"] == "new", -changes["score"])
        nothing = pd.DataFrame(columns=_PRICE_COLUMNS)
        empty = np.empty((0, 0))
        gain = round(float(signed.sum()), 12)
        return Certificate(aim, False, total, np.nan, np.nan, nothing, empty, changes, gain, bonus)
    prices = _prices(compatibility, still)
    bound, at_least = _bound(still, prices["price"].to_numpy(float))
    bound -= bonus * len(matching.dyads)
    over = max(0.0, bound - total)
    return Certificate(aim, True, total, bound, over, prices, at_least, changes, 0.0, bonus)


def settled(graph: ResidualGraph, compatibility: Compatibility) -> tuple[ResidualGraph, Nodes]:
    """Make the changes whose gain is too small to count, up to one that counts.

    Returns
    -------
    graph : ResidualGraph
        The graph after the changes.
    walk : array of int
        A closed walk that brings more than that, empty if there is none.

    Examples
    --------
    >>> one = np.ones((1, 1), dtype=bool)
    >>> fit = Compatibility.from_scores([[0.7]])
    >>> graph = ResidualGraph(fit.joint(), ~one, one, fit.mentee_capacity, fit.mentor_capacity)
    >>> sorted(set(settled(graph, fit)[1].tolist()))
    [0, 1, 2]
    """
    tiny = _SAME * largest_score(compatibility)
    while True:
        cycle = shortest_paths(graph, graph.nobody).cycle
        if cycle is None:
            return graph, np.empty(0, dtype=np.intp)
        new, ended = (graph.worth[cells[:, 0], cells[:, 1]] for cells in graph.steps(cycle))
        if new.sum() - ended.sum() > tiny:
            return graph, cycle
        graph = graph.after(cycle)


def _prices(compatibility: Compatibility, graph: ResidualGraph) -> pd.DataFrame:
    """Return the prices: the ends of what optimal prices can be are lengths of shortest paths."""
    ahead = shortest_paths(graph, graph.nobody)
    back = shortest_paths(graph.reversed, graph.nobody)
    frames = []
    for side, less, more, axis in (
        ("mentee", ahead.mentee, -back.mentor, 1),
        ("mentor", back.mentee, -ahead.mentor, 0),
    ):
        capacity = getattr(compatibility, f"{side}_capacity")
        less = np.where(capacity > 0, less, np.nan)
        columns = {
            "side": side,
            "person_id": getattr(compatibility, f"{side}_ids"),
            "capacity": capacity,
            "n_dyads": graph.together.sum(axis=axis),
            "price": (less + more) / 2,
            "one_less": less,
            "one_more": more + 0.0,
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _bound(graph: ResidualGraph, price: Floats) -> tuple[float, Floats]:
    """Return what the prices prove, and the reduced costs."""
    n = graph.worth.shape[0]
    own, other = price[:n], price[n:]
    reduced = own[:, None] + other - graph.worth
    beyond = np.maximum(-reduced, 0.0, where=graph.possible, out=np.zeros(graph.worth.shape))
    capacity = (graph.mentee_capacity, graph.mentor_capacity)
    worth = sum(
        float((np.nan_to_num(prices) * places).sum())
        for prices, places in zip((own, other), capacity, strict=True)
    )
    at_least = np.where(graph.possible, np.maximum(reduced, 0.0), np.nan)
    return worth + float(np.nansum(beyond)), np.where(graph.together, 0.0, at_least)
