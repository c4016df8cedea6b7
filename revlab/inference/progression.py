"""Traffic-light progression criteria, set before a pilot, and the chance of red."""

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy.special import betainc, stdtr

from revlab.errors import EstimateError, must
from revlab.fieldwork.criteria import Criterion
from revlab.inference.estimate import Estimate
from revlab.inference.rates import wilson

__all__ = ["light", "progression"]

_TIE = 1e-9  # a mean of shares that is the threshold exactly may come out a rounding below it


def light(observed: float, *, amber: float, green: float) -> str:
    """Return the light of an observed share.

    Parameters
    ----------
    observed : float
        The share.
    amber, green : float
        Lowest shares of amber and of green.

    Examples
    --------
    >>> light(0.5, amber=0.5, green=0.7), light(0.49, amber=0.5, green=0.7)
    ('amber', 'red')
    """
    if observed >= green - _TIE:
        return "green"
    return "amber" if observed >= amber - _TIE else "red"


def _from_counts(
    successes: int, n: int, *, criterion: Criterion, conf_level: float
) -> dict[str, object]:
    share = wilson(successes, n, conf_level=conf_level)
    posterior = (successes + 0.5, n - successes + 0.5)
    return {
        "observed": share.share,
        "conf_low": share.conf_low,
        "conf_high": share.conf_high,
        "p_red": float(betainc(*posterior, criterion.amber)),
        "p_green": 1 - float(betainc(*posterior, criterion.green)),
        "n": n,
        "convention": f"Wilson interval; chances from the Jeffreys posterior of the true share, "
        f"Beta({posterior[0]:g}, {posterior[1]:g}), every unit independent",
    }


def _from_estimate(estimate: Estimate, criterion: Criterion) -> dict[str, object]:
    value, error, df = estimate.estimate, estimate.std_error, estimate.df
    return {
        "observed": value,
        "conf_low": max(0.0, estimate.conf_low),
        "conf_high": min(1.0, estimate.conf_high),
        "p_red": float(stdtr(df, (criterion.amber - value) / error)),
        "p_green": float(stdtr(df, (value - criterion.green) / error)),
        "n": estimate.n,
        "convention": f"{estimate.convention}, cut at 0 and 1; chances from the same t around "
        "the estimate (flat prior)",
    }


def progression(
    criteria: Sequence[Criterion],
    observed: pd.DataFrame,
    *,
    estimates: Mapping[str, Estimate] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Judge a pilot by the criteria that were set before it began.

    The light is that of the observed share. ``p_red`` is the chance that the *true* share is
    below amber: how safe the light is.

    Parameters
    ----------
    criteria : sequence of Criterion
        From the plan.
    observed : pandas.DataFrame
        measure, successes, n; see `revlab.fieldwork.frames.observed_measures`.
    estimates : mapping of measure to Estimate, or None
        Estimates with standard error and df that replace counts whose units are not
        independent, such as the sessions of one dyad.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        criterion, measure, observed, conf_low, conf_high, amber, green, light, p_red, p_green,
        n, convention; in the order of ``criteria``.

    Raises
    ------
    EstimateError
        If a measure was not observed, or has no units.

    References
    ----------
    Lewis et al. (2021), Pilot and Feasibility Studies 7:40. Brown, Cai & DasGupta (2001),
    Statistical Science 16, for the Jeffreys prior.

    Examples
    --------
    >>> rule = Criterion("Pairs last", "dyads_completed", amber=0.5, green=0.7)
    >>> seen = pd.DataFrame({"measure": ["dyads_completed"], "successes": [18], "n": [24]})
    >>> row = progression([rule], seen).iloc[0]
    >>> row["light"], float(round(row["p_red"], 4))
    ('green', 0.0063)
    """
    counts = observed.set_index("measure")
    rows = []
    for rule in criteria:
        must(
            rule.measure in counts.index,
            f"the criterion {rule.criterion!r} needs {rule.measure!r}, which was not observed.",
            EstimateError,
        )
        if estimates is not None and rule.measure in estimates:
            judged = _from_estimate(estimates[rule.measure], rule)
        else:
            cell = counts.loc[rule.measure]
            judged = _from_counts(
                int(cell["successes"]), int(cell["n"]), criterion=rule, conf_level=conf_level
            )
        share = float(str(judged["observed"]))
        words = light(share, amber=rule.amber, green=rule.green)
        head = {"criterion": rule.criterion, "measure": rule.measure}
        rows.append({**head, **judged, "amber": rule.amber, "green": rule.green, "light": words})
    columns = ["criterion", "measure", "observed", "conf_low", "conf_high", "amber", "green"]
    return pd.DataFrame(rows, columns=[*columns, "light", "p_red", "p_green", "n", "convention"])
