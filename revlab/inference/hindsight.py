"""Then-tests of a pilot: which scales are one, and what they say about the start.

A then-test asks at the end how things were at the start. In an instrument it is a scale of its
own, whose id is that of its base scale and ``_then``, asked of the same roles at the last survey
that asks the base scale. Its items are those of the base scale, in the same order, with the same
ends and the same reversal, so that both scores have one meaning; their ids and wording may
differ.
"""

from collections.abc import Sequence
from dataclasses import replace

from revlab.errors import EstimateError, must
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.then_tests import THEN
from revlab.inference.analysis_scales import Scores
from revlab.inference.findings import Finding, Refusal
from revlab.inference.plan import AnalysisPlan
from revlab.inference.response_shift import ResponseShift, response_shift

__all__ = ["hindsight_findings", "is_then_test"]

_TOPICS = ("gain_from_pre", "gain_from_then", "response_shift")


def is_then_test(scale_id: str) -> bool:
    """Return whether a scale asks in hindsight; it is then no outcome of its own.

    Examples
    --------
    >>> is_then_test("voice"), is_then_test("voice_then")
    (False, True)
    """
    return scale_id.endswith(THEN) and len(scale_id) > len(THEN)


def hindsight_findings(
    pilot: Pilot, scores: Sequence[Scores], *, plan: AnalysisPlan | None
) -> list[Finding | Refusal]:
    """Return, for each then-test, the gain from either start and how far the start moved.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : sequence of Scores
        Every outcome, then-tests among them.
    plan : AnalysisPlan or None
        For the level of the intervals.

    Returns
    -------
    list of Finding or Refusal
        "gain_from_pre" (the one to report), "gain_from_then", "response_shift", with pools as
        clusters; empty if the pilot has no then-test.

    References
    ----------
    Howard et al. (1979), Applied Psychological Measurement 3.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> hindsight_findings(pilot, scores_of(pilot), plan=None)
    []
    """
    level = plan.primary.conf_level if plan else 0.95
    bases = {(one.outcome.scale_id, one.outcome.role): one for one in scores}
    results: list[Finding | Refusal] = []
    for then in scores:
        scale_id, role = then.outcome.scale_id, then.outcome.role
        if not is_then_test(scale_id):
            continue
        base = bases.get((scale_id.removesuffix(THEN), role))
        place = then if base is None else base
        try:
            shift = _shift(pilot, then, base, level)
        except EstimateError as error:
            results.append(Refusal(place.where("response_shift"), str(error)))
            continue
        parts = (shift.from_pre, shift.from_then, shift.shift)
        for topic, part in zip(_TOPICS, parts, strict=True):
            named = replace(part, estimand=f"{part.estimand}, {place.label}", unit=place.unit)
            results.append(Finding(place.where(topic), named, "exploratory"))
    return results


def _shift(pilot: Pilot, then: Scores, base: Scores | None, conf_level: float) -> ResponseShift:
    scale_id, role = then.outcome.scale_id, then.outcome.role
    if base is None:
        raise EstimateError(
            f"{scale_id!r} reads as a then-test, but there is no scale "
            f"{scale_id.removesuffix(THEN)!r} of the {role}s; rename it or add its base scale."
        )
    must(
        base.has_start,
        f"{base.outcome.scale_id!r} was not asked before the start, so hindsight has nothing to "
        "be held against.",
        EstimateError,
    )
    must(
        then.waves == base.waves[-1:],
        f"the then-test {scale_id!r} must be asked once, at survey {base.waves[-1]}, the last that "
        f"asks its base scale; it is asked at {list(then.waves)}.",
        EstimateError,
    )
    own, other = (
        [(form.low, form.high, form.reverse) for form in pilot.instrument.forms(name, role)]
        for name in (scale_id, base.outcome.scale_id)
    )
    must(
        own == other,
        f"the items of {scale_id!r} do not pair with those of its base scale: number, ends and "
        "reversal must be the same, in the same order.",
        EstimateError,
    )
    pools = base.frame["pool_id"].astype(str).to_numpy()
    return response_shift(
        base.frame["pre"],
        then.frame["post"],
        base.frame["post"],
        cluster=pools if len(set(pools)) > 1 else None,
        conf_level=conf_level,
    )
