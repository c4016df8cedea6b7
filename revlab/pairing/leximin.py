"""Matching mechanisms of a planner who looks at the worst-off dyads first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.residual import open_flow, with_fewest

__all__ = ["Bottleneck", "Leximin"]

Cells = NDArray[np.intp]
Levels = NDArray[np.int32]
_DECIMALS = 9
_STEEP = 8


@dataclass(frozen=True)
class Bottleneck:
    """Make the worst dyad as good as possible, then the total score.

    First the number of dyads is the largest possible; among such matchings the lowest joint
    score of a dyad is the highest possible; among those the total score is. The worst-off is a
    *dyad*, not a person: who is left over has no score and is looked at only by the first step.
    Scores are compared to a billionth of the largest. Ties are broken by ``rng`` as in
    `OptimalAssignment`.

    Parameters
    ----------
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    References
    ----------
    Burkard, Dell'Amico and Martello 2009, Assignment Problems, section 6.2 (the threshold
    algorithm: the worst score is found by bisection, with a maximum flow for each trial).

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.5], [0.6, 0.1]])
    >>> sorted(Bottleneck()(scores, np.random.default_rng(1)).tolist())
    [[0, 1], [1, 0]]
    """

    weight: float = 0.5

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        levels = _levels(compatibility, self.weight)
        allowed = levels >= max(_highest_worst(levels, compatibility, rng), 0)
        return _most_pairs(compatibility.joint(self.weight), allowed, compatibility, rng)


@dataclass(frozen=True)
class Leximin:
    """Make the worst dyad as good as possible, then the second worst, and so on.

    First the number of dyads is the largest possible; among such matchings the list of joint
    scores of the dyads, from the worst up, is the largest in the order of a dictionary. That is
    exact, for places on both sides too; scores are compared to a billionth of the largest. The
    worst-off are *dyads*, not people: somebody with two dyads counts twice, and who is left
    over has no score and is looked at only by the first step. Which of several such matchings is
    taken depends on ``rng`` (people are shuffled first), though not with equal chances.

    Parameters
    ----------
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    Notes
    -----
    Lexicographic bottleneck assignment: Burkard, Dell'Amico and Martello 2009, Assignment
    Problems, section 6.6. From the lowest score up, the number of dyads with that score is made
    as small as it can be, and from then on only those changes are allowed that keep it (the
    face of optimal flows, by complementary slackness); a score that no chosen dyad has needs no
    work.

    Examples
    --------
    >>> table = [[0.5, 0.5, 0.4], [0.6, 0.9, 0.5], [0.4, 0.8, 0.6]]
    >>> scores = Compatibility.from_scores(table)
    >>> cells = Leximin()(scores, np.random.default_rng(1))
    >>> sorted(table[i][j] for i, j in cells)
    [0.5, 0.6, 0.9]
    """

    weight: float = 0.5

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        rows, columns = (rng.permutation(n) for n in compatibility.shape)
        people = compatibility.select(rows, columns)
        levels = _levels(people, self.weight)
        worst = _highest_worst(levels, people, rng)
        allowed = levels >= max(worst, 0)
        # A matching that already shuns low scores leaves little to do; any would be right.
        height = np.where(allowed, levels - worst, 0) / max(int(levels.max(initial=0)) - worst, 1)
        start = _most_pairs(1 - (1 - height) ** _STEEP, allowed, people, rng)
        chosen = np.zeros(people.shape, dtype=bool)
        chosen[start[:, 0], start[:, 1]] = True
        room, seats = people.mentee_capacity, people.mentor_capacity
        flow = open_flow(chosen, allowed, room=room, seats=seats)
        level = -1
        while True:
            above = levels[flow.chosen & flow.free & (levels > level)]
            if not above.size:
                break
            skipped, level = level, int(above.min())
            flow.free[(levels > skipped) & (levels < level)] = False
            flow = with_fewest(flow, levels == level)
        cells = np.argwhere(flow.chosen)
        return np.column_stack([rows[cells[:, 0]], columns[cells[:, 1]]])


def _levels(compatibility: Compatibility, weight: float) -> Levels:
    """Return the rank of each cell's score among the different scores, -1 if forbidden."""
    joint = compatibility.joint(weight).astype(np.float64, copy=False)
    eligible = compatibility.eligible
    largest = float(joint.max(initial=0.0, where=eligible)) or 1.0
    levels = np.full(joint.shape, -1, dtype=np.int32)
    steps = np.round(joint[eligible] / largest, _DECIMALS)
    levels[eligible] = np.unique(steps, return_inverse=True)[1]
    return levels


def _most_pairs(
    worth: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    people: Compatibility,
    rng: np.random.Generator,
) -> Cells:
    """Return the largest matching of allowed cells, and of these the one of largest worth."""
    scores = Compatibility.from_scores(
        worth,
        eligible=allowed,
        mentee_capacity=people.mentee_capacity,
        mentor_capacity=people.mentor_capacity,
    )
    return OptimalAssignment("pairs")(scores, rng)


def _highest_worst(levels: Levels, people: Compatibility, rng: np.random.Generator) -> int:
    """Return the highest level below which no dyad of a largest matching needs to be."""
    first = _most_pairs(np.maximum(levels, 0).astype(float), levels >= 0, people, rng)
    if not len(first):
        return -1
    lowest = int(levels[first[:, 0], first[:, 1]].min())
    # From the top, because a trial with few cells is quick: first doubling, then bisection.
    i, j = np.nonzero(levels > lowest)
    order = np.argsort(-levels[i, j], kind="stable")
    i, j = i[order], j[order]
    falling = levels[i, j]
    tried = min(2 * len(first), len(i))
    too_few = 0
    while tried < len(i) and not _enough(i[:tried], j[:tried], people, len(first)):
        too_few, tried = tried, min(2 * tried, len(i))
    enough = tried
    while too_few + 1 < enough:
        middle = (too_few + enough) // 2
        if _enough(i[:middle], j[:middle], people, len(first)):
            enough = middle
        else:
            too_few = middle
    if enough and _enough(i[:enough], j[:enough], people, len(first)):
        return int(falling[enough - 1])
    return lowest


def _enough(rows: Cells, columns: Cells, people: Compatibility, wanted: int) -> bool:
    """Say whether these cells hold a matching with the wanted number of dyads."""
    n, m = people.shape
    hub, sink = n + m, n + m + 1
    tails = np.concatenate([np.full(n, hub), rows, n + np.arange(m)])
    heads = np.concatenate([np.arange(n), n + columns, np.full(m, sink)])
    most = np.concatenate([people.mentee_capacity, np.ones_like(rows), people.mentor_capacity])
    arcs = csr_array((np.minimum(most, n + m).astype(np.int32), (tails, heads)), (sink + 1,) * 2)
    return bool(maximum_flow(arcs, hub, sink).flow_value >= wanted)
