"""`diagnose`: from the runs of a design to what it would tell us."""

from dataclasses import dataclass

import pandas as pd

from revlab.design.diagnosands import DIAGNOSANDS
from revlab.errors import DesignError, must

__all__ = ["Diagnosis", "diagnose"]


@dataclass(frozen=True)
class Diagnosis:
    """What a design would show, with the error of the simulation itself.

    Parameters
    ----------
    runs : pandas.DataFrame
        One row per replication and estimator.
    diagnosands : pandas.DataFrame
        ``estimand, estimator, diagnosand, value, mcse``.
    n_sims, n_failed : int
        Replications, and how many fits gave no estimate.
    """

    runs: pd.DataFrame
    diagnosands: pd.DataFrame
    n_sims: int
    n_failed: int

    def __repr__(self) -> str:
        power = self.diagnosands.query("diagnosand == 'power'")
        said = ", ".join(
            f"{row.estimator} power {row.value:.2f} (MC error {row.mcse:.2f})"
            for row in power.itertuples()
        )
        return f"Diagnosis from {self.n_sims} simulations, {self.n_failed} failed fits: {said}"

    def value(self, diagnosand: str, estimator: str) -> float:
        """Return one diagnosand of one estimator.

        Raises
        ------
        DesignError
            If there is no such row.
        """
        table = self.diagnosands
        row = table[(table["diagnosand"] == diagnosand) & (table["estimator"] == estimator)]
        must(len(row) == 1, f"no {diagnosand!r} of {estimator!r} was diagnosed.", DesignError)
        return float(row["value"].iloc[0])


def diagnose(runs: pd.DataFrame) -> Diagnosis:
    """Summarise runs by every entry of ``DIAGNOSANDS``, for each estimator.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns ``replication, estimator, estimand_name, estimand, estimate, std_error,
        conf_low, conf_high, n, failed``, as `simulate_design` returns them. Runs of several
        calls may be appended; a failed fit has text in ``failed`` and counts in ``n_failed``.

    Returns
    -------
    Diagnosis

    Raises
    ------
    DesignError
        If there are no runs, or a replication appears twice for one estimator.

    Examples
    --------
    >>> runs = pd.DataFrame({
    ...     "replication": [0, 1], "estimator": "e", "estimand_name": "y", "estimand": 0.5,
    ...     "estimate": [0.4, 0.8], "std_error": 0.1, "conf_low": [0.2, 0.6],
    ...     "conf_high": [0.6, 1.0], "n": 20, "failed": ""})
    >>> diagnose(runs)
    Diagnosis from 2 simulations, 0 failed fits: e power 1.00 (MC error 0.00)
    >>> round(diagnose(runs).value("bias", "e"), 3)
    0.1
    """
    must(len(runs) > 0, "there are no runs to diagnose.", DesignError)
    twice = runs.duplicated(["estimator", "replication"])
    must(
        not bool(twice.any()),
        "a replication appears twice for one estimator; give appended runs other replications.",
        DesignError,
    )
    rows = []
    for (name, estimator), group in runs.groupby(["estimand_name", "estimator"], sort=False):
        good = group[group["failed"] == ""]
        for diagnosand, function in DIAGNOSANDS.items():
            result = function(good)
            rows.append((name, estimator, diagnosand, result.value, result.mcse))
    columns = ["estimand", "estimator", "diagnosand", "value", "mcse"]
    return Diagnosis(
        runs=runs,
        diagnosands=pd.DataFrame(rows, columns=columns),
        n_sims=int(runs["replication"].nunique()),
        n_failed=int((runs["failed"] != "").sum()),
    )
