"""The part of a pilot's analysis that is about scores: reliability, change, arms compared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.frames import dyad_outcomes, item_matrix
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_known import known_of
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.items import item_analysis
from revlab.inference.plan import AnalysisPlan, Outcome
from revlab.inference.reliability import cronbach_alpha, omega_total
from revlab.inference.superiority import share_improved
from revlab.inference.two_sample import paired_change

__all__ = ["NO_START", "Scores", "changes", "item_tables", "reliabilities", "scores_of"]

NO_START = "asked only after the start, so it is compared without a starting score"
"""Note of an outcome whose change nobody can know."""


@dataclass(frozen=True)
class Scores:
    """The scores of one outcome, one row per dyad.

    Parameters
    ----------
    outcome : Outcome
        Scale and role.
    label : str
        The scale's name and the role, for people.
    unit : str
        Range of the answers, "points on a 1-5 scale".
    low, high : float
        Ends of that range.
    waves : tuple of int
        Survey rounds that ask the scale.
    has_start : bool
        Whether the first round of the pilot asks it.
    frame : pandas.DataFrame
        dyad_id, pool_id, arm, person_id, pre, post, held, middle (see `known_of`); pre is 0
        everywhere if there is no start.
    """

    outcome: Outcome
    label: str
    unit: str
    low: float
    high: float
    waves: tuple[int, ...]
    has_start: bool
    frame: pd.DataFrame

    def where(self, topic: str, wave: int = 0) -> Where:
        """Return the place of a finding about these scores."""
        return Where(topic, self.outcome.scale_id, self.outcome.role, wave)

    @property
    def change(self) -> np.ndarray:
        """Last minus first score per dyad (or the last alone), NaN where missing."""
        change: np.ndarray = (self.frame["post"] - self.frame["pre"]).to_numpy(dtype=float)
        return change


def scores_of(pilot: Pilot) -> tuple[Scores, ...]:
    """Return the scores of every scale and role of a pilot, in the order of its instrument.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    """
    return tuple(_scores(pilot))


def _scores(pilot: Pilot) -> Iterator[Scores]:
    instrument = pilot.instrument
    start = pilot.plan.waves[0].wave
    names = instrument.scales.set_index("scale_id")["name"]
    for scale_id in instrument.scales["scale_id"].astype(str):
        waves = instrument.waves_of(scale_id)
        name = str(names[scale_id]).lower()
        for role in instrument.roles_of(scale_id):
            forms = instrument.forms(scale_id, role)
            low, high = min(form.low for form in forms), max(form.high for form in forms)
            frame = dyad_outcomes(pilot, scale_id, role=role)
            has_start = waves[0] == start and len(waves) > 1
            between = waves[1:-1] if has_start else waves[:-1]
            known = known_of(pilot, scale_id, role=role, between=between)
            frame = pd.concat([frame.reset_index(drop=True), known], axis=1)
            yield Scores(
                outcome=Outcome(scale_id, role),
                label=f"{name} ({role}s)",
                unit=f"points on a {low}-{high} scale",
                low=float(low),
                high=float(high),
                waves=waves,
                has_start=has_start,
                frame=frame if has_start else frame.assign(pre=0.0),
            )


def _matrices(pilot: Pilot, scores: Scores) -> Iterator[tuple[int, pd.DataFrame]]:
    scale_id, role = scores.outcome.scale_id, scores.outcome.role
    for wave in dict.fromkeys((scores.waves[0], scores.waves[-1])):
        yield wave, item_matrix(pilot, scale_id, role=role, wave=wave)


def reliabilities(pilot: Pilot, scores: Scores, *, seed: int) -> list[Finding | Refusal]:
    """Return alpha and omega of a scale at the first and the last wave that ask it."""
    results = []
    for wave, items in _matrices(pilot, scores):
        makers: dict[str, Callable[[], Estimate]] = {
            "alpha": partial(cronbach_alpha, items),
            "omega": partial(omega_total, items, seed=seed),
        }
        for topic, make in makers.items():
            result = attempt(scores.where(topic, wave), make)
            if isinstance(result, Finding):
                words = f"{topic} of {scores.label}"
                result = replace(result, estimate=replace(result.estimate, estimand=words))
            results.append(result)
    return results


def item_tables(pilot: Pilot, scores: Scores) -> pd.DataFrame:
    """Return the item analysis at the first and the last wave; empty where it is refused."""
    forms = pilot.instrument.forms(scores.outcome.scale_id, scores.outcome.role)
    ends = {form.item_id: (float(form.low), float(form.high)) for form in forms}
    tables = []
    for wave, answers in _matrices(pilot, scores):
        try:
            table = item_analysis(answers, ends=ends)
        except EstimateError:
            continue
        table.insert(0, "wave", wave)
        table.insert(0, "role", scores.outcome.role)
        table.insert(0, "scale_id", scores.outcome.scale_id)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def changes(scores: Scores, *, plan: AnalysisPlan | None) -> list[Finding | Refusal]:
    """Return the mean change of one side and the share who improved, over all arms."""
    frame, level = scores.frame, plan.primary.conf_level if plan else 0.95
    pools = frame["pool_id"].astype(str).to_numpy()

    def change() -> Estimate:
        must(scores.has_start, f"{NO_START}; there is no change.", EstimateError)
        several = len(set(pools[~np.isnan(scores.change)])) > 1
        return paired_change(
            frame["pre"], frame["post"], cluster=pools if several else None, conf_level=level
        )

    def improved() -> Estimate:
        must(scores.has_start, f"{NO_START}; there is no change.", EstimateError)
        return share_improved(frame["pre"], frame["post"], conf_level=level)

    first = attempt(scores.where("change"), change)
    if isinstance(first, Finding):
        words = replace(first.estimate, estimand=scores.label, unit=scores.unit)
        first = replace(first, estimate=words)
    second = attempt(scores.where("improved"), improved)
    if isinstance(second, Finding):
        name = f"share who improved on {scores.label}"
        second = replace(second, estimate=replace(second.estimate, estimand=name))
    return [first, second]
