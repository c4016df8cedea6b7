"""The frontier between keeping dyads and a better total score."""

from collections.abc import Collection, Iterable

import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.rematch import rematch
from revlab.pairing.waiting_list import WaitingList

__all__ = ["disruption_frontier"]


def disruption_frontier(
    compatibility: Compatibility,
    matching: Matching,
    rates: Iterable[float],
    *,
    left: Collection[str] = (),
    waiting: WaitingList | None = None,
    seed: int,
) -> pd.DataFrame:
    """Return what each exchange rate keeps, breaks and reaches.

    A higher rate never keeps fewer dyads; without a waiting bonus it never has a larger total
    score either, so the rows are the trade to choose from.

    Parameters
    ----------
    compatibility, matching, left, waiting, seed
        As for `rematch`.
    rates : iterable of float
        Exchange rates to try.

    Returns
    -------
    pandas.DataFrame
        ``exchange_rate, n_kept, n_ended, n_repaired, n_new, n_dyads, total_score, n_waiting``,
        by rate; ``n_ended`` is the same in every row, unless somebody has fewer places than
        dyads.

    Raises
    ------
    PairingError
        As for `rematch`, and if there is no rate.

    References
    ----------
    Bredereck, Chen, Knop, Luo and Niedermeier 2020, Adapting stable matchings to evolving
    preferences, AAAI 34:1830-1837.

    Examples
    --------
    >>> import numpy as np
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> before = matching_from_cells(fit, np.array([[0, 0], [1, 1]]), policy="by hand")
    >>> frame = disruption_frontier(fit, before, [0.0, 0.2, 0.4], seed=1)
    >>> frame[["exchange_rate", "n_kept", "total_score"]].values.tolist()
    [[0.0, 0.0, 1.6], [0.2, 0.0, 1.6], [0.4, 2.0, 1.0]]
    """
    tried = sorted({float(rate) for rate in rates})
    must(bool(tried), "`rates` is empty; give at least one exchange rate to try.", PairingError)
    rows = []
    for rate in tried:
        round_ = rematch(
            compatibility, matching, exchange_rate=rate, left=left, waiting=waiting, seed=seed
        )
        kinds = round_.changes["change"].value_counts()
        counts = [int(kinds.get(kind, 0)) for kind in ("kept", "ended", "re-paired", "new")]
        dyads = round_.matching.dyads
        waits = len(round_.waiting.people)
        rows.append((rate, *counts, len(dyads), float(dyads["score"].sum()), waits))
    names = ["exchange_rate", "n_kept", "n_ended", "n_repaired", "n_new", "n_dyads"]
    return pd.DataFrame(rows, columns=[*names, "total_score", "n_waiting"])
