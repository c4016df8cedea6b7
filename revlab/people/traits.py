"""Scores of a questionnaire as traits of the people of a cohort."""

from dataclasses import replace

import pandas as pd

from revlab.errors import CohortError, RevlabError, must
from revlab.people.cohort import Cohort
from revlab.people.questionnaire import Questionnaire

__all__ = ["score_traits", "with_traits"]


def score_traits(questionnaire: Questionnaire, *, min_share: float = 0.5) -> pd.DataFrame:
    """Return the mean answer of each person to the questions of each scale, reversed ones turned.

    A reversed answer ``x`` counts as ``low + high - x``.

    Parameters
    ----------
    questionnaire : Questionnaire
        Its mapping names the ``scale`` of the questions.
    min_share : float, 0 to 1
        Smallest share of the questions of a scale that must be answered, else the score is
        missing.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``person_id``, one column ``trait_<scale>`` per scale, in the unit of the
        answers; missing where too little was answered.

    Raises
    ------
    RevlabError
        If no question names a scale, the questions of a scale have different ends, or a person
        has several rounds or roles.

    Examples
    --------
    >>> from revlab.people.questionnaire_mapping import Question, QuestionnaireMapping
    >>> turned = Question("b", "B", scale="ease", reverse=True)
    >>> questions = (Question("a", "A", scale="ease"), turned)
    >>> mapping = QuestionnaireMapping({"person_id": "Id"}, questions)
    >>> answers = pd.DataFrame({"person_id": ["p", "p"], "item_id": ["a", "b"], "value": [4, 1]})
    >>> score_traits(Questionnaire(answers, mapping))["trait_ease"].tolist()
    [4.5]
    """
    must(0 <= min_share <= 1, f"`min_share` must be from 0 to 1; got {min_share!r}.")
    frame = questionnaire.responses
    twice = frame.duplicated(["person_id", "item_id"]).any()
    words = "a person answers twice (several roles or rounds); score one of them at a time."
    must(not twice, words)
    scales: dict[str, list[str]] = {}
    for one in questionnaire.mapping.questions:
        if one.scale:
            scales.setdefault(one.scale, []).append(one.item_id)
    must(bool(scales), "no question names its `scale`; write it in the mapping of the questions.")
    known = {one.item_id: one for one in questionnaire.mapping.questions}
    wide = frame.pivot(index="person_id", columns="item_id", values="value").astype("Float64")
    out = pd.DataFrame(index=pd.Index(wide.index.astype(str), name="person_id"))
    for scale, items in scales.items():
        ends = {(known[item].low, known[item].high) for item in items}
        rule = f"the questions of scale {scale!r} have different ends: {sorted(ends)}."
        must(len(ends) == 1, rule, RevlabError)
        turned = pd.DataFrame(
            {
                item: known[item].low + known[item].high - wide[item]
                if known[item].reverse
                else wide[item]
                for item in items
            }
        )
        enough = turned.notna().mean(axis=1) >= max(min_share, 1e-9)
        out[f"trait_{scale}"] = turned.mean(axis=1).where(enough).astype(float).to_numpy()
    return out


def with_traits(cohort: Cohort, traits: pd.DataFrame) -> Cohort:
    """Return the cohort with these traits on both sides; who did not answer has none.

    Parameters
    ----------
    cohort : Cohort
        The people, under the same ids or pseudonyms as the traits.
    traits : pandas.DataFrame
        From `score_traits`.

    Returns
    -------
    Cohort
        A note says how many of its people have no trait.

    Raises
    ------
    CohortError
        If nobody of the cohort is in the traits (another key or other ids), or a column does not
        begin with ``trait_``.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": ["IT", "IT"], "grade": [1, 4]}, index=["a", "b"])
    >>> cohort = Cohort(mentors=people.loc[["a"]], mentees=people.loc[["b"]])
    >>> traits = pd.DataFrame({"trait_ease": [4.0]}, index=["a"])
    >>> with_traits(cohort, traits).mentors["trait_ease"].tolist()
    [4.0]
    """
    strange = [name for name in traits.columns if not str(name).startswith("trait_")]
    must(not strange, f"traits: the columns {strange} must begin with 'trait_'.", CohortError)
    people = cohort.mentors.index.union(cohort.mentees.index)
    here = people.intersection(traits.index)
    must(
        len(here) > 0,
        "nobody of the cohort is in the questionnaire: read both with the same key, or with none.",
        CohortError,
    )
    sides = {
        side: getattr(cohort, side).drop(columns=list(traits.columns), errors="ignore").join(traits)
        for side in ("mentors", "mentees")
    }
    note = (
        f"{len(people) - len(here)} of {len(people)} people did not answer the questionnaire; "
        f"{len(traits.index.difference(people))} who answered are not in the cohort."
    )
    return replace(cohort, notes=(*cohort.notes, note), **sides)
