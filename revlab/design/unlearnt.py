"""Why a pilot cannot inform a parameter of the simulator."""

__all__ = ["why_not"]

_WORKLOAD = "workload is not recorded, and what it does looks like chance"
_LEVER = "the lever was the same for all dyads, so that it cannot be told from the general level"
_GAIN = "without an arm that took no part, a gain cannot be told from growth anyway"
_STEPS = "it goes together with the discrimination of items, which was fitted instead"
_SILENT = "those who do not answer do not tell what they would have answered"
_REASONS = {
    "fit.validity": "the true fit of two people is not seen, only what they make of it",
    "relationship.fit": "the true fit of two people is not seen, only what they make of it",
    "relationship.rise": "the scale has no zero of its own before the first session",
    "relationship.ramp_middle": "too few surveys to follow a relationship as it grows",
    "relationship.ramp_width": "too few surveys to follow a relationship as it grows",
    "sessions.workload_persistence": _WORKLOAD,
    "sessions.skip_workload": _WORKLOAD,
    "sessions.skip_quality": "what a relationship could become is not seen before it has",
    "sessions.end_quality": "what a relationship could become is not seen before it has",
    "sessions.skip_protected_time": _LEVER,
    "sessions.skip_sponsor_support": _LEVER,
    "sessions.skip_line_manager_support": _LEVER,
    "sessions.end_check_in": _LEVER,
    "outcome.curriculum": _LEVER,
    "outcome.training": _LEVER,
    "outcome.saturation": "who held more sessions was not left to chance, so that the gain of "
    "further sessions cannot be told from who held them",
    "survey.response_stability": "not fitted; it needs who answered each of several surveys",
    "survey.response_held_middle": "a convention: where the shares of answers are stated",
    "survey.threshold_spacing": _STEPS,
    "survey.item_spread": _STEPS,
    "survey.occasion_sd": _STEPS,
    "survey.acquiescence_sd": _STEPS,
    "survey.dyad_shared": "the state of the day is too small a part of a score to show it",
    "survey.response_own_mentor": _SILENT,
    "survey.response_own_mentee": _SILENT,
    "survey.item_own": _SILENT,
    "survey.recalibration": "it needs then-tests, and these mix it with errors of memory",
    "survey.hindsight_sd": "it needs then-tests, and people whose start is known exactly",
    "recognition.lasting": "it needs a survey some time after recognition has ended",
}
_ROOMS = {
    "gain": _GAIN,
    "outcome": _GAIN,
    "recognition": _LEVER,
}


def why_not(parameter: str) -> str:
    """Return why a pilot cannot inform a parameter, in words.

    Parameters
    ----------
    parameter : str
        As the evidence registry names it.

    Returns
    -------
    str

    Examples
    --------
    >>> why_not("gain.voice")
    'without an arm that took no part, a gain cannot be told from growth anyway'
    """
    room = parameter.partition(".")[0]
    rest = _ROOMS.get(room, "nothing in the tables of a pilot varies with it")
    return _REASONS.get(parameter, rest)
