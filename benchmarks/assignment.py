"""Optimal assignment side by side with the solvers of scipy, lapx and OR-Tools, in one run.

Our time is the whole path from a compatibility to the cells, with shuffling, rules and checks;
theirs starts from the matrix of joint scores (OR-Tools needs whole numbers and a list of arcs:
its time includes that). The totals must be equal.

    python -m pip install --target build/peers --no-deps lapx ortools absl-py protobuf immutabledict
    OMP_NUM_THREADS=1 PYTHONPATH=build/peers python benchmarks/assignment.py

A peer that is not there is named in the output.
"""

import importlib
from collections.abc import Callable

import numpy as np
from instances import KINDS, best_of, scores
from scipy.optimize import linear_sum_assignment

from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.rng import stream

SIZES = (200, 500, 1000, 2000)
WHOLE = 10**8
"""OR-Tools takes whole numbers: this many steps between 0 and 1."""

Solver = Callable[[np.ndarray], np.ndarray]


def by_scipy(joint: np.ndarray) -> np.ndarray:
    """Return the column of each row by scipy."""
    return linear_sum_assignment(joint, maximize=True)[1]


def by_lapx(name: str) -> Solver:
    """Return a solver of lapx, which minimises."""
    solver = getattr(importlib.import_module("lap"), name)
    # The cost comes first, then the columns; all but the oldest put the rows in between.
    place = 1 if name == "lapjv" else 2
    return lambda joint: solver(1.0 - joint)[place]


def by_ortools() -> Solver:
    """Return the solver of OR-Tools, which minimises whole numbers over arcs."""
    module = importlib.import_module("ortools.graph.python.linear_sum_assignment")

    def solve(joint: np.ndarray) -> np.ndarray:
        n = len(joint)
        costs = np.rint((1.0 - joint) * WHOLE).astype(np.int64).ravel()
        rows, columns = np.divmod(np.arange(n * n, dtype=np.int32), n)
        solver = module.SimpleLinearSumAssignment()
        solver.add_arcs_with_cost(rows, columns, costs)
        solver.solve()
        return np.array([solver.right_mate(i) for i in range(n)])

    return solve


def peers() -> dict[str, Solver]:
    """Return the peers that are there, and name the others."""
    found: dict[str, Solver] = {"scipy": by_scipy}
    for name, make in (
        ("lapx lapjv", lambda: by_lapx("lapjv")),
        ("lapx lapjvh", lambda: by_lapx("lapjvh")),
        ("lapx lapjvr", lambda: by_lapx("lapjvr")),
        ("OR-Tools", by_ortools),
    ):
        try:
            found[name] = make()
        except (ImportError, AttributeError) as error:
            print(f"{name}: not measured, {error}")
    return found


def main() -> None:
    """Print the table."""
    others = peers()
    head = f"{'scores':12} {'n':>5} {'revlab':>8}"
    print(head + "".join(f" {name:>12} {'ratio':>6}" for name in others) + "  equal totals")
    for kind in KINDS:
        for n in SIZES:
            fit = Compatibility.from_scores(*scores(n, kind))
            joint = fit.joint()
            times = 5 if n < 2000 else 2
            cells, seconds = best_of(lambda f=fit: OptimalAssignment()(f, stream(1, "ties")), times)
            best = joint[cells[:, 0], cells[:, 1]].sum()
            line, same = f"{kind:12} {n:5d} {seconds:8.4f}", []
            for name, solve in others.items():
                columns, took = best_of(lambda s=solve, j=joint: s(j), times)
                line += f" {took:12.4f} {took / seconds:6.2f}"
                total = joint[np.arange(n), columns].sum()
                # OR-Tools has rounded the scores.
                same.append(abs(total - best) < (n / WHOLE if name == "OR-Tools" else 1e-7))
            print(f"{line}  {'yes' if all(same) else 'NO'}", flush=True)


if __name__ == "__main__":
    main()
