"""Who joins: everybody, volunteers, the selected, or those who win a lottery."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.evidence import default

__all__ = ["JOINING", "Joining"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

JOINING = ("mandatory", "volunteers", "selected", "lottery")
"""How people come into a programme."""


@dataclass(frozen=True)
class Joining:
    """How people come into a programme, and how much more some gain than others.

    Somebody with standard normal need ``n`` gains ``1 + gain_spread * n`` of the average gain.
    People come forward if ``optin * n + sqrt(1 - optin**2) * e`` is among the highest ``share``,
    with ``e`` standard normal: a negative ``optin`` means that those who would gain most stay
    away. Selectors do the same with their ``judgement`` of who would gain. A lottery and a
    mandatory programme do not look at need at all.

    Parameters
    ----------
    rule : {"mandatory", "volunteers", "selected", "lottery"}
        How people come in.
    share : float
        Share of each side who take part, above 0 and up to 1; a mandatory programme takes all.
    optin : float
        Correlation of coming forward with need, -1 to 1.
    judgement : float
        Correlation of being selected with need, -1 to 1.
    gain_spread : float
        SD of the gains of people, in average gains.

    Raises
    ------
    OptionError
        If there is no such rule, or a number is out of bounds.

    References
    ----------
    Sandvik, Saouma, Seegert & Stanton 2025, Management Science, doi 10.1287/mnsc.2024.07524:
    mentoring that was assigned to everybody raised productivity, and volunteers gained about
    nothing by it.

    Examples
    --------
    >>> need = np.array([-1.0, 0.0, 1.0, 2.0])
    >>> Joining("volunteers", optin=-1.0, share=0.5)(need, np.zeros(4)).tolist()
    [True, True, False, False]
    >>> Joining(gain_spread=0.5).gain_factor(need).tolist()
    [0.5, 1.0, 1.5, 2.0]
    """

    rule: str = "mandatory"
    share: float = default("joining.share")
    optin: float = default("joining.optin")
    judgement: float = default("joining.judgement")
    gain_spread: float = default("joining.gain_spread")

    def __post_init__(self) -> None:
        one_of("rule", self.rule, JOINING)
        must(
            0 < self.share <= 1,
            f"`share` must be above 0 and at most 1; got {self.share:g}.",
            OptionError,
        )
        for name in ("optin", "judgement"):
            value = getattr(self, name)
            must(
                -1 <= value <= 1,
                f"`{name}` must be a correlation, -1 to 1; got {value:g}.",
                OptionError,
            )
        spread = f"`gain_spread` must be zero or more; got {self.gain_spread:g}."
        must(self.gain_spread >= 0, spread, OptionError)

    def __call__(self, need: Array, luck: Array) -> Bools:
        """Return who takes part: the share with the highest claim, everybody if mandatory.

        ``need`` and ``luck`` are standard normal, one value for each person of one side.
        """
        if self.rule == "mandatory":
            return np.ones(np.shape(need), dtype=bool)
        claims = {"volunteers": self.optin, "selected": self.judgement, "lottery": 0.0}
        tie = claims[self.rule]
        claim = tie * need + np.sqrt(1 - tie**2) * luck
        places = int(np.round(self.share * claim.size))
        order = np.argsort(-claim, kind="stable")
        joins = np.zeros(claim.shape, dtype=bool)
        joins[order[:places]] = True
        return joins

    def gain_factor(self, need: Array) -> Array:
        """Return the gain of people in average gains."""
        return np.asarray(1.0 + self.gain_spread * need)

    @property
    def expected_factor(self) -> float:
        """Mean gain of those who take part, in average gains, in a very large cohort.

        Examples
        --------
        >>> round(Joining("lottery").expected_factor, 2)
        1.0
        """
        claims = {"volunteers": self.optin, "selected": self.judgement}
        tie = claims.get(self.rule, 0.0)
        if tie == 0 or self.share == 1:
            return 1.0
        density = np.exp(-(ndtri(self.share) ** 2) / 2) / np.sqrt(2 * np.pi)
        return float(1.0 + self.gain_spread * tie * density / self.share)
