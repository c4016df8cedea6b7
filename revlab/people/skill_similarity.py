"""How alike two skills are, from their places in the hierarchy of the taxonomy."""

import numpy as np
import pandas as pd

from revlab.errors import CohortError, must

__all__ = ["group_path", "skill_similarity"]


def group_path(code: str) -> tuple[str, ...]:
    """Return the groups that a group code stands in, from the top.

    A last number of 0 is ESCO's way to say "in this group and in none of its subgroups".

    Examples
    --------
    >>> group_path("S5.6.1"), group_path("S5.5.0"), group_path("S1.0.0")
    (('S5', 'S5.6', 'S5.6.1'), ('S5', 'S5.5'), ('S1',))
    """
    steps = code.split(".")
    while len(steps) > 1 and steps[-1] == "0":
        steps = steps[:-1]
    return tuple(".".join(steps[: k + 1]) for k in range(len(steps)))


def skill_similarity(taxonomy: pd.DataFrame) -> pd.DataFrame:
    """Return how alike every two skills of a taxonomy are, from 0 to 1.

    The measure of Wu and Palmer: twice the depth of the lowest group that holds both skills over
    the sum of the depths of the two skills. The depth of a group is the number of groups from
    the top down to it, and a skill is one deeper than its group; all skills together, which have
    no code, are at depth 0. So a skill is 1 to itself, 0.75 to another of the same group S5.6.1,
    0.5 to one of S5.6.2, 0.25 to one of S5.1.1, and 0 to one of S1.

    The groups are ESCO's and some are wide: the shipped table has 34 skills in S5.6.1, from
    JavaScript to netiquette, and the measure cannot tell them apart.

    Parameters
    ----------
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.

    Returns
    -------
    pandas.DataFrame
        Symmetric, 1 on the diagonal; rows and columns are the skill ids in the order of the
        taxonomy.

    Raises
    ------
    CohortError
        If a skill stands in the taxonomy twice.

    References
    ----------
    Wu and Palmer 1994, Verb semantics and lexical selection, Proceedings of the 32nd meeting of
    the Association for Computational Linguistics, 133-138.

    Examples
    --------
    >>> taxonomy = pd.DataFrame({"skill_id": ["ajax", "apl", "vr"], "group_code": "S5.6.1"})
    >>> taxonomy.loc[2, "group_code"] = "S5.6.4"
    >>> skill_similarity(taxonomy).loc["ajax"].tolist()
    [1.0, 0.75, 0.5]
    """
    ids = pd.Index(taxonomy["skill_id"].astype(str), dtype=object)
    again = ids[ids.duplicated()].tolist()
    message = f"the skill {again[:1]} stands in the taxonomy twice; keep one of its groups."
    must(not again, message, CohortError)
    # A skill is the last step of its own path, so that it shares all of it with itself.
    paths = [
        (*group_path(code), f"skill {name}")
        for name, code in zip(ids, taxonomy["group_code"], strict=True)
    ]
    depth = np.array([len(path) for path in paths], dtype=float)
    shared = np.zeros((len(ids), len(ids)))
    for level in range(int(depth.max(initial=0))):
        steps = [path[level] if level < len(path) else None for path in paths]
        codes = pd.factorize(np.array(steps, dtype=object))[0]
        shared += (codes[:, None] == codes) & (codes >= 0)
    return pd.DataFrame(2 * shared / np.add.outer(depth, depth), index=ids, columns=ids)
