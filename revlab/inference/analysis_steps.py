"""The steps of `analyse_pilot`: which plan, what was found, what was done otherwise."""

from collections.abc import Sequence

import pandas as pd

from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import contrasts
from revlab.inference.analysis_dyads import dyad_findings
from revlab.inference.analysis_endings import ending_findings
from revlab.inference.analysis_extras import extra_findings
from revlab.inference.analysis_growth import growth_findings
from revlab.inference.analysis_measurement import measurement_findings
from revlab.inference.analysis_programme import both_sides, programme_findings, sides_of
from revlab.inference.analysis_scales import Scores, changes, reliabilities
from revlab.inference.deviations import deviations, not_carried_out
from revlab.inference.findings import Finding, Refusal
from revlab.inference.hindsight import is_then_test
from revlab.inference.plan import AnalysisPlan
from revlab.inference.plan_reading import plan_of_pilot, plan_of_stated

__all__ = ["deviations_of", "everything_found", "plan_for"]


def plan_for(pilot: Pilot) -> AnalysisPlan | None:
    """Return the plan of ``pilot.toml``, else of ``registered.toml``, else None.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> plan_for(read_pilot(shipped("data/example_pilot"))).contrast
    optimal - random
    """
    plan = plan_of_pilot(pilot.plan)
    if plan is None and pilot.registered is not None:
        return plan_of_stated(pilot.registered)
    return plan


def everything_found(
    pilot: Pilot, scores: tuple[Scores, ...], *, plan: AnalysisPlan | None, seed: int
) -> list[Finding | Refusal]:
    """Return every estimate of an analysis, or the reason why there is none.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : tuple of Scores
        Every outcome.
    plan : AnalysisPlan or None
        None gives no contrasts.
    seed : int
        Root of the bootstrap and randomisation streams.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> [one.where.topic for one in everything_found(pilot, (), plan=None, seed=1)][:2]
    ['both_gained', 'sides']
    """
    results: list[Finding | Refusal] = []
    for one in scores:
        if is_then_test(one.outcome.scale_id):
            continue  # asks about the start again, so it is no outcome of its own
        results += reliabilities(pilot, one, seed=seed)
        results += changes(one, plan=plan)
        if plan is not None:
            results += contrasts(one, plan=plan, seed=seed)
    results += both_sides(sides_of(scores, plan))
    results += programme_findings(pilot, plan=plan, seed=seed)
    results += dyad_findings(scores, plan=plan)
    results += growth_findings(pilot, scores, plan=plan)
    results += ending_findings(pilot, plan=plan)
    results += extra_findings(pilot, plan=plan, seed=seed)
    return results + measurement_findings(pilot, scores, plan=plan, found=tuple(results))


def deviations_of(
    pilot: Pilot,
    plan: AnalysisPlan | None,
    *,
    findings: Sequence[Finding],
    refused: Sequence[Refusal],
) -> pd.DataFrame:
    """List how an analysis differs from the registered plan, or from the plan where none was.

    Parameters
    ----------
    pilot : Pilot
        With the analysis as it was registered, if it was.
    plan : AnalysisPlan or None
        As it was carried out.
    findings, refused : sequence of Finding, of Refusal
        What came of it.

    Returns
    -------
    pandas.DataFrame
        what, planned, done.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> deviations_of(pilot, None, findings=(), refused=()).empty
    True
    """
    if plan is None:
        return pd.DataFrame(columns=["what", "planned", "done"])
    stated = plan if pilot.registered is None else plan_of_stated(pilot.registered)
    return pd.concat(
        [deviations(stated, plan), not_carried_out(plan, findings, refused)], ignore_index=True
    )
