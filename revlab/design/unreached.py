"""Bounds for the dyads of a target policy that a pilot's lottery could not make."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.counterfactual_bounds import worst_case_bounds
from revlab.inference.estimate import Estimate
from revlab.inference.overlap import Overlap
from revlab.inference.similarity_bounds import lipschitz_bounds, monotone_bounds

__all__ = ["WholeBounds", "unreached_bounds"]

_IDS = ["mentee_id", "mentor_id"]
_STEEPNESS = (0.25, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class WholeBounds:
    """Bounds for a whole target policy, one row per rule, and why some rules have none."""

    table: pd.DataFrame
    refusal: str = ""


def unreached_bounds(
    value: Estimate,
    known: Overlap,
    features: pd.DataFrame | str,
    *,
    ends: tuple[float, float],
) -> WholeBounds:
    """Bound the mean outcome of a whole target policy, under less and less cautious rules.

    Parameters
    ----------
    value : Estimate
        From ``counterfactual.policy_value``, where the lottery reaches.
    known : Overlap
        The overlap behind it.
    features : pandas.DataFrame or str
        From ``target.known_scores``; each feature is put on 0 to 1.
    ends : tuple of float
        Ends of the scale.

    Returns
    -------
    WholeBounds
        Worst case; a dyad better in every feature is not worse off; similar dyads have similar
        outcomes, with a quarter, a half and the whole of the scale over the range of a feature.
    """
    low, high = ends
    rows = [pd.DataFrame([asdict(worst_case_bounds(value, known, low=low, high=high))])]
    try:
        must(not isinstance(features, str), str(features), EstimateError)
        shares = _scaled(pd.DataFrame(features))
        more = monotone_bounds(value, known, features=shares, low=low, high=high)
        steep = (high - low) * np.array(_STEEPNESS)
        similar = lipschitz_bounds(
            value, known, features=shares, steepness=steep, low=low, high=high
        )
        rows += [pd.DataFrame([asdict(more)]), similar]
    except EstimateError as error:
        return WholeBounds(rows[0], str(error))
    return WholeBounds(pd.concat(rows, ignore_index=True))


def _scaled(features: pd.DataFrame) -> pd.DataFrame:
    """Put every feature on 0 to 1, so that a distance of one is the whole range that is seen."""
    numbers = features.drop(columns=_IDS)
    size = (numbers.max() - numbers.min()).replace(0.0, 1.0)
    return features[_IDS].join((numbers - numbers.min()) / size)
