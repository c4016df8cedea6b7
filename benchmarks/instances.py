"""Scores that the benchmarks share: independent, correlated, and structured."""

import time
from collections.abc import Callable

import numpy as np

from revlab.rng import stream

KINDS = ("independent", "correlated", "structured")
SKILLS = 60


def scores(n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Mentee and mentor scores, n x n, in [0, 1].

    Independent: uniform draws. Correlated: 0.7 times how wanted the partner is, 0.3 times a
    draw. Structured: what one side needs times what the other offers over 60 skills, a few
    each, over the largest; many near-ties, and some people whom everybody wants.
    """
    rng = stream(2026, n, kind)
    if kind == "structured":
        sides = []
        for _ in range(2):
            needs = rng.random((n, SKILLS)) * (rng.random((n, SKILLS)) < 0.1)
            offers = rng.random((n, SKILLS)) * (rng.random((n, SKILLS)) < 0.2)
            table = needs @ offers.T
            sides.append(table / table.max())
        return sides[0], np.ascontiguousarray(sides[1].T)
    both = rng.random((2, n, n))
    if kind == "correlated":
        both = 0.3 * both + 0.7 * rng.random((2, 1, n))
        both[1] = both[1].T
    return both[0], both[1]


def best_of(run: Callable[[], object], times: int) -> tuple[object, float]:
    """Return the result, and the least CPU seconds of a few runs.

    CPU time, because others may load the machine too; with OMP_NUM_THREADS=1 everybody here has
    one thread.
    """
    result, least = None, np.inf
    for _ in range(times):
        begin = time.process_time()
        result = run()
        least = min(least, time.process_time() - begin)
    return result, least
