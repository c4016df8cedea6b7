"""Whether the intervals of `learn_from_pilot` hold the truth, by size of the pilot and endings.

The stored run, which ``tests/design/test_design_learned_coverage.py`` reads and runs again at a
smaller size. With few and with many endings it is learnt from what became of the sessions, which
is all that endings change much; with some, from whole pilots. About 20 minutes.

    python benchmarks/learned.py tests/design/data/learned_coverage.csv
    python benchmarks/learned.py out.csv --sims 100
"""

import argparse
import time
from pathlib import Path

from revlab.design.learned_worlds import ENDINGS, SIZES, learned_coverage

SEED = 2026
N_SIMS = 400
LARGEST = 120
"""People a side of the largest pilots that are learnt from as a whole."""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--sims", type=int, default=N_SIMS)
    options = parser.parse_args()
    begin = time.perf_counter()
    for n_pairs in SIZES:
        for endings in ENDINGS:
            if endings == "some" and n_pairs > LARGEST:
                continue
            told = "all" if endings == "some" else "sessions"
            rows = learned_coverage(n_pairs, endings, n_sims=options.sims, seed=SEED, told=told)
            there = options.path.exists()
            rows.to_csv(options.path, mode="a", header=not there, index=False, float_format="%.4g")
            print(f"{n_pairs} {endings} {time.perf_counter() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
