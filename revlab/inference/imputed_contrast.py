"""A contrast with its missing scores filled in several times, as it is and with a shift."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate
from revlab.inference.gaps import Gaps
from revlab.inference.imputation import pooled
from revlab.inference.imputation_pools import impute_in_pools
from revlab.inference.pool_blocks import block_dummies
from revlab.inference.tipping import Tipping, tipping_shift

__all__ = ["Filled", "fill_gaps"]

Floats = NDArray[np.float64]
_FEWEST_MIDDLE = 5
_QUICK = {"mixed_pools": "ancova_cr2"}


@dataclass(frozen=True, eq=False)
class Filled:
    """Several complete versions of the scores of two arms.

    Parameters
    ----------
    gaps : Gaps
        What was filled.
    scores : tuple of (pre, post)
        One pair of arrays of shape (n,) per version.
    learnt_from : tuple of str
        What the imputation model holds.
    """

    gaps: Gaps
    scores: tuple[tuple[Floats, Floats], ...]
    learnt_from: tuple[str, ...]

    def estimate(self, shift: float = 0.0, *, conf_level: float = 0.95) -> Estimate:
        """Return the pooled estimate, with the treated arm's filled-in last scores shifted.

        Parameters
        ----------
        shift : float
            Added to them, in points.
        conf_level : float
            Level of the interval.
        """
        gaps = self.gaps
        move = shift * (gaps.treated & ~np.isfinite(gaps.post))
        parts = [gaps.fit(pre, post + move, conf_level=conf_level) for pre, post in self.scores]
        answer = pooled(parts, conf_level=conf_level)
        model = parts[0].convention.split("; complete dyads only")[0]
        return replace(
            answer,
            n=len(gaps.post),
            n_missing=gaps.n_missing,
            convention=f"{model}; {len(parts)} imputed data sets from {', '.join(self.learnt_from)}"
            " (normal, random intercepts of pools), Rubin's rules, Barnard-Rubin df",
        )

    def tipping(self, *, conf_level: float = 0.95) -> Tipping:
        """Return the shift of the treated arm's missing last scores that changes the interval.

        ``mixed_pools`` gives way to ``ancova_cr2``, as thousands of its fits would take minutes.

        Raises
        ------
        EstimateError
            If none is missing there.
        """
        gaps = self.gaps
        lost = gaps.treated & ~np.isfinite(gaps.post)
        arm = gaps.whole.contrast.treatment
        must(bool(lost.any()), f"no last score is missing in the arm {arm!r}.", EstimateError)
        mean = float(np.mean([post[lost].mean() for _, post in self.scores]))
        quick = replace(self, gaps=replace(gaps, rule=_QUICK.get(gaps.rule, gaps.rule)))
        return tipping_shift(
            lambda shift: quick.estimate(shift, conf_level=conf_level),
            lowest=min(gaps.low - mean, 0.0),
            highest=max(gaps.high - mean, 0.0),
        )


def fill_gaps(gaps: Gaps, *, seed: int, n_imputations: int = 20) -> Filled:
    """Fill the missing scores of two arms.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    seed : int
        Of the imputations.
    n_imputations : int
        Data sets.

    Returns
    -------
    Filled
        Learnt from the arm, its blocks, sessions held, the first, the last and the last score
        before that, and the pools; see `impute_in_pools`.

    Raises
    ------
    EstimateError
        As `impute_in_pools`.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> fill_gaps(gaps, seed=1, n_imputations=2).estimate().n
    45
    """
    told = gaps.middle[np.isfinite(gaps.middle)]
    middle = len(told) >= _FEWEST_MIDDLE and float(np.ptp(told)) > 0
    surveys = {"first score": gaps.pre} if gaps.has_start else {}
    surveys |= {"middle score": gaps.middle} if middle else {}
    surveys["last score"] = gaps.post
    n = len(gaps.post)
    known = [block_dummies(gaps.whole.dyad_block, n), gaps.treated[:, None].astype(float)]
    names = ["arm"] if gaps.whole.block is None else ["arm", "block"]
    if float(np.ptp(gaps.held)) > 0:
        known.append(gaps.held[:, None])
        names.append("sessions held")
    filled = impute_in_pools(
        np.column_stack(list(surveys.values())),
        np.column_stack(known),
        pool=gaps.whole.pool,
        n_imputations=n_imputations,
        seed=seed,
    )
    scores = tuple((one[:, 0] if gaps.has_start else gaps.pre, one[:, -1]) for one in filled)
    return Filled(gaps, scores, (*names, *surveys))
