"""What drives a result: indices with known answers, and assumptions that cannot matter."""

import numpy as np
import pytest

from revlab.design import sensitivity
from revlab.design.design import Design
from revlab.design.gain_worlds import draw_gain_worlds
from revlab.design.parameter_values import with_values
from revlab.design.sensitivity import DRIVERS, what_drives
from revlab.design.sobol import sobol_indices
from revlab.design.world import draw_world, score_design
from revlab.errors import DesignError, OptionError
from revlab.fieldwork.candour import CandourModel
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.inference.estimate import Contrast
from revlab.pairing.policies import POLICIES
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

ARMS = {name: POLICIES[name] for name in ("optimal", "random")}


@pytest.fixture(scope="module")
def people():
    return draw_cohort(Population(), 24, 24, rng=stream(3, "cohort"))


def plan(people, **settings: object) -> Design:
    return Design(
        people, 24, n_pools=4, arms=ARMS, contrast=Contrast("optimal", "random"), **settings
    )


def ishigami(x: np.ndarray) -> float:
    """Ishigami and Homma 1990, with a = 7 and b = 0.1, over -pi to pi."""
    a, b, c = np.pi * (2 * x - 1)
    return float(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def test_the_indices_of_ishigami_are_the_known_ones() -> None:
    found = sobol_indices(ishigami, 3, n=1024, seed=2)
    np.testing.assert_allclose(found.first[0], [0.3139, 0.4424, 0.0], atol=0.04)
    np.testing.assert_allclose(found.total[0], [0.5576, 0.4424, 0.2437], atol=0.04)
    for indices, truth in (
        (found.first, [0.3139, 0.4424, 0]),
        (found.total, [0.5576, 0.4424, 0.2437]),
    ):
        assert (indices[1] < truth).all()
        assert (truth < indices[2]).all()


def test_the_indices_of_a_sum_add_up_and_total_is_first() -> None:
    found = sobol_indices(lambda x: float(2 * x[0] + x[1] + 10), 2, n=512, seed=1)
    np.testing.assert_allclose(found.first[0], [0.8, 0.2], atol=0.01)
    np.testing.assert_allclose(found.total[0], [0.8, 0.2], atol=0.01)
    assert found.inputs.shape == (1024, 2)
    np.testing.assert_allclose(found.answers, found.inputs @ [2, 1] + 10)


def test_indices_are_repeatable_and_refuse_what_has_none() -> None:
    first, again = (sobol_indices(ishigami, 3, n=64, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.total, again.total)
    with pytest.raises(DesignError, match="must be a power of two from 8 on, such as 128; got 100"):
        sobol_indices(ishigami, 3, n=100, seed=1)
    with pytest.raises(DesignError, match="the answer is the same in all settings"):
        sobol_indices(lambda x: 1.0, 2, n=8, seed=1)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"fit.validity": 0.8, "outcome.fit": 0.5, "relationship.fit": 0.1},
        {"sessions.skip_base": -1.0, "sessions.end_base": -2.0, "outcome.saturation": 0.4},
        {"sessions.workload_persistence": 0.2, "relationship.ramp_middle": 3.5},
    ],
)
def test_a_difference_is_that_of_the_simulator(people, values: dict[str, float]) -> None:
    """Latent gains against the simulator's own: the truth of each world, mean over pairs."""
    programme = with_values(Programme(), values)
    design = plan(people, programme=programme)
    worlds = draw_gain_worlds(plan(people), n_worlds=3, seed=4)
    ours = worlds.difference(programme)
    assert ours == pytest.approx(by_the_simulator(design, 3, 4), abs=1e-12)


def by_the_simulator(design: Design, n_worlds: int, seed: int) -> float:
    gains: dict[str, list[float]] = {"optimal": [], "random": []}
    for replication in range(n_worlds):
        world = draw_world(design, score_design(design), seed=seed, replication=replication)
        for arm, found in gains.items():
            own = {name: name for name in ARMS}
            matching = world.matched(dict.fromkeys(world.arms, arm), own)
            course = run_dyads(world.potential, matching)
            given = course.given["mentee"][-1]
            found.extend(course.gain("digital_confidence", "mentee", given=given))
    return float(np.mean(gains["optimal"]) - np.mean(gains["random"]))


def test_a_worthless_score_cannot_be_driven_by_how_much_fit_matters(people) -> None:
    """With validity 0 in every setting the two policies differ by chance alone, so flips occur."""
    found = what_drives(plan(people), ("fit.validity", "outcome.fit"), n=64, seed=1)
    assert found.table["parameter"].iloc[0] in ("fit.validity", "outcome.fit")
    row = found.table.set_index("parameter").loc["fit.validity"]
    assert row["flips_low"] > row["flips_high"]
    assert 0 <= found.flips <= 0.6


def test_what_cannot_matter_has_no_share(people) -> None:
    names = ("fit.validity", "gain.voice", "outcome.fit")
    table = what_drives(plan(people), names, n=32, seed=1).table.set_index("parameter")
    assert table.loc["gain.voice", "total"] == 0
    assert table.loc["gain.voice", "first"] == pytest.approx(0, abs=1e-9)
    assert (table["total_low"] <= table["total"]).all()
    assert (table["total"] <= table["total_high"]).all()


def test_the_drivers_all_have_a_range_and_the_same_seed_gives_the_same(people) -> None:
    rows = evidence().set_index("parameter").loc[list(DRIVERS)]
    assert (rows["low"] < rows["high"]).all()
    one, two = (what_drives(plan(people), DRIVERS[:3], n=8, seed=6) for _ in range(2))
    np.testing.assert_array_equal(one.differences, two.differences)
    assert list(one.table.columns[:6]) == ["parameter", "meaning", "value", "low", "high", "grade"]


def test_names_are_checked(people) -> None:
    with pytest.raises(OptionError, match="parameters"):
        what_drives(plan(people), ("fit.validity", "fit.luck"), n=8, seed=1)
    with pytest.raises(DesignError, match="must name two or more assumptions"):
        what_drives(plan(people), ("fit.validity",), n=8, seed=1)
    with pytest.raises(DesignError, match=r"'survey.discrimination' has no range .* or nothing"):
        what_drives(plan(people), ("fit.validity", "survey.discrimination"), n=8, seed=1)
    with pytest.raises(DesignError, match="is not a parameter of the assumptions"):
        with_values(Programme(), {"sessions.luck": 1.0})


def test_levers_that_differ_between_dyads_are_refused(people) -> None:
    silent = Programme(assumptions=Assumptions(candour=CandourModel(safety=0.3)))
    with pytest.raises(DesignError, match="levers that differ from dyad to dyad"):
        draw_gain_worlds(plan(people, programme=silent), n_worlds=1, seed=1)
    with pytest.raises(DesignError, match="'relationship_quality' is not a gain of a person"):
        draw_gain_worlds(plan(people, scale_id="relationship_quality"), n_worlds=1, seed=1)


def test_values_go_to_their_rooms() -> None:
    names = {"programme.training": 0.9, "gain.voice": 0.4, "gap.weight": 0.3, "fit.validity": 0.1}
    changed = with_values(Programme(), names)
    assert (changed.training, changed.assumptions.validity) == (0.9, 0.1)
    assert changed.assumptions.outcomes.gains["voice"] == 0.4
    assert changed.assumptions.outcomes.gains["openness"] == 0.1
    assert changed.assumptions.gap.weight == 0.3


def test_two_blocks_of_settings_are_independent_and_levels_move_the_interval() -> None:
    found = sobol_indices(ishigami, 3, n=64, seed=5)
    assert found.inputs.shape == (128, 3)
    assert (found.inputs[:64] != found.inputs[64:]).all()
    half, other = (sobol_indices(ishigami, 3, n=64, seed=s, conf_level=0.5) for s in (5, 6))
    for narrow, wide in ((half.first, found.first), (half.total, found.total)):
        np.testing.assert_array_equal(narrow[0], wide[0])
        assert (wide[1] < narrow[1]).all()
        assert (narrow[1] < narrow[2]).all()
        assert (narrow[2] < wide[2]).all()
    assert (half.inputs != other.inputs).all()
    for n in (0, 1, 4):
        with pytest.raises(DesignError, match=f"power of two from 8 on, such as 128; got {n}"):
            sobol_indices(ishigami, 3, n=n, seed=1)


class Known:
    """A difference that is known: 4 a b + 3 a - 1 of two places in the range, a the second."""

    def difference(self, programme: Programme) -> float:
        rows = evidence().set_index("parameter").loc[["outcome.quality", "fit.validity"]]
        at = [programme.assumptions.outcomes.quality, programme.assumptions.validity]
        b, a = (np.array(at) - rows["low"]) / (rows["high"] - rows["low"])
        return float(4 * a * b + 3 * a - 1)


def test_the_table_of_drivers_is_that_of_a_known_difference(people, monkeypatch) -> None:
    monkeypatch.setattr(sensitivity, "draw_gain_worlds", lambda *_, **__: Known())
    design = plan(people)
    found = what_drives(design, ("outcome.quality", "fit.validity"), n=256, seed=1)
    assert found.table["parameter"].tolist() == ["fit.validity", "outcome.quality"]
    # variances: a alone 25 / 12, b alone 4 / 12, both together 16 / 144
    table, whole = found.table, 25 / 12 + 4 / 12 + 16 / 144
    first = np.array([25 / 12, 4 / 12]) / whole
    np.testing.assert_allclose(table["first"], first, atol=0.02)
    np.testing.assert_allclose(table["total"], first + 16 / 144 / whole, atol=0.02)
    for name in ("first", "total"):
        assert (table[f"{name}_low"] < table[name]).all()
        assert (table[name] < table[f"{name}_high"]).all()
    # 4 a b + 3 a < 1 in a share (1/4) log(7/3) of all; up to a third of b in 0.28, from two on 0.17
    assert found.flips == pytest.approx(np.log(7 / 3) / 4, abs=0.02)
    assert table["flips_low"].tolist() == pytest.approx(
        [3 * np.log(7 / 3) / 4, 3 * np.log(13 / 9) / 4], abs=0.03
    )
    assert table["flips_high"].tolist() == pytest.approx([0, 3 * np.log(21 / 17) / 4], abs=0.03)
    assert found.at_defaults == pytest.approx(Known().difference(design.programme), abs=1e-12)
    assert found.n_pairs == 24


def test_an_assumption_without_a_range_drives_nothing_and_is_refused(people, monkeypatch) -> None:
    rows = evidence()
    fixed = rows.assign(low=rows["low"].where(rows["parameter"] != "outcome.fit", rows["high"]))
    monkeypatch.setattr(sensitivity, "evidence", lambda: fixed)
    with pytest.raises(DesignError, match=r"'outcome\.fit' has no range in the evidence registry"):
        what_drives(plan(people), ("fit.validity", "outcome.fit"), n=8, seed=1)
