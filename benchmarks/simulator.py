"""One small programme in Mesa, in SimPy and here: the same rules, the same answers, the time.

Every dyad has a workload that carries over from session to session, skips more after a skip, may
end early, and gains from what it holds. Mesa steps an agent for each dyad, SimPy runs a process
for each; both draw with Python's own generator, share one class of dyads, and drop a dyad that
has ended. We draw everything for every dyad, as our simulator does. All run in this process, by
turns, so that a busy machine slows each alike: seconds are those on the clock, the median of the
rounds; the ratio is the median of those within a round, and its lowest stands beside it. Mesa and
SimPy use one core; ours uses one, and then all, in threads, as `Replications` does.
Building models and drawing is part of everybody's time. The means must agree within Monte Carlo
error.

Below that stands where our time goes, and the call of a user, `simulate_replications`: shocks
of both people instead of the dyad, a true fit of every possible dyad, both sides and every
scale. Its floor is the drawing of as many normals with bare NumPy. Mesa and SimPy are not needed
for anything else:

    uv pip install --target peers mesa simpy
    OMP_NUM_THREADS=1 PYTHONPATH=peers python benchmarks/simulator.py
"""

import importlib
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType

import numpy as np
from joblib import Parallel, delayed

from revlab.fieldwork.outcomes import DyadTraits, OutcomeModel
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.replications import simulate_replications
from revlab.fieldwork.sessions import SessionModel, SessionShocks, workload_path
from revlab.pairing.policies import pair
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

DYADS, SESSIONS, RUNS, PERSISTENCE, CHUNK = 500, 12, 100, 0.6, 50
ROUNDS, OURS, CORES, KEPT = 5, 5, os.cpu_count() or 1, 30 * 2**20
SESSION = SessionModel(end_base=-3.6)
"""About 38% end early, the target of the evidence registry, over twelve sessions."""
RELATION, OUTCOME = RelationshipModel(), OutcomeModel(openness=0.0)
RAMP = [float(x) for x in RELATION.ramp(np.arange(SESSIONS + 1))]
Summary = np.ndarray


class Dyad:
    """The rules of one dyad, with Python's own numbers."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.held, self.in_a_row, self.ended, self.given = dice, 0, 0, False, 0.0
        self.fit = dice.gauss(0, 1)
        others = dice.gauss(0, 1)
        self.potential = RELATION.fit * self.fit + math.sqrt(1 - RELATION.fit**2) * others
        self.workload = dice.gauss(0, 1)
        self.fresh = math.sqrt(1 - PERSISTENCE**2)

    def meet(self, session: int) -> None:
        """Live through one session that has come due."""
        dice, model = self.dice, SESSION
        if session:
            self.workload = PERSISTENCE * self.workload + self.fresh * dice.gauss(0, 1)
        quality = RAMP[self.held] * self.potential
        odds = model.skip_base + model.skip_workload * self.workload - model.skip_quality * quality
        if self.in_a_row:
            odds += model.skip_after_skip
        if dice.random() < 1 / (1 + math.exp(-odds)):
            self.in_a_row += 1
        else:
            self.in_a_row = 0
            self.held += 1
            self.given += math.exp(OUTCOME.fit * self.fit + OUTCOME.quality * quality)
        if session < SESSIONS - 1:
            after = RAMP[self.held] * self.potential
            risk = model.end_base - model.end_quality * after + model.end_skips * self.in_a_row
            self.ended = dice.random() < 1 / (1 + math.exp(-risk))

    def gain(self) -> float:
        """Return the gain in average gains."""
        whole = -math.expm1(-OUTCOME.saturation * SESSIONS)
        return -math.expm1(-OUTCOME.saturation * self.given) / whole


def summed(dyads: list[Dyad]) -> list[float]:
    """Mean sessions held, share ended early, mean gain."""
    n = len(dyads)
    held, early = sum(d.held for d in dyads) / n, sum(d.ended for d in dyads) / n
    return [held, early, sum(d.gain() for d in dyads) / n]


def in_mesa(mesa: ModuleType) -> Summary:
    """Step an agent for each dyad that is left, session by session."""

    class Pair(mesa.Agent):  # type: ignore[name-defined, misc]
        def __init__(self, model: object, dyad: Dyad) -> None:
            super().__init__(model)
            self.dyad = dyad

        def step(self) -> None:
            self.dyad.meet(self.model.session)
            if self.dyad.ended:
                self.remove()

    class Scheme(mesa.Model):  # type: ignore[name-defined, misc]
        def __init__(self, seed: int) -> None:
            super().__init__(seed=seed)
            self.session = 0
            self.dyads = [Dyad(self.random) for _ in range(DYADS)]
            for dyad in self.dyads:
                Pair(self, dyad)

        def step(self) -> None:
            self.agents.do("step")
            self.session += 1

    rows = []
    for run in range(RUNS):
        scheme = Scheme(run)
        for _ in range(SESSIONS):
            scheme.step()
        rows.append(summed(scheme.dyads))
    return np.array(rows)


def in_simpy(simpy: ModuleType) -> Summary:
    """Run a process for each dyad."""

    def life(clock: object, dyad: Dyad) -> Iterator[object]:
        for session in range(SESSIONS):
            yield clock.timeout(1)  # type: ignore[attr-defined]
            dyad.meet(session)
            if dyad.ended:
                return

    rows = []
    for run in range(RUNS):
        clock, dice = simpy.Environment(), random.Random(run)
        dyads = [Dyad(dice) for _ in range(DYADS)]
        for dyad in dyads:
            clock.process(life(clock, dyad))
        clock.run()
        rows.append(summed(dyads))
    return np.array(rows)


def drawn(start: int) -> tuple[SessionShocks, np.ndarray, np.ndarray]:
    """Shocks, potential and fit of the dyads of several replications side by side."""
    rng = stream(2026, start, "simulator benchmark")
    work, skip, end = rng.standard_normal((3, SESSIONS, CHUNK * DYADS))
    fit, others = rng.standard_normal((2, CHUNK * DYADS))
    shocks = SessionShocks(workload_path(work, PERSISTENCE), skip, end)
    return shocks, RELATION.potential(fit, others), fit


def chunk_of_ours(start: int) -> Summary:
    """Call the parts of revlab, several replications at once."""
    shocks, potential, fit = drawn(start)
    paths = SESSION(shocks, potential, relationship=RELATION, support=0.0)
    traits = DyadTraits(fit, np.zeros(fit.shape), np.zeros(fit.shape))
    given = OUTCOME(paths, traits, role="mentor", curriculum=0.0).sum(axis=0)
    gain = OUTCOME.gain("voice", given, planned=SESSIONS) / OUTCOME.gains["voice"]
    parts = (paths.held.sum(axis=0), paths.last_session < SESSIONS, gain)
    return np.stack([part.reshape(CHUNK, DYADS).mean(axis=1) for part in parts], axis=1)


def ours(cores: int = 1) -> Summary:
    """Run the chunks one after the other, or in threads as `Replications` does."""
    # After this the C library keeps memory between chunks and does not fetch it page by page.
    np.empty(KEPT, np.uint8)
    chunks = Parallel(n_jobs=cores, prefer="threads")(
        delayed(chunk_of_ours)(start) for start in range(0, RUNS, CHUNK)
    )
    return np.concatenate(chunks)


def timed(call: Callable[[], object]) -> float:
    """Seconds on the clock."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def peers() -> dict[str, Callable[[], Summary]]:
    """Mesa and SimPy, where they are installed."""
    found: dict[str, Callable[[], Summary]] = {}
    for name, run in (("mesa", in_mesa), ("simpy", in_simpy)):
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            print(f"{name} is not installed here, so its line is left out.")
            continue
        found[f"{name} {module.__version__}"] = lambda run=run, module=module: run(module)
    return found


def by_turns(calls: dict[str, Callable[[], Summary]]) -> dict[str, np.ndarray]:
    """Seconds of each in each round; ours are the median of several, half before, half after."""
    mine = {"revlab, one core": ours, f"revlab, {CORES} cores": partial(ours, CORES)}
    seconds: dict[str, list[float]] = {name: [] for name in (*mine, *calls)}
    for _ in range(ROUNDS):
        before = {name: [timed(run) for _ in range(OURS)] for name, run in mine.items()}
        for name, call in calls.items():
            seconds[name].append(timed(call))
        for name, run in mine.items():
            again = [timed(run) for _ in range(OURS)]
            seconds[name].append(float(np.median(before[name] + again)))
    return {name: np.array(found) for name, found in seconds.items()}


def main() -> None:
    """Print times and answers side by side."""
    work = DYADS * SESSIONS * RUNS
    print(f"{DYADS} dyads x {SESSIONS} sessions x {RUNS} replications, {ROUNDS} rounds by turns\n")
    calls = peers()
    seconds = by_turns(calls)
    mine = [name for name in seconds if name not in calls]
    head = "".join(f"{'x ' + name:>26}" for name in mine)
    print(f"{'':22} {'seconds':>9} {'M dyad-sessions/s':>18}{head}")
    for name, found in seconds.items():
        middle = float(np.median(found))
        ratios = [found / seconds[one] for one in mine] if name in calls else []
        said = "".join(f"{f'{np.median(x):.0f} (>= {x.min():.0f})':>26}" for x in ratios)
        print(f"{name:22} {middle:9.3f} {work / middle / 1e6:18.2f}{said}")
    parts()
    whole_model()
    agreement({"revlab": ours(), **{name: call() for name, call in calls.items()}})


def line(name: str, call: Callable[[], object], n: int) -> None:
    """Print the median of some calls, and dyad-sessions in a second."""
    call()
    seconds = float(np.median([timed(call) for _ in range(2 * OURS)]))
    print(f"{name:30} {seconds:9.4f} {n / seconds / 1e6:18.2f}")


def parts() -> None:
    """Time the three parts of ours alone, on one chunk."""
    shocks, potential, fit = drawn(0)
    paths = SESSION(shocks, potential, relationship=RELATION, support=0.0)
    traits = DyadTraits(fit, np.zeros(fit.shape), np.zeros(fit.shape))
    n = DYADS * SESSIONS * CHUNK
    print(f"\n{'parts, ' + str(CHUNK) + ' replications':30}")
    line("drawing", lambda: drawn(0), n)
    line(
        "sessions, held and ended",
        lambda: SESSION(shocks, potential, relationship=RELATION, support=0.0),
        n,
    )
    line("what sessions give", lambda: OUTCOME(paths, traits, role="mentor", curriculum=0.0), n)


def whole_model() -> None:
    """Time the call of a user, scores of the cohort and all, and its normals with bare NumPy."""
    print("\nthe call of a user")
    for n in (26, DYADS):
        cohort = draw_cohort(Population(), n, n, rng=stream(1, "cohort"))
        matching = pair(cohort, policy="random", seed=1)
        repeat = RUNS if n == DYADS else 10 * RUNS
        call = partial(
            simulate_replications,
            cohort,
            matching,
            programme=Programme(planned_sessions=SESSIONS),
            seed=1,
            n_replications=repeat,
        )
        # Three shocks a session and three traits of each person, and a fit of each possible dyad.
        room = np.empty((3 * SESSIONS + 3) * 2 * n + n * n)
        draw = partial(stream(1, "floor").standard_normal, out=room)
        work = n * SESSIONS * repeat
        line(f"{n} x {n}", call, work)
        line(f"{n} x {n}, bare drawing", lambda: [draw() for _ in range(repeat)], work)  # noqa: B023


def agreement(answers: dict[str, Summary]) -> None:
    """Print the means and how many Monte Carlo errors they are from ours."""
    print(f"\n{'mean over replications':30} {'held':>9} {'ended early':>12} {'gain':>9}")
    mine = answers["revlab"]
    for name, rows in answers.items():
        held, early, gain = rows.mean(axis=0)
        print(f"{name:30} {held:9.4f} {early:12.4f} {gain:9.4f}")
    for name, rows in list(answers.items())[1:]:
        gap = rows.mean(axis=0) - mine.mean(axis=0)
        error = np.sqrt((rows.var(axis=0, ddof=1) + mine.var(axis=0, ddof=1)) / RUNS)
        verdict = "agree" if np.all(np.abs(gap) < 4 * error) else "DO NOT AGREE"
        away = " ".join(f"{z:.1f}" for z in gap / error)
        print(f"{name} and revlab {verdict}: {away} Monte Carlo standard errors apart")


if __name__ == "__main__":
    main()
