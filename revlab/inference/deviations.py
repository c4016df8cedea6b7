"""What was done otherwise than planned, found by comparing the two plans."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.inference.findings import Finding, Refusal
from revlab.inference.plan import AnalysisPlan, Outcome

__all__ = ["check_digest", "deviations", "not_carried_out"]

_COLUMNS = ["what", "planned", "done"]
_NOTHING = "not planned"
_LEFT_OUT = "left out"
_WORDS = {
    "primary_scale": "primary outcome",
    "primary_role": "who reports the primary outcome",
    "treatment": "treatment arm",
    "control": "control arm",
    "margin": "margin in points",
    "estimator": "estimator",
    "conf_level": "level of the interval",
    "alpha": "level of the tests",
    "blocks": "blocks of pools",
    "cluster": "unit that was dealt to an arm",
    "looks": "looks at the data",
    "look_bounds": "bounds of the looks",
}


def check_digest(plan: AnalysisPlan, digest: str) -> None:
    """Refuse a plan that is not the one that was registered.

    Parameters
    ----------
    plan : AnalysisPlan
        As it is now.
    digest : str
        As it was written down beforehand: all of it, or its first eight characters or more.

    Raises
    ------
    EstimateError
        If they differ, or the digest is too short to tell.

    Examples
    --------
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    >>> check_digest(plan, plan.digest[:12])
    >>> check_digest(plan, "00000000")
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: the plan was changed after it was registered: its digest is \
85dea97cc76d, not 00000000; list what changed with `deviations`.
    """
    said = digest.strip().lower()
    must(len(said) >= 8, "give at least eight characters of the digest.", EstimateError)
    now = plan.digest
    must(
        now.startswith(said),
        f"the plan was changed after it was registered: its digest is {now[:12]}, not "
        f"{said[:12]}; list what changed with `deviations`.",
        EstimateError,
    )


def deviations(
    registered: AnalysisPlan, used: AnalysisPlan, *, reported: Iterable[Outcome] = ()
) -> pd.DataFrame:
    """List every difference between the registered plan and what was done.

    Parameters
    ----------
    registered : AnalysisPlan
        As it was laid down before the data.
    used : AnalysisPlan
        As it was carried out.
    reported : iterable of Outcome
        Outcomes that the report shows. A planned one that is not among them was left out; give
        none to compare the plans alone.

    Returns
    -------
    pandas.DataFrame
        One row per deviation: what, planned, done; empty if the plan was kept.

    References
    ----------
    Eldridge et al. (2016), CONSORT extension for pilot trials, BMJ 355:i5239, items 3b and 6b.

    Examples
    --------
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    >>> other = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.5, "ancova_cr2"))
    >>> deviations(plan, other).to_numpy().tolist()
    [['margin in points', '0.3', '0.5']]
    """
    rows: list[tuple[str, str, str]] = []
    for field in fields(PrimaryAnalysis):
        before, after = (getattr(plan.primary, field.name) for plan in (registered, used))
        if before != after and field.name in _WORDS:
            rows.append((_WORDS[field.name], _text(before), _text(after)))
    rows += _criteria(registered, used)
    rows += _outcomes(registered, used, list(reported))
    return pd.DataFrame(rows, columns=_COLUMNS)


def not_carried_out(
    plan: AnalysisPlan, findings: Sequence[Finding], refused: Sequence[Refusal]
) -> pd.DataFrame:
    """List where an analysis could not do what its plan says.

    Parameters
    ----------
    plan : AnalysisPlan
        What was planned.
    findings, refused : sequence of Finding, of Refusal
        What came of it; the planned outcomes are those on the topic "contrast".

    Returns
    -------
    pandas.DataFrame
        As `deviations`: an outcome that could not be compared, with the reason; one that was
        not asked; one that was compared by another estimator.

    Examples
    --------
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    >>> not_carried_out(plan, [], [])["done"].tolist()
    ['not asked in this pilot']
    """
    found = {(f.where.scale_id, f.where.role): f for f in findings if f.where.topic == "contrast"}
    reasons = {
        (r.where.scale_id, r.where.role): r.reason for r in refused if r.where.topic == "contrast"
    }
    rows = []
    for one in plan.planned:
        key, name = (one.scale_id, one.role), f"outcome {one.scale_id} ({one.role})"
        planned = plan.estimator(*key)
        if key not in found:
            reason = f"no estimate: {reasons[key]}" if key in reasons else "not asked in this pilot"
            rows.append((name, plan.status(*key), reason.rstrip(".")))
        elif found[key].estimate.estimator != planned:
            rows.append((f"estimator of {name}", planned, found[key].estimate.estimator))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _text(value: object) -> str:
    if value is None or value in ("", ()):
        return "not stated"
    if isinstance(value, tuple):
        return ", ".join(_text(part) for part in value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _criteria(registered: AnalysisPlan, used: AnalysisPlan) -> list[tuple[str, str, str]]:
    before, after = ({c.criterion: c for c in plan.progression} for plan in (registered, used))
    rows = []
    for name in dict.fromkeys([*before, *after]):
        texts = [
            f"{found.measure}: amber {found.amber:g}, green {found.green:g}" if found else missing
            for found, missing in ((before.get(name), _NOTHING), (after.get(name), _LEFT_OUT))
        ]
        if texts[0] != texts[1]:
            rows.append((f"progression criterion {name!r}", texts[0], texts[1]))
    return rows


def _outcomes(
    registered: AnalysisPlan, used: AnalysisPlan, reported: list[Outcome]
) -> list[tuple[str, str, str]]:
    rows = []
    every = dict.fromkeys([*registered.secondary, *used.secondary])
    for one in every:
        before, after = (plan.status(one.scale_id, one.role) for plan in (registered, used))
        name = f"outcome {one.scale_id} ({one.role})"
        if before != after:
            rows.append((name, before, after))
            continue
        for what in ("margin", "estimator"):
            was, now = (getattr(plan, what)(one.scale_id, one.role) for plan in (registered, used))
            own = {getattr(o, what) for p in (registered, used) for o in p.secondary if o == one}
            if was != now and own != {None} and own != {""}:
                rows.append((f"{what} of {name}", _text(was), _text(now)))
    first = Outcome(registered.primary.primary_scale, registered.primary.primary_role)
    planned = [(first, "primary"), *((one, "secondary") for one in registered.secondary)]
    if reported:
        rows += [
            (f"outcome {one.scale_id} ({one.role})", status, "not reported")
            for one, status in planned
            if one not in reported
        ]
    return rows
