"""Deferred acceptance side by side with the PyPI package ``matching`` on the same preferences.

Both get the same random people; the times include what each needs to build its input from the
scores (preference lists for the peer, nothing for us). The two must return the same matching.

    python -m pip install --target build/peer "matching>=1.4.3"
    PYTHONPATH=build/peer python benchmarks/deferred_acceptance.py
"""

import sys
import time
import warnings

import numpy as np
from matching.games import StableMarriage

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.rng import stream


def scores(n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Mentee and mentor scores: independent, or with partners whom everybody wants."""
    rng = stream(2026, n, kind)
    both = rng.random((2, n, n))
    if kind == "correlated":
        both = 0.3 * both + 0.7 * rng.random((2, 1, n))
        both[1] = both[1].T
    return both[0], both[1]


def peer(mentee: np.ndarray, mentor: np.ndarray) -> tuple[np.ndarray, float]:
    """Partner of each mentee and seconds, by ``matching``."""
    begin = time.perf_counter()
    rows = {i: np.argsort(-mentee[i]).tolist() for i in range(len(mentee))}
    columns = {j: np.argsort(-mentor[:, j]).tolist() for j in range(len(mentee))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The peer copies its players recursively and stops at about 50 without this.
        sys.setrecursionlimit(10**6)
        solved = StableMarriage.create_from_dictionaries(rows, columns).solve(optimal="suitor")
    partner = np.empty(len(mentee), dtype=int)
    for suitor, reviewer in solved.items():
        partner[suitor.name] = reviewer.name
    return partner, time.perf_counter() - begin


def ours(mentee: np.ndarray, mentor: np.ndarray) -> tuple[np.ndarray, float]:
    """Partner of each mentee and seconds, by revlab."""
    begin = time.perf_counter()
    fit = Compatibility.from_scores(mentee, mentor)
    cells = DeferredAcceptance("mentees")(fit, stream(1, "ties"))
    partner = np.empty(len(mentee), dtype=int)
    partner[cells[:, 0]] = cells[:, 1]
    return partner, time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    print(f"{'scores':12} {'n':>5} {'matching':>9} {'revlab':>8} {'ratio':>7}  same pairs")
    ours(*scores(50, "independent"))
    for kind in ("independent", "correlated"):
        for n in (50, 100, 200):
            table = scores(n, kind)
            theirs, long = peer(*table)
            found, short = ours(*table)
            same = bool((theirs == found).all())
            print(f"{kind:12} {n:5d} {long:9.3f} {short:8.4f} {long / short:7.0f}  {same}")


if __name__ == "__main__":
    main()
