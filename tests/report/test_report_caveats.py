from dataclasses import replace

import pytest

from revlab.report.caveats import CAVEATS, Situation, caveats_for
from revlab.report.prose import lint_prose

FIRES: dict[str, tuple[Situation, ...]] = {
    "simulated": (Situation(simulated=True),),
    "not_planned": (Situation(planned=False),),
    "one_pool_per_arm": (Situation(pools_per_arm={"a": 1, "b": 6}),),
    "few_clusters": (Situation(n_clusters=19), Situation(n_clusters=1)),
    "small_arm": (Situation(n_per_arm={"a": 19, "b": 40}),),
    "uneven_dropout": (Situation(dropout_per_arm={"a": 0.1, "b": 0.21}),),
    "many_missing": (Situation(n=79, n_missing=21), Situation(n=0, n_missing=1)),
    "post_only": (Situation(waves=1),),
    "retrospective": (Situation(retrospective=True),),
    "low_reliability": (Situation(reliability=0.69),),
    "many_looks": (Situation(looks=2),),
    "fragile": (Situation(fragile=("the leavers",)),),
    "birth_cohort": (Situation(by_birth=True),),
    "description": (Situation(compared=False),),
}
SILENT: dict[str, tuple[Situation, ...]] = {
    "simulated": (Situation(),),
    "not_planned": (Situation(),),
    "one_pool_per_arm": (Situation(), Situation(pools_per_arm={"a": 2, "b": 2})),
    "few_clusters": (Situation(n_clusters=0), Situation(n_clusters=20)),
    "small_arm": (Situation(), Situation(n_per_arm={"a": 20, "b": 20})),
    "uneven_dropout": (
        Situation(),
        Situation(dropout_per_arm={"a": 0.1, "b": 0.2}),
        Situation(dropout_per_arm={"a": 0.9}),
    ),
    "many_missing": (Situation(), Situation(n=80, n_missing=20)),
    "post_only": (Situation(waves=2),),
    "retrospective": (Situation(),),
    "low_reliability": (Situation(), Situation(reliability=0.70)),
    "many_looks": (Situation(looks=1),),
    "fragile": (Situation(),),
    "birth_cohort": (Situation(),),
    "description": (Situation(), Situation(compared=True)),
}


def test_each_rule_has_its_cases() -> None:
    assert set(FIRES) == set(SILENT) == set(CAVEATS)


@pytest.mark.parametrize("rule_id", CAVEATS)
def test_a_rule_fires_alone_and_says_one_clean_sentence(rule_id: str) -> None:
    for situation in FIRES[rule_id]:
        fired = caveats_for(situation)
        assert [caveat.rule_id for caveat in fired] == [rule_id]
        assert fired[0].sentence.endswith(".")
        assert len(fired[0].sentence.split()) <= 20
        assert lint_prose(fired[0].sentence) == []


@pytest.mark.parametrize("rule_id", CAVEATS)
def test_a_rule_keeps_silent_at_its_threshold(rule_id: str) -> None:
    for situation in SILENT[rule_id]:
        assert rule_id not in [caveat.rule_id for caveat in caveats_for(situation)]


def test_caveats_hold_the_trigger_value() -> None:
    (caveat,) = caveats_for(Situation(dropout_per_arm={"optimal": 0.05, "random": 0.35}))
    assert "30 points" in caveat.sentence
    (caveat,) = caveats_for(Situation(n_per_arm={"optimal": 12, "random": 30}))
    assert "“best total fit” has 12" in caveat.sentence


def test_several_fire_in_the_order_of_the_registry() -> None:
    every = Situation(simulated=True, waves=1)
    fired = [caveat.rule_id for caveat in caveats_for(replace(every, n_clusters=8))]
    assert fired == ["simulated", "few_clusters", "post_only"]
