"""What a pilot says about how differently the two of a dyad see their relationship."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from revlab.design.answered import due_before, paired_scores
from revlab.design.attendance import quality_weights
from revlab.design.histories import Histories
from revlab.design.implied import score_moments
from revlab.design.learned_survey import solved
from revlab.design.profile import Fitted, jackknifed
from revlab.errors import EstimateError, must
from revlab.fieldwork.course import RELATIONSHIP
from revlab.fieldwork.item_form import ItemForm
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.programme import Programme

__all__ = ["alike_views"]

Array = npt.NDArray[np.float64]
_ROLES = ("mentor", "mentee")
_FEWEST, _STEP = 20, 0.05


def alike_views(
    pilot: Pilot, programme: Programme, histories: Histories, *, values: Mapping[str, float]
) -> dict[str, Fitted]:
    """Return how far two views differ: what gives the correlation of the two sides' scores.

    Raises
    ------
    EstimateError
        If too few dyads have both answers, or no difference of views gives such a correlation.
    """
    frame = paired_scores(pilot)
    must(
        len(frame) >= _FEWEST,
        f"both sides of {len(frame)} dyads said how the relationship is at the last survey that "
        f"asks it; at least {_FEWEST} dyads are needed.",
        EstimateError,
    )
    both = frame[list(_ROLES)].to_numpy(dtype=float)
    must(bool((np.ptp(both, axis=0) > 0).all()), "one side answered all alike.", EstimateError)
    [seen] = jackknifed(
        lambda rows: np.arctanh(np.corrcoef(both[rows].T)[0, 1:]),
        frame["cluster"].to_numpy(dtype=np.intp),
    )
    dyad = pilot.dyads.set_index("dyad_id").index.get_indexer(frame["dyad_id"])
    which = histories.which[dyad]
    last = due_before(pilot)[pilot.instrument.waves_of(RELATIONSHIP)[-1]]
    held = (histories.due & ~histories.skipped)[:, :last].sum(axis=1)[which]
    quality, weights = quality_weights(histories, programme, values)
    shape = _Shape(pilot, programme, ramp=programme.assumptions.relationship.ramp(held))
    return {
        "relationship.perception_sd": solved(
            lambda x: float(np.arctanh(shape(x, quality, weights[which]))), seen, (0.02, 5.0)
        )
    }


class _Shape:
    """The correlation of the two sides' scores that a difference of views implies."""

    def __init__(self, pilot: Pilot, programme: Programme, *, ramp: Array) -> None:
        self._survey = programme.assumptions.survey
        self._rise = programme.assumptions.relationship.rise
        self._forms = [pilot.instrument.forms(RELATIONSHIP, role) for role in _ROLES]
        self._ramps, self._place = np.unique(ramp, return_inverse=True)

    def __call__(self, view_sd: float, quality: Array, weights: Array) -> float:
        middle = (self._ramps[:, None] * (self._rise + quality)).ravel()
        sides = [self._side(form, middle, view_sd) for form in self._forms]
        means, variances, slopes = (
            [side[k].reshape(len(self._ramps), -1)[self._place] for side in sides] for k in range(3)
        )
        share = weights / len(weights)
        centre = [float((share * mean).sum()) for mean in means]
        spread = [
            float((share * (v + m**2)).sum()) - c**2
            for v, m, c in zip(variances, means, centre, strict=True)
        ]
        mood = self._survey.dyad_shared * self._survey.occasion_sd**2
        shared = means[0] * means[1] + mood * slopes[0] * slopes[1]
        covariance = float((share * shared).sum()) - centre[0] * centre[1]
        return covariance / float(np.sqrt(spread[0] * spread[1]))

    def _side(
        self, form: tuple[ItemForm, ...], middle: Array, view_sd: float
    ) -> tuple[Array, Array, Array]:
        at, up = (
            score_moments(self._survey, form, x, view_sd=view_sd) for x in (middle, middle + _STEP)
        )
        return at.mean, at.variance, (up.mean - at.mean) / _STEP
