"""Presets: organisations and programmes to begin with, each with what it claims to be like."""

from dataclasses import dataclass, replace
from types import MappingProxyType

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.evidence import default
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.survey import SurveyModel
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

__all__ = ["PRESETS", "Preset", "draw_preset"]


@dataclass(frozen=True)
class Preset:
    """An organisation and its programme.

    Parameters
    ----------
    note : str
        What it is, in a sentence.
    population : Population
        Where the people come from.
    n_mentors, n_mentees : int
        People on each side.
    programme : Programme
        What the programme does.
    ends_early : tuple of float
        Lowest and highest share of dyads that end early, as the preset claims; a test watches it.

    Raises
    ------
    OptionError
        If the claimed shares are not in order between 0 and 1.

    Examples
    --------
    >>> PRESETS["pilot"].n_mentors, PRESETS["executives"].n_mentees
    (26, 500)
    """

    note: str
    population: Population
    n_mentors: int
    n_mentees: int
    programme: Programme
    ends_early: tuple[float, float]

    def __post_init__(self) -> None:
        low, high = self.ends_early
        must(0 <= low <= high <= 1, "`ends_early` must be two shares in order.", OptionError)


def _small() -> Preset:
    population = Population(
        units=("Office", "Workshop"),
        sites=("Main",),
        grades=("Staff", "Senior", "Lead", "Owner"),
        mentor_grades=(1, 2),
        mentee_grades=(3, 4),
        mentee_capacity=1,
        known_manager=0.9,
    )
    juniors, seniors = int(default("preset.small_juniors")), int(default("preset.small_seniors"))
    note = "A small firm: few seniors, two units, and most people report to each other."
    return Preset(note, population, juniors, seniors, Programme(), (0.2, 0.5))


def _pilot() -> Preset:
    looked_after = SessionModel(end_base=default("preset.pilot_end_base"))
    programme = Programme(assumptions=Assumptions(sessions=looked_after))
    pairs = int(default("preset.pilot_pairs"))
    note = "A pilot of 26 pairs that somebody looks after, so that hardly any ends."
    return Preset(note, Population(), pairs, pairs, programme, (0.0, 0.12))


def _executives() -> Preset:
    busy = SurveyModel(response_mentee=default("context.response_executives"))
    programme = Programme(
        planned_sessions=int(default("preset.executives_sessions")),
        weeks_between=default("preset.executives_weeks"),
        assumptions=Assumptions(survey=busy),
    )
    population = replace(Population(), mentee_grades=(6,))
    pairs = int(default("preset.executives_pairs"))
    note = "500 executives at once, who meet quarterly and answer a third of surveys."
    return Preset(note, population, pairs, pairs, programme, (0.1, 0.4))


def _sites() -> Preset:
    population = replace(
        Population(), sites=("Bengaluru", "Berlin", "Chicago", "London", "Sydney", "Remote")
    )
    pairs = int(default("preset.sites_pairs"))
    note = "A roll-out over six sites with six sessions, of which 30 to 40% end early."
    return Preset(note, population, pairs, pairs, Programme(), (0.3, 0.4))


PRESETS = MappingProxyType(
    {"small": _small(), "pilot": _pilot(), "executives": _executives(), "sites": _sites()}
)
"""Name to preset."""


def draw_preset(name: str, *, seed: int) -> Cohort:
    """Draw the people of a preset.

    Parameters
    ----------
    name : str
        In ``PRESETS``.
    seed : int
        Root seed.

    Returns
    -------
    Cohort

    Raises
    ------
    OptionError
        If there is no such preset.

    Examples
    --------
    >>> draw_preset("pilot", seed=1)
    Cohort of 26 mentors (junior) and 26 mentees (senior)
    """
    preset = PRESETS[one_of("name", name, PRESETS)]
    rng = stream(seed, "preset", name)
    return draw_cohort(preset.population, preset.n_mentors, preset.n_mentees, rng=rng)
