"""Quotas on mixes of people against exhaustive search, their prices, and how they fail."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, markets, random_cohort
from scipy.optimize import LinearConstraint, milp

import revlab.pairing.quota_optimum as optimum
import revlab.pairing.quota_programme as programme
from revlab.errors import OptionError, PairingError
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mixes import Mix, bounds_of, counted_cells
from revlab.pairing.policies import Policy, pair
from revlab.pairing.quota_prices import quota_prices
from revlab.pairing.quotas import QuotaAssignment
from revlab.pairing.scoring import DEFAULT_SCORE, score_cohort
from revlab.rng import stream

Dyads = tuple[tuple[int, int], ...]
SHARES = (0.0, 0.1, 0.25, 1 / 3, 0.5, 0.6, 2 / 3, 1.0)


def with_people(
    fit: Compatibility, mentees: dict[str, list[object]], mentors: dict[str, list[object]]
) -> Compatibility:
    """Give a compatibility tables of its people."""
    return replace(
        fit,
        mentee_traits=pd.DataFrame(mentees, index=fit.mentee_ids),
        mentor_traits=pd.DataFrame(mentors, index=fit.mentor_ids),
    )


@st.composite
def peopled(draw: st.DrawFn) -> tuple[Compatibility, tuple[Mix, ...]]:
    """Draw a small market whose people have sites, some unknown, and one to three mixes."""
    fit = draw(markets(largest=4, places=2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites = np.array(["O", "B", None], dtype=object)
    people = [{"site": list(rng.choice(sites, n, p=[0.5, 0.4, 0.1]))} for n in fit.shape]
    mixes = []
    for _ in range(draw(st.integers(1, 3))):
        named = [{"pairs": "different"}, {"pairs": "same"}, {"mentor": "O", "mentee": "B"}]
        what = draw(st.sampled_from([*named, {"mentor": "O"}, {"mentee": "B"}]))
        unit = draw(st.sampled_from(["share", "dyads"]))
        options = st.sampled_from(SHARES) if unit == "share" else st.integers(0, 4)
        low, high = sorted([draw(options), draw(options)])
        given_ = draw(st.sampled_from([{"at_least": low}, {"at_most": high}, None]))
        bounds = given_ or {"at_least": low, "at_most": high}
        mixes.append(Mix("site", counted_in=unit, **what, **bounds))
    return with_people(fit, *people), tuple(mixes)


def is_counted(mix: Mix, mentee: object, mentor: object) -> bool:
    """Say whether a dyad of these values is counted, without the code under test."""
    if mix.pairs is None:
        return (mix.mentor is None or mentor == mix.mentor) and (
            mix.mentee is None or mentee == mix.mentee
        )
    if pd.isna(mentee) or pd.isna(mentor):
        return False
    return (mentee == mentor) == (mix.pairs == "same")


def meets(fit: Compatibility, mixes: tuple[Mix, ...], dyads: Dyads) -> bool:
    """Say whether a matching has a dyad and meets all bounds, in fractions."""
    for mix in mixes:
        mentees, mentors = (t[mix.column].tolist() for t in (fit.mentee_traits, fit.mentor_traits))
        count = sum(is_counted(mix, mentees[i], mentors[j]) for i, j in dyads)
        for limit, sign in ((mix.at_least, 1), (mix.at_most, -1)):
            if limit is not None:
                need = Fraction(limit).limit_denominator(10_000)
                if sign * (count - need * (len(dyads) if mix.counted_in == "share" else 1)) < 0:
                    return False
    return bool(dyads)


def total(fit: Compatibility, dyads: Dyads) -> float:
    """Return the total joint score."""
    return round(float(sum(fit.joint()[dyad] for dyad in dyads)), 6)


def run(fit: Compatibility, mixes: tuple[Mix, ...], aim: str, seed: int = 1) -> Dyads:
    """Return the dyads in order."""
    cells = QuotaAssignment(mixes, aim)(fit, stream(seed, "ties"))
    assert cells.shape == (len(cells), 2)
    return tuple(sorted((int(i), int(j)) for i, j in cells))


@settings(max_examples=30)
@given(case=peopled(), aim=st.sampled_from(["score", "pairs"]))
def test_the_best_of_all_matchings_that_meet_the_quotas(
    case: tuple[Compatibility, tuple[Mix, ...]], aim: str
) -> None:
    fit, mixes = case
    every = all_matchings(fit)
    good = [dyads for dyads in every if meets(fit, mixes, dyads)]
    wants = any(mix.counted_in == "dyads" and mix.at_least for mix in mixes)
    if not good and (wants or len(every) > 1):
        with pytest.raises(PairingError, match=r"^the quotas? ") as caught:
            run(fit, mixes, aim)
        assert any(bound.words in str(caught.value) for bound in bounds_of(mixes))
        return
    dyads = run(fit, mixes, aim)
    assert len(set(dyads)) == len(dyads)
    assert not good or dyads in good
    best = [(len(each), total(fit, each)) for each in good or [()]]
    got = (len(dyads), total(fit, dyads))
    assert (got if aim == "pairs" else got[::-1]) == max(
        each if aim == "pairs" else each[::-1] for each in best
    )


@settings(max_examples=8)
@given(case=peopled(), aim=st.sampled_from(["score", "pairs"]))
def test_the_price_of_a_bound_is_the_difference_of_two_optima(
    case: tuple[Compatibility, tuple[Mix, ...]], aim: str
) -> None:
    fit, mixes = case
    every = all_matchings(fit)

    def best(kept: list[tuple[Mix, str]]) -> tuple[int, float] | None:
        single = [
            replace(mix, **{other: None})
            for mix, kind in kept
            for other in ("at_least", "at_most")
            if other != kind
        ]
        good = [(len(d), total(fit, d)) for d in every if meets(fit, tuple(single), d)]
        return max(good, key=lambda g: g if aim == "pairs" else g[::-1], default=None)

    bounds = [(bound.mix, bound.kind) for bound in bounds_of(mixes)]
    with_all = best(bounds)
    if with_all is None:
        return
    prices = quota_prices(fit, mixes, aim=aim)
    assert prices["bound"].tolist() == [kind for _, kind in bounds]
    for b, row in enumerate(prices.itertuples()):
        without = best(bounds[:b] + bounds[b + 1 :])
        assert without is not None
        assert row.cost_dyads == without[0] - with_all[0]
        assert row.cost_score == pytest.approx(without[1] - with_all[1], abs=1e-5)
        assert row.binds == (without != with_all)
        assert row.shadow_price >= 0


def towns(n: int, seed: int, shares: tuple[float, ...] = (0.6, 0.3, 0.1)) -> Compatibility:
    """Return a market in which people like their own site, with places on both sides."""
    rng = stream(seed, "towns")
    fit = Compatibility.from_scores(
        rng.random((n, n)),
        eligible=rng.random((n, n)) < 0.7,
        mentee_capacity=rng.integers(1, 3, n),
        mentor_capacity=rng.integers(1, 3, n),
    )
    sites = [rng.choice(["Oslo", "Bergen", "Tromso"], n, p=shares).tolist() for _ in range(2)]
    fit = with_people(fit, {"site": sites[0]}, {"site": sites[1]})
    near = np.equal.outer(np.array(sites[0]), np.array(sites[1]))
    return replace(fit, mentee_score=fit.mentee_score + 0.5 * near)


@pytest.mark.parametrize("aim", ["score", "pairs"])
def test_a_larger_market_meets_its_quotas_and_pays_for_them(aim: str) -> None:
    fit = towns(40, 3)
    free = OptimalAssignment(aim)(fit, stream(1, "ties"))
    loose = run(fit, (Mix("site", at_least=0.0),), aim)
    assert len(loose) == len(free)
    assert total(fit, loose) == pytest.approx(fit.joint()[*free.T].sum(), abs=1e-5)
    different = counted_cells(Mix("site", at_least=0), fit)
    scores = []
    for floor in (0.2, 0.8):
        mixes = (Mix("site", at_least=floor), Mix("site", mentor="Oslo", at_most=0.7))
        dyads = run(fit, mixes, aim)
        assert np.mean([different[dyad] for dyad in dyads]) >= floor
        assert meets(fit, mixes, dyads)
        scores.append(total(fit, dyads))
    assert sorted(scores, reverse=True) == scores
    assert scores[0] <= total(fit, loose)


def test_where_the_relaxation_promises_too_many_dyads_the_next_number_is_tried() -> None:
    mixes = (
        Mix("site", mentor="x", mentee="y", at_most=1, counted_in="dyads"),
        Mix("site", "same", at_most=0.3),
        Mix("unit", "same", at_most=0.4),
    )
    fewer = 0
    for seed in range(16):
        rng = stream(seed, "promise")
        fit = Compatibility.from_scores(
            rng.integers(0, 9, (4, 4)) / 8, eligible=rng.random((4, 4)) < 0.5
        )
        people = [
            {
                name: rng.choice(list(of), 4).tolist()
                for name, of in (("site", "xyz"), ("unit", "uv"))
            }
            for _ in range(2)
        ]
        fit = with_people(fit, *people)
        good = [dyads for dyads in all_matchings(fit) if meets(fit, mixes, dyads)]
        if good:
            best = max((len(dyads), total(fit, dyads)) for dyads in good)
            dyads = run(fit, mixes, "pairs")
            assert (len(dyads), total(fit, dyads)) == best
            fewer += best[0] < len(OptimalAssignment("pairs")(fit, stream(1, "ties")))
    assert fewer >= 3


def straight(fit: Compatibility, floor: Fraction, oslo: int) -> float:
    """Return the best total by one integer programme over all cells at once."""
    n, m = fit.shape
    i, j = np.nonzero(fit.eligible)
    rows = [i == row for row in range(n)] + [j == column for column in range(m)]
    different = counted_cells(Mix("site", at_least=0), fit)[i, j]
    both = counted_cells(Mix("site", mentor="Oslo", mentee="Oslo", at_least=0), fit)[i, j]
    rows += [floor.numerator - floor.denominator * different.astype(int), both]
    high = np.array([*fit.mentee_capacity, *fit.mentor_capacity, 0, oslo])
    limits = LinearConstraint(np.array(rows, dtype=float), -np.inf, high)
    score = 1000 * fit.joint()[i, j]
    exactly = {"mip_rel_gap": 0.0}
    answer = milp(
        -score, integrality=np.ones(len(i)), bounds=(0, 1), constraints=limits, options=exactly
    )
    return -float(answer.fun) / 1000


@pytest.mark.parametrize("seed", range(4))
def test_the_answer_is_proven_however_few_cells_are_looked_at_first(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = towns(16, seed)
    mixes = (
        Mix("site", at_least=0.63),
        Mix("site", mentor="Oslo", mentee="Oslo", at_most=2, counted_in="dyads"),
    )
    best = straight(fit, Fraction(63, 100), 2)
    assert total(fit, run(fit, mixes, "score")) == pytest.approx(best, abs=1e-5)
    monkeypatch.setattr(optimum, "_NEAR", 1e-5)
    monkeypatch.setattr(programme, "_FIRST", 1)
    monkeypatch.setattr(programme, "_FIRST_OF_KIND", 1)
    assert total(fit, run(fit, mixes, "score")) == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("seed", [2, 3])
def test_columns_are_added_until_the_relaxation_and_the_whole_answer_are_those_of_all_cells(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = towns(40, seed)
    mixes = (
        Mix("site", at_least=0.63),
        Mix("site", mentor="Oslo", at_most=0.37),
        Mix("site", mentee="Bergen", at_most=0.23),
    )
    values = []
    for first, near in ((1000, 1e9), (1, 1e-5)):
        monkeypatch.setattr(programme, "_FIRST", first)
        monkeypatch.setattr(programme, "_FIRST_OF_KIND", first)
        monkeypatch.setattr(optimum, "_NEAR", near)
        made = programme.programme_of(fit, bounds_of(mixes), weight=0.5, seconds=60)
        bound, chosen = optimum.relaxed(made, made.score), optimum.whole_optimum(made, made.score)
        values.append((bound.value, made.score[chosen].sum()))
        assert bound.value >= made.score[chosen].sum() - 1e-6
    assert values[0] == pytest.approx(values[1], abs=1e-5)


def test_the_shadow_price_is_what_one_dyad_costs() -> None:
    # Each cross-site dyad more gives up exactly 0.3 of joint score, up to four of them.
    same = np.equal.outer(np.array(list("OOBB")), np.array(list("OOBB")))
    fit = Compatibility.from_scores(np.where(same, 0.9, 0.6))
    fit = with_people(fit, {"site": list("OOBB")}, {"site": list("OOBB")})
    mix = Mix("site", at_least=2, counted_in="dyads")
    row = quota_prices(fit, [mix, Mix("site", "same", at_most=0.9)]).iloc[0]
    assert row["shadow_price"] == pytest.approx(0.3)
    assert row["cost_score"] == pytest.approx(0.0)  # the other quota wants it too
    row = quota_prices(fit, [mix]).iloc[0]
    assert (row["reached"], row["limit"], row["binds"]) == (2, 2, True)
    assert row["cost_score"] == pytest.approx(0.6)
    row = quota_prices(fit, [Mix("site", at_least=0.5)]).iloc[0]
    assert row["shadow_price"] == pytest.approx(0.3)
    assert row["reached"] == 0.5


def test_the_order_of_people_and_the_seed_change_no_total_and_no_price() -> None:
    fit, rng = towns(12, 5), stream(2, "order")
    mixes = (Mix("site", at_least=0.6), Mix("site", "same", at_most=3, counted_in="dyads"))
    reference = quota_prices(fit, mixes)
    for seed in range(2):
        moved = fit.select(rng.permutation(12), rng.permutation(12))
        pd.testing.assert_frame_equal(quota_prices(moved, mixes), reference)
        assert total(moved, run(moved, mixes, "score", seed)) == total(
            fit, run(fit, mixes, "score")
        )
    assert run(fit, mixes, "score", 4) == run(fit, mixes, "score", 4)


def test_unknown_values_are_counted_as_neither() -> None:
    fit = with_people(
        Compatibility.from_scores(np.ones((3, 2))),
        {"site": ["Oslo", None, np.nan]},
        {"site": ["Oslo", None]},
    )
    none = [[False, False]]
    assert (
        counted_cells(Mix("site", "same", at_least=0), fit).tolist() == [[True, False]] + 2 * none
    )
    assert not counted_cells(Mix("site", at_least=0), fit).any()
    by_mentor = counted_cells(Mix("site", mentor="Oslo", at_least=0), fit)
    assert by_mentor.tolist() == [[True, False]] * 3
    assert len(run(fit, (Mix("site", "same", at_most=0.0),), "score")) == 2


# What cannot be --------------------------------------------------------------------------------


def three_sites() -> Compatibility:
    """Return two mentees and one mentor of each of three sites."""
    return with_people(
        Compatibility.from_scores(np.ones((2, 3))),
        {"site": ["A", "B"], "unit": ["x", "x"]},
        {"site": ["A", "B", "C"], "unit": ["x", "x", "y"]},
    )


def test_the_smallest_set_of_quotas_that_exclude_each_other_is_named() -> None:
    one_each = [Mix("site", mentor=site, at_least=1, counted_in="dyads") for site in "ABC"]
    idle = Mix("unit", "same", at_most=0.9)
    with pytest.raises(PairingError, match=r"cannot hold together") as caught:
        run(three_sites(), (idle, *one_each), "score")
    said = str(caught.value)
    assert all(f"at least 1 dyad with a mentor of site '{site}'" in said for site in "ABC")
    assert "unit" not in said
    assert "the most possible with a mentor of site 'C' is 0 dyads" in said
    assert "; change one of them to that, relax a rule, or pair more people." in said


def test_a_quota_that_fails_alone_says_what_would_be_possible_and_which_rule_is_in_the_way() -> (
    None
):
    fit = three_sites()
    forbidden = np.array([[False, True, True], [True, False, False]])
    fit = replace(
        fit,
        eligible=~forbidden,
        rules=("they share a manager",),
        forbidding=None,
        rule_bits=forbidden.astype(np.uint8),
    )
    with pytest.raises(PairingError, match=r"^the quota of at least 2 dyads") as caught:
        run(fit, (Mix("site", at_least=2, counted_in="dyads"), Mix("unit", at_most=1.0)), "pairs")
    assert str(caught.value) == (
        "the quota of at least 2 dyads with different site cannot hold with the eligibility rules "
        "and capacities: the most possible with different site is 1 dyad; of the 4 pairs with "
        "different site the rules forbid 3, most often because they share a manager; change the "
        "bound to that or drop it, relax a rule, or pair more people."
    )


def test_a_share_out_of_reach_is_told_with_the_best_share() -> None:
    fit = with_people(
        Compatibility.from_scores(np.ones((3, 3))), {"site": ["A", "A", "B"]}, {"site": list("AAB")}
    )
    mixes = (Mix("site", at_least=0.9), Mix("site", "same", at_least=1, counted_in="dyads"))
    with pytest.raises(PairingError, match=r"the most possible with different site is 66\.67%"):
        run(fit, mixes, "score")
    with pytest.raises(PairingError, match=r"there is no pair with a mentor of site 'Oslo' among"):
        run(fit, (Mix("site", mentor="Oslo", at_least=0.1),), "score")
    alike = with_people(Compatibility.from_scores(np.ones((3, 3))), *[{"site": list("AAA")}] * 2)
    none = Mix("site", "same", at_most=0, counted_in="dyads")
    with pytest.raises(PairingError, match=r"the fewest possible with the same site is 1 dyad;"):
        run(alike, (none,), "pairs")


def test_time_that_runs_out_is_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    late = SimpleNamespace(status=1, x=np.ones(6), mip_gap=0.02)
    monkeypatch.setattr(optimum, "milp", lambda *_, **__: late)
    with pytest.raises(PairingError, match=r"not proven in time \(the best one known is within 2%"):
        run(three_sites(), (Mix("site", at_least=0.5),), "score")


def test_bad_settings_are_one_clear_sentence() -> None:
    for settings_, wrong in (
        ({}, r"a mix of site needs `at_least` or `at_most`"),
        ({"at_least": 10}, r"a share from 0 to 1; got 10; for a number of dyads say counted_in"),
        ({"at_most": 1.5, "counted_in": "dyads"}, r"must be a whole number of zero or more"),
        ({"at_most": -1, "counted_in": "dyads"}, r"must be a whole number of zero or more; got -1"),
        ({"at_least": float("nan")}, r"must be a share from 0 to 1; got nan"),
        ({"at_least": 0.6, "at_most": 0.5}, r"a floor of 0\.6 above its ceiling of 0\.5"),
        ({"pairs": "same", "mentor": "Oslo", "at_least": 0.5}, r"either same values or the values"),
    ):
        with pytest.raises(PairingError, match=wrong):
            Mix("site", **settings_)
    with pytest.raises(OptionError, match=r"`pairs` must be one of 'different', 'same'"):
        Mix("site", "other", at_least=0.5)
    with pytest.raises(OptionError, match=r"`counted_in` must be one of 'dyads', 'share'"):
        Mix("site", at_least=0.5, counted_in="percent")
    with pytest.raises(OptionError, match=r"`aim` must be one of 'pairs', 'score'"):
        QuotaAssignment((Mix("site", at_least=0.5),), "price")
    with pytest.raises(PairingError, match=r"quotas need one mix or more"):
        QuotaAssignment(())
    with pytest.raises(PairingError, match=r"quotas are made of `Mix`; got \['site'\]"):
        QuotaAssignment(("site",))
    with pytest.raises(PairingError, match=r"`time_limit` must be a number of seconds above zero"):
        QuotaAssignment((Mix("site", at_least=0.5),), time_limit=0)


def test_columns_that_are_not_there_are_told() -> None:
    numbers = Compatibility.from_scores(np.ones((2, 2)))
    with pytest.raises(
        PairingError, match=r"^a mix of site needs what is known of the people, and"
    ):
        run(numbers, (Mix("site", at_least=0.5),), "score")
    with pytest.raises(PairingError, match=r"have no column 'town' for a mix; they have 'site'"):
        run(three_sites(), (Mix("town", at_least=0.5),), "score")
    lists = score_cohort(random_cohort(3, 3, 1))
    with pytest.raises(PairingError, match=r"the column 'languages' holds lists, and a mix needs"):
        run(lists, (Mix("languages", at_least=0.5),), "score")


def test_one_mix_needs_no_brackets_and_words_say_what_it_does() -> None:
    mix = Mix("site", mentee="Oslo", at_least=0.25, at_most=0.5)
    assert QuotaAssignment(mix).mixes == (mix,)
    assert repr(mix) == (
        "Mix: at least 25% of the dyads and at most 50% of the dyads with a mentee of site 'Oslo'"
    )


def test_a_quota_is_a_policy_of_a_cohort() -> None:
    cohort = random_cohort(20, 20, 6)
    floor = Mix("profession", at_least=0.9)
    policy = Policy("mixed", DEFAULT_SCORE, ("same_unit",), QuotaAssignment((floor,), "pairs"))
    dyads = pair(cohort, policy=policy, seed=1).dyads
    mentor = cohort.mentors["profession"][dyads["mentor_id"]].to_numpy()
    mentee = cohort.mentees["profession"][dyads["mentee_id"]].to_numpy()
    assert (mentor != mentee).mean() >= 0.9
