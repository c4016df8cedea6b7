"""`Contrast` and `Estimate`: the question and the answer of every estimator."""

import math
from dataclasses import asdict, dataclass

import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from revlab.errors import EstimateError, must

__all__ = [
    "Contrast",
    "Estimate",
    "check_conf_level",
    "estimates_frame",
    "t_estimate",
    "z_estimate",
]


@dataclass(frozen=True)
class Contrast:
    """The difference ``treatment - control`` between two arms.

    Raises
    ------
    EstimateError
        If both arms are the same.

    Examples
    --------
    >>> Contrast("optimal", "random")
    optimal - random
    """

    treatment: str
    control: str

    def __post_init__(self) -> None:
        must(
            self.treatment != self.control,
            f"a contrast needs two different arms; got {self.treatment!r} twice.",
            EstimateError,
        )

    def __repr__(self) -> str:
        return f"{self.treatment} - {self.control}"


@dataclass(frozen=True)
class Estimate:
    """One number with all that is needed to read it.

    Parameters
    ----------
    estimand : str
        What is estimated, in words.
    estimator : str
        The rule, a name in ``ESTIMATORS`` or of a function.
    contrast : str
        "optimal - random", "post - pre", or "" for a single quantity.
    estimate, std_error, df, statistic, p_value, conf_low, conf_high : float
        NaN where a method has none.
    conf_level : float
        Level of the interval.
    n : int
        Units that the number rests on.
    n_missing : int
        Units that were left out because a value is missing.
    unit : str
        Unit of ``estimate``, for instance "points on a 1-5 scale".
    n_clusters : int
        Clusters behind a cluster-robust number, 0 if there are none.
    convention : str
        Type of standard error, degrees of freedom, ties, interval.
    note : str
        What the reader must know besides.

    Examples
    --------
    >>> nan = float("nan")
    >>> Estimate("trust", "welch", "a - b", 0.31, 0.13, 37.2, 2.4, 0.02, 0.05, 0.57, n=40)
    a - b on trust: 0.310 [95% CI 0.050, 0.570], welch, n = 40
    """

    estimand: str
    estimator: str
    contrast: str
    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    conf_level: float = 0.95
    n: int = 0
    n_missing: int = 0
    unit: str = ""
    n_clusters: int = 0
    convention: str = ""
    note: str = ""

    def __repr__(self) -> str:
        what = f"{self.contrast} on {self.estimand}" if self.contrast else self.estimand
        interval = f"{self.conf_level:.0%} CI {self.conf_low:.3f}, {self.conf_high:.3f}"
        return f"{what}: {self.estimate:.3f} [{interval}], {self.estimator}, n = {self.n}"

    def to_frame(self) -> pd.DataFrame:
        """Return the estimate as one row."""
        return pd.DataFrame([asdict(self)])


def estimates_frame(estimates: list[Estimate]) -> pd.DataFrame:
    """Return one row per estimate, with the fields of `Estimate` as columns."""
    return pd.DataFrame([asdict(estimate) for estimate in estimates])


def check_conf_level(conf_level: float) -> None:
    """Refuse a level that is not a share between 0 and 1.

    Raises
    ------
    EstimateError
        For instance for 95, which should be 0.95.

    Examples
    --------
    >>> check_conf_level(95)
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: `conf_level` must be between 0 and 1, such as 0.95; got 95.
    """
    must(
        0 < conf_level < 1,
        f"`conf_level` must be between 0 and 1, such as 0.95; got {conf_level!r}.",
        EstimateError,
    )


def t_estimate(
    value: float, std_error: float, *, df: float, conf_level: float = 0.95, null: float = 0.0
) -> Estimate:
    """Return an `Estimate` whose interval and p-value rest on Student's t, without words.

    The caller adds what is estimated, from how many and by which convention with
    ``dataclasses.replace``.

    Parameters
    ----------
    value, std_error : float
        The estimate and its standard error, both in the unit of the outcome.
    df : float
        Degrees of freedom, not necessarily whole.
    conf_level : float
        Level of the two-sided interval.
    null : float
        Value that the two-sided p-value tests.

    Raises
    ------
    EstimateError
        If the standard error or the degrees of freedom are not positive and finite: without
        variation there is no interval.

    Examples
    --------
    >>> t_estimate(1.0, 0.5, df=10)
    : 1.000 [95% CI -0.114, 2.114], , n = 0
    """
    check_conf_level(conf_level)
    must(
        math.isfinite(std_error)
        and std_error > 1e-12 * abs(value)
        and math.isfinite(df)
        and df > 0,
        "these values do not vary enough to give a standard error, so there is no interval; "
        "collect more units or describe the data without one.",
        EstimateError,
    )
    statistic = (value - null) / std_error
    half = float(stdtrit(df, (1 + conf_level) / 2)) * std_error
    return Estimate(
        estimand="",
        estimator="",
        contrast="",
        estimate=float(value),
        std_error=float(std_error),
        df=float(df),
        statistic=float(statistic),
        p_value=float(2 * stdtr(df, -abs(statistic))),
        conf_low=float(value - half),
        conf_high=float(value + half),
        conf_level=conf_level,
    )


def z_estimate(value: float, std_error: float, *, conf_level: float = 0.95) -> Estimate:
    """Return an `Estimate` with a large-sample (Wald) interval and p-value, without words.

    Parameters
    ----------
    value, std_error : float
        The estimate and its standard error, both in the unit of the outcome.
    conf_level : float
        Level of the two-sided interval.

    Raises
    ------
    EstimateError
        If ``conf_level`` is not between 0 and 1.

    Examples
    --------
    >>> z_estimate(1.0, 0.5)
    : 1.000 [95% CI 0.020, 1.980], , n = 0
    """
    check_conf_level(conf_level)
    half = float(ndtri((1 + conf_level) / 2)) * std_error
    z = value / std_error
    return Estimate(
        estimand="",
        estimator="",
        contrast="",
        estimate=float(value),
        std_error=float(std_error),
        df=math.nan,
        statistic=float(z),
        p_value=float(2 * ndtr(-abs(z))),
        conf_low=float(value - half),
        conf_high=float(value + half),
        conf_level=conf_level,
    )
