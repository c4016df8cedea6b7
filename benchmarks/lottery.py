"""Capped lotteries side by side with HiGHS on the whole linear programme, and the speed of draws.

Both get the same scores and must reach the same value; the whole programme has every dyad in it
and is solved by ``scipy.optimize.linprog``. Structured scores are needs times offers over 60
skills, where near-ties and people whom everybody wants make the programme harder.

    python benchmarks/lottery.py                # 200 and 500 people on each side, and the draws
    python benchmarks/lottery.py 200 500 1000   # the whole programme takes a minute at 1000
"""

import sys
import time

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_parts import decompose
from revlab.pairing.perturbed import perturbed_lottery
from revlab.rng import stream

CAP = 0.5


def scores(n: int, kind: str) -> np.ndarray:
    """Joint scores: independent, or needs times offers."""
    rng = stream(2026, n, kind)
    if kind == "independent":
        return rng.random((n, n))
    needs = rng.random((n, 60)) * (rng.random((n, 60)) < 0.1)
    offers = rng.random((n, 60)) * (rng.random((n, 60)) < 0.2)
    table = needs @ offers.T
    return table / table.max()


def whole(table: np.ndarray, cap: float) -> tuple[float, float]:
    """Value and seconds of the programme with every dyad in it."""
    n, m = table.shape
    begin = time.perf_counter()
    cell = np.arange(n * m)
    places = (np.concatenate([cell // m, n + cell % m]), np.concatenate([cell, cell]))
    limits = coo_array((np.ones(2 * n * m), places), shape=(n + m, n * m)).tocsr()
    answer = linprog(
        -table.ravel(), A_ub=limits, b_ub=np.ones(n + m), bounds=(0, cap), method="highs-ds"
    )
    return -float(answer.fun), time.perf_counter() - begin


def ours(table: np.ndarray, cap: float) -> tuple[float, float]:
    """Value and seconds of the lottery, its optimum and its exact sums included."""
    begin = time.perf_counter()
    lottery = capped_lottery(Compatibility.from_scores(table), cap=cap)
    return lottery.value, time.perf_counter() - begin


def programmes(sizes: list[int]) -> None:
    """Print the table of programmes."""
    print(f"cap {CAP}")
    print(f"{'scores':12} {'n':>5} {'HiGHS':>8} {'revlab':>8} {'ratio':>6}  difference of value")
    for kind in ("independent", "structured"):
        for n in sizes:
            table = scores(n, kind)
            mine, short = ours(table, CAP)
            theirs, long = whole(table, CAP)
            gap = abs(mine - theirs) / theirs
            print(f"{kind:12} {n:5d} {long:8.2f} {short:8.3f} {long / short:6.1f}  {gap:.1e}")


def draws(n: int = 200, n_draws: int = 1000) -> None:
    """Print the seconds of many draws, of a mixture, and the worst of all frequencies."""
    print(f"\n{n_draws} draws at {n} x {n}: seconds, worst z of a frequency, different matchings")
    for kind in ("independent", "structured"):
        fit = Compatibility.from_scores(scores(n, kind))
        lotteries = {f"cap {cap}": capped_lottery(fit, cap=cap) for cap in (0.5, 0.25, 0.3, 0.1)}
        lotteries["strength 0.1"] = perturbed_lottery(fit, strength=0.1)
        for name, lottery in lotteries.items():
            begin = time.perf_counter()
            drawn = lottery.draw_many(n_draws, stream(1, "draw"))
            seconds = time.perf_counter() - begin
            spread = np.sqrt(drawn.chance * (1 - drawn.chance) / n_draws)
            worst = (np.abs(drawn.frequency - drawn.chance) / np.maximum(spread, 1e-9)).max()
            begin = time.perf_counter()
            mixture = decompose(lottery)
            split = time.perf_counter() - begin
            print(
                f"{kind:12} {name:12} {seconds:6.2f} s  z {worst:4.2f}  {drawn.distinct:5d}  "
                f"(mixture of {len(mixture.weights)} in {split:.2f} s)"
            )


def main() -> None:
    """Print both tables."""
    sizes = [int(size) for size in sys.argv[1:]] or [200, 500]
    ours(scores(50, "independent"), CAP)
    programmes(sizes)
    draws()


if __name__ == "__main__":
    main()
