"""The informal event: who meets whom, what people see, and who pairs off."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import blocks, markets

from revlab.errors import OptionError, PairingError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import DeferredAcceptance, at_random
from revlab.pairing.mixer import Mixer, meeting_plan
from revlab.rng import stream

SIDES = ("mentees", "mentors")
Pairs = tuple[tuple[int, int], ...]


def run(mixer: Mixer, fit: Compatibility, seed: int = 1) -> Pairs:
    """Run the mechanism and return its dyads in order."""
    cells = mixer(fit, stream(seed, "chance"))
    assert cells.shape == (len(cells), 2)
    return tuple(sorted((int(i), int(j)) for i, j in cells))


def mean_total(mixer: Mixer, n: int = 40, repeats: int = 25) -> float:
    """Return the mean total joint score over random markets of ``n`` mentees and mentors."""
    totals = []
    for seed in range(repeats):
        rng = stream(seed, "market")
        fit = Compatibility.from_scores(rng.random((n, n)), rng.random((n, n)))
        cells = mixer(fit, rng)
        totals.append(fit.joint()[tuple(cells.T)].sum())
    return float(np.mean(totals))


@given(
    n=st.integers(0, 12), m=st.integers(0, 12), meetings=st.integers(1, 14), seed=st.integers(0, 99)
)
def test_meetings_are_as_even_as_can_be(n: int, m: int, meetings: int, seed: int) -> None:
    plan = meeting_plan(n, m, stream(seed, "plan"), meetings=meetings)
    assert plan.shape == (n, m)
    larger, smaller = (plan.sum(axis=1), plan.sum(axis=0))[:: 1 if n >= m else -1]
    assert (larger == min(meetings, min(n, m))).all()
    assert not len(smaller) or smaller.max() - smaller.min() <= 1


def test_every_plan_is_about_equally_likely() -> None:
    # Six plans give each of four people one of two partners, two people each.
    seen = Counter(
        meeting_plan(4, 2, stream(seed, "plan"), meetings=1)[:, 0].tobytes() for seed in range(480)
    )
    assert len(seen) == 6
    chi_square = sum((count - 80) ** 2 / 80 for count in seen.values())
    assert chi_square < 20.5  # the 99.9 % point of chi-square with 5 degrees of freedom
    met = sum(meeting_plan(8, 8, stream(s, "plan"), meetings=3).astype(int) for s in range(250))
    assert np.abs(met / 250 - 3 / 8).max() < 0.15


def test_two_people_do_not_meet_the_same_others_by_design() -> None:
    shared = []
    for seed in range(30):
        plan = meeting_plan(20, 20, stream(seed, "plan"), meetings=5).astype(int)
        shared.append((plan @ plan.T)[np.triu_indices(20, k=1)])
    # The mean follows from the numbers of meetings; that two people meet the same others as
    # often as by chance shows in the variance: 0.68 after ten times as many exchanges.
    assert np.mean(shared) == pytest.approx(20 * 5 * 4 / 380)
    assert np.var(shared) == pytest.approx(0.68, abs=0.04)


@pytest.mark.parametrize("side", SIDES)
@given(fit=markets(largest=6, places=3), seed=st.integers(0, 3))
def test_who_meets_everybody_and_sees_clearly_pairs_as_deferred_acceptance_would(
    side: str, fit: Compatibility, seed: int
) -> None:
    full = Mixer(meetings=min(fit.shape), noise=0.0, proposers=side)
    cells = DeferredAcceptance(side)(fit, stream(seed, "chance"))
    assert run(full, fit, seed) == tuple(sorted((int(i), int(j)) for i, j in cells))


@settings(max_examples=60)
@given(
    fit=markets(largest=6, places=3),
    meetings=st.integers(1, 6),
    rounds=st.integers(1, 3),
    seed=st.integers(0, 3),
)
def test_rules_and_capacities_are_kept(
    fit: Compatibility, meetings: int, rounds: int, seed: int
) -> None:
    mixer = Mixer(meetings=meetings, noise=0.3, rounds=rounds)
    pairs = run(mixer, fit, seed)
    assert len(set(pairs)) == len(pairs)
    assert all(fit.eligible[cell] for cell in pairs)
    used = [np.bincount([c[k] for c in pairs], minlength=fit.shape[k]) for k in range(2)]
    assert (used[0] <= fit.mentee_capacity).all()
    assert (used[1] <= fit.mentor_capacity).all()
    assert run(mixer, fit, seed) == pairs


@given(fit=markets(largest=6, ties=False, places=3), seed=st.integers(0, 3))
def test_more_rounds_only_add_dyads(fit: Compatibility, seed: int) -> None:
    seen: Pairs = ()
    for rounds in range(1, 4):
        pairs = run(Mixer(meetings=1, rounds=rounds), fit, seed)
        assert set(seen) <= set(pairs)
        seen = pairs
    everybody = run(Mixer(meetings=6, rounds=1, noise=1.0), fit, seed)
    assert run(Mixer(meetings=6, rounds=5, noise=1.0), fit, seed) == everybody


def test_those_who_met_are_stable_when_they_see_clearly() -> None:
    # With one meeting each, everybody who may be paired is paired with whom they met.
    fit = Compatibility.from_scores(np.random.default_rng(1).random((9, 9)))
    assert len(run(Mixer(meetings=1, noise=9.0), fit)) == 9
    blocking = [
        np.mean([len(blocks(fit, run(Mixer(meetings=k, noise=0.0), fit, s))) for s in range(20)])
        for k in (1, 3, 9)
    ]
    assert blocking[0] > blocking[1] > blocking[2] == 0


def test_more_meetings_give_a_higher_total_score() -> None:
    totals = [mean_total(Mixer(meetings=k)) for k in (1, 3, 8, 40)]
    assert totals == sorted(totals)
    assert totals[0] < totals[-1] - 5


def test_less_noise_gives_a_higher_total_score() -> None:
    totals = [mean_total(Mixer(meetings=8, noise=s)) for s in (5.0, 0.5, 0.15, 0.0)]
    assert totals == sorted(totals)
    assert totals[0] < totals[-1] - 3


def test_with_nothing_but_noise_the_pairs_are_as_good_as_random() -> None:
    blind = mean_total(Mixer(meetings=10, noise=1e6)) / 40
    assert blind == pytest.approx(0.5, abs=0.02)
    fit = Compatibility.from_scores(np.eye(3))
    seen = Counter(run(Mixer(meetings=3, noise=1e6), fit, seed) for seed in range(600))
    chance = Counter(
        tuple(sorted(map(tuple, at_random(fit, stream(s, "chance")).tolist()))) for s in range(600)
    )
    assert len(seen) == len(chance) == 6
    assert min(seen.values()) > 60


def test_people_without_a_place_do_not_come() -> None:
    fit = Compatibility.from_scores(np.ones((2, 12)), mentor_capacity=[0] * 10 + [1, 1])
    for seed in range(10):
        assert len(run(Mixer(meetings=1), fit, seed)) == 2


def test_a_meeting_with_a_forbidden_partner_is_lost() -> None:
    fit = Compatibility.from_scores(np.ones((2, 2)), eligible=np.eye(2, dtype=bool))
    assert {len(run(Mixer(meetings=1), fit, seed)) for seed in range(20)} == {0, 2}
    assert all(len(run(Mixer(meetings=1, rounds=20), fit, seed)) == 2 for seed in range(5))


def test_in_a_later_round_nobody_pairs_with_whom_they_have() -> None:
    # Everybody has three places and fills two in the first round. To take an old partner again
    # would waste the third: 9.8 dyads on average instead of 10.9, of 12 places on each side.
    fit = Compatibility.from_scores(np.ones((4, 4)), mentee_capacity=3, mentor_capacity=3)
    dyads = [len(run(Mixer(meetings=2, noise=1.0, rounds=2), fit, s)) for s in range(100)]
    assert min(dyads) >= 8
    assert np.mean(dyads) > 10.4


def test_all_senseless_settings_are_named_at_once() -> None:
    with pytest.raises(
        PairingError,
        match=r"`meetings` must be a whole number of one or more; got 0; `rounds` .* got 1.5; "
        r"`noise` must be a finite number of zero or more; got -1\.$",
    ):
        Mixer(meetings=0, noise=-1, rounds=1.5)
    for noise in (np.nan, np.inf, "much"):
        with pytest.raises(PairingError, match=r"`noise` must be a finite number"):
            Mixer(noise=noise)
    with pytest.raises(PairingError, match=r"`meetings` must be a whole number .* got True"):
        Mixer(meetings=True)
    with pytest.raises(OptionError, match=r"`proposers` must be one of 'mentees', 'mentors'"):
        Mixer(proposers="seniors")
