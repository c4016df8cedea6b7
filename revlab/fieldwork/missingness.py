"""Why answers are missing: at random, at random given attendance, or because of the answer."""

from dataclasses import replace

from revlab.errors import one_of
from revlab.fieldwork.survey import SurveyModel

__all__ = ["MISSINGNESS", "missing_by"]

MISSINGNESS = {
    "MCAR": "completely at random: who answers depends on nothing",
    "MAR": "at random given attendance: those who met more answer more",
    "MNAR": "not at random: those who feel well answer more, whatever else is known",
}
"""Mechanism to its meaning."""


def missing_by(mechanism: str, survey: SurveyModel, *, strength: float = 1.0) -> SurveyModel:
    """Return the survey with answers missing by one mechanism and by no other.

    Parameters
    ----------
    mechanism : {"MCAR", "MAR", "MNAR"}
        See ``MISSINGNESS``.
    survey : SurveyModel
        Whose shares of answers stay.
    strength : float
        Log-odds of answering: from none to all sessions held (MAR), or per SD of how well people
        feel (MNAR); single items go by their own answer as strongly.

    Returns
    -------
    SurveyModel

    Raises
    ------
    OptionError
        If there is no such mechanism.

    References
    ----------
    Rubin 1976, Biometrika 63:581-592.

    Examples
    --------
    >>> missing_by("MCAR", SurveyModel()).response_held
    0.0
    >>> missing_by("MNAR", SurveyModel(), strength=0.5).response_own_mentee
    0.5
    """
    one_of("mechanism", mechanism, MISSINGNESS)
    own = strength if mechanism == "MNAR" else 0.0
    return replace(
        survey,
        response_held=strength if mechanism == "MAR" else 0.0,
        response_own_mentor=own,
        response_own_mentee=own,
        item_own=own,
    )
