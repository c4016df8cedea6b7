"""How much the pairs hang on each weight: change one weight at a time and count what changes."""

import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import Policy, pair_scored, policy_named
from revlab.pairing.reweighting import reweighted
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.report.explorer_words import part_label
from revlab.report.frames import percent
from revlab.report.names import words
from revlab.rng import stream

__all__ = ["say_weight_changes", "weight_changes"]

_CHANGES = {"left out": 0.0, "doubled": 2.0}


def weight_changes(cohort: Cohort, *, policy: Policy | str, seed: int) -> pd.DataFrame:
    """Return what becomes of the pairs if one weight is left out or doubled.

    Parameters
    ----------
    cohort : Cohort
        The people.
    policy : Policy or str
        The policy with the usual weights.
    seed : int
        Root seed, as for `pair`.

    Returns
    -------
    pandas.DataFrame
        ``policy, part, change, n_pairs, n_changed, fit_kept``: the pairs that are made, how many
        of them were not made before, and the total fit of the new pairs as a share of the old
        total, both measured with the usual weights. Parts without data are left out.

    Raises
    ------
    RevlabError
        If there is no such policy, or the cohort has no data for any part.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": list("abab"), "grade": [1, 2, 4, 5]}, index=list("wxyz"))
    >>> cohort = Cohort(people[:2], people[2:])
    >>> weight_changes(cohort, policy="optimal", seed=1)["n_changed"].tolist()
    [2, 0, 0, 0]
    """
    usual = policy_named(policy)
    fit = score_cohort(cohort, score=usual.score, eligibility=usual.eligibility)
    joint = pd.DataFrame(fit.joint(), index=fit.mentee_ids, columns=fit.mentor_ids)
    before = _made(fit, usual, seed)
    total = sum(joint.at[mentee, mentor] for mentor, mentee in before)
    known = {part.name: part.weight for part in fit.parts}
    rows = []
    for name in known if len(known) > 1 else ():
        for change, times in _CHANGES.items():
            after = _made(reweighted(fit, {name: known[name] * times}), usual, seed)
            kept = sum(joint.at[mentee, mentor] for mentor, mentee in after)
            share = kept / total if total else float("nan")
            rows.append(
                (usual.name, part_label(name), change, len(after), len(after - before), share)
            )
    columns = ["policy", "part", "change", "n_pairs", "n_changed", "fit_kept"]
    return pd.DataFrame(rows, columns=columns)


def _made(fit: Compatibility, policy: Policy, seed: int) -> set[tuple[str, str]]:
    dyads = pair_scored(fit, policy=policy, rng=stream(seed, "pairing")).dyads
    return set(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True))


def say_weight_changes(changes: pd.DataFrame) -> str:
    """Return `weight_changes` as one sentence.

    Examples
    --------
    >>> columns = ["policy", "n_pairs", "n_changed", "fit_kept"]
    >>> rows = [("optimal", 26, 4, 0.998), ("optimal", 26, 9, 0.981)]
    >>> say_weight_changes(pd.DataFrame(rows, columns=columns))
    'Leaving out or doubling one weight changes up to 9 of 26 pairs under “best total fit”, yet \
keeps at least 98% of the fit.'
    """
    if changes.empty:
        return "One part of the score has data, so no weight can change the pairs."
    return (
        f"Leaving out or doubling one weight changes up to {changes['n_changed'].max()} of "
        f"{changes['n_pairs'].max()} pairs under “{words(str(changes['policy'].iloc[0]))}”, yet "
        f"keeps at least {percent(changes['fit_kept'].min())} of the fit."
    )
