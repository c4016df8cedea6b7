"""A pilot whose dyads were dealt to arms one by one: each its own pool, its pool the block."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from revlab.fieldwork.pilot import read_pilot
from revlab.inference.analysis_contrasts import contrasts
from revlab.inference.analysis_scales import scores_of
from revlab.inference.estimators import ancova_cr2
from revlab.inference.plan_reading import plan_of_pilot
from revlab.shipped import shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped pilot as if every second dyad of each pool had been dealt to the other arm."""
    there = tmp_path / "dealt"
    shutil.copytree(shipped("data/example_pilot"), there)
    dyads = pd.read_csv(there / "dyads.csv", dtype=str)
    odd = dyads.groupby("pool_id").cumcount() % 2 == 1
    dealt = pd.Series("optimal", index=dyads.index).where(odd, "random")
    units = {"pool_id": dyads["dyad_id"], "arm": dealt, "block": dyads["pool_id"]}
    pd.DataFrame(units).to_csv(there / "arms.csv", index=False)
    dyads.assign(pool_id=dyads["dyad_id"], arm=dealt).to_csv(there / "dyads.csv", index=False)
    people = pd.read_csv(there / "people.csv", dtype=str)
    sides = [dyads.set_index(f"{role}_id")["dyad_id"] for role in ("mentor", "mentee")]
    people["pool_id"] = people["person_id"].map(pd.concat(sides))
    people.dropna(subset="pool_id").to_csv(there / "people.csv", index=False)
    plan = (there / "pilot.toml").read_text(encoding="utf-8")
    (there / "pilot.toml").write_text(plan.replace("[plan]\n", '[plan]\nblocks = "block"\n'))
    (there / "registered.toml").unlink(missing_ok=True)
    return there


def test_a_pilot_whose_dyads_were_dealt_is_analysed_within_its_pools(folder: Path) -> None:
    pilot = read_pilot(folder)
    plan = plan_of_pilot(pilot.plan)
    scores = scores_of(pilot)[0]
    found = contrasts(scores, plan=plan, seed=1)[0].estimate
    frame = scores.frame.assign(pool_id=scores.frame["dyad_id"])
    block = pilot.arms.set_index("pool_id")["block"].astype(str)
    frame["block"] = frame["dyad_id"].astype(str).map(block)
    by_hand = ancova_cr2(frame, plan.contrast)
    assert (found.estimate, found.conf_low) == (by_hand.estimate, by_hand.conf_low)
    assert found.n == found.n_clusters > 15
    assert "fixed effects of" in found.convention
