"""Gains: zero when nothing works, more with every session, and less and less more."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import OptionError
from revlab.fieldwork.outcomes import GAINS, DyadTraits, OutcomeModel
from revlab.fieldwork.sessions import SessionPaths


def paths(held: np.ndarray) -> SessionPaths:
    return SessionPaths(
        held=held,
        reached=np.ones_like(held),
        quality=np.random.default_rng(1).standard_normal(held.shape),
        last_session=np.full(held.shape[-1], held.shape[-2]),
    )


def traits(*shape: int, seed: int = 2) -> DyadTraits:
    rng = np.random.default_rng(seed)
    return DyadTraits(*(rng.standard_normal(shape) for _ in range(3)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), role=st.sampled_from(["mentor", "mentee"]))
def test_one_more_held_session_is_one_more_gain(seed: int, role: str) -> None:
    rng = np.random.default_rng(seed)
    held = rng.random((6, 20)) < 0.5
    more = held.copy()
    column = rng.integers(20)
    missed = np.flatnonzero(~held[:, column])
    more[missed[:1], column] = True
    model = OutcomeModel()
    gains = [
        model.gain(
            "voice", model(paths(h), traits(20), role=role, curriculum=0.0).sum(0), planned=6
        )
        for h in (held, more)
    ]
    changed = np.zeros(20, dtype=bool)
    changed[column] = missed.size > 0
    assert (gains[1][changed] > gains[0][changed]).all()
    assert (gains[1][~changed] == gains[0][~changed]).all()


def test_no_session_no_gain() -> None:
    model = OutcomeModel()
    given = model(paths(np.zeros((6, 5), dtype=bool)), traits(5), role="mentee", curriculum=0.5)
    assert (model.gain("voice", given.sum(0), planned=6) == 0).all()


def test_an_average_dyad_that_holds_all_gains_what_the_registry_says() -> None:
    model = OutcomeModel()
    for scale_id, gain in GAINS.items():
        assert model.gain(scale_id, np.array([6.0]), planned=6) == pytest.approx(gain)


def test_gains_saturate() -> None:
    gain = OutcomeModel().gain("voice", np.arange(0.0, 30.0), planned=6)
    assert (np.diff(gain) > 0).all()
    assert (np.diff(gain, n=2) < 0).all()


def test_the_senior_learns_more_from_a_better_teacher_and_the_junior_does_not() -> None:
    held = paths(np.ones((6, 1), dtype=bool))
    zero = np.zeros(1)
    weak, strong = (DyadTraits(fit=zero, openness=zero, teaching=zero + t) for t in (-1, 1))
    model = OutcomeModel()
    for role, ratio in (("mentee", np.exp(2 * model.teaching)), ("mentor", 1.0)):
        low, high = (model(held, t, role=role, curriculum=0.0) for t in (weak, strong))
        assert high / low == pytest.approx(ratio)


@pytest.mark.parametrize("name", ["fit", "quality", "openness", "teaching", "curriculum"])
def test_every_effect_moves_what_a_session_gives(name: str) -> None:
    held, brought = paths(np.ones((6, 4), dtype=bool)), traits(4)
    given = [
        model(held, brought, role="mentee", curriculum=0.5)
        for model in (OutcomeModel(), replace(OutcomeModel(), **{name: 0.0}))
    ]
    assert not np.allclose(given[0], given[1])


def test_leading_replication_axes_give_the_same_as_one_at_a_time() -> None:
    held = np.random.default_rng(6).random((3, 6, 8)) < 0.7
    brought, model = traits(3, 8), OutcomeModel()
    course = paths(held)
    together = model(course, brought, role="mentor", curriculum=0.1)
    for r in range(3):
        one = SessionPaths(held[r], course.reached[r], course.quality[r], course.last_session)
        own = DyadTraits(brought.fit[r], brought.openness[r], brought.teaching[r])
        assert (model(one, own, role="mentor", curriculum=0.1) == together[r]).all()


def test_a_scale_without_a_gain_is_named() -> None:
    with pytest.raises(OptionError, match="no gain for the scale 'belonging'"):
        OutcomeModel().gain("belonging", np.zeros(1), planned=6)


def test_saturation_must_be_positive() -> None:
    with pytest.raises(OptionError, match="`saturation` must be above 0; got 0"):
        OutcomeModel(saturation=0.0)
