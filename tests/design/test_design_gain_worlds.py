"""The quick difference of two policies is that of the simulator, whatever the levers are."""

from dataclasses import replace

import numpy as np
import pytest

from revlab.design.design import Design
from revlab.design.gain_worlds import draw_gain_worlds
from revlab.design.parameter_values import with_values
from revlab.design.world import draw_world, score_design
from revlab.errors import DesignError
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.recognition import Recognition
from revlab.inference.estimate import Contrast
from revlab.pairing.policies import POLICIES
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

ARMS = {name: POLICIES[name] for name in ("optimal", "random")}
PEOPLE = draw_cohort(Population(), 16, 16, rng=stream(3, "cohort"))
BASE = Design(PEOPLE, 16, n_pools=4, arms=ARMS, contrast=Contrast("optimal", "random"))


def simulated(design: Design, n_worlds: int, seed: int) -> float:
    """Return the difference in mean latent gain of all dyads, run one world at a time."""
    gains: dict[str, list[float]] = {"optimal": [], "random": []}
    for replication in range(n_worlds):
        world = draw_world(design, score_design(design), seed=seed, replication=replication)
        for arm, found in gains.items():
            own = {name: name for name in ARMS}
            matching = world.matched(dict.fromkeys(world.arms, arm), own)
            course = run_dyads(world.potential, matching)
            given = course.given[design.role][-1]
            found.extend(course.gain(design.scale_id, design.role, given=given))
    return float(np.mean(gains["optimal"]) - np.mean(gains["random"]))


@pytest.mark.parametrize(
    "programme",
    [
        Programme(4, 2.0),
        Programme(curriculum=1.0, training=1.0),
        Programme(check_in_every=2, sponsor_support=1.0),
        Programme(goal_clarity=0.9, contracting=1.0),
        Programme(recognition=Recognition(attendance=1.0, joint=1.0)),
    ],
    ids=["rhythm", "curriculum", "support", "agreement", "recognition"],
)
@pytest.mark.parametrize(
    ("scale_id", "role"), [("digital_confidence", "mentee"), ("voice", "mentor")]
)
def test_levers_move_the_difference_as_in_the_simulator(
    programme: Programme, scale_id: str, role: str
) -> None:
    programme = with_values(programme, {"fit.validity": 0.9, "outcome.fit": 0.8})
    design = replace(BASE, programme=programme, scale_id=scale_id, role=role)
    quick = draw_gain_worlds(design, n_worlds=2, seed=4).difference(programme)
    assert quick == pytest.approx(simulated(design, 2, 4), abs=1e-12)
    assert quick != 0


@pytest.mark.parametrize(
    "values",
    [{"managers.spread": 0.3}, {"generation.gain": 0.1}, {"generation.apart": 0.1},
     {"patience.slow_end": 0.1}, {"gap.weight": 0.5}, {"agreement.mismatch_end": 0.2}],
)  # fmt: skip
def test_what_differs_from_dyad_to_dyad_is_refused(values: dict[str, float]) -> None:
    design = replace(BASE, programme=with_values(Programme(), values))
    with pytest.raises(DesignError, match="levers that differ from dyad to dyad"):
        draw_gain_worlds(design, n_worlds=1, seed=1)


def test_who_joins_is_refused() -> None:
    design = replace(BASE, programme=Programme(joining=Joining("lottery")))
    with pytest.raises(DesignError, match="who joins"):
        draw_gain_worlds(design, n_worlds=1, seed=1)


def test_a_programme_of_other_sessions_needs_its_own_worlds() -> None:
    worlds = draw_gain_worlds(BASE, n_worlds=1, seed=1)
    with pytest.raises(DesignError, match="`programme` plans 4 sessions, the design 6; draw the"):
        worlds.difference(Programme(4))
