"""What was measured of the people of a roster, read from files: their traits and their skills."""

from pathlib import Path

from revlab.errors import Fault, TableError
from revlab.people.cohort import Cohort
from revlab.people.given_rows import Known
from revlab.people.skills_given import read_given_skills, with_skills
from revlab.people.traits import with_traits
from revlab.people.traits_file import read_traits

__all__ = ["with_measured"]


def with_measured(
    known: Known, *, traits: Path | str | None = None, skills: Path | str | None = None
) -> Cohort:
    """Return the cohort with the traits of a questionnaire and with given skills.

    Parameters
    ----------
    known : Known
        The people.
    traits : pathlib.Path or str, optional
        For `read_traits`.
    skills : pathlib.Path or str, optional
        For `read_given_skills`: a table or a skills database.

    Returns
    -------
    Cohort
        With a note for each on how many people have none.

    Raises
    ------
    TableError
        With every fault of both.
    SkillsError
        If a skills database cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> with_measured(Known(Cohort(people[:1], people[1:])), traits="none.csv")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    cohort = known.cohort
    faults: list[Fault] = []
    try:
        if traits is not None:
            cohort = with_traits(cohort, read_traits(traits, known))
    except TableError as error:
        faults += error.faults
    try:
        if skills is not None:
            cohort = with_skills(cohort, read_given_skills(skills, known))
    except TableError as error:
        faults += error.faults
    if faults:
        raise TableError(faults)
    return cohort
