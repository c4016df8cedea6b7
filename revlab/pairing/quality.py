"""Judges of a matching: in numbers, how good it is, for whom, and for which groups."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.coverage import SkillTable, coverage, needs_met, skill_table
from revlab.pairing.disparity import disparity
from revlab.pairing.matching import Matching
from revlab.pairing.policies import Policy, pair_scored, policy_named
from revlab.pairing.scoring import score_cohort
from revlab.pairing.stability import blocking_pairs, envy, envy_pairs, rank_profile
from revlab.pairing.standing import standing
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = [
    "COMPARED",
    "blocking_pairs",
    "compare",
    "coverage",
    "disparity",
    "envy",
    "envy_pairs",
    "judge",
    "rank_profile",
]

_JUDGES = {
    "n_dyads": ("dyads", "more"),
    "total_score": ("sum of joint scores", "more"),
    "mean_score": ("joint score, 0 to 1", "more"),
    "worst_score": ("joint score, 0 to 1", "more"),
    "score_gini": ("0 = all dyads alike", "less"),
    "blocking_pairs": ("pairs who would both rather have each other", "less"),
    "mentee_first_choice_share": ("share of mentees", "more"),
    "mentor_first_choice_share": ("share of mentors", "more"),
    "median_mentee_rank": ("rank, 1 = best allowed partner", "less"),
    "median_mentor_rank": ("rank, 1 = best allowed partner", "less"),
    "coverage": ("share of the skills that mentees need", "more"),
    "reciprocal_coverage": ("share of the skills that mentors need", "more"),
    "unmatched_mentors": ("people", "less"),
    "unmatched_mentees": ("people", "less"),
}

COMPARED = (
    "n_dyads",
    "total_score",
    "mean_score",
    "worst_score",
    "blocking_pairs",
    "mentee_first_choice_share",
    "median_mentee_rank",
    "coverage",
    "unmatched_mentors",
    "unmatched_mentees",
)
"""The judges that `compare` shows, in the order of its columns."""

_COUNTS = ("n_dyads", "blocking_pairs", "unmatched_mentors", "unmatched_mentees")


def judge(
    cohort: Cohort,
    compatibility: Compatibility,
    matching: Matching,
    *,
    skills: SkillTable | None = None,
) -> pd.DataFrame:
    """Return what all judges say about one matching.

    Parameters
    ----------
    cohort : Cohort
        The people.
    compatibility : Compatibility
        The scores to judge by; they need not be those that the policy used.
    matching : Matching
        The matching.
    skills : SkillTable, optional
        `skill_table` of the cohort, made once if many matchings are judged.

    Returns
    -------
    pandas.DataFrame
        ``judge, value, unit, better ("more" or "less")``. A value is NaN if it has no meaning,
        for instance the worst score of no dyads. Shares are of all people of that side in the
        matching; medians of ranks are of those who are paired, at the best of their dyads.

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    References
    ----------
    Gini 1912; Gale and Shapley 1962 (blocking pairs).

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 2, 4]}, index=["ana", "bo", "cy"])
    >>> cohort = Cohort(people[:2], people[2:])
    >>> fit = score_cohort(cohort)
    >>> said = judge(cohort, fit, pair(cohort, policy="optimal", seed=1))
    >>> said.loc[said["judge"] == "unmatched_mentors", "value"].item()
    1.0
    """
    known = skill_table(cohort) if skills is None else skills
    values = _judged(known, compatibility, matching)
    rows = [(name, float(values[name]), *_JUDGES[name]) for name in _JUDGES]
    return pd.DataFrame(rows, columns=["judge", "value", "unit", "better"])


def _judged(
    skills: SkillTable, compatibility: Compatibility, matching: Matching
) -> dict[str, float]:
    sides = standing(compatibility, matching)
    mentees, mentors = sides["mentee"], sides["mentor"]
    scores = compatibility.joint()[mentees.together]
    some = len(scores) > 0
    values: dict[str, float] = {
        "n_dyads": len(scores),
        "total_score": float(scores.sum()),
        "mean_score": float(scores.mean()) if some else np.nan,
        "worst_score": float(scores.min()) if some else np.nan,
        "score_gini": _gini(scores),
        "blocking_pairs": int((mentees.would_take & mentors.would_take.T).sum()),
        "coverage": needs_met(skills, matching, "mentee").share,
        "reciprocal_coverage": needs_met(skills, matching, "mentor").share,
    }
    for side, view in sides.items():
        left = len(getattr(matching, f"unmatched_{side}s"))
        ranks = view.best_rank
        people = len(ranks) + left
        values[f"{side}_first_choice_share"] = (ranks == 1).sum() / people if people else np.nan
        values[f"median_{side}_rank"] = float(np.median(ranks)) if len(ranks) else np.nan
        values[f"unmatched_{side}s"] = left
    return values


def _gini(scores: np.ndarray) -> float:
    total, n = scores.sum(), len(scores)
    if not total:
        return np.nan
    place = np.arange(1, n + 1)
    return float(((2 * place - n - 1) * np.sort(scores)).sum() / (n * total))


def compare(
    cohort: Cohort, policies: Iterable[Policy | str] | Mapping[str, Policy | str], *, seed: int
) -> pd.DataFrame:
    """Pair the same people by several policies and put what the judges say side by side.

    All policies are measured with one yardstick, the score and the eligibility rules of the
    *first* policy, because totals of two different scores cannot be compared.

    Parameters
    ----------
    cohort : Cohort
        The people.
    policies : iterable of Policy or name, or mapping of label to Policy or name
        What to compare; in a mapping the label stands in the result.
    seed : int
        Root seed; the same stream is used for every policy, as in `pair`.

    Returns
    -------
    pandas.DataFrame
        One row per policy: ``policy`` and the judges in `COMPARED` (see `judge`).

    Raises
    ------
    OptionError
        If a policy's name does not exist.
    PairingError
        If there is no policy or a label stands for two.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 2, 4]}, index=["ana", "bo", "cy"])
    >>> compare(Cohort(people[:2], people[2:]), ["random", "optimal"], seed=1)["n_dyads"].tolist()
    [1, 1]
    """
    if isinstance(policies, Mapping):
        chosen = [(label, policy_named(policy)) for label, policy in policies.items()]
    else:
        chosen = [(policy_named(policy).name, policy_named(policy)) for policy in policies]
    labels = [label for label, _ in chosen]
    must(bool(chosen), "`policies` is empty; name at least one policy to compare.", PairingError)
    twice = sorted({label for label in labels if labels.count(label) > 1})
    message = f"two of the policies are called {twice[:1]}; give them labels in a mapping."
    must(not twice, message, PairingError)
    skills, fits = skill_table(cohort), {}
    rows = []
    for label, policy in chosen:
        key = (policy.score, policy.eligibility)
        if key not in fits:
            fits[key] = score_cohort(cohort, score=policy.score, eligibility=policy.eligibility)
        matching = pair_scored(fits[key], policy=policy, rng=stream(seed, "pairing"))
        yardstick = next(iter(fits.values()))
        rows.append({"policy": label, **_judged(skills, yardstick, matching)})
    frame = pd.DataFrame(rows)[["policy", *COMPARED]]
    return frame.astype(dict.fromkeys(_COUNTS, int))
