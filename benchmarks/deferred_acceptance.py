"""Deferred acceptance side by side with four others, in one run on the same scores.

Everybody's CPU time, least of five runs, includes what they need to get from the scores to their
input: preference lists for `matching` and `algmatch`, ranks for `gale-shapley-algorithm`, sorted
rows for a compiled textbook implementation (numba, warmed up), ids and checks for revlab. Before
that, hundreds of small instances with capacities and incomplete lists, solved from both sides by
us and by two peers.

    python -m pip install --target build/peers "matching>=1.4.3"
    python -m pip install --target build/peers --no-deps numba llvmlite
    python -m pip install --target build/peers --no-deps algmatch gurobipy networkx tqdm
    python -m pip install --target build/peers --no-deps --ignore-requires-python \
        gale-shapley-algorithm
    OMP_NUM_THREADS=1 PYTHONPATH=build/peers python benchmarks/deferred_acceptance.py

algmatch imports gurobipy but needs no licence for this. gale-shapley-algorithm asks for Python
3.12 because of a type alias; on an older Python that line is rewritten in memory. A peer that
is not there is named in the output.
"""

import importlib.util
import re
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from instances import KINDS, best_of, scores

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.rng import stream

# Peers written in Python take 5 to 30 seconds at 1,000 and are not asked beyond.
SLOW_UP_TO = 1000
SIZES = (200, 500, 1000, 2000)
INSTANCES = 400
Solver = Callable[[np.ndarray, np.ndarray], np.ndarray]


def ours(mentee: np.ndarray, mentor: np.ndarray) -> np.ndarray:
    """Partner of each mentee, by revlab."""
    fit = Compatibility.from_scores(mentee, mentor)
    cells = DeferredAcceptance("mentees")(fit, stream(1, "ties"))
    partner = np.empty(len(mentee), dtype=int)
    partner[cells[:, 0]] = cells[:, 1]
    return partner


def by_matching(mentee: np.ndarray, mentor: np.ndarray) -> np.ndarray:
    """Partner of each mentee, by `matching`."""
    from matching.games import StableMarriage

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
    return partner


def by_algmatch(mentee: np.ndarray, mentor: np.ndarray) -> np.ndarray:
    """Partner of each mentee, by `algmatch`."""
    from algmatch import SM

    men = {i + 1: (np.argsort(-row) + 1).tolist() for i, row in enumerate(mentee)}
    women = {j + 1: (np.argsort(-row) + 1).tolist() for j, row in enumerate(mentor.T)}
    solved = SM(dictionary={"men": men, "women": women}).get_stable_matching()
    partner = np.empty(len(mentee), dtype=int)
    for man, woman in solved["man_sided"].items():
        partner[int(man[1:]) - 1] = int(woman[1:]) - 1
    return partner


def numeric_module() -> types.ModuleType:
    """Return the module of gale-shapley-algorithm, its type alias rewritten on an old Python."""
    name = "gale_shapley_algorithm.numeric.gs"
    if sys.version_info >= (3, 12):
        return importlib.import_module(name)
    for folder in sys.path:
        path = Path(folder) / (name.replace(".", "/") + ".py")
        if path.is_file():
            source = re.sub(r"^type (\w+) =", r"\1 =", path.read_text("utf-8"), flags=re.M)
            module = types.ModuleType(name)
            sys.modules[name] = module
            exec(compile(source, str(path), "exec"), module.__dict__)
            return module
    raise ImportError(f"No module named {name!r}")


def by_gale_shapley_algorithm() -> Solver:
    """`gale-shapley-algorithm`, which takes ranks from 1."""
    module = numeric_module()

    def solve(mentee: np.ndarray, mentor: np.ndarray) -> np.ndarray:
        def ranks(table: np.ndarray) -> np.ndarray:
            ranked = np.empty(table.shape, dtype=np.int64)
            places = np.arange(1, table.shape[1] + 1)
            np.put_along_axis(ranked, np.argsort(-table, axis=1), places[None], axis=1)
            return ranked

        return module.men_optimal_gs(ranks(mentee), ranks(mentor.T)).astype(int)

    return solve


def by_numba() -> Solver:
    """Return the textbook algorithm, compiled: it sorts the rows of one side."""
    import numba

    @numba.njit
    def propose(order: np.ndarray, others: np.ndarray) -> np.ndarray:
        n = len(order)
        holder, following = np.full(n, -1), np.zeros(n, dtype=np.int64)
        free = np.arange(n)
        top = n
        while top:
            i = free[top - 1]
            j = order[i, following[i]]
            following[i] += 1
            held = holder[j]
            if held < 0:
                holder[j] = i
                top -= 1
            elif others[i, j] > others[held, j]:
                holder[j] = i
                free[top - 1] = held
        return holder

    def solve(mentee: np.ndarray, mentor: np.ndarray) -> np.ndarray:
        return np.argsort(propose(np.argsort(-mentee, axis=1), mentor))

    solve(*scores(20, "independent"))
    return solve


def peers() -> dict[str, Solver]:
    """Return the peers that are there, and name the others."""
    found: dict[str, Solver] = {}
    for name, make in (
        ("numba", by_numba),
        ("gale-shapley-algorithm", by_gale_shapley_algorithm),
        ("matching", lambda: importlib.import_module("matching.games") and by_matching),
        ("algmatch", lambda: importlib.import_module("algmatch") and by_algmatch),
    ):
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name}: not measured, {error}")
    return found


def speed(others: dict[str, Solver]) -> None:
    """Print seconds and ratios; where somebody is indifferent the pairs may differ."""
    head = f"{'scores':12} {'n':>5} {'revlab':>8}"
    print(head + "".join(f" {name[:14]:>14} {'ratio':>7}" for name in others) + "  same pairs")
    for kind in KINDS:
        for n in SIZES:
            table = scores(n, kind)
            own, seconds = best_of(lambda t=table: ours(*t), 5)
            line, same = f"{kind:12} {n:5d} {seconds:8.4f}", []
            for name, solve in others.items():
                slow = name in ("matching", "algmatch")
                if slow and n > SLOW_UP_TO:
                    line += f" {'-':>14} {'-':>7}"
                    continue
                got, took = best_of(lambda s=solve, t=table: s(*t), 1 if slow else 5)
                line += f" {took:14.4f} {took / seconds:7.2f}"
                same.append(bool((got == own).all()))
            print(
                f"{line}  {'yes' if all(same) else 'NO' if strict(*table) else 'ties'}", flush=True
            )


def strict(*tables: np.ndarray) -> bool:
    """Whether nobody is indifferent between two partners."""
    sides = (tables[0], tables[1].T)
    return all(len(np.unique(row)) == row.size for side in sides for row in side)


def instance(k: int) -> Compatibility:
    """Draw up to nine mentees with a place each, up to six mentors with up to three."""
    rng = stream(2027, k)
    n, m = int(rng.integers(1, 10)), int(rng.integers(1, 7))
    return Compatibility.from_scores(
        rng.permutation(n * m).reshape(n, m).astype(float),
        rng.permutation(n * m).reshape(n, m).astype(float),
        eligible=rng.random((n, m)) < 0.7,
        mentor_capacity=rng.integers(1, 4, m),
    )


def lists(fit: Compatibility) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Preference lists of those who may meet anybody, numbered from 1."""
    sides = []
    for score, eligible in (
        (fit.mentee_score, fit.eligible),
        (fit.mentor_score.T, fit.eligible.T),
    ):
        sides.append(
            {
                i + 1: [int(j) + 1 for j in np.argsort(-row) if eligible[i, j]]
                for i, row in enumerate(score)
                if eligible[i].any()
            }
        )
    return sides[0], sides[1]


def hospital_residents(name: str, fit: Compatibility, side: str) -> set[tuple[int, int]]:
    """Dyads of a small instance by a peer; the mentees are its residents."""
    rows, columns = lists(fit)
    places = {j: int(fit.mentor_capacity[j - 1]) for j in columns}
    if not rows:
        return set()
    if name == "algmatch":
        from algmatch import HR

        hospitals = {j: {"capacity": places[j], "preferences": columns[j]} for j in columns}
        solver = HR(dictionary={"residents": rows, "hospitals": hospitals}, optimised_side=side)
        solved = solver.get_stable_matching()["resident_sided"]
        return {(int(r[1:]) - 1, int(h[1:]) - 1) for r, h in solved.items() if h}
    from matching.games import HospitalResident

    game = HospitalResident.create_from_dictionaries(
        {f"r{i}": [f"h{j}" for j in row] for i, row in rows.items()},
        {f"h{j}": [f"r{i}" for i in row] for j, row in columns.items()},
        {f"h{j}": k for j, k in places.items()},
    )
    solved = game.solve(optimal=side.removesuffix("s"))
    return {(int(r.name[1:]) - 1, int(h.name[1:]) - 1) for h, rs in solved.items() for r in rs}


def agreement(others: dict[str, Solver]) -> None:
    """Print in how many small instances a peer's dyads are not ours; it must be none."""
    for name in ("matching", "algmatch"):
        if name not in others:
            continue
        for side, proposers in (("residents", "mentees"), ("hospitals", "mentors")):
            wrong = 0
            for k in range(INSTANCES):
                fit = instance(k)
                cells = DeferredAcceptance(proposers)(fit, stream(k, "ties"))
                wrong += {(int(i), int(j)) for i, j in cells} != hospital_residents(name, fit, side)
            print(f"{name}, {proposers} propose: {wrong} disagreements in {INSTANCES} instances")


def main() -> None:
    """Print the tables."""
    others = peers()
    agreement(others)
    ours(*scores(50, "independent"))
    speed(others)


if __name__ == "__main__":
    main()
