"""Self-knowledge: what people say of their skills, and what a test would show."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import CohortError, OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["SelfKnowledge", "missed_needs", "self_rated"]

Array = npt.NDArray[np.float64]
_TOP = 5.0


@dataclass(frozen=True)
class SelfKnowledge:
    """How a self-rated level follows from the tested one.

    With ``z`` the tested level in SD around its mean, a person says
    ``mean + sd * (accuracy * z + sqrt(1 - accuracy**2) * e + lift)`` with standard normal ``e``,
    rounded to whole levels from 0 to 5. With an accuracy below 1 the weakest rate themselves too
    high and the strongest too low, whatever the lift: regression to the mean alone draws that
    picture.

    Parameters
    ----------
    accuracy : float
        Correlation of self-rated and tested level, 0 to 1.
    lift : float
        How much too high people rate themselves on average, in SD.
    known_need : float
        Level up to which a skill is felt as a need.

    Raises
    ------
    OptionError
        If the accuracy is not between 0 and 1.

    References
    ----------
    Mabe & West 1982, Journal of Applied Psychology 67(3):280-296: self-rated and measured ability
    correlate with 0.29 over 55 studies.

    Examples
    --------
    >>> tested = np.array([0.0, 2.0, 4.0])
    >>> SelfKnowledge(accuracy=1.0)(tested, np.zeros(3)).tolist()
    [0.0, 2.0, 4.0]
    >>> SelfKnowledge(accuracy=0.5)(tested, np.zeros(3)).tolist()
    [1.0, 2.0, 3.0]
    """

    accuracy: float = default("knowledge.accuracy")
    lift: float = default("knowledge.lift")
    known_need: float = default("knowledge.known_need")

    def __post_init__(self) -> None:
        must(
            0 <= self.accuracy <= 1,
            f"`accuracy` must lie between 0 and 1; got {self.accuracy:g}.",
            OptionError,
        )

    def __call__(self, tested: Array, noise: Array) -> Array:
        """Return self-rated levels, 0 to 5, from tested levels and standard normal noise."""
        sd = float(np.std(tested)) if np.size(tested) else 0.0
        mean = float(np.mean(tested)) if np.size(tested) else 0.0
        own = self.accuracy * (tested - mean) + np.sqrt(1 - self.accuracy**2) * sd * noise
        return np.asarray(np.clip(np.round(mean + own + self.lift * sd), 0.0, _TOP))


def self_rated(
    skills: pd.DataFrame, knowledge: SelfKnowledge, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the skills as the people themselves would state them.

    Parameters
    ----------
    skills : pandas.DataFrame
        ``person_id, skill_id, side, level, source`` of a cohort, with tested levels.
    knowledge : SelfKnowledge
        How well people know themselves.
    rng : numpy.random.Generator
        The chance, from `revlab.rng.stream`.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``source`` "self", the self-rated ``level``, ``tested`` (the level that
        was given) and ``missed``: a need that the person does not feel.

    Raises
    ------
    CohortError
        If a column is missing.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> rows = [["bo", f"skill {k}", "need", k % 3, "assessed"] for k in range(300)]
    >>> columns = ["person_id", "skill_id", "side", "level", "source"]
    >>> stated = self_rated(
    ...     pd.DataFrame(rows, columns=columns), SelfKnowledge(lift=2.0), rng=stream(1, "self")
    ... )
    >>> bool(stated["missed"].mean() > 0.5)
    True
    """
    missing = sorted({"person_id", "skill_id", "side", "level"} - set(skills.columns))
    must(not missing, f"skills: the columns {missing} are missing.", CohortError)
    tested = skills["level"].to_numpy(dtype=np.float64)
    # Chance goes with person and skill, whatever the order of the rows.
    names = [skills[name].astype(str).to_numpy(str) for name in ("side", "skill_id", "person_id")]
    place = np.argsort(np.lexsort(names))
    level = knowledge(tested, rng.standard_normal(tested.size)[place])
    need = skills["side"].to_numpy(dtype=object) == "need"
    known = tested <= knowledge.known_need
    return skills.assign(
        level=level,
        source="self",
        tested=tested,
        missed=need & known & (level > knowledge.known_need),
    )


def missed_needs(stated: pd.DataFrame) -> pd.DataFrame:
    """Return how many needs people do not know of, by tested level.

    Parameters
    ----------
    stated : pandas.DataFrame
        From `self_rated`.

    Returns
    -------
    pandas.DataFrame
        ``tested, needs, said`` (mean self-rated level), ``missed`` (share of the needs).

    Examples
    --------
    >>> rows = [["need", 1.0, 3.0, True], ["need", 1.0, 1.0, False], ["offer", 4.0, 4.0, False]]
    >>> columns = ["side", "tested", "level", "missed"]
    >>> missed_needs(pd.DataFrame(rows, columns=columns)).to_dict("records")
    [{'tested': 1.0, 'needs': 2, 'said': 2.0, 'missed': 0.5}]
    """
    needs = stated[stated["side"] == "need"].groupby("tested")
    table = needs.agg(needs=("missed", "size"), said=("level", "mean"), missed=("missed", "mean"))
    return table.reset_index()
