"""Ten thousand people on each side: seconds of each step and the peak of memory.

Simulated people with data for every part of the usual score. Each proposing side runs in a
process of its own, whose peak of resident memory is read at the end; no peer is needed, and
none that could be found scores and pairs people of this number.

    OMP_NUM_THREADS=1 python benchmarks/scale.py [people on each side]

The first time that a virtual machine uses a page of memory can take longer than all else; the
second line of each side is a repetition in a fresh process, on a machine that is warm.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable

from revlab.pairing.blocks import score_in_blocks
from revlab.pairing.dyad_parts import dyad_parts
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

PEOPLE = 10_000
SIDES = ("mentees", "mentors")


def timed(run: Callable[[], object]) -> tuple[object, float, float]:
    """Return the result and its wall-clock and CPU seconds."""
    begin, used = time.perf_counter(), time.process_time()
    result = run()
    return result, time.perf_counter() - begin, time.process_time() - used


def measure(n: int, side: str) -> None:
    """Print one line, in this process."""
    cohort = draw_cohort(Population(), n, n, rng=stream(2026, "scale"))
    fit, *score = timed(lambda: score_in_blocks(cohort))
    cells, *pair = timed(lambda: DeferredAcceptance(side)(fit, stream(1, "ties")))
    ids = fit.mentee_ids[cells[:, 0]], fit.mentor_ids[cells[:, 1]]
    _, *reasons = timed(lambda: dyad_parts(cohort, *ids))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps = "".join(f" {wall:9.2f} {cpu:6.2f}" for wall, cpu in (score, pair, reasons))
    total = score[0] + pair[0]
    print(f"{side:8} {n:6d} {len(cells):6d}{steps} {total:9.2f} {peak:9.0f}", flush=True)


def main() -> None:
    """Print the table, each line from a process of its own."""
    if len(sys.argv) == 3:
        measure(int(sys.argv[1]), sys.argv[2])
        return
    n = sys.argv[1] if len(sys.argv) == 2 else str(PEOPLE)
    steps = "".join(f" {step:>9} {'(CPU)':>6}" for step in ("score s", "pair s", "reasons s"))
    heading = f"{'propose':8} {'people':>6} {'dyads':>6}{steps} {'score+pair':>9} {'peak MiB':>9}"
    print(heading, flush=True)
    for side in SIDES:
        for _ in range(2):
            subprocess.run([sys.executable, __file__, n, side], check=True)


if __name__ == "__main__":
    main()
