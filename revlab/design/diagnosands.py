"""`DIAGNOSANDS`: properties of a design, each with its own Monte Carlo standard error.

The formulas are those of Morris, White and Crowther (2019), "Using simulation studies to
evaluate statistical methods", Statistics in Medicine 38:2074-2102, table 6; type S error and
exaggeration follow Gelman and Carlin (2014), Perspectives on Psychological Science 9:641-651.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["DIAGNOSANDS", "Diagnosand"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Diagnosand:
    """The value of a property of a design and its Monte Carlo standard error."""

    value: float
    mcse: float


def _mean(values: Array) -> Diagnosand:
    if values.size == 0:
        return Diagnosand(float("nan"), float("nan"))
    # An interval may be unbounded (few pools, randomisation); its mean width then is, too.
    known = values.size > 1 and bool(np.isfinite(values).all())
    spread = float(values.std(ddof=1)) if known else float("nan")
    return Diagnosand(float(values.mean()), spread / float(np.sqrt(values.size)))


def _share(hits: npt.NDArray[np.bool_]) -> Diagnosand:
    if hits.size == 0:
        return Diagnosand(float("nan"), float("nan"))
    share = float(hits.mean())
    return Diagnosand(share, float(np.sqrt(share * (1 - share) / hits.size)))


def _column(runs: pd.DataFrame, name: str) -> Array:
    return np.asarray(runs[name], dtype=np.float64)


def _rejected(runs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return (_column(runs, "conf_low") > 0) | (_column(runs, "conf_high") < 0)


def _rmse(runs: pd.DataFrame) -> Diagnosand:
    squares = (_column(runs, "estimate") - _column(runs, "estimand")) ** 2
    mean = _mean(squares)
    root = float(np.sqrt(mean.value))
    return Diagnosand(root, mean.mcse / (2 * root) if root > 0 else 0.0)


def _sd(runs: pd.DataFrame) -> Diagnosand:
    estimates = _column(runs, "estimate")
    if estimates.size < 2:
        return Diagnosand(float("nan"), float("nan"))
    spread = float(estimates.std(ddof=1))
    return Diagnosand(spread, spread / float(np.sqrt(2 * (estimates.size - 1))))


def _coverage(runs: pd.DataFrame) -> Diagnosand:
    truth = _column(runs, "estimand")
    return _share((_column(runs, "conf_low") <= truth) & (truth <= _column(runs, "conf_high")))


def _type_s(runs: pd.DataFrame) -> Diagnosand:
    found = runs[_rejected(runs)]
    truth = _column(found, "estimand")
    kept = truth != 0
    return _share(np.sign(_column(found, "estimate")[kept]) != np.sign(truth[kept]))


def _exaggeration(runs: pd.DataFrame) -> Diagnosand:
    found = runs[_rejected(runs)]
    truth = float(np.abs(_column(runs, "estimand").mean())) if len(runs) else 0.0
    if truth == 0 or found.empty:
        return Diagnosand(float("nan"), float("nan"))
    return _mean(np.abs(_column(found, "estimate")) / truth)


DIAGNOSANDS: Mapping[str, Callable[[pd.DataFrame], Diagnosand]] = MappingProxyType(
    {
        "mean_estimand": lambda runs: _mean(_column(runs, "estimand")),
        "mean_estimate": lambda runs: _mean(_column(runs, "estimate")),
        "bias": lambda runs: _mean(_column(runs, "estimate") - _column(runs, "estimand")),
        "sd_estimate": _sd,
        "mean_std_error": lambda runs: _mean(_column(runs, "std_error")),
        "rmse": _rmse,
        "power": lambda runs: _share(_rejected(runs)),
        "coverage": _coverage,
        "type_s": _type_s,
        "exaggeration": _exaggeration,
        "mean_width": lambda runs: _mean(_column(runs, "conf_high") - _column(runs, "conf_low")),
        "mean_n": lambda runs: _mean(_column(runs, "n")),
    }
)
"""Name -> function of the runs of one estimator. ``power`` is the share of runs whose interval
leaves out zero; ``type_s`` and ``exaggeration`` look only at those runs."""
