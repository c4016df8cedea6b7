"""The words of the policy explorer: its parts, its judges, and what to know of its people."""

from revlab.people.skills import ESCO_ATTRIBUTION
from revlab.report.explorer_runs import Runs
from revlab.report.names import HUMAN_NAMES, words

__all__ = ["JUDGES", "judge_label", "part_label", "people_notes"]

JUDGES = (
    "n_dyads", "mean_score", "worst_score", "blocking_pairs", "mentee_first_choice_share",
    "median_mentee_rank", "coverage", "reciprocal_coverage", "unmatched_mentees",
    "unmatched_mentors",
)  # fmt: skip
"""The judges that are shown, in their order."""

_PART_LABELS = {
    "skill_coverage": "Skills the mentor can teach",
    "reciprocal_coverage": "Skills the mentee can give back",
    "related_skills": "Skills close to those needed",
    "objectives": "Shared objectives",
    "interests": "Shared interests",
    "hours": "Common working hours",
    "site": "Same site",
    "profession": "Same profession",
    "organisational_distance": "Different units",
    "grade_gap": "Good distance in grade",
    "language": "Shared languages",
    "declared_diversity": "Different in what they declared",
    "traits": "Alike in the questionnaire",
}
_JUDGE_LABELS = {"reciprocal_coverage": "What mentors need, covered"}


def part_label(name: str) -> str:
    """Return what a score part is called on its slider.

    Examples
    --------
    >>> part_label("site"), part_label("my_own_part")
    ('Same site', 'My own part')
    """
    return _PART_LABELS.get(name) or words(name).capitalize()


def judge_label(name: str) -> str:
    """Return what a judge is called.

    Examples
    --------
    >>> judge_label("mean_score")
    'Mean fit'
    """
    return _JUDGE_LABELS.get(name) or HUMAN_NAMES.get(name, words(name).capitalize())


def people_notes(runs: Runs) -> str:
    """Return what is simulated of the people, and what cannot count for want of data.

    Parameters
    ----------
    runs : Runs
        Whose cohort and usual score are looked at.

    Returns
    -------
    str
        Sentences, "" if there is nothing to say.
    """
    said = [note for note in runs.cohort.notes if "simulated" in note]
    parts, usual = runs.parts(), next(iter(runs.policies.values())).score.weights
    missing = [part_label(name).lower() for name in usual if usual[name] and name not in parts]
    if missing:
        said.append(f"not in the score, for want of data: {', '.join(missing)}.")
    if not runs.cohort.skills.empty:
        said.append(f"names of skills: {ESCO_ATTRIBUTION}")
    return " ".join(f"{note[:1].upper()}{note[1:]}" for note in said)
