"""Then-tests: whether a gain looks different from a start that is judged in hindsight."""

from dataclasses import dataclass, replace

import pandas as pd
from numpy.typing import ArrayLike

from revlab.inference.estimate import Estimate, estimates_frame
from revlab.inference.two_sample import paired_change

__all__ = ["ResponseShift", "response_shift"]


@dataclass(frozen=True, repr=False)
class ResponseShift:
    """The same gain measured from two starting points, and the difference of the two.

    Parameters
    ----------
    from_pre : Estimate
        Post minus what people said at the start; the one to report.
    from_then : Estimate
        Post minus what they say afterwards about their start.
    shift : Estimate
        What they say afterwards about the start, minus what they said then.
    """

    from_pre: Estimate
    from_then: Estimate
    shift: Estimate

    def __repr__(self) -> str:
        return (
            f"Gain {self.from_pre.estimate:.2f} from the pre-test and "
            f"{self.from_then.estimate:.2f} from the then-test; the start moved by "
            f"{self.shift.estimate:.2f} in hindsight"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each of the three."""
        return estimates_frame([self.from_pre, self.from_then, self.shift])


def response_shift(
    pre: ArrayLike,
    then: ArrayLike,
    post: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> ResponseShift:
    """Compare the gain from a pre-test with the gain from a retrospective pre-test.

    Parameters
    ----------
    pre, then, post : array of shape (n,)
        Scores at the start, of the start as judged at the end, and at the end; NaN is missing.
        Each comparison uses everybody who has both of its scores.
    cluster : array of shape (n,) or None
        Independent unit of each row, for instance the pool; None takes rows as independent.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    ResponseShift
        A then-test does not replace the pre-test: people who want to see a gain judge their
        start as lower. Report both.

    Raises
    ------
    EstimateError
        If a comparison has fewer than two complete rows or no variation.

    References
    ----------
    Howard et al. (1979), Applied Psychological Measurement 3; Taylor, Russ-Eft & Taylor (2009),
    Journal of Applied Psychology 94, on the bias of retrospective pre-tests.

    Examples
    --------
    >>> response_shift([3.0, 3, 4, 2], [2.0, 3, 3, 2], [4.0, 4, 4, 3])
    Gain 0.75 from the pre-test and 1.25 from the then-test; the start moved by -0.50 in hindsight
    """
    named = (
        (pre, post, "gain from the pre-test", "post - pre"),
        (then, post, "gain from the then-test", "post - then"),
        (pre, then, "shift of the start in hindsight", "then - pre"),
    )
    made = [
        replace(
            paired_change(start, end, cluster=cluster, conf_level=conf_level),
            estimand=estimand,
            contrast=contrast,
        )
        for start, end, estimand, contrast in named
    ]
    return ResponseShift(*made)
