"""Alarms for indicators, against every path there is and against simulation."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, binomtest

from revlab.errors import EstimateError, OptionError
from revlab.inference.alarms import AlarmRule, alarm_rule, chance_of_alarm
from revlab.rng import stream


def by_every_path(due: list[int], rule: AlarmRule, rate: float) -> list[float]:
    """Return the chance to have rung by each look, from all paths of counts."""
    first = np.zeros(len(due))
    for path in product(*(range(size + 1) for size in due)):
        chance = np.prod([binom.pmf(x, n, rate) for x, n in zip(path, due, strict=True)])
        for look, (count, limit) in enumerate(
            zip(np.cumsum(path), rule.table["limit"], strict=True)
        ):
            if pd.isna(limit):
                continue
            if count <= limit if rule.side == "low" else count >= limit:
                first[look] += chance
                break
    return first.cumsum().tolist()


@pytest.mark.parametrize("side", ["low", "high"])
@pytest.mark.parametrize("keeps", ["all looks", "each look"])
def test_the_chance_to_ring_is_that_of_all_paths(side, keeps) -> None:
    due = [3, 5, 2, 4]
    rule = alarm_rule(due, 0.6, alpha=0.2, side=side, keeps=keeps)
    expected = by_every_path(due, rule, 0.6)
    assert rule.table["rung"].tolist() == pytest.approx(expected, abs=1e-12)
    assert rule.false_alarm == pytest.approx(expected[-1], abs=1e-12)
    for rate in (0.0, 0.3, 0.9, 1.0):
        seen = chance_of_alarm(due, rule, rate=rate)["rung"].tolist()
        assert seen == pytest.approx(by_every_path(due, rule, rate), abs=1e-12)


@pytest.mark.parametrize("expected", [0.1, 0.5, 0.85])
@pytest.mark.parametrize("side", ["low", "high"])
def test_all_looks_keep_the_level_and_looks_one_by_one_do_not(expected, side) -> None:
    due = [30] * 8
    kept = alarm_rule(due, expected, side=side)
    naive = alarm_rule(due, expected, side=side, keeps="each look")
    assert 0.03 < kept.false_alarm <= 0.05 < 0.1 < naive.false_alarm


def test_no_other_common_tail_would_keep_the_level_and_ring_more_often() -> None:
    """The limits are those of the largest tail: the next step of any look is too much."""
    due, share, alpha = [12] * 5, 0.7, 0.05
    rule = alarm_rule(due, share, alpha=alpha)
    total = np.cumsum(due)
    tails = sorted({p for n in total for p in binom.cdf(np.arange(n), n, share) if p <= alpha})
    best = -1.0
    for tail in tails:
        limit = [int((binom.cdf(np.arange(n), n, share) <= tail).sum()) - 1 for n in total]
        table = rule.table.assign(limit=pd.array(limit, dtype="Int64").copy())
        table["limit"] = table["limit"].mask(table["limit"] < 0)
        other = AlarmRule(table, share, "low", "")
        chance = chance_of_alarm(due, other, rate=share)["rung"].iloc[-1]
        best = max(best, chance if chance <= alpha else -1.0)
    assert rule.false_alarm == pytest.approx(best, abs=1e-12)


def test_a_limit_at_one_look_is_the_binomial_test() -> None:
    limit = int(alarm_rule([40], 0.7, alpha=0.05).table["limit"].iloc[0])
    assert binomtest(limit, 40, 0.7, alternative="less").pvalue <= 0.05
    assert binomtest(limit + 1, 40, 0.7, alternative="less").pvalue > 0.05
    above = int(alarm_rule([40], 0.7, alpha=0.05, side="high").table["limit"].iloc[0])
    assert binomtest(above, 40, 0.7, alternative="greater").pvalue <= 0.05
    assert binomtest(above - 1, 40, 0.7, alternative="greater").pvalue > 0.05


def test_simulated_weeks_ring_as_often_as_stated() -> None:
    due, n = [24, 20, 30, 24], 50_000
    rule = alarm_rule(due, 0.7)
    weeks = stream(1, "weeks").binomial(due, 0.6, size=(n, 4)).cumsum(axis=1)
    rings = (weeks <= rule.table["limit"].to_numpy(dtype=float)).any(axis=1).mean()
    stated = chance_of_alarm(due, rule, rate=0.6)["rung"].iloc[-1]
    assert rings == pytest.approx(stated, abs=4 * np.sqrt(stated * (1 - stated) / n))


def test_too_few_units_cannot_ring_yet() -> None:
    rule = alarm_rule([2, 30], 0.5, alpha=0.05)
    assert rule.table["limit"].isna().tolist() == [True, False]
    assert rule.table["rung"].iloc[0] == 0


def test_what_is_asked_wrongly_of_an_alarm_gets_one_sentence() -> None:
    with pytest.raises(OptionError, match="`side` must be one of 'high', 'low'"):
        alarm_rule([10], 0.5, side="below")
    with pytest.raises(OptionError, match="`keeps` must be one of"):
        alarm_rule([10], 0.5, keeps="none")
    for due in ([], [0, 4], [2.5], [float("nan")], [[3]]):
        with pytest.raises(EstimateError, match="`due` must hold whole numbers of at least 1"):
            alarm_rule(due, 0.5)
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(EstimateError, match="`expected` must lie between 0 and 1"):
            alarm_rule([10], share)
        with pytest.raises(EstimateError, match="`alpha` must lie between 0 and 1"):
            alarm_rule([10], 0.5, alpha=share)
    rule = alarm_rule([10, 10], 0.5)
    with pytest.raises(EstimateError, match="`due` must hold the numbers that the rule was made"):
        chance_of_alarm([10, 11], rule, rate=0.5)
    for rate in (-0.1, 1.1, float("nan")):
        with pytest.raises(EstimateError, match="`rate` must be a share"):
            chance_of_alarm([10, 10], rule, rate=rate)


def test_the_share_is_of_all_that_came_due_and_first_rings_add_up() -> None:
    due = [3, 5, 2, 4]
    rule = alarm_rule(due, 0.6, alpha=0.2)
    counted = rule.table["limit"].astype(float) / np.cumsum(due)
    assert rule.table["share"].astype(float).tolist() == pytest.approx(counted.tolist())
    seen = chance_of_alarm(due, rule, rate=0.4)
    assert seen["first"].cumsum().tolist() == pytest.approx(seen["rung"].tolist(), abs=1e-12)
    assert (seen["first"] > 0).all()


def test_the_stated_tail_gives_the_limits_and_no_larger_one_keeps_the_level() -> None:
    due, share = [30] * 8, 0.7
    rule = alarm_rule(due, share)
    stated = float(rule.convention.split("at most ")[1].split()[0])
    tails = pd.DataFrame({"look": np.arange(8), "n": np.cumsum(due)})
    tails["limit"] = rule.table["limit"].to_numpy(dtype=float)
    assert (binom.cdf(tails["limit"], tails["n"], share) <= stated + 5e-5).all()
    above = binom.cdf(tails["limit"] + 1, tails["n"], share)
    assert (above > stated - 5e-5).all()
    # the look that would move first, moved by one: too many false alarms
    more = rule.table.assign(limit=rule.table["limit"] + (above == above.min()).astype(int))
    chance = chance_of_alarm(due, AlarmRule(more, share, "low", ""), rate=share)["rung"].iloc[-1]
    assert rule.false_alarm <= 0.05 < chance
