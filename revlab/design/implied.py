"""What the answers of a pilot would be like on average if the survey model held."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from revlab.fieldwork.item_form import ItemForm
from revlab.fieldwork.survey import SurveyModel

__all__ = ["ScoreMoments", "implied_alpha", "score_moments"]

Array = npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_STYLES, _STYLE_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_STYLE_WEIGHTS = _STYLE_WEIGHTS / _STYLE_WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class ScoreMoments:
    """Mean and variance of a scale's score given its latent mean, arrays of shape (n,)."""

    mean: Array
    variance: Array


def _items(
    survey: SurveyModel, items: tuple[ItemForm, ...], *, middle: Array, spread: float
) -> tuple[Array, Array, Array]:
    """Return mean and variance of keyed items given state and style, and weights of these.

    Shapes are (n, n_items, n_cells), the same, and (n_cells,), for latent means ``middle`` (n,)
    with a normal ``spread`` about them.
    """
    state = np.repeat(_NODES * spread, len(_STYLES))
    style = np.tile(_STYLES * survey.acquiescence_sd, len(_NODES))
    weights = np.outer(_WEIGHTS, _STYLE_WEIGHTS).ravel()
    means, variances = [], []
    for item in items:
        n = item.high - item.low
        steps = survey.threshold_spacing * (np.arange(n) - (n - 1) / 2)
        steps = steps + survey.item_spread * item.place
        turned = (middle[:, None] + state) * (-1.0 if item.reverse else 1.0)
        strength = (turned + style)[..., None] - steps
        passed = expit(survey.discrimination * strength)
        first = passed.sum(axis=-1)
        second = passed @ (2.0 * np.arange(n) + 1.0)
        means.append(item.high - first if item.reverse else item.low + first)
        variances.append(second - first**2)
    return np.stack(means, axis=1), np.stack(variances, axis=1), weights


def implied_alpha(survey: SurveyModel, items: tuple[ItemForm, ...]) -> float:
    """Return Cronbach's alpha of a scale before the programme, as the survey model has it.

    Parameters
    ----------
    survey : SurveyModel
        How people answer.
    items : tuple of ItemForm
        The items of the scale, at least two.

    Returns
    -------
    float

    Examples
    --------
    >>> items = tuple(ItemForm(f"x{k}", 1, 5, reverse=False, place=0.0) for k in range(4))
    >>> [round(implied_alpha(SurveyModel(discrimination=a), items), 1) for a in (1.0, 2.0)]
    [0.6, 0.8]
    """
    spread = float(np.hypot(1.0, survey.occasion_sd))
    mean, variance, weights = _items(survey, items, middle=np.zeros(1), spread=spread)
    away = mean[0] - (mean[0] @ weights)[:, None]
    single = (away**2 + variance[0]) @ weights
    total = away.sum(axis=0) ** 2 @ weights + (variance[0] @ weights).sum()
    return float(len(items) / (len(items) - 1) * (1 - single.sum() / total))


def score_moments(
    survey: SurveyModel, items: tuple[ItemForm, ...], middle: Array, *, view_sd: float
) -> ScoreMoments:
    """Return mean and variance of a score about latent means.

    Parameters
    ----------
    survey : SurveyModel
        How people answer.
    items : tuple of ItemForm
        The items of the scale.
    middle : array, shape (n,)
        Latent means in SD.
    view_sd : float
        How far people differ about them, the state of the day left out.

    Returns
    -------
    ScoreMoments

    Examples
    --------
    >>> items = (ItemForm("x", 1, 5, reverse=False, place=0.0),)
    >>> score_moments(SurveyModel(), items, np.zeros(1), view_sd=0.7).mean.round(2).tolist()
    [3.0]
    """
    spread = float(np.hypot(view_sd, survey.occasion_sd))
    mean, variance, weights = _items(survey, items, middle=middle, spread=spread)
    score = mean.mean(axis=1)
    centre = score @ weights
    within = (variance @ weights).sum(axis=1) / len(items) ** 2
    return ScoreMoments(centre, (score - centre[:, None]) ** 2 @ weights + within)
