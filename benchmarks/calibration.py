"""False alarms and coverage of every estimator that a plan can name, over a grid of worlds.

The stored run, which ``tests/inference/test_inference_stored_calibration.py`` reads and runs
again at a smaller size. Of a thousand rates some are three errors off by chance, so a row that
is not within is run again with five times the trials and another seed, and that run is stored:
it allows smaller deviations only. The run can be stopped and started: rows that are there are
not run again.

    python benchmarks/calibration.py tests/inference/data/calibration.csv
    python benchmarks/calibration.py out.csv --sims 500 --only pool_means ancova_cr2
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import asdict, astuple, replace
from itertools import product
from pathlib import Path

import pandas as pd

from revlab.design.calibration import HARNESS, calibrate
from revlab.design.trial_worlds import TrialWorld
from revlab.errors import DesignError
from revlab.inference.cores import CORES

SEED = 2026
N_SIMS = 2000
MORE = 5
EFFECT = 0.5
BASE = TrialWorld(n_pools=12, r=0.3, drop_out=0.2)
PAIRS = replace(BASE, sizes="pairs", n_pools=20)
STAR = (
    *(replace(BASE, n_pools=n_pools) for n_pools in (8, 12, 20, 40)),
    *(replace(BASE, r=r) for r in (0.0, 0.6)),
    *(replace(PAIRS, r=r) for r in (-0.4, 0.0, 0.6)),
    *(replace(BASE, sizes="unequal", n_pools=n_pools) for n_pools in (8, 20, 40)),
    replace(BASE, drop_out=0.0),
    replace(BASE, drop_out=0.4),
    replace(BASE, drop_out_kind="by_pre"),
    replace(BASE, drop_out=0.4, drop_out_kind="by_pre"),
    *(replace(BASE, answers=f"likert_{points}") for points in (4, 5, 7)),
    *(replace(BASE, answers=f"likert_{points}", lean=1.5) for points in (4, 5, 7)),
    replace(BASE, treated_share=1 / 3),
    replace(BASE, treated_share=1 / 3, n_pools=8),
    replace(BASE, treated_share=1 / 6),
    replace(BASE, treated_share=0.15, n_pools=20),
    *(replace(BASE, n_blocks=n_blocks) for n_blocks in (2, 3, 6)),
    replace(BASE, n_blocks=4, n_pools=8),
    replace(BASE, n_blocks=4, n_pools=40),
)
"""One thing at a time is changed in the base world."""


def corners() -> Iterator[TrialWorld]:
    """Yield the worlds in which everything is at one of its ends."""
    for n_pools, (sizes, r), drop_out, lean, share in product(
        (8, 40), (("pairs", -0.4), ("ragged", 0.6)), (0.0, 0.4), (None, 1.5), (0.5, 1 / 3)
    ):
        yield TrialWorld(
            n_pools=n_pools,
            sizes=sizes,
            r=r,
            drop_out=drop_out,
            drop_out_kind="by_pre" if drop_out else "at_random",
            answers="continuous" if lean is None else "likert_4",
            lean=lean or 0.0,
            treated_share=share,
        )


def left_out(name: str, world: TrialWorld) -> bool:
    """Whether a cell is too slow: each trial has other pools left, so other assignments."""
    corner = world.drop_out_kind == "by_pre" and world.n_pools == 40
    return name.startswith("randomisation") and corner


def grid() -> list[TrialWorld]:
    """Return all worlds: without an effect, the star also with one."""
    return [*STAR, *(replace(world, effect=EFFECT) for world in STAR), *corners()]


def keys_of(path: Path) -> set[tuple[str, ...]]:
    """Return the estimators and worlds of the rows that are there."""
    if not path.exists():
        return set()
    rows = pd.read_csv(path)
    rows = rows[rows["harness"] == HARNESS][["estimator", *asdict(BASE)]]
    return {key(*row) for row in rows.itertuples(index=False)}


def key(*parts: object) -> tuple[str, ...]:
    """Return what makes a row, as it reads in the file."""
    return tuple(p if isinstance(p, str) else f"{p:.6g}" for p in parts)


def row_of(name: str, world: TrialWorld, n_sims: int) -> pd.DataFrame:
    """Calibrate; what is not within is looked at again in other trials, and more of them."""
    row = calibrate(name, world, n_sims=n_sims, seed=SEED)
    if row["verdict"].item() == "within":
        return row
    return calibrate(name, world, n_sims=MORE * n_sims, seed=SEED + 1)


def run(path: Path, n_sims: int, names: list[str]) -> None:
    """Add the rows that are not there."""
    done, worlds, begin = keys_of(path), grid(), time.perf_counter()
    for number, world in enumerate(worlds, 1):
        for name in names:
            if key(name, *astuple(world)) in done or left_out(name, world):
                continue
            try:
                row = row_of(name, world, n_sims)
            except DesignError as problem:
                print(f"{name}: {problem} {world}", flush=True)
                continue
            row.to_csv(path, mode="a", header=not path.exists(), index=False, float_format="%.6g")
            if row["verdict"].item() != "within":
                found = row[["false_alarms", "coverage", "failed", "verdict"]].iloc[0].to_dict()
                print(f"{name}: {found} {world}", flush=True)
        print(f"{number}/{len(worlds)} {time.perf_counter() - begin:.0f} s", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--sims", type=int, default=N_SIMS)
    parser.add_argument("--only", nargs="+", default=sorted(CORES), choices=sorted(CORES))
    options = parser.parse_args()
    run(options.path, options.sims, options.only)


if __name__ == "__main__":
    main()
