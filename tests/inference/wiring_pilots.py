"""Pilots for the tests of what an analysis says: the shipped one, and ones that say less."""

from dataclasses import replace

import numpy as np
import pandas as pd

from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.inference.analysis_dyads import dyad_findings
from revlab.inference.analysis_endings import ending_findings, ending_reasons, session_hazards
from revlab.inference.analysis_growth import growth_findings
from revlab.inference.analysis_measurement import measurement_findings
from revlab.inference.analysis_scales import scores_of
from revlab.inference.findings import Finding, Refusal
from revlab.inference.growth_waves import growth_means
from revlab.inference.plan_reading import plan_of_pilot
from revlab.rng import stream
from revlab.shipped import shipped


def example() -> Pilot:
    return read_pilot(shipped("data/example_pilot"))


def kept(pilot: Pilot, dyads: list[str]) -> Pilot:
    """Return the pilot with these dyads only."""
    there = {
        name: getattr(pilot, name)[getattr(pilot, name)["dyad_id"].isin(dyads)]
        for name in ("dyads", "sessions", "responses")
    }
    return replace(pilot, **there)


def ended(pilot: Pilot, sessions: int | None) -> Pilot:
    """Return the pilot with every dyad ended after ``sessions``, or nobody ended early."""
    dyads = pilot.dyads.copy()
    dyads["ended"] = "completed" if sessions is None else "early"
    dyads["last_session"] = pilot.plan.planned_sessions if sessions is None else sessions
    dyads["end_reason"] = pd.Series([None] * len(dyads), dtype="string")
    return replace(pilot, dyads=dyads)


def odd_pilots() -> dict[str, Pilot]:
    """Return pilots that lack something."""
    pilot = example()
    early = pilot.dyads["dyad_id"].tolist()[:2]
    optimal = pilot.dyads.loc[pilot.dyads["arm"] == "optimal", "dyad_id"].tolist()
    answers = pilot.responses
    silent = answers.assign(value=answers["value"].mask(answers["wave"] == 3))
    return {
        "two dyads": kept(pilot, early),
        "one dyad": kept(pilot, early[:1]),
        "one arm empty": kept(pilot, optimal),
        "all ended": ended(pilot, 2),
        "all ended before the first session": ended(pilot, 0),
        "nobody ended": ended(pilot, None),
        "last survey not sent": replace(pilot, responses=answers[answers["wave"] < 3]),
        "last survey not answered": replace(pilot, responses=silent),
        "only the first survey": replace(pilot, responses=answers[answers["wave"] == 1]),
        "nobody answered": replace(pilot, responses=answers.iloc[:0]),
        "no plan": replace(pilot, plan=replace(pilot.plan, analysis=None)),
    }


def endings(pilot: Pilot) -> list[Finding | Refusal]:
    """Return all findings on how dyads ended, and make their tables."""
    session_hazards(pilot)
    ending_reasons(pilot)
    return ending_findings(pilot, plan=plan_of_pilot(pilot.plan))


def everything(pilot: Pilot) -> list[Finding | Refusal]:
    """Return all findings of the wired methods, and make their tables."""
    plan, scores = plan_of_pilot(pilot.plan), scores_of(pilot)
    growth_means(pilot, scores)
    return [
        *dyad_findings(scores, plan=plan),
        *growth_findings(pilot, scores, plan=plan),
        *endings(pilot),
        *measurement_findings(pilot, scores, plan=plan, found=[]),
    ]


def found(results: list[Finding | Refusal], topic: str, **place: str) -> Finding:
    """Return the one finding on a topic and place."""
    hits = [
        one
        for one in results
        if one.where.topic == topic and all(getattr(one.where, k) == v for k, v in place.items())
    ]
    assert len(hits) == 1, hits
    assert isinstance(hits[0], Finding), hits[0]
    return hits[0]


def asked_both_before() -> Pilot:
    """Return a pilot whose relationship scale both sides also answered before the start."""
    pilot = example()
    scales = pilot.instrument.scales.copy()
    scales.loc[scales["scale_id"] == "relationship_quality", "waves"] = "1;2;3"
    instrument = Instrument(items=pilot.instrument.items, scales=scales)
    rng = stream(5, "both before")
    own = rng.integers(2, 5, size=(len(pilot.dyads), 2))
    rows = []
    for number, dyad in enumerate(pilot.dyads.itertuples()):
        for side, role in enumerate(("mentor", "mentee")):
            for wave in (1, 3):
                mixed = own[number, side] if wave == 1 else own[number].mean()
                values = np.clip(np.round(mixed + rng.normal(0, 0.7, 4)), 1, 5).astype(int)
                values[3] = 6 - values[3]
                person = getattr(dyad, f"{role}_id")
                rows += [
                    (person, role, dyad.dyad_id, wave, f"rq{k + 1}", value)
                    for k, value in enumerate(values)
                ]
    new = pd.DataFrame(rows, columns=list(pilot.responses.columns))
    others = pilot.responses[~pilot.responses["item_id"].str.startswith("rq")]
    responses = pd.concat([others, new.astype(others.dtypes.to_dict())], ignore_index=True)
    return replace(pilot, instrument=instrument, responses=responses)


def with_then_test(low: int = 1, wave: str = "3") -> Pilot:
    """Return a pilot that asks the mentors at the end how they spoke up at the start."""
    pilot = example()
    items, scales = pilot.instrument.items, pilot.instrument.scales
    own = items[items["scale_id"] == "voice"].assign(scale_id="voice_then", low=low)
    own["item_id"] = own["item_id"] + "_then"
    scale = scales[scales["scale_id"] == "voice"].assign(scale_id="voice_then", waves=wave)
    instrument = Instrument(
        items=pd.concat([items, own], ignore_index=True),
        scales=pd.concat([scales, scale], ignore_index=True),
    )
    answers = pilot.responses
    last = answers[(answers["wave"] == 3) & answers["item_id"].str.startswith("vo")].copy()
    rng = stream(6, "hindsight")
    moved = last["value"].astype("Float64") - rng.integers(0, 2, len(last))
    last["value"] = moved.clip(lower=low).astype("Int64")
    last["item_id"] = last["item_id"] + "_then"
    return replace(
        pilot, instrument=instrument, responses=pd.concat([answers, last], ignore_index=True)
    )


def scored(pilot: Pilot, scale_id: str, role: str, wave: int, least: int) -> pd.Series:
    """Score a scale by hand: the mean of the answered items, indexed by dyad."""
    items = pilot.instrument.items.set_index("item_id")
    rows = pilot.responses
    rows = rows[(rows["role"] == role) & (rows["wave"] == wave)]
    rows = rows[rows["item_id"].map(items["scale_id"]) == scale_id].dropna(subset=["value"])
    value = rows["value"].astype(float)
    turned = rows["item_id"].map(items["reverse"]).astype(bool)
    ends = rows["item_id"].map(items["low"] + items["high"]).astype(float)
    keyed = value.where(~turned, ends - value)
    grouped = keyed.groupby(rows["dyad_id"])
    return grouped.mean()[grouped.size() >= least].reindex(pilot.dyads["dyad_id"])


def cr2(y: np.ndarray, x: np.ndarray, cluster: np.ndarray, place: int) -> tuple[float, float]:
    """Return coefficient and CR2 standard error by the textbook matrices."""
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residual, meat = y - x @ beta, np.zeros((x.shape[1], x.shape[1]))
    for name in np.unique(cluster):
        rows = cluster == name
        block = np.eye(rows.sum()) - x[rows] @ inverse @ x[rows].T
        values, vectors = np.linalg.eigh(block)
        root = np.where(values > 1e-10, np.abs(values) ** -0.5, 0.0)
        score = x[rows].T @ (vectors * root) @ vectors.T @ residual[rows]
        meat += np.outer(score, score)
    return float(beta[place]), float(np.sqrt((inverse @ meat @ inverse)[place, place]))
