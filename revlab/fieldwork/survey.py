"""Surveys: from latent traits to ordered answers, and to answers that are not given."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr

from revlab.fieldwork.evidence import default
from revlab.fieldwork.item_form import ItemForm

__all__ = ["SurveyModel"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class SurveyModel:
    """How people answer: a graded-response model with styles, states and gaps.

    With trait ``t``, state of the day ``o``, tendency to agree ``g`` and direction ``d`` (1, or
    -1 for a reversed item), the answer to an item is ``low`` plus the number of thresholds below
    ``discrimination * (d (t + o) + g) + e``, where ``e`` is standard logistic (Samejima 1969,
    Psychometrika Monograph 17). The thresholds are ``discrimination`` times equal steps of
    ``threshold_spacing`` around the item's place times ``item_spread``.

    Somebody who is asked answers at all with the log-odds of the role's share, moved by
    ``response_held`` times (the share of sessions held so far, less ``response_held_middle``)
    and by ``response_own`` times how well they feel themselves to be (the mean of their traits in
    the scales of that survey); single items are then left out with ``item_missing``, and with
    log-odds lower by ``item_own`` times ``t + o``, the answer itself.

    After the programme people may judge by another standard (response shift): once the
    relationship has grown, all their answers on themselves are lower by ``recalibration``, in
    hindsight on their start too, which they recall with an error of SD ``hindsight_sd``.

    Parameters
    ----------
    response_intake, response_mentor, response_mentee : float
        Share who answer: the survey before the programme, later mentors, later mentees.
    response_stability : float
        Correlation over surveys of who answers, 0 to 1.
    response_held, response_held_middle : float
        Dependence on attendance, see above; 0 = missing completely at random.
    response_own_mentor, response_own_mentee, item_own : float
        Dependence on the answer itself, see above; 0 = it can be ignored.
    item_missing : float
        Share of items left out by those who answer.
    discrimination, threshold_spacing, item_spread : float
        Shape of the items, see above.
    occasion_sd, acquiescence_sd : float
        SD of ``o`` and of ``g``.
    dyad_shared : float
        Correlation of ``o`` between the two of a dyad once they have met; may be negative.
    recalibration, hindsight_sd : float
        Response shift in SD of the trait, see above.
    safety_shared : float
        Correlation, 0 to 1, of how safe the two of a dyad feel, where they are asked.

    Examples
    --------
    >>> items = (ItemForm("x", 1, 5, reverse=False, place=0.0),)
    >>> SurveyModel().expected_score(np.array([-9.0, 0.0, 9.0]), items).round(2).tolist()
    [1.0, 3.0, 5.0]
    """

    response_intake: float = default("survey.response_intake")
    response_mentor: float = default("survey.response_mentor")
    response_mentee: float = default("survey.response_mentee")
    response_stability: float = default("survey.response_stability")
    response_held: float = default("survey.response_held")
    response_held_middle: float = default("survey.response_held_middle")
    item_missing: float = default("survey.item_missing")
    discrimination: float = default("survey.discrimination")
    threshold_spacing: float = default("survey.threshold_spacing")
    item_spread: float = default("survey.item_spread")
    occasion_sd: float = default("survey.occasion_sd")
    dyad_shared: float = default("survey.dyad_shared")
    acquiescence_sd: float = default("survey.acquiescence_sd")
    response_own_mentor: float = default("survey.response_own_mentor")
    response_own_mentee: float = default("survey.response_own_mentee")
    item_own: float = default("survey.item_own")
    recalibration: float = default("survey.recalibration")
    hindsight_sd: float = default("survey.hindsight_sd")
    safety_shared: float = default("survey.safety_shared")

    def answer(
        self, state: Array, style: Array, *, noise: Array, items: tuple[ItemForm, ...]
    ) -> Array:
        """Return answers to items, as they would be ticked.

        Parameters
        ----------
        state : array, shape (..., n)
            Trait plus state of the day.
        style : array, shape (..., n)
            Tendency to agree.
        noise : array, shape (..., n_items, n)
            Standard logistic.
        items : tuple of ItemForm
            The items.

        Returns
        -------
        array, shape (..., n_items, n)
            Whole numbers from ``low`` to ``high`` of each item.
        """
        shape = _shape(self, items)
        turned = shape.direction[:, None] * np.asarray(state)[..., None, :]
        strength = self.discrimination * (turned + np.asarray(style)[..., None, :]) + noise
        above = strength[..., None] > shape.steps[:, None, :]
        return np.asarray(shape.low[:, None] + above.sum(axis=-1))

    def expected_score(self, trait: Array, items: tuple[ItemForm, ...]) -> Array:
        """Return the mean score of a scale for people with this trait, reversed items turned.

        The mean is over styles, states and noise: the sum of the chances to pass each threshold,
        averaged over the normal distribution of style plus state by 15-point Gauss-Hermite
        quadrature (error below 1e-6 points at the defaults; a test watches it).

        Parameters
        ----------
        trait : array, shape (..., n)
            Latent trait in SD.
        items : tuple of ItemForm
            The items of the scale.

        Returns
        -------
        array, shape (..., n)
        """
        shape = _shape(self, items)
        spread = np.hypot(self.occasion_sd, self.acquiescence_sd)
        strength = self.discrimination * (np.asarray(trait)[..., None] + spread * _NODES)
        passed = expit(strength[..., None] - shape.turned_steps).sum(axis=-1) @ _WEIGHTS
        return np.asarray(shape.low.mean() + passed / len(items))

    def responds(
        self,
        dice: Array,
        held_share: Array,
        *,
        role: str,
        intake: bool,
        standing: float | Array = 0.0,
    ) -> Bools:
        """Return who answers a survey at all.

        Parameters
        ----------
        dice : array, shape (..., n)
            Standard normal; small values answer.
        held_share : array, shape (..., n)
            Share of the sessions so far that were held.
        role : {"mentor", "mentee"}
            Whose answers.
        intake : bool
            Whether it is the survey before the programme.
        standing : array, shape (..., n)
            Mean of their traits in the scales of the survey.

        Returns
        -------
        array of bool, shape (..., n)
        """
        if intake:
            return np.asarray(ndtr(dice) < self.response_intake)
        share = self.response_mentor if role == "mentor" else self.response_mentee
        odds = logit(share) + self.response_held * (held_share - self.response_held_middle)
        return np.asarray(ndtr(dice) < expit(odds + self.response_own(role) * standing))

    def response_own(self, role: str) -> float:
        """Return how far one side's answering depends on what it would answer."""
        return self.response_own_mentor if role == "mentor" else self.response_own_mentee

    def leaves_out(self, gap: Array, state: Array) -> Bools:
        """Return which items are left out by those who answer.

        Parameters
        ----------
        gap : array, shape (..., n_items, n)
            Standard uniform; small values are left out.
        state : array, shape (..., n)
            Trait plus state of the day.

        Returns
        -------
        array of bool, shape (..., n_items, n)
        """
        if self.item_own == 0:
            return np.asarray(gap < self.item_missing)
        chance = expit(logit(self.item_missing) - self.item_own * np.asarray(state))
        return np.asarray(gap < chance[..., None, :])

    def safety_felt(self, own: Array, other: Array) -> Array:
        """Return how safe one side feels, standard normal, from the safety that the two bring."""
        mine = np.sqrt((1 + np.sqrt(1 - self.safety_shared**2)) / 2)
        return np.asarray(mine * own + self.safety_shared / (2 * mine) * other)

    def dice(self, lasting: Array, fresh: Array) -> Array:
        """Return standard normal dice of which a part lasts from survey to survey."""
        stable = self.response_stability
        return np.asarray(np.sqrt(stable) * lasting + np.sqrt(1 - stable) * fresh)


@dataclass(frozen=True, eq=False)
class _Shape:
    """Items as arrays; steps beyond an item's own are infinite, so that nobody passes them."""

    low: Array
    direction: Array
    steps: Array
    turned_steps: Array


@lru_cache(maxsize=256)
def _shape(model: SurveyModel, items: tuple[ItemForm, ...]) -> _Shape:
    direction = np.array([-1.0 if item.reverse else 1.0 for item in items])
    steps = np.full((len(items), max(item.high - item.low for item in items)), np.inf)
    for row, item in zip(steps, items, strict=True):
        n = item.high - item.low
        even = model.threshold_spacing * (np.arange(n) - (n - 1) / 2)
        row[:n] = model.discrimination * (even + model.item_spread * item.place)
    # Turning a reversed item round mirrors its thresholds.
    turned = (steps * direction[:, None])[np.isfinite(steps)]
    low = np.array([item.low for item in items], dtype=np.float64)
    return _Shape(low=low, direction=direction, steps=steps, turned_steps=turned)
