"""The people of one replication: drawn from a roster with all that the roster knows of them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.people.cohort import PERSON_COLUMNS, Cohort

__all__ = ["drawn_cohort"]

Places = npt.NDArray[np.intp]
_BARE = ("unit", "grade", "capacity")
_WORDS = ("profession", "site", "tenure")


def drawn_cohort(cohort: Cohort, *, mentors: Places, mentees: Places) -> Cohort:
    """Return the cohort of people at these places, who may stand there more than once.

    If anybody is drawn twice, all get the number of the copy, ``id~0`` and ``id~1``: these are
    different people with the same traits, skills and manager. Free hours, languages, interests
    and objectives are left behind: they count for scores only, and those are taken from the
    whole roster.

    Parameters
    ----------
    cohort : Cohort
        The roster.
    mentors, mentees : array of int
        Places in its two tables.

    Returns
    -------
    Cohort

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> drawn = drawn_cohort(cohort, mentors=np.array([0, 0]), mentees=np.array([0]))
    >>> drawn.mentors.index.tolist()
    ['ana~0', 'ana~1']
    """
    juniors, seniors = _taken(cohort.mentors, mentors), _taken(cohort.mentees, mentees)
    told = {}
    if len(cohort.skills) or len(cohort.reporting_lines):
        source = pd.Series(
            [*cohort.mentors.index[mentors], *cohort.mentees.index[mentees]],
            index=[*juniors.index, *seniors.index],
        )
        source = source[~source.index.duplicated()]
        told["skills"] = _copied(cohort.skills, source)
        # A line may run through people who are not drawn, so the others stay.
        lines = cohort.reporting_lines
        others = lines[~lines["person_id"].isin(source.index)]
        told["reporting_lines"] = pd.concat([_copied(lines, source), others], ignore_index=True)
    return Cohort(juniors, seniors, **told)


def _taken(people: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Return the people at these places, with no column that the roster left empty."""
    own = [name for name in people.columns if name not in PERSON_COLUMNS]
    words = [name for name in _WORDS if people[name].notna().any()]
    taken = people[[*_BARE, *words, *own]].iloc[places]
    if not taken.index.has_duplicates:
        return taken
    copies = pd.Series(taken.index).groupby(taken.index.to_numpy()).cumcount().astype(str)
    return taken.set_axis(pd.Index(taken.index + "~" + copies.to_numpy(), name="person_id"))


def _copied(rows: pd.DataFrame, source: pd.Series) -> pd.DataFrame:
    """Return the rows of those who are drawn, under the ids that they now have."""
    now = source.rename_axis("now").rename("person_id").reset_index()
    copied = rows.assign(place=np.arange(len(rows))).merge(now, on="person_id", how="inner")
    copied = copied.sort_values(["place", "now"])
    return copied.assign(person_id=copied["now"])[list(rows.columns)].reset_index(drop=True)
