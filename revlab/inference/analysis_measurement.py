"""The part of a pilot's analysis that is about measuring: noise, sizes and hindsight.

What the contrasts say against the margin is in `revlab.inference.analysis_sizes`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from revlab.errors import EstimateError, must
from revlab.fieldwork.frames import item_matrix
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_scales import Scores
from revlab.inference.analysis_sizes import standardised
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal
from revlab.inference.hindsight import hindsight_findings, is_then_test
from revlab.inference.plan import AnalysisPlan
from revlab.inference.rates import wilson
from revlab.inference.reliability import cronbach_alpha
from revlab.inference.reliable_change import reliable_change

__all__ = ["measurement_findings", "reliable_changes"]

_FEWEST = 5
_NO_START = "asked only after the start; there is no change."
_RELIABLE = {
    "rose": ("reliably_better", "reliably_worse"),
    "no reliable change": ("reliably_unchanged", "reliably_unchanged"),
    "fell": ("reliably_worse", "reliably_better"),
}


def measurement_findings(
    pilot: Pilot,
    scores: Sequence[Scores],
    *,
    plan: AnalysisPlan | None,
    found: Sequence[Finding | Refusal],
) -> list[Finding | Refusal]:
    """Return reliable and standardised changes, standardised contrasts and then-tests.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : sequence of Scores
        The outcomes.
    plan : AnalysisPlan or None
        For levels, arms and statuses.
    found : sequence of Finding or Refusal
        What was found before; the contrasts are taken from it.

    Returns
    -------
    list of Finding or Refusal
        See `reliable_changes`, `standardised` and `revlab.inference.hindsight`.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> first = scores_of(pilot)[:1]
    >>> [f.where.topic for f in measurement_findings(pilot, first, plan=None, found=[])][:2]
    ['reliably_better', 'reliably_unchanged']
    """
    results: list[Finding | Refusal] = []
    for one in scores:
        if is_then_test(one.outcome.scale_id):
            continue
        if one.has_start:  # without a start the missing change was refused before
            results += reliable_changes(pilot, one, plan=plan)
        results += standardised(one, plan=plan, found=found)
    return results + hindsight_findings(pilot, scores, plan=plan)


def reliable_changes(
    pilot: Pilot, scores: Scores, *, plan: AnalysisPlan | None = None
) -> list[Finding | Refusal]:
    """Return the shares whose score became better, or worse, by more than the scale's noise.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : Scores
        The outcome.
    plan : AnalysisPlan or None
        For the level of the intervals.

    Returns
    -------
    list of Finding or Refusal
        "reliably_better", "reliably_unchanged", "reliably_worse": shares with Wilson intervals.
        The noise is that of alpha at the first survey; better is what the scale says it is.

    References
    ----------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> shares = reliable_changes(pilot, scores_of(pilot)[0])
    >>> round(sum(one.estimate.estimate for one in shares), 6)
    1.0
    """
    level = plan.primary.conf_level if plan else 0.95
    topics = ("reliably_better", "reliably_unchanged", "reliably_worse")
    try:
        shares = _reliable(pilot, scores, level)
    except EstimateError as error:
        return [Refusal(scores.where(topics[0]), str(error))]
    return [Finding(scores.where(topic), shares[topic]) for topic in topics]


def _reliable(pilot: Pilot, scores: Scores, conf_level: float) -> dict[str, Estimate]:
    must(scores.has_start, _NO_START, EstimateError)
    complete = int(np.isfinite(scores.change).sum())
    must(
        complete >= _FEWEST,
        f"{complete} people answered before and after; reliable change needs {_FEWEST}.",
        EstimateError,
    )
    scale_id, role = scores.outcome.scale_id, scores.outcome.role
    first = item_matrix(pilot, scale_id, role=role, wave=scores.waves[0])
    alpha = cronbach_alpha(first).estimate
    frame = scores.frame
    table = reliable_change(frame["pre"], frame["post"], reliability=alpha)
    scales = pilot.instrument.scales.set_index("scale_id")
    place = 0 if str(scales.loc[scale_id, "higher_is"]) == "better" else 1
    shares = {}
    for row in table.itertuples():
        topic = _RELIABLE[str(row.change)][place]
        word = topic.removeprefix("reliably_")
        share = wilson(int(row.n), int(row.of), conf_level=conf_level).to_estimate()
        shares[topic] = replace(
            share,
            estimand=f"share {word} beyond the noise of {scores.label}",
            estimator="reliable_change",
            n_missing=int(row.n_missing),
            unit="share",
            convention=f"change of more than {row.limit:.3g} points (1.96 standard errors of a "
            f"difference at alpha {alpha:.2f} of survey {scores.waves[0]}); Wilson interval, "
            f"every person independent; both scores needed ({row.n_missing} left out)",
            note=f"changes of up to {row.limit:.2f} points count as noise",
        )
    return shares
